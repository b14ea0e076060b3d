//! User management: add, role, password, disable, enable, unlock.

use crate::account::{Role, UserName, UserState};
use crate::credential::Note;
use crate::hub::NewSshKey;
use crate::hub::{CredentialRow, NewUser, UserRow};
use crate::secret::Secret;
use crate::tui::dialog::{Dialog, DialogKind, check_new, public_key};
use crate::tui::form::{
    Control, Fault, Form, FormEntry, Id, button, entry, lower_case, only_if, password, text, text_with,
};
use crate::tui::msg::UserChange;

/// The roles as the form offers them: the one with the fewest rights first, so that nobody gets more by haste.
pub const ROLES: [Role; 4] = [Role::Basic, Role::Advanced, Role::Auditor, Role::Administrator];

const WORDS: &[&str] = &["Basic User", "Advanced User", "Auditor", "Administrator"];

/// The action, and the user as last read.
#[derive(Clone, Debug)]
pub enum UserAction {
    /// A new user.
    Add,
    /// Another role.
    Role(UserRow),
    /// A new password.
    Password(UserRow),
    /// Disable or enable.
    State(UserRow, UserState),
    /// Unlock a user after too many wrong passwords.
    Unlock(UserRow),
    /// Another note.
    Note(UserRow),
}

impl UserAction {
    /// The user that it is about, as last read.
    pub fn row(&self) -> Option<&UserRow> {
        match self {
            Self::Add => None,
            Self::Role(row) | Self::Password(row) | Self::State(row, _) | Self::Unlock(row) | Self::Note(row) => {
                Some(row)
            }
        }
    }

    /// What is wrong with one field that was left.
    pub fn fault_of(&self, form: &Form, id: Id) -> Option<String> {
        match (self, id) {
            (Self::Add, Id::Name) => UserName::new(form.text(id).trim()).err().map(|why| why.to_string()),
            (Self::Add, Id::PublicKey) if form.text(id).trim().is_empty() => None,
            (Self::Add, Id::PublicKey) => public_key(form).err().map(|(_, why)| why),
            (_, Id::Note) => Note::new(form.text(id)).err().map(|why| why.to_string()),
            _ => None,
        }
    }

    /// The change to be sent; otherwise the field with the error.
    pub fn change(&self, form: &Form) -> Result<UserChange, Fault> {
        Ok(match self {
            Self::Add => {
                let name = form.text(Id::Name).trim().to_owned();
                UserName::new(&name).map_err(|why| (Id::Name, why.to_string()))?;
                let password = new_password(form, &name)?;
                let by_key = form.chosen(Id::Source) == KEY_ONLY;
                let ssh_key = if by_key { Some(NewSshKey::of(public_key(form)?)) } else { None };
                UserChange::Add(NewUser { name, role: role(form), password, note: note(form)?, ssh_key })
            }
            Self::Role(row) => UserChange::Role(row.target(), role(form)),
            Self::Password(row) => UserChange::Password(row.target(), new_password(form, &row.name)?),
            Self::State(row, state) => UserChange::State(row.target(), *state),
            Self::Unlock(row) => UserChange::Unlock(row.name.clone()),
            Self::Note(row) => UserChange::Note(row.target(), note(form)?),
        })
    }
}

impl Dialog {
    /// The dialog as it opens. Where nothing is to be typed the safe answer is focused.
    pub fn user(action: UserAction) -> Self {
        let entries = match &action {
            UserAction::Add => vec![
                lower_case(text(Id::Name, "Name")),
                roles(0),
                source(SOURCES_OR_KEY),
                typed(password(Id::Password, "New")),
                typed(password(Id::Again, "Again")),
                only_if(Id::Source, KEY_ONLY, text(Id::PublicKey, "Public key")),
                text(Id::Note, "Note"),
                button(Id::Submit, "Add user"),
                button(Id::Cancel, "Cancel"),
            ],
            UserAction::Role(row) => {
                let now = ROLES.iter().position(|role| *role == row.role).unwrap_or(0);
                vec![roles(now), button(Id::Submit, "Change role"), button(Id::Cancel, "Cancel")]
            }
            UserAction::Password(_) => vec![
                source(SOURCES),
                typed(password(Id::Password, "New")),
                typed(password(Id::Again, "Again")),
                button(Id::Submit, "Set password"),
                button(Id::Cancel, "Cancel"),
            ],
            UserAction::Note(row) => {
                vec![text_with(Id::Note, "Note", &row.note), button(Id::Submit, "Save"), button(Id::Cancel, "Cancel")]
            }
            UserAction::State(row, UserState::Disabled) => {
                let mut entries = vec![button(Id::Cancel, "Keep enabled"), button(Id::Submit, "Disable")];
                if row.made > 0 {
                    entries.push(button(Id::See, "See the keys"));
                }
                entries
            }
            UserAction::State(_, UserState::Active) => {
                vec![button(Id::Cancel, "Leave disabled"), button(Id::Submit, "Enable")]
            }
            UserAction::Unlock(_) => vec![button(Id::Cancel, "Leave locked"), button(Id::Submit, "Unlock")],
        };
        Self::with_form(Form::new(entries), DialogKind::User(Box::new(action)))
    }
}

/// The role that is chosen.
fn role(form: &Form) -> Role {
    ROLES[form.chosen(Id::Role).min(ROLES.len() - 1)]
}

/// Who makes the password, by their places in [`SOURCES`].
const SOURCES: &[&str] = &["make one", "I type one"];
const SOURCES_OR_KEY: &[&str] = &["make one", "I type one", "none, SSH key only"];
const TYPED: usize = 1;
const KEY_ONLY: usize = 2;

fn source(words: &'static [&'static str]) -> FormEntry {
    entry(Id::Source, "Password", Control::Choice { words, chosen: 0 })
}

/// An entry for who types the password.
fn typed(entry: FormEntry) -> FormEntry {
    only_if(Id::Source, TYPED, entry)
}

fn note(form: &Form) -> Result<Note, Fault> {
    Note::new(form.text(Id::Note)).map_err(|why| (Id::Note, why.to_string()))
}

/// The typed password; none if keydesk makes it.
fn new_password(form: &Form, name: &str) -> Result<Option<Secret>, Fault> {
    if form.chosen(Id::Source) != TYPED {
        return Ok(None);
    }
    let text = |id| form.password(id).map_or("", |p| p.expose());
    check_new(name, text(Id::Password), text(Id::Again))?;
    Ok(Some(form.secret(Id::Password)))
}

fn roles(chosen: usize) -> FormEntry {
    entry(Id::Role, "", Control::Choice { words: WORDS, chosen })
}

/// The live credentials that a user made.
#[derive(Debug)]
pub struct UserKeys {
    /// Who made them.
    pub who: String,
    /// The first of them, once they were read.
    pub rows: Option<Vec<CredentialRow>>,
    /// There are more.
    pub more: bool,
    /// Which one is selected.
    pub selected: usize,
}

impl UserKeys {
    /// The selected one.
    pub fn row(&self) -> Option<&CredentialRow> {
        self.rows.as_ref()?.get(self.selected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_are_the_roles() {
        assert_eq!(WORDS, ROLES.map(Role::title));
    }
}
