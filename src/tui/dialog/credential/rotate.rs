//! Rotation: new secrets for one key or several, and how long the old ones keep working.

use crate::credential::Overlap;
use crate::hub::{CredentialRow, CredentialTarget, EndedEarly, LiveSecret};
use crate::time::{Millis, Seconds};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Form, Id, button, entry};
use crate::tui::screen::Found;

const CHOICES: &[&str] = &["not at all", "1 hour", "24 hours", "7 days"];

/// A rotation.
#[derive(Debug)]
pub struct Rotate {
    /// The keys, as last read.
    pub rows: Vec<CredentialRow>,
    /// The secrets of a single one that work, as far as they were read.
    pub live: Vec<LiveSecret>,
    /// What the keys are all of, if they are all that a filter finds.
    pub all_of: Option<Found>,
}

impl Dialog {
    /// The dialog with an overlap chosen.
    pub fn rotate(rotate: Rotate, overlap: Overlap) -> Self {
        let chosen = Overlap::ALL.iter().position(|o| *o == overlap).unwrap_or(0);
        let make = match rotate.rows.len() {
            1 => "Make new secret".to_owned(),
            n => format!("Make {n} new secrets"),
        };
        let form = Form::new(vec![
            entry(Id::Overlap, "", Control::Choice { words: CHOICES, chosen }),
            button(Id::Submit, make),
            button(Id::Cancel, "Cancel"),
        ]);
        Self::with_form(form, DialogKind::Rotate(Box::new(rotate)))
    }
}

impl Rotate {
    /// Of these keys, chosen one by one.
    pub fn of(rows: Vec<CredentialRow>) -> Self {
        Self { rows, live: Vec::new(), all_of: None }
    }

    /// The secrets that this rotation ends before their time: there are never three that work.
    pub fn ended_early(&self, now: Millis) -> impl Iterator<Item = EndedEarly> {
        self.live.iter().filter_map(move |secret| secret.ended_early(now))
    }

    /// The keys, for the hub.
    pub fn targets(&self) -> Vec<CredentialTarget> {
        self.rows.iter().map(CredentialRow::target).collect()
    }

    /// Those of several that have an older secret, which this rotation stops, and until when that would work.
    pub fn with_older(&self, now: Millis) -> impl Iterator<Item = (&CredentialRow, Seconds)> {
        let several = self.rows.len() > 1;
        let older = move |row: &CredentialRow| row.older_until.filter(|until| several && until.0 > now.seconds().0);
        self.rows.iter().filter_map(move |row| Some((row, older(row)?)))
    }

    /// Whether Enter and ctrl-s lead to its button first: it is about several, or stops an older secret at once.
    pub fn asks_first(&self, now: Millis) -> bool {
        let older = |row: &CredentialRow| row.older_until.is_some_and(|until| until.0 > now.seconds().0);
        self.rows.len() > 1 || self.rows.iter().any(older) || self.ended_early(now).next().is_some()
    }

    /// The overlap that is chosen.
    pub fn overlap(form: &Form) -> Overlap {
        Overlap::ALL[form.chosen(Id::Overlap).min(Overlap::ALL.len() - 1)]
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
