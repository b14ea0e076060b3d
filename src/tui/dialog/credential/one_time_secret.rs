//! The one-time view: the only place that holds secrets, and only while it is open. After a rotation of several it has a
//! page for each.

use crate::hub::{CredentialId, CredentialRow, EndedEarly, Issued, LossCause, UnsavedSecret};
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
    /// Name, key and secret of each page, one line each.
    All,
}

/// The one-time view: pages with a secret each, and the one that is shown.
#[derive(Debug)]
pub struct OneTimeSecret {
    pages: Vec<SecretPage>,
    at: usize,
    /// Whether the secrets are shown as dots.
    pub masked: bool,
    /// Outcome of the last copy.
    pub copied: Option<(CopyPart, CopyOutcome)>,
}

/// One secret.
#[derive(Debug)]
pub struct SecretPage {
    /// The credential.
    pub row: CredentialRow,
    /// How the secret came to be.
    pub issue: Issue,
    /// The secret was copied, as far as can be known.
    pub saved: bool,
    /// The secret was sent somewhere; the trail knows of it.
    pub sent: bool,
    /// Number of the secret: 1 for the first, one more with each rotation.
    version: i64,
    secret: Secret,
}

impl SecretPage {
    /// The page of a secret that was just made; `None` where its user typed it.
    pub fn new(issued: Issued, created: bool) -> Option<Self> {
        let Issued { row, secret, version, old_until, ended_early } = issued;
        let issue = if created { Issue::Created } else { Issue::Rotated { old_until, ended_early } };
        Some(Self { row, issue, saved: false, sent: false, version, secret: secret? })
    }

    /// What is known about the secret after it was wiped.
    pub fn lost(&self) -> UnsavedSecret {
        UnsavedSecret { id: self.row.id, version: self.version, how: LossCause::Wiped }
    }

    /// The secret as text. Everything that keydesk makes is.
    pub fn text(&self) -> &str {
        self.secret.expose_text().unwrap_or_default()
    }

    /// Puts the parts one after the other, with `between` them, into a buffer that never moves.
    fn joined(&self, parts: &[&str], between: &str) -> Secret {
        let room = parts.iter().map(|part| part.len() + between.len()).sum::<usize>() + self.secret.len();
        let mut all = Vec::with_capacity(room);
        for part in parts {
            all.extend_from_slice(part.as_bytes());
            all.extend_from_slice(between.as_bytes());
        }
        all.extend_from_slice(self.secret.expose());
        Secret::new(all)
    }
}

impl Dialog {
    /// The view of secrets that were just made; `None` without any.
    pub fn one_time_secret(pages: Vec<SecretPage>) -> Option<Self> {
        let mut buttons = vec![button(Id::Ok, "OK")];
        // After a rotation the key is in use: revoking it does not undo anything.
        if pages.first()?.issue == Issue::Created {
            buttons.push(button(Id::Revoke, "Revoke it"));
        }
        let view = OneTimeSecret { pages, at: 0, masked: false, copied: None };
        Some(Self::with_form(Form::new(buttons), DialogKind::OneTimeSecret(Box::new(view))))
    }
}

impl OneTimeSecret {
    /// The page that is shown. There is always one.
    pub fn page(&self) -> &SecretPage {
        &self.pages[self.at]
    }

    /// All pages.
    pub fn pages(&self) -> &[SecretPage] {
        &self.pages
    }

    /// Index of the page that is shown.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The credential of the page that is shown.
    pub fn row(&self) -> &CredentialRow {
        &self.page().row
    }

    /// The secret of the page that is shown, as text.
    pub fn text(&self) -> &str {
        self.page().text()
    }

    /// Whether every secret was copied, as far as can be known.
    pub fn saved(&self) -> bool {
        self.pages.iter().all(|page| page.saved)
    }

    /// The pages whose secret was not copied.
    pub fn unsaved(&self) -> impl Iterator<Item = &SecretPage> {
        self.pages.iter().filter(|page| !page.saved)
    }

    /// Turns to another page; the outcome of the last copy was about the one before.
    pub fn turn(&mut self, on: bool) {
        let last = self.pages.len() - 1;
        let to = if on { (self.at + 1).min(last) } else { self.at.saturating_sub(1) };
        if to != self.at {
            self.at = to;
            self.copied = None;
        }
    }

    /// Notes that a part was sent somewhere, and whether it arrived as far as can be known; the credentials whose
    /// secret left for the first time.
    pub fn note_copy(&mut self, what: CopyPart, arrived: bool) -> Vec<CredentialId> {
        let at = self.at;
        let pages = self.pages.iter_mut().enumerate().filter(|(i, _)| match what {
            CopyPart::All => true,
            CopyPart::Both | CopyPart::Secret => *i == at,
            CopyPart::Key => false,
        });
        let mut first = Vec::new();
        for (_, page) in pages {
            if !std::mem::replace(&mut page.sent, true) {
                first.push(page.row.id);
            }
            page.saved |= arrived;
        }
        first
    }

    /// What goes to the clipboard.
    pub fn to_copy(&self, what: CopyPart) -> Secret {
        let page = self.page();
        match what {
            CopyPart::Key => Secret::from_text(&page.row.key),
            CopyPart::Secret => page.secret.duplicate(),
            CopyPart::Both => page.joined(&[&page.row.key], "\n"),
            CopyPart::All => {
                let lines: Vec<_> =
                    self.pages.iter().map(|page| page.joined(&[&page.row.name, &page.row.key], "\t")).collect();
                let mut all = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
                for line in lines {
                    all.extend_from_slice(line.expose());
                    all.push(b'\n');
                }
                Secret::new(all)
            }
        }
    }

    /// Words for what was copied.
    pub fn words(&self, what: CopyPart) -> String {
        let kind = self.row().kind;
        let (key, secret) = (kind.key_word(), kind.secret_word());
        match what {
            CopyPart::Both => format!("{key} and {secret}"),
            CopyPart::Secret => secret.to_owned(),
            CopyPart::Key => key.to_owned(),
            CopyPart::All => format!("all {}", self.pages.len()),
        }
    }
}
