//! The password of a user: typed, or made here and printed once.

use std::io;

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::error::{CliError, stderr_line};
use crate::cli::{output, password_prompt};
use crate::export::json;
use crate::hub::WithPassword;
use crate::secret::Secret;

/// Where the password comes from, and how the outcome is printed.
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long, conflicts_with = "generate")]
    password_stdin: bool,
    /// Let keydesk make the password and print it, once
    #[arg(long, alias = "generate-password")]
    generate: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct OutcomeJson<'a> {
    name: &'a str,
    role: &'static str,
    must_change_password: bool,
    /// Only if keydesk made it: whoever typed a password knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

impl PasswordArgs {
    /// The typed password; none if keydesk makes it.
    pub fn read(&self, of: &str) -> Result<Option<Secret>, CliError> {
        match self.generate {
            true => Ok(None),
            false => password_prompt::new_password(of, self.password_stdin).map(Some),
        }
    }

    /// Prints what was done, `and` what must be changed next, and the password if it was made. If that fails the password is lost, and the sentence says what to do.
    pub fn hand_out(&self, done: &WithPassword, acting: &str, (what, and): (String, &str)) -> Result<(), CliError> {
        let (row, secret) = (&done.row, done.password.as_ref().and_then(Secret::expose_text));
        let next = if row.must_change_password { "must be changed at the next sign-in" } else { "" };
        let lost = |why: &io::Error| {
            CliError::failed(format!(
                "{} has the new password, but it could not be written to standard output ({why}) and is lost. Run `keydesk user \
                 passwd {} --as {acting} --generate` for another.",
                row.name, row.name
            ))
        };
        match (self.json, secret) {
            (true, secret) => {
                let document = self.document(done, secret).map_err(|why| lost(&why))?;
                output::secret(&document).map_err(|why| if secret.is_some() { lost(&why) } else { why.into() })
            }
            (false, None) => output::outcome([match next {
                "" => format!("{what}."),
                next => format!("{what}{and} {next}."),
            }]),
            (false, Some(secret)) => {
                let mut line = Zeroizing::new(Vec::with_capacity(secret.len() + 1));
                line.extend_from_slice(secret.as_bytes());
                line.push(b'\n');
                output::secret(&line).map_err(|why| lost(&why))?;
                let next = if next.is_empty() { String::new() } else { format!(", and {next}") };
                stderr_line(&format!("{what}. The password is shown once{next}."));
                Ok(())
            }
        }
    }

    fn document(&self, done: &WithPassword, password: Option<&str>) -> io::Result<Zeroizing<Vec<u8>>> {
        let row = &done.row;
        // A buffer that never moves, which would leave a copy of the password behind.
        let mut document = Zeroizing::new(Vec::with_capacity(1024));
        let must_change_password = row.must_change_password;
        let outcome = OutcomeJson { name: &row.name, role: row.role.as_str(), must_change_password, password };
        json::write(&mut *document, &outcome)?;
        document.push(b'\n');
        Ok(document)
    }
}
