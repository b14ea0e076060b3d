//! The ticked rows of API Settings. They are kept by id, so they survive paging, sorting, filtering and sections.

use std::collections::BTreeMap;

use crate::credential::{Kind, State};
use crate::hub::{CredentialId, CredentialPage, CredentialRow, ListQuery, PagePosition};
use crate::time::Millis;

/// Rows that are read at a time when all that were found are ticked.
const BATCH: u32 = 2000;

/// The ticked rows, each as it was when it was ticked, or as a change of one's own left it.
#[derive(Debug, Default)]
pub struct Ticks {
    rows: BTreeMap<CredentialId, CredentialRow>,
    /// What exactly these rows are all of.
    all_of: Option<Found>,
    /// Reads all that the filter finds.
    reading: Option<Reading>,
    /// How many are in each state, in words; counted when something changed, because there may be thousands.
    states: Vec<(&'static str, i64)>,
    /// The only kind, if all are of one.
    kind: Option<Kind>,
    /// Rows changed since they were counted.
    uncounted: bool,
}

/// All that a filter finds, in one kind or in every kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The filter as it was typed; empty without one.
    pub filter: String,
    /// The kind; `None` for every kind.
    pub kind: Option<Kind>,
}

/// A read of all that a filter finds, batch by batch.
#[derive(Debug)]
struct Reading {
    of: Found,
    query: ListQuery,
    rows: Vec<CredentialRow>,
}

impl Ticks {
    /// Whether nothing is ticked.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows are ticked.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether this one is ticked.
    pub fn has(&self, id: CredentialId) -> bool {
        self.rows.contains_key(&id)
    }

    /// The ticked rows.
    pub fn rows(&self) -> impl Iterator<Item = &CredentialRow> {
        self.rows.values()
    }

    /// How many are in each state, in words.
    pub fn states(&self) -> &[(&'static str, i64)] {
        &self.states
    }

    /// The kind of all of them, if they are of one.
    pub fn only_kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Time has passed: some may be in another state.
    pub fn grow_older(&mut self) {
        self.uncounted = true;
    }

    /// Counts them again, if something changed.
    pub fn count(&mut self, now: Millis) {
        if !std::mem::take(&mut self.uncounted) {
            return;
        }
        self.states.clear();
        let mut rows = self.rows.values();
        let first = rows.next().map(|row| row.kind);
        self.kind = first.filter(|kind| rows.all(|row| row.kind as usize == *kind as usize));
        for row in self.rows.values() {
            let word = row.state_word(now);
            match self.states.iter_mut().find(|(known, _)| *known == word) {
                Some((_, n)) => *n += 1,
                None => self.states.push((word, 1)),
            }
        }
    }

    /// What the ticked rows are all of, if they are all of something.
    pub fn all_of(&self) -> Option<&Found> {
        self.all_of.as_ref()
    }

    /// Ticks or unticks one.
    pub fn toggle(&mut self, row: CredentialRow) {
        self.all_of = None;
        self.uncounted = true;
        if self.rows.remove(&row.id).is_none() {
            self.rows.insert(row.id, row);
        }
    }

    /// Unticks everything.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.all_of = None;
        self.uncounted = true;
    }

    /// Ticks all of these, or unticks them if all of them are ticked.
    pub fn toggle_all(&mut self, of: Found, rows: Vec<CredentialRow>) {
        let (untick, found) = (rows.iter().all(|row| self.has(row.id)), rows.len());
        for row in rows {
            match untick {
                true => drop(self.rows.remove(&row.id)),
                false => drop(self.rows.insert(row.id, row)),
            }
        }
        self.uncounted = true;
        self.all_of = (!untick && found > 0 && self.len() == found).then_some(of);
    }

    /// A row is other than it was. One that is revoked now is not ticked any more: nothing can be done to it.
    pub fn changed(&mut self, row: &CredentialRow) {
        if !self.has(row.id) {
            return;
        }
        self.uncounted = true;
        match row.state {
            State::Revoked => {
                self.rows.remove(&row.id);
                self.all_of = None;
            }
            State::Active | State::Disabled => drop(self.rows.insert(row.id, row.clone())),
        }
    }

    /// Begins to read all that the query finds; the first part of it to ask for.
    pub fn begin(&mut self, of: Found, query: ListQuery) -> ListQuery {
        let query = ListQuery { position: PagePosition::Start, limit: BATCH, ..query };
        self.reading = Some(Reading { of, query: query.clone(), rows: Vec::new() });
        query
    }

    /// How many rows were read so far, while they are.
    pub fn read_so_far(&self) -> Option<usize> {
        self.reading.as_ref().map(|reading| reading.rows.len())
    }

    /// Takes a batch; the next part to ask for, if there is one. After the last the rows are ticked or unticked.
    pub fn take(&mut self, page: CredentialPage) -> Option<ListQuery> {
        let mut reading = self.reading.take()?;
        let last = page.rows.len().checked_sub(1).and_then(|last| page.cursor(reading.query.order, last));
        reading.rows.extend(page.rows);
        match last.filter(|_| page.more_after) {
            Some(cursor) => {
                reading.query.position = PagePosition::After(cursor);
                let next = reading.query.clone();
                self.reading = Some(reading);
                Some(next)
            }
            None => {
                self.toggle_all(reading.of, reading.rows);
                None
            }
        }
    }

    /// Stops reading; nothing more is ticked. `false` if nothing is being read.
    pub fn stop(&mut self) -> bool {
        self.reading.take().is_some()
    }
}
