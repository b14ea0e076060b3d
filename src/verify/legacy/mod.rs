//! The Legacy surface: name and password in the body, as SOAP, bare XML or M4U text (L1 to L7).

mod m4u;
mod soap;
mod xml;

use crate::credential::Kind;
use crate::secret::Secret;
use crate::verify::syntax::framing;
use crate::verify::{Decision, Denied, PasswordCheck, Reason, Request, Snapshot, judge};

/// What the body holds.
struct Login {
    user: Vec<u8>,
    password: Secret,
}

/// Asks for the password of the user that the body names; a name that exists costs the same as one that does not.
pub(super) fn decide<'a>(request: &Request<'a>, snapshot: &'a Snapshot) -> Result<Decision<'a>, Denied<'a>> {
    let login = match request.visible_body() {
        None => return Err(Reason::BodyUnavailable.into()),
        Some([]) => return Err(Reason::NoCredentials.into()),
        Some(body) => Login::read(body).ok_or(Reason::MalformedBody)?,
    };
    let rest = (judge::address(request.client), framing::body_check(request, false));
    let check = PasswordCheck::new(snapshot, (Kind::Legacy, &login.user), login.password, rest);
    Ok(Decision::NeedsPassword(check))
}

/// Whom the body names.
pub(super) fn user(request: &Request<'_>) -> Option<Vec<u8>> {
    Login::read(request.visible_body()?).map(|login| login.user)
}

/// Name and password in a body, for explanations.
pub(super) fn login(body: &[u8]) -> Option<(Vec<u8>, Secret)> {
    Login::read(body).map(|Login { user, password }| (user, password))
}

impl Login {
    fn read(body: &[u8]) -> Option<Self> {
        match body.strip_prefix(b"m4u\r\n") {
            Some(rest) => m4u::read(rest),
            None => soap::read(body),
        }
    }
}
