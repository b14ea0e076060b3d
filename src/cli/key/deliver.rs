//! Delivers a secret: once, on standard output, after its commit.

use std::io;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    cli::{
        failure::{Failure, say},
        json, out,
    },
    credential::Kind,
    hub::{EndedEarly, Issued},
};

use super::{called, list::minute};

/// What made the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A new credential.
    Created,
    /// A new secret of one that was there.
    Rotated,
}

#[derive(Serialize)]
struct IssuedJson<'a> {
    key: &'a str,
    /// Only if keydesk made it: who typed a password has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    id: String,
    kind: &'static str,
    name: &'a str,
    /// After a rotation: the older secrets that would have worked longer, and were stopped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Vec<StoppedJson>>,
}

#[derive(Serialize)]
struct StoppedJson {
    created_at: String,
    would_have_worked_until: String,
}

/// Prints key and secret. If that fails the secret is lost, and the sentence says what to do.
pub fn hand_out(issued: &Issued, made: Made, json: bool, acting: &str) -> Result<(), Failure> {
    let secret = issued.secret.as_ref().and_then(|s| s.expose_text());
    let document = match json {
        true => as_json(issued, made, secret).map_err(|why| lost(issued, made, acting, &why))?,
        false => as_lines(issued, secret),
    };
    match out::secret(&document) {
        Ok(()) => {}
        Err(why) if secret.is_some() => return Err(lost(issued, made, acting, &why)),
        // The key alone can be read again at any time.
        Err(why) => return Err(why.into()),
    }
    if !json {
        explain(issued);
    }
    Ok(())
}

/// Room for the document, so that its buffer never moves and leaves a copy behind.
fn room(issued: &Issued) -> Zeroizing<Vec<u8>> {
    // A character takes six bytes when JSON escapes it.
    let text = issued.row.name.len() + issued.row.key.len();
    Zeroizing::new(Vec::with_capacity(1024 + 6 * text + 128 * issued.cut_short.len()))
}

fn as_json(issued: &Issued, made: Made, secret: Option<&str>) -> io::Result<Zeroizing<Vec<u8>>> {
    let row = &issued.row;
    let stopped = |old: &EndedEarly| StoppedJson {
        created_at: old.created_at.rfc3339(),
        would_have_worked_until: old.until.rfc3339(),
    };
    let made = IssuedJson {
        key: &row.key,
        secret,
        id: row.id.to_string(),
        kind: row.kind.as_str(),
        name: &row.name,
        stopped: (made == Made::Rotated).then(|| issued.cut_short.iter().map(stopped).collect()),
    };
    let mut document = room(issued);
    json::write(&mut *document, &made)?;
    document.push(b'\n');
    Ok(document)
}

fn as_lines(issued: &Issued, secret: Option<&str>) -> Zeroizing<Vec<u8>> {
    let (key, private) = match issued.row.kind {
        Kind::Legacy => ("Username: ", "Password: "),
        Kind::Basic | Kind::Hmac => ("Key:    ", "Secret: "),
    };
    let mut document = room(issued);
    let shown = crate::text::safe(&issued.row.key);
    for part in [key, &shown, "\n"] {
        document.extend_from_slice(part.as_bytes());
    }
    for part in secret.map(|secret| [private, secret, "\n"]).iter().flatten() {
        document.extend_from_slice(part.as_bytes());
    }
    document
}

fn explain(issued: &Issued) {
    match issued.secret {
        Some(_) => say("This secret is shown once. Copy it now; keydesk cannot show it again."),
        None => say("The password is the one you typed. It is not shown."),
    }
    if let Some(until) = issued.old_until {
        say(&format!("The old secret works until {} UTC.", minute(until.millis())));
    }
    tell_stopped(issued);
}

/// Says which older secrets were stopped before their time.
pub fn tell_stopped(issued: &Issued) {
    issued.cut_short.iter().for_each(|old| say(&old.sentence("stopped")));
}

fn lost(issued: &Issued, made: Made, acting: &str, why: &io::Error) -> Failure {
    let row = &issued.row;
    let happened = match made {
        Made::Created => "was created",
        Made::Rotated => "has a new secret",
    };
    Failure::failed(format!(
        "{} {happened}, but the secret could not be written to standard output ({why}) and is lost. Run `keydesk key rotate {} \
         --kind {} --as {acting} --overlap none` for another.",
        called(row),
        row.key,
        row.kind,
    ))
}
