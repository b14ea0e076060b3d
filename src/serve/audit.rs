//! The check of all rows that follows each commit of anybody: who changes a row behind keydesk's back raises no change
//! number. A run of rows at a look, each held against what the snapshot has of it.

use std::time::{Duration, Instant};

use crate::hub::{Fed, Mark};
use crate::vault::Sum;
use crate::verify::{Entry, Snapshot};

use super::refresh::EVERY;

/// One part in so many of a core is for the check. Last uses are commits too, so on a desk that is used it never ends.
const PART: u32 = 100;

/// How far it is.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Not before this time is the next run.
    rests_until: Option<Instant>,
    /// The last id that was checked.
    after: Option<String>,
    /// Something was committed since it began.
    again: bool,
    /// The terms that the snapshot has for the rows that were checked.
    visited: Sum,
}

/// What a run of rows came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing that was not known.
    Nothing,
    /// Some have wrong tags.
    Tampered,
    /// A row is older than what is known of it, or is not known at all; or one that is known is gone.
    Altered,
}

impl Audit {
    pub(super) fn stirred(&mut self) {
        match self.after {
            None => self.begin_again(),
            Some(_) => self.again = true,
        }
    }

    /// From the first row on, and once more if something stirs meanwhile.
    pub(super) fn begin_again(&mut self) {
        (self.after, self.visited) = (Some(String::new()), Sum::default());
    }

    /// How long until there is something to do.
    pub(super) fn rest(&self) -> Duration {
        match (&self.after, self.rests_until) {
            (None, _) => EVERY,
            (Some(_), until) => until.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now())),
        }
    }

    /// Behind which id the next run begins, if it is time for one.
    pub(super) fn next(&self) -> Option<&str> {
        let rested = self.rests_until.is_none_or(|at| at <= Instant::now());
        self.after.as_deref().filter(|_| rested)
    }

    /// The snapshot is about to hold these. Of rows that were checked already it has other terms from here on.
    pub(super) fn moved(&mut self, before: &Snapshot, entries: &[Entry]) {
        let Some(after) = &self.after else { return };
        for entry in entries.iter().filter(|entry| entry.row.to_string() <= *after) {
            if let Some(known) = before.find(entry.kind, &entry.key) {
                self.visited.remove(known.term());
            }
            self.visited.add(entry.term);
        }
    }

    /// Takes up a run that began at `began` and ended with the id `to`; none was the end.
    pub(super) fn checked(
        &mut self,
        (fed, to): (&[Fed], Option<String>),
        began: Instant,
        snapshot: &Snapshot,
        mark: &Mark,
    ) -> Found {
        let mut found = Found::Nothing;
        for fed in fed {
            let known = snapshot.find(fed.kind, &fed.key).filter(|known| known.row() == fed.id);
            // Written by a change that is followed in a moment.
            let is_later = mark.is_before(fed.change) && !fed.tampered;
            match known {
                Some(known) => {
                    self.visited.add(known.term());
                    if known.term() != fed.term && !is_later && !known.tampered() {
                        found = Found::Altered;
                    } else if fed.tampered && !known.tampered() && found == Found::Nothing {
                        found = Found::Tampered;
                    }
                }
                None if is_later => {}
                None => found = Found::Altered,
            }
        }
        self.rests_until = Some(Instant::now() + began.elapsed() * PART);
        if to.is_none() && self.visited != snapshot.sum() {
            found = Found::Altered;
        }
        let ended = to.is_none();
        self.after = to;
        if ended && std::mem::take(&mut self.again) {
            self.begin_again();
        }
        found
    }
}
