//! Delivers a secret: once, on standard output, after its commit.

use std::io;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::error::{CliError, stderr_line};
use crate::cli::output;
use crate::export::json;
use crate::hub::{EndedEarly, Issued};

use super::called;

/// What made the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A new credential.
    Created,
    /// A new secret of an existing credential.
    Rotated,
}

#[derive(Serialize)]
struct IssuedJson<'a> {
    key: &'a str,
    /// Only if keydesk generated it: whoever typed a password knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    id: String,
    kind: &'static str,
    name: &'a str,
    /// After a rotation: older secrets that it stopped early.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Vec<StoppedJson>>,
}

#[derive(Serialize)]
struct StoppedJson {
    created_at: String,
    would_have_worked_until: String,
}

/// Prints key and secret. If that fails the secret is lost, and the sentence says what to do.
pub fn hand_out(issued: &Issued, made: Made, json: bool, acting: &str) -> Result<(), CliError> {
    let secret = issued.secret.as_ref().and_then(|s| s.expose_text());
    let document = match json {
        true => as_json(issued, made, secret).map_err(|why| lost(issued, made, acting, &why))?,
        false => as_lines(issued, secret),
    };
    match output::secret(&document) {
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

/// The same for several that were rotated together.
pub fn hand_out_all(issued: &[Issued], json: bool, acting: &str) -> Result<(), CliError> {
    let mut document = Zeroizing::new(Vec::with_capacity(3 + issued.iter().map(|one| 1 + needed(one)).sum::<usize>()));
    let gone = |why: &io::Error| lost_all(issued, acting, why);
    for (i, one) in issued.iter().enumerate() {
        let secret = one.secret.as_ref().and_then(|s| s.expose_text());
        if json {
            document.push(if i == 0 { b'[' } else { b',' });
            let made = as_json(one, Made::Rotated, secret).map_err(|why| gone(&why))?;
            document.extend_from_slice(made.trim_ascii_end());
        } else {
            if i > 0 {
                document.push(b'\n');
            }
            document.extend_from_slice(&as_lines(one, secret));
        }
    }
    if json {
        document.extend_from_slice(b"]\n");
    }
    output::secret(&document).map_err(|why| gone(&why))?;
    if !json {
        stderr_line("These secrets are shown once. Copy them now; keydesk cannot show them again.");
        if let Some(until) = issued.iter().find_map(|one| one.old_until) {
            stderr_line(&format!("The old secrets work until {}.", until.millis().stamp()));
        }
        issued.iter().for_each(tell_stopped);
    }
    Ok(())
}

/// A buffer large enough never to move, which would leave a copy of the secret behind.
fn room(issued: &Issued) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(needed(issued)))
}

/// Bytes that one takes at most.
fn needed(issued: &Issued) -> usize {
    // A character takes six bytes when JSON escapes it.
    let text = issued.row.name.len() + issued.row.key.len();
    1024 + 6 * text + 128 * issued.ended_early.len()
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
        stopped: (made == Made::Rotated).then(|| issued.ended_early.iter().map(stopped).collect()),
    };
    let mut document = room(issued);
    json::write(&mut *document, &made)?;
    document.push(b'\n');
    Ok(document)
}

fn as_lines(issued: &Issued, secret: Option<&str>) -> Zeroizing<Vec<u8>> {
    let labels = issued.row.kind.labels();
    let widest = labels.map(str::len).into_iter().max().unwrap_or_default() + 1;
    let [key, private] = labels.map(|label| format!("{:<widest$} ", format!("{label}:")));
    let mut document = room(issued);
    let shown = crate::text::safe(&issued.row.key);
    for part in [&*key, &*shown, "\n"] {
        document.extend_from_slice(part.as_bytes());
    }
    for part in secret.map(|secret| [&*private, secret, "\n"]).iter().flatten() {
        document.extend_from_slice(part.as_bytes());
    }
    document
}

fn explain(issued: &Issued) {
    match issued.secret {
        Some(_) => stderr_line("This secret is shown once. Copy it now; keydesk cannot show it again."),
        None => stderr_line("The password is the one you typed. It is not shown."),
    }
    if let Some(until) = issued.old_until {
        stderr_line(&format!("The old secret works until {}.", until.millis().stamp()));
    }
    tell_stopped(issued);
}

/// Says which older secrets were stopped early.
pub fn tell_stopped(issued: &Issued) {
    issued.ended_early.iter().for_each(|old| stderr_line(&old.sentence("stopped")));
}

fn lost(issued: &Issued, made: Made, acting: &str, why: &io::Error) -> CliError {
    let row = &issued.row;
    let happened = match made {
        Made::Created => "was created",
        Made::Rotated => "has a new secret",
    };
    CliError::failed(format!(
        "{} {happened}, but the secret could not be written to standard output ({why}) and is lost. Run `keydesk key rotate {} \
         --kind {} --as {acting} --overlap none` for another.",
        called(row),
        row.key,
        row.kind,
    ))
}

fn lost_all(issued: &[Issued], acting: &str, why: &io::Error) -> CliError {
    let keys: Vec<_> = issued.iter().map(|one| one.row.key.as_str()).collect();
    CliError::failed(format!(
        "{} credentials have new secrets, but these could not be written to standard output ({why}) and are lost. Run \
         `keydesk key rotate {} --as {acting} --overlap none` for others.",
        issued.len(),
        keys.join(" "),
    ))
}
