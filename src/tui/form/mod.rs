//! Forms: a column of entries, one of them focused. The same for every dialog.

mod entry;
pub mod field;
mod preset;

pub use entry::{Control, Fault, FormEntry, Id, button, entry, folded, lower_case, only_if, password, text, text_with};
pub use preset::Preset;

use crate::secret::{Secret, TypedPassword};
use crate::tui::form::field::{Edit, PasswordField, Refused};

/// The effect of Enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// The focus moved, or the fold opened.
    Moved,
    /// It was the last field: submit the form.
    Submit,
    /// A button was pressed.
    Pressed(Id),
}

/// A form: entries and the focus.
#[derive(Debug, Default)]
pub struct Form {
    entries: Vec<FormEntry>,
    focus: usize,
}

impl Form {
    /// A form with the focus on its first entry.
    pub fn new(entries: Vec<FormEntry>) -> Self {
        Self { entries, focus: 0 }
    }

    /// The entries that are shown now, with whether each is focused.
    pub fn shown(&self) -> impl Iterator<Item = (&FormEntry, bool)> {
        self.entries.iter().enumerate().filter(|(i, _)| self.reachable(*i)).map(|(i, e)| (e, i == self.focus))
    }

    /// The focused entry.
    pub fn focused(&self) -> Option<&FormEntry> {
        self.entries.get(self.focus)
    }

    /// Name of the focused entry.
    pub fn focus(&self) -> Option<Id> {
        self.focused().map(|e| e.id)
    }

    /// The entry of this name.
    pub fn entry(&self, id: Id) -> Option<&FormEntry> {
        self.entries.iter().find(|e| e.id == id)
    }

    fn entry_mut(&mut self, id: Id) -> Option<&mut FormEntry> {
        self.entries.iter_mut().find(|e| e.id == id)
    }

    /// The text of a field, or the word that was chosen in place of one; empty if there is no such field.
    pub fn text(&self, id: Id) -> &str {
        match self.entry(id).map(|e| &e.input) {
            Some(Control::Text(field)) => field.text(),
            Some(Control::Preset(preset)) => preset.text(),
            _ => "",
        }
    }

    /// The password typed there.
    pub fn password(&self, id: Id) -> Option<&TypedPassword> {
        match self.entry(id).map(|e| &e.input) {
            Some(Control::Password(field)) => Some(field.typed()),
            _ => None,
        }
    }

    /// The password typed there, as a secret to send.
    pub fn secret(&self, id: Id) -> Secret {
        self.password(id).map_or_else(|| Secret::new(Vec::new()), |typed| typed.to_secret())
    }

    /// Whether a check is on.
    pub fn checked(&self, id: Id) -> bool {
        matches!(self.entry(id).map(|e| &e.input), Some(Control::Check(true)))
    }

    /// Which choice was made.
    pub fn chosen(&self, id: Id) -> usize {
        match self.entry(id).map(|e| &e.input) {
            Some(Control::Choice { chosen, .. }) => *chosen,
            Some(Control::Preset(preset)) => preset.chosen(),
            _ => 0,
        }
    }

    /// Whether the fold is open.
    pub fn unfolded(&self) -> bool {
        self.entries.iter().any(|e| matches!(e.input, Control::Fold { open: true }))
    }

    /// Whether letters go into a field.
    pub fn takes_text(&self) -> bool {
        self.focused().is_some_and(FormEntry::takes_text)
    }

    /// Whether a button has the focus.
    pub fn on_button(&self) -> bool {
        self.focused().is_some_and(|entry| matches!(entry.input, Control::Button(_)))
    }

    /// Whether something can be filled in, and not only pressed.
    pub fn has_fields(&self) -> bool {
        self.shown().any(|(entry, _)| entry.is_field())
    }

    /// Whether a password field is shown that ctrl-r could show or hide.
    pub fn has_password(&self) -> bool {
        self.shown().any(|(e, _)| matches!(e.input, Control::Password(_)))
    }

    /// Whether the passwords are shown as text.
    pub fn shows_passwords(&self) -> bool {
        self.entries.iter().any(|e| matches!(&e.input, Control::Password(field) if field.shown()))
    }

    fn reachable(&self, i: usize) -> bool {
        let entry = &self.entries[i];
        (!entry.folded || self.unfolded()) && entry.only_if.is_none_or(|(id, chosen)| self.chosen(id) == chosen)
    }

    /// The buttons that are shown whose words begin with this letter, from behind the focus on.
    pub fn buttons_of(&self, letter: char) -> Vec<Id> {
        let begins = |entry: &FormEntry| match &entry.input {
            Control::Button(words) => words.chars().next().is_some_and(|first| first.to_lowercase().eq([letter])),
            _ => false,
        };
        let (before, behind): (Vec<_>, Vec<_>) =
            (0..self.entries.len()).filter(|i| self.reachable(*i)).partition(|i| *i <= self.focus);
        behind.into_iter().chain(before).map(|i| &self.entries[i]).filter(|e| begins(e)).map(|e| e.id).collect()
    }

    /// Moves the focus to an entry, and opens the fold over it.
    pub fn focus_on(&mut self, id: Id) {
        let Some(i) = self.entries.iter().position(|e| e.id == id) else { return };
        if self.entries[i].folded {
            self.fold(true);
        }
        self.go_to(i);
    }

    fn go_to(&mut self, i: usize) {
        if i != self.focus
            && let Some(entry) = self.entries.get_mut(self.focus)
        {
            entry.left = true;
        }
        self.focus = i;
    }

    /// The form is sent: every field counts as left.
    pub fn leave_all(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.left = true);
    }

    /// The focus one entry on; around at the end.
    pub fn next(&mut self) {
        self.step(1);
    }

    /// The focus one entry back; around at the start.
    pub fn previous(&mut self) {
        self.step(self.entries.len().saturating_sub(1));
    }

    fn step(&mut self, by: usize) {
        let len = self.entries.len();
        let places = (1..=len).map(|k| (self.focus + k * by) % len.max(1));
        if let Some(i) = places.into_iter().find(|i| self.reachable(*i)) {
            self.go_to(i);
        }
    }

    /// Enter: on to the next field, and from the last one the form is sent.
    pub fn advance(&mut self) -> Advance {
        match self.focused().map(|e| (&e.input, e.id)) {
            Some((Control::Button(_), id)) => Advance::Pressed(id),
            Some((Control::Fold { open }, _)) => {
                let open = !open;
                self.fold(open);
                Advance::Moved
            }
            _ => match self.field_after_focus() {
                Some(i) => {
                    self.go_to(i);
                    Advance::Moved
                }
                None => Advance::Submit,
            },
        }
    }

    /// Whether Enter would send the form from where the focus is.
    pub fn sends_on_enter(&self) -> bool {
        !self.focused().is_some_and(|e| matches!(e.input, Control::Fold { .. })) && self.field_after_focus().is_none()
    }

    /// The next field, buttons and the fold left out.
    fn field_after_focus(&self) -> Option<usize> {
        (self.focus + 1..self.entries.len()).find(|i| self.reachable(*i) && self.entries[*i].is_field())
    }

    fn fold(&mut self, to: bool) {
        for entry in &mut self.entries {
            if let Control::Fold { open } = &mut entry.input {
                *open = to;
            }
        }
    }

    /// An arrow in a group of choices: the one after or before it, and no wrap-around at the ends: a user who wants to
    /// leave the group must not land at its other end. On the fold: opens or closes it.
    pub fn choose(&mut self, forward: bool) {
        match self.entries.get_mut(self.focus).map(|e| &mut e.input) {
            Some(Control::Choice { words, chosen }) => {
                let to = if forward { *chosen + 1 } else { chosen.saturating_sub(1) };
                *chosen = to.min(words.len().saturating_sub(1));
            }
            Some(Control::Preset(preset)) => preset.choose(forward),
            Some(Control::Fold { .. }) => self.fold(forward),
            _ => {}
        }
    }

    /// Space: ticks or unticks, opens or closes, or goes round the choices.
    pub fn toggle(&mut self) {
        match self.entries.get_mut(self.focus).map(|e| &mut e.input) {
            Some(Control::Check(on)) => *on = !*on,
            Some(Control::Choice { words, chosen }) => *chosen = (*chosen + 1) % words.len().max(1),
            Some(Control::Preset(preset)) => preset.next(),
            Some(Control::Fold { open }) => {
                let to = !*open;
                self.fold(to);
            }
            _ => {}
        }
    }

    /// Types or pastes into the focused field.
    pub fn insert(&mut self, text: &str) -> Result<(), Refused> {
        let Some(entry) = self.entries.get_mut(self.focus) else { return Ok(()) };
        entry.error = None;
        match &mut entry.input {
            // A copied list has one on each line; without a separator they would become other networks.
            Control::Text(field) if entry.id == Id::Networks => field.insert(&text.replace(['\r', '\n'], " ")),
            Control::Text(field) if entry.lower_case => field.insert(&text.to_lowercase()),
            Control::Text(field) => field.insert(text),
            Control::Password(field) => field.insert(text),
            Control::Preset(preset) => preset.insert(text),
            _ => Ok(()),
        }
    }

    /// Edits the focused field.
    pub fn edit(&mut self, step: Edit) {
        let Some(entry) = self.entries.get_mut(self.focus) else { return };
        match &mut entry.input {
            Control::Text(field) => field.edit(step),
            Control::Password(field) => field.edit(step),
            Control::Preset(preset) => preset.edit(step),
            _ => return,
        }
        entry.error = None;
    }

    /// Shows or hides the passwords.
    pub fn toggle_passwords(&mut self) {
        self.passwords().for_each(PasswordField::toggle);
    }

    /// Wipes the passwords; whether there was one.
    pub fn wipe_passwords(&mut self) -> bool {
        let held = self.entries.iter().any(|e| matches!(&e.input, Control::Password(p) if !p.typed().is_empty()));
        self.passwords().for_each(PasswordField::clear);
        held
    }

    fn passwords(&mut self) -> impl Iterator<Item = &mut PasswordField> {
        self.entries.iter_mut().filter_map(|e| match &mut e.input {
            Control::Password(field) => Some(field),
            _ => None,
        })
    }

    /// Sets the validation error of an entry and focuses it.
    pub fn fault(&mut self, id: Id, sentence: String) {
        self.focus_on(id);
        if let Some(entry) = self.entry_mut(id) {
            entry.error = Some(sentence);
        }
    }

    /// Takes over what some fields of another form hold.
    pub fn take_over(&mut self, other: Self, ids: &[Id]) {
        for theirs in other.entries.into_iter().filter(|entry| ids.contains(&entry.id)) {
            if let Some(ours) = self.entry_mut(theirs.id) {
                (ours.input, ours.left) = (theirs.input, theirs.left);
            }
        }
    }

    /// Sets or clears the validation error of an entry; the focus stays where it is.
    pub fn judge(&mut self, id: Id, error: Option<String>) {
        if let Some(entry) = self.entry_mut(id) {
            entry.error = error;
        }
    }

    /// Clears all validation errors.
    pub fn clear_faults(&mut self) {
        self.entries.iter_mut().for_each(|e| e.error = None);
    }
}

#[cfg(test)]
mod tests;
