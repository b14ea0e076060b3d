//! The one-time view: the only place that holds a secret, and only while it is open.

use crate::hub::{CredentialRow, EndedEarly, LossCause, UnsavedSecret};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Form, Id, button};
use crate::tui::msg::CopyOutcome;

/// How the secret came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    /// With a new key.
    Created,
    /// By rotation.
    Rotated {
        /// The old one works until then.
        old_until: Option<Seconds>,
        /// Older ones that were stopped before their time.
        ended_early: Vec<EndedEarly>,
    },
}

/// What to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyPart {
    /// Key and secret.
    Both,
    /// The secret.
    Secret,
    /// The key.
    Key,
}

/// The one-time view.
#[derive(Debug)]
pub struct OneTimeSecret {
    /// The credential.
    pub row: CredentialRow,
    /// How the secret came to be.
    pub issue: Issue,
    /// Number of the secret: 1 for the first, one more with each rotation.
    version: i64,
    /// Whether the secret is shown as dots.
    pub masked: bool,
    /// The secret was copied, as far as can be known.
    pub saved: bool,
    /// The secret was sent somewhere; the trail knows of it.
    pub sent: bool,
    /// Outcome of the last copy.
    pub copied: Option<(CopyPart, CopyOutcome)>,
    secret: Secret,
}

impl Dialog {
    /// The view of a secret that was just made.
    pub fn one_time_secret(row: CredentialRow, (secret, version): (Secret, i64), issue: Issue) -> Self {
        let mut buttons = vec![button(Id::Ok, "OK")];
        // After a rotation the key is in use: revoking it does not undo anything.
        if issue == Issue::Created {
            buttons.push(button(Id::Revoke, "Revoke it"));
        }
        let view =
            OneTimeSecret { row, issue, version, masked: false, saved: false, sent: false, copied: None, secret };
        Self::with_form(Form::new(buttons), DialogKind::OneTimeSecret(Box::new(view)))
    }
}

impl OneTimeSecret {
    /// What is known about the secret after it was wiped.
    pub fn lost(&self) -> UnsavedSecret {
        UnsavedSecret { id: self.row.id, version: self.version, how: LossCause::Wiped }
    }

    /// The secret as text. Everything that keydesk makes is.
    pub fn text(&self) -> &str {
        self.secret.expose_text().unwrap_or_default()
    }

    /// What goes to the clipboard.
    pub fn to_copy(&self, what: CopyPart) -> Secret {
        match what {
            CopyPart::Key => Secret::from_text(&self.row.key),
            CopyPart::Secret => self.secret.duplicate(),
            CopyPart::Both => {
                let mut both = Vec::with_capacity(self.row.key.len() + 1 + self.secret.len());
                both.extend_from_slice(self.row.key.as_bytes());
                both.push(b'\n');
                both.extend_from_slice(self.secret.expose());
                Secret::new(both)
            }
        }
    }

    /// Words for what was copied.
    pub fn words(&self, what: CopyPart) -> String {
        let (key, secret) = (self.row.kind.key_word(), self.row.kind.secret_word());
        match what {
            CopyPart::Both => format!("{key} and {secret}"),
            CopyPart::Secret => secret.to_owned(),
            CopyPart::Key => key.to_owned(),
        }
    }
}
