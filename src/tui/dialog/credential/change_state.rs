//! Disable, enable or revoke: one key or several, with one confirmation.

use crate::{
    credential::{State, Verb},
    hub::CredentialRow,
    tui::form::{Form, Id, button, text},
};

/// The dialog's state.
#[derive(Debug)]
pub struct Change {
    /// The action.
    pub verb: Verb,
    /// The rows, as they were when they were chosen.
    pub rows: Vec<CredentialRow>,
    /// What must be typed (to revoke), and the buttons.
    pub form: Form,
    /// Error of the last try.
    pub problem: Option<String>,
    /// The one-time view lies under it: its key is the one to revoke.
    pub over_secret: bool,
}

impl Change {
    /// The dialog with the safe answer focused, or the field that guards the other.
    pub fn new(verb: Verb, rows: Vec<CredentialRow>) -> Self {
        let keep = button(Id::Cancel, if rows.len() == 1 { "Keep it" } else { "Keep them" });
        let some_active = rows.iter().any(|row| row.state == State::Active);
        let entries = match verb {
            Verb::Revoke => {
                let mut entries = vec![text(Id::Confirm, ""), keep, button(Id::Revoke, "Revoke")];
                if some_active {
                    entries.push(button(Id::Disable, "Disable"));
                }
                entries
            }
            Verb::Disable => vec![keep, button(Id::Submit, "Disable")],
            Verb::Enable => vec![button(Id::Cancel, "Leave disabled"), button(Id::Submit, "Enable")],
        };
        Self { verb, rows, form: Form::new(entries), problem: None, over_secret: false }
    }

    /// `d`: enables when everything chosen is disabled, else disables.
    pub fn toggle(rows: Vec<CredentialRow>) -> Self {
        let all_disabled = rows.iter().all(|row| row.state == State::Disabled);
        Self::new(if all_disabled { Verb::Enable } else { Verb::Disable }, rows)
    }

    /// What must be typed before Revoke can be chosen: the last 4 characters of the key, or the number of keys.
    pub fn to_type(&self) -> String {
        match self.rows.as_slice() {
            [row] => {
                let chars: Vec<char> = row.key.chars().collect();
                chars[chars.len().saturating_sub(4)..].iter().collect()
            }
            rows => rows.len().to_string(),
        }
    }

    /// Whether it was typed.
    pub fn confirmed(&self) -> bool {
        self.verb != Verb::Revoke || self.form.text(Id::Confirm).trim() == self.to_type()
    }

    /// The rows in words: `2 keys`, or the name of one.
    pub fn what(&self) -> String {
        match self.rows.as_slice() {
            [row] => row.name.clone(),
            rows => format!("{} keys", rows.len()),
        }
    }
}
