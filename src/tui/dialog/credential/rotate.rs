//! Rotation: a new secret for a key, and how long the old one keeps working.

use crate::{
    credential::Overlap,
    hub::{CredentialRow, CutShort, LiveSecret},
    time::Millis,
    tui::form::{Control, Form, Id, button, entry},
};

const CHOICES: &[&str] = &["not at all", "1 hour", "24 hours", "7 days"];

/// The dialog's state.
#[derive(Debug)]
pub struct Rotate {
    /// The key, as last read.
    pub row: CredentialRow,
    /// Its secrets that work, as far as they were read.
    pub live: Vec<LiveSecret>,
    /// The choice and the buttons.
    pub form: Form,
    /// Error of the last try.
    pub problem: Option<String>,
}

impl Rotate {
    /// The dialog with 24 hours chosen: time to hand the new secret round, and an end to the old one.
    pub fn new(row: CredentialRow) -> Self {
        Self::with(row, Overlap::Day)
    }

    /// The dialog with no overlap chosen: the secret leaked.
    pub fn leaked(row: CredentialRow) -> Self {
        Self::with(row, Overlap::None)
    }

    fn with(row: CredentialRow, overlap: Overlap) -> Self {
        let chosen = Overlap::ALL.iter().position(|o| *o == overlap).unwrap_or(0);
        let form = Form::new(vec![
            entry(Id::Overlap, "", Control::Choice { words: CHOICES, chosen }),
            button(Id::Submit, "Make new secret"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self { row, live: Vec::new(), form, problem: None }
    }

    /// The secrets that this rotation ends before their time: there are never three that work.
    pub fn cut_short(&self, now: Millis) -> impl Iterator<Item = CutShort> {
        self.live.iter().filter_map(move |secret| secret.cut_short(now))
    }

    /// What was chosen.
    pub fn overlap(&self) -> Overlap {
        Overlap::ALL[self.form.chosen(Id::Overlap).min(Overlap::ALL.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_are_the_overlaps() {
        assert_eq!(CHOICES, Overlap::ALL.map(Overlap::words));
    }
}
