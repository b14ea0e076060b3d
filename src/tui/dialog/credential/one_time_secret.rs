//! The one-time view: the only place that holds secrets, and only while it is open. After a rotation of several it has a
//! page for each.

use crate::copy_as::{self, Call, CopyForm};
use crate::hub::{CredentialId, CredentialRow, EndedEarly, Issued, LossCause, UnsavedSecret, UserRow};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::tui::dialog::{Dialog, DialogKind, Holder};
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
    /// The shown one in another form.
    As(CopyForm),
    /// All of them: name, key and secret on a line each, or in another form.
    All(CopyForm),
}

/// The one-time view: pages with a secret each, and the one that is shown.
#[derive(Debug)]
pub struct OneTimeSecret {
    pages: Vec<SecretPage>,
    at: usize,
    /// Whether the secrets are shown as dots.
    pub masked: bool,
    /// How all of several are copied: as the last one was.
    form: CopyForm,
    /// Outcome of the last copy.
    pub copied: Option<(CopyPart, CopyOutcome)>,
}

/// One secret.
#[derive(Debug)]
pub struct SecretPage {
    /// Whose it is.
    pub holder: Holder,
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
        let holder = Holder::Credential(Box::new(row));
        Some(Self { holder, issue, saved: false, sent: false, version, secret: secret? })
    }

    /// The page of a password that was made for a user.
    pub fn of_user(row: UserRow, password: Secret, added: bool) -> Self {
        let issue = if added { Issue::Created } else { Issue::Rotated { old_until: None, ended_early: Vec::new() } };
        let holder = Holder::User(Box::new(row));
        Self { holder, issue, saved: false, sent: false, version: 0, secret: password }
    }

    /// What is known about the secret of a credential after it was wiped.
    pub fn lost(&self) -> Option<UnsavedSecret> {
        let id = self.holder.credential()?.id;
        Some(UnsavedSecret { id, version: self.version, how: LossCause::Wiped })
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
        let first = pages.first()?;
        // After a rotation the key is in use: revoking it does not undo anything.
        if first.issue == Issue::Created && first.holder.credential().is_some() {
            buttons.push(button(Id::Revoke, "Revoke it"));
        }
        let view = OneTimeSecret { pages, at: 0, masked: false, form: CopyForm::Lines, copied: None };
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

    /// Whose secret the page that is shown has.
    pub fn holder(&self) -> &Holder {
        &self.page().holder
    }

    /// The credential of the page that is shown, unless it is of a user.
    pub fn credential(&self) -> Option<&CredentialRow> {
        self.holder().credential()
    }

    /// How all of several are copied.
    pub fn form(&self) -> CopyForm {
        self.form
    }

    /// From now on all of several are copied so.
    pub fn set_form(&mut self, form: CopyForm) {
        self.form = form;
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
    /// secret left for the first time. What does not hold the secret saves none.
    pub fn note_copy(&mut self, what: CopyPart, arrived: bool) -> Vec<CredentialId> {
        let at = self.at;
        let holds =
            |form: CopyForm, page: &SecretPage| page.holder.credential().is_none_or(|row| form.holds_secret(row.kind));
        let mut first = Vec::new();
        for (i, page) in self.pages.iter_mut().enumerate() {
            let left = match what {
                CopyPart::All(form) => holds(form, page),
                CopyPart::As(form) => i == at && holds(form, page),
                CopyPart::Both | CopyPart::Secret => i == at,
                CopyPart::Key => false,
            };
            if !left {
                continue;
            }
            if !std::mem::replace(&mut page.sent, true) {
                first.extend(page.holder.credential().map(|row| row.id));
            }
            page.saved |= arrived;
        }
        first
    }

    /// What goes to the clipboard; or why it cannot be written so.
    pub fn to_copy(&self, what: CopyPart, call: Call<'_>) -> Result<Secret, String> {
        let page = self.page();
        let written = |form, pages: &[SecretPage]| {
            let parts: Vec<_> = pages.iter().filter_map(|page| page.holder.parts(Some(&page.secret))).collect();
            copy_as::text(form, &parts, call)
        };
        Ok(match what {
            CopyPart::Key => Secret::from_text(page.holder.key()),
            CopyPart::Secret => page.secret.duplicate(),
            CopyPart::Both => page.joined(&[page.holder.key()], "\n"),
            CopyPart::As(form) => written(form, std::slice::from_ref(page))?,
            CopyPart::All(form) => written(form, &self.pages)?,
        })
    }

    /// Words for what was copied.
    pub fn words(&self, what: CopyPart) -> String {
        let [key, secret] = self.holder().words();
        let all = self.pages.len();
        let holds = |form: CopyForm| self.credential().is_none_or(|row| form.holds_secret(row.kind));
        match what {
            CopyPart::Both | CopyPart::As(CopyForm::Lines) => format!("{key} and {secret}"),
            CopyPart::Secret => secret.to_owned(),
            CopyPart::Key => key.to_owned(),
            CopyPart::As(form) if holds(form) => format!("{key} and {secret} as {}", form.word()),
            CopyPart::As(form) => format!("signed example as {}, without the {secret}", form.word()),
            CopyPart::All(CopyForm::Lines) => format!("all {all}"),
            CopyPart::All(form) => format!("all {all} as {}", form.word()),
        }
    }
}
