//! Disable, enable or revoke: one key or several, with one confirmation.

use crate::credential::{State, Verb};
use crate::hub::{CredentialRow, CredentialTarget};
use crate::tui::dialog::{Dialog, DialogKind, counted, names};
use crate::tui::form::{Fault, Form, Id, button, text};
use crate::tui::screen::Found;

/// What is changed.
#[derive(Debug)]
pub struct ChangeState {
    /// The action.
    pub verb: Verb,
    /// The rows, as they were when they were chosen.
    pub rows: Vec<CredentialRow>,
    /// What the rows are all of, if they are all that a filter finds.
    pub all_of: Option<Found>,
    /// The one-time view lies under it: its key is the one to revoke.
    pub over_secret: bool,
}

impl Dialog {
    /// The dialog with the safe answer focused, or the field that guards the other.
    pub fn change_state(change: ChangeState) -> Self {
        let ChangeState { verb, rows, .. } = &change;
        let keep = button(Id::Cancel, if rows.len() == 1 { "Keep it" } else { "Keep them" });
        let some_active = rows.iter().any(|row| row.state == State::Active);
        let counted = |verb: &str| counted(verb, rows.len());
        let entries = match verb {
            Verb::Revoke => {
                let mut entries = vec![text(Id::Confirm, ""), keep];
                entries.extend(some_active.then(|| button(Id::Disable, "Disable")));
                entries.push(button(Id::Revoke, counted("Revoke")));
                entries
            }
            Verb::Disable => vec![keep, button(Id::Submit, counted("Disable"))],
            Verb::Enable => vec![button(Id::Cancel, "Leave disabled"), button(Id::Submit, counted("Enable"))],
        };
        Self::with_form(Form::new(entries), DialogKind::ChangeState(Box::new(change)))
    }
}

impl ChangeState {
    /// Revokes for ever.
    pub fn revoke(rows: Vec<CredentialRow>) -> Self {
        Self { verb: Verb::Revoke, rows, all_of: None, over_secret: false }
    }

    /// Enables when everything chosen is disabled, else disables.
    pub fn toggle(rows: Vec<CredentialRow>) -> Self {
        let all_disabled = rows.iter().all(|row| row.state == State::Disabled);
        let verb = if all_disabled { Verb::Enable } else { Verb::Disable };
        Self { verb, rows, all_of: None, over_secret: false }
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

    /// Whether it was typed, in either case.
    pub fn confirmed(&self, form: &Form) -> bool {
        self.verb != Verb::Revoke || form.text(Id::Confirm).trim().eq_ignore_ascii_case(&self.to_type())
    }

    /// Whether `verb` can be sent: the milder one that the revoke dialog offers needs no confirmation.
    pub fn check(&self, form: &Form, verb: Verb) -> Result<(), Fault> {
        if verb == self.verb && !self.confirmed(form) {
            return Err((Id::Confirm, format!("Type {} to confirm, or press esc.", self.to_type())));
        }
        Ok(())
    }

    /// The rows, for the hub.
    pub fn targets(&self) -> Vec<CredentialTarget> {
        self.rows.iter().map(CredentialRow::target).collect()
    }

    /// The rows in words: `2 keys`, or the name of one.
    pub fn what(&self) -> String {
        names(&self.rows)
    }
}
