//! Mistakes in a Legacy credential, which is in the body.

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::VaultError;
use crate::verify::explain::slips::basic::Guess;
use crate::verify::{Request, Snapshot, legacy};

/// Name and password that a body was meant to hold.
pub(in crate::verify) fn pair(request: &Request<'_>) -> Option<(String, Secret)> {
    guess(request).map(Guess::pair)
}

/// What is wrong with a body, in sentences.
pub(in crate::verify) fn mistake(
    request: &Request<'_>,
    snapshot: &Snapshot,
    now: Seconds,
) -> Result<Option<String>, VaultError> {
    match guess(request) {
        Some(guess) => guess.mistake(Kind::Legacy, snapshot, now),
        None => Ok(None),
    }
}

fn guess(request: &Request<'_>) -> Option<Guess> {
    let body = request.visible_body()?;
    let unmarked = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let (login, slips) = match legacy::login(body) {
        Some(login) => (Some(login), Vec::new()),
        None if unmarked.starts_with(b"m4u") => {
            let text = String::from_utf8_lossy(unmarked).replace("\r\n", "\n").replace('\n', "\r\n");
            let slip = "The lines of M4U text end in CR LF, the first begins with `m4u`, and nothing is before it.";
            (legacy::login(text.as_bytes()), vec![slip.to_owned()])
        }
        None => {
            let slip = "Something stands before or behind the document.".to_owned();
            (legacy::login(body.trim_ascii()), vec![slip])
        }
    };
    let (user, password) = login?;
    Some(Guess::of(slips, std::str::from_utf8(&user).ok()?, password.expose_text()?, ["username", "password"]))
}
