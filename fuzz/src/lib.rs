//! What the targets share: a store, a request, and the way through.

use std::sync::LazyLock;

use data_encoding::BASE64;
use keydesk::{
    credential::Kind,
    secret::Secret,
    time::Seconds,
    vault::{self, Hash, Stored},
    verify::{
        Body, Decision, Entry, Field, PasswordCheck, Request, Scheme, Snapshot, Surface, Verdict, Version, decide,
        signing_strings,
    },
};

/// Thu, 01 Jan 2026 00:00:00 GMT
pub const NOW: Seconds = Seconds(1_767_225_600);
pub const DATE: &[u8] = b"Thu, 01 Jan 2026 00:00:00 GMT";

/// Drawn in each process: a fuzzer cannot find it, so whatever passes without it is a hole.
static SECRET: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let mut secret = [0; 32];
    vault::fill(&mut secret).expect("random bytes");
    secret
});

/// The key `bob` as Basic and as HMAC.
pub static STORE: LazyLock<Snapshot> = LazyLock::new(|| {
    let secret = || Secret::new(SECRET.to_vec());
    let entry = |kind, stored| Entry::new(kind, "bob", stored);
    Snapshot::of(&[entry(Kind::Basic, Stored::hashed(&secret())), entry(Kind::Hmac, Stored::Plain(secret()))])
        .expect("two credentials")
});

/// A request for the REST surface.
pub fn rest<'a>(fields: &'a [Field<'a>], body: &'a [u8]) -> Request<'a> {
    Request {
        surface: Surface::Rest,
        method: b"POST",
        target: b"/v1/messages?a=b",
        fields,
        body: Body::Visible(body),
        version: Version::Http11,
        scheme: Scheme::Https,
        client: Some(b"198.51.100.1"),
    }
}

/// Whether a request passes; nothing here has a slow hash.
pub fn passes(request: &Request<'_>) -> bool {
    match decide(request, &STORE, NOW) {
        Decision::Verdict(Verdict::Allow(_)) => true,
        Decision::Verdict(Verdict::Deny(_)) => false,
        Decision::NeedsPassword(check) => {
            let outcome = check.run_with(|_, _| Ok::<_, ()>(false)).expect("no error");
            check.resolve(outcome, &STORE, NOW).is_allow()
        }
    }
}

/// The signature that a request should have, if it can be read at all.
pub fn sign(request: &Request<'_>) -> Option<String> {
    let string = signing_strings(request).into_iter().next()?;
    Some(BASE64.encode(Hash::Sha256.mac(&*SECRET, &string).as_bytes()))
}

/// The password check of a body on the Legacy surface, if it gets that far.
pub fn password_check(body: &[u8]) -> Option<PasswordCheck> {
    let request = Request { surface: Surface::Legacy, ..rest(&[], body) };
    match decide(&request, &STORE, NOW) {
        Decision::NeedsPassword(check) => Some(check),
        Decision::Verdict(verdict) => {
            assert!(!verdict.is_allow());
            None
        }
    }
}
