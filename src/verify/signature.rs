//! What both signature dialects share: finding the secret that signed, and the checks that follow.
//!
//! The signature is verified before anything else of the request is judged. So every other fault is attributed to a
//! credential, and its owner can read it at the desk. Without the secret, one learns only that a signature was wrong.

use crate::credential::Algorithm;
use crate::time::Seconds;
use crate::vault::Hash;
use crate::verify::replay::Proof;
use crate::verify::snapshot::Lookup;
use crate::verify::syntax::{base64, framing};
use crate::verify::{Allowed, CredentialRef, Denied, Reason, Request, judge, secrets};

/// What a signed request says about its signature, whether that is right or not.
pub(super) struct ClaimedSignature<'a> {
    pub key: &'a [u8],
    pub algorithm: Algorithm,
    pub signature: &'a [u8],
}

/// A signature, and the strings that it may be over.
pub(super) struct GivenSignature<'m> {
    pub hash: Hash,
    /// Each of them is acceptable.
    pub messages: &'m [&'m [u8]],
    pub signature: &'m [u8],
    /// The reason for a signature that is not canonical base64.
    pub malformed: Reason,
}

/// A dialect's result for a request that may pass.
pub(super) struct Validity {
    /// The last second in which its dates are near enough.
    pub good_until: Seconds,
    /// The body was compared with a digest that is signed.
    pub compared: bool,
}

/// Looks for the secret that signed; `rest` judges everything else once it is found.
pub(super) fn decide<'a>(
    request: &Request<'_>,
    found: Lookup<'a>,
    given: &GivenSignature<'_>,
    now: Seconds,
    rest: impl FnOnce(CredentialRef<'a>) -> Result<Validity, Denied<'a>>,
) -> Result<Allowed<'a>, Denied<'a>> {
    let mut buffer = [0; 64];
    let signature = base64::decode(given.signature, &mut buffer);
    let used = secrets::signed(found, given.hash, given.messages, signature, now);
    // Nothing of the credential was looked at before this line but its secrets.
    let credential = found.or_deny()?;
    let judged = || {
        judge::intact(credential)?;
        let secret_version = judge::signed_by(used, given.signature, signature.is_some(), given.malformed)?;
        let Validity { good_until, compared } = rest(credential)?;
        let proof = signature.map(|signature| Proof::new(credential.row(), signature, good_until));
        Ok(Allowed { credential, secret_version, body: framing::body_check(request, compared), proof })
    };
    judged().map_err(|denied: Denied<'a>| denied.of(credential))
}
