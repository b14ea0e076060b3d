//! Compares what was given with the secrets of a credential, with equal work for a credential that does not exist, is
//! of another kind, or may not be used, as for a wrong secret (C12: no timing oracle).

use crate::time::Seconds;
use crate::vault::{Hash, same, sha256};
use crate::verify::snapshot::{Lookup, PackedSecret};
use crate::verify::{CredentialRef, Denied, Reason};

/// How many secrets are checked at least: as many as a credential has while a rotation overlaps.
pub(super) const CHECKS: usize = 2;

/// Stands in for a hash or a secret that is not there. What it is does not matter: a match with it counts for nothing.
const DUMMY: [u8; 32] = [0x5a; 32];

impl<'a> Lookup<'a> {
    /// The credential, if there is one.
    pub(super) fn credential(self) -> Option<CredentialRef<'a>> {
        match self {
            Self::Credential(credential) => Some(credential),
            Self::OtherKind | Self::Nothing => None,
        }
    }

    /// The credential, or why there is none (C8). To be asked after the secrets were checked.
    pub(super) fn or_deny(self) -> Result<CredentialRef<'a>, Denied<'a>> {
        match self {
            Self::Credential(credential) => Ok(credential),
            Self::OtherKind => Err(Reason::WrongKind.into()),
            Self::Nothing => Err(Reason::UnknownCredential.into()),
        }
    }
}

/// The secrets to check, filled up with dummies.
fn slots<'a>(found: Lookup<'a>) -> impl Iterator<Item = Option<PackedSecret<'a>>> {
    let secrets = found.credential().into_iter().flat_map(CredentialRef::secrets);
    let count = secrets.clone().count().max(CHECKS);
    secrets.map(Some).chain(std::iter::repeat(None)).take(count)
}

/// The version of the secret that fits and still works; every slot is looked at, whichever fits.
fn pick<'a>(found: Lookup<'a>, now: Seconds, fits: impl Fn(Option<PackedSecret<'a>>) -> bool) -> Option<u32> {
    slots(found).fold(None, |used, slot| {
        let fits = fits(slot);
        used.or(slot.filter(|secret| fits && secret.is_live(now.0)).map(|secret| secret.version))
    })
}

/// Which secret a password is, of those that are kept as SHA-256 (C9, C10).
pub(super) fn hashed(found: Lookup<'_>, password: &[u8], now: Seconds) -> Option<u32> {
    let given = sha256(password);
    pick(found, now, |slot| {
        let kept = slot.filter(PackedSecret::is_sha256);
        same(kept.map_or(&DUMMY, |secret| secret.bytes), &given) & kept.is_some()
    })
}

/// Which secret made a MAC over one of the messages (H20, S8, C10). Without a signature of the right length the same is
/// computed, for nothing.
pub(super) fn signed(
    found: Lookup<'_>,
    hash: Hash,
    messages: &[&[u8]],
    signature: Option<&[u8]>,
    now: Seconds,
) -> Option<u32> {
    let signature = signature.filter(|signature| signature.len() == hash.len());
    let expected = signature.unwrap_or(&DUMMY);
    pick(found, now, |slot| {
        let key = slot.map_or(&DUMMY[..], |secret| secret.bytes);
        let any = messages.iter().fold(false, |any, message| any | hash.mac(key, message).matches(expected));
        any & slot.is_some() & signature.is_some()
    })
}
