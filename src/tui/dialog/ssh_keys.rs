//! The SSH keys of a user: the list, a new one, and the question before one is removed.

use crate::account::PublicKey;
use crate::credential::{Name, Networks};
use crate::hub::{InputField, NewSshKey, SshKeyRow, SshKeyState};
use crate::time::{Millis, when_or_never};
use crate::tui::dialog::{Dialog, DialogKind, Scrollable};
use crate::tui::form::{Fault, Form, Id, button, text};

/// The keys of a user that were not removed.
#[derive(Debug)]
pub struct SshKeys {
    /// Whose they are.
    pub who: String,
    /// Whether the user has a password, too.
    pub has_password: bool,
    /// `None` before they were read.
    pub rows: Option<Vec<SshKeyRow>>,
    /// Which one is selected.
    pub selected: usize,
}

impl SshKeys {
    /// The selected one.
    pub fn row(&self) -> Option<&SshKeyRow> {
        self.rows.as_ref()?.get(self.selected)
    }

    /// Takes the rows as they are now; the same key stays selected, if it is still there.
    pub fn take(&mut self, rows: Vec<SshKeyRow>) {
        let at = self.row().and_then(|was| rows.iter().position(|row| row.no == was.no));
        self.selected = at.unwrap_or(self.selected).min(rows.len().saturating_sub(1));
        self.rows = Some(rows);
    }

    /// Whether the selected one is all that lets its user in.
    fn last_way_in(&self, now: Millis) -> bool {
        let usable = |row: &&SshKeyRow| row.state_at(now) == SshKeyState::Active;
        let others = self.rows.iter().flatten().filter(|row| self.row().is_none_or(|selected| selected.no != row.no));
        !self.has_password && self.row().is_some_and(|row| usable(&row)) && !others.into_iter().any(|row| usable(&row))
    }
}

/// A key that is about to be removed.
#[derive(Debug)]
pub struct RemoveSshKey {
    /// The key.
    pub row: SshKeyRow,
    /// Whether nothing else lets its user in.
    pub last_way_in: bool,
}

impl Dialog {
    /// The list, before it was read.
    pub fn ssh_keys(who: &str, has_password: bool) -> Self {
        let keys = SshKeys { who: who.to_owned(), has_password, rows: None, selected: 0 };
        Self::to_read(DialogKind::SshKeys(Box::new(Scrollable::new(keys))))
    }

    /// The form for a new key of a user.
    pub fn add_ssh_key(who: &str) -> Self {
        let form = Form::new(vec![
            text(Id::PublicKey, "Public key"),
            text(Id::Label, "Label"),
            text(Id::Networks, "Networks"),
            text(Id::Expires, "Expires"),
            button(Id::Submit, "Add key"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self::with_form(form, DialogKind::AddSshKey(who.to_owned()))
    }

    /// Asks before the selected key is removed; nothing where there is none.
    pub fn remove_ssh_key(keys: &SshKeys, now: Millis) -> Option<Self> {
        let form = Form::new(vec![button(Id::Cancel, "Keep it"), button(Id::Submit, "Remove")]);
        let remove = RemoveSshKey { row: keys.row()?.clone(), last_way_in: keys.last_way_in(now) };
        Some(Self::with_form(form, DialogKind::RemoveSshKey(Box::new(remove))))
    }
}

/// What is wrong with one field that was left.
pub fn fault_of(form: &Form, id: Id, now: Millis) -> Option<String> {
    let typed = form.text(id).trim();
    match id {
        Id::PublicKey if typed.is_empty() => None,
        Id::PublicKey => PublicKey::parse(typed).err().map(|why| why.to_string()),
        Id::Label if typed.is_empty() => None,
        Id::Label => Name::new(typed).err().map(|why| why.to_string()),
        Id::Networks => Networks::from_line(typed).err().map(|why| why.to_string()),
        Id::Expires => when_or_never(typed, now.seconds()).err().map(|why| why.to_string()),
        _ => None,
    }
}

/// The key that is typed, or why there is none.
pub fn public_key(form: &Form) -> Result<PublicKey, Fault> {
    PublicKey::parse(form.text(Id::PublicKey)).map_err(|why| (Id::PublicKey, why.to_string()))
}

/// The new key; otherwise the field with the error.
pub fn wanted(form: &Form, now: Millis) -> Result<NewSshKey, Fault> {
    let key = public_key(form)?;
    for id in [Id::Label, Id::Networks, Id::Expires] {
        if let Some(why) = fault_of(form, id, now) {
            return Err((id, why));
        }
    }
    let networks = Networks::from_line(form.text(Id::Networks)).map_err(|why| (Id::Networks, why.to_string()))?;
    let expires_at =
        when_or_never(form.text(Id::Expires), now.seconds()).map_err(|why| (Id::Expires, why.to_string()))?;
    let label = Some(form.text(Id::Label).trim()).filter(|typed| !typed.is_empty()).map(str::to_owned);
    Ok(NewSshKey { key, label, networks, expires_at })
}

/// The field of the form that an error of the hub is about.
pub fn entry_of_ssh_key(field: InputField) -> Id {
    match field {
        InputField::Name => Id::Label,
        InputField::Networks => Id::Networks,
        InputField::Expiry => Id::Expires,
        _ => Id::PublicKey,
    }
}
