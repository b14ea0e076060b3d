//! The newest rows of the trail, page by page. Pages are remembered by where they begin, not by their rows.

use crate::hub::{TrailQuery, TrailReport, TrailRow};
use crate::time::Millis;

use super::super::action::Action;
use super::narrow::Narrow;

/// Rows of one page.
const PAGE: u32 = 200;

/// What a check of the whole trail found, and when.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What.
    pub report: TrailReport,
    /// When.
    pub at: Millis,
}

/// A page of the trail.
#[derive(Debug, Default)]
pub struct TrailList {
    /// Only rows about credentials.
    pub credentials_only: bool,
    /// Only these rows.
    pub narrow: Narrow,
    /// The last check of the whole trail.
    pub checked: Option<Checked>,
    /// Entries that the check that runs has done.
    pub so_far: i64,
    /// The rows; `None` before the first answer.
    rows: Option<Vec<TrailRow>>,
    selected: usize,
    top: usize,
    /// Which row of the page that was asked for is selected when it comes.
    seek: Option<usize>,
    /// Where this page and the ones above it begin; the newest begins nowhere.
    before: Vec<i64>,
}

impl TrailList {
    /// The trail of credentials.
    pub fn of_credentials() -> Self {
        Self { credentials_only: true, ..Self::default() }
    }

    /// What to read.
    pub fn query(&self) -> TrailQuery {
        self.narrow.put(TrailQuery {
            before: self.before.last().copied(),
            credentials_only: self.credentials_only,
            limit: PAGE,
            ..TrailQuery::default()
        })
    }

    /// Shows other rows, from the newest on.
    pub fn narrow_to(&mut self, narrow: Narrow) {
        self.narrow = narrow;
        self.before.clear();
        self.seek = Some(0);
    }

    /// The rows, once they were read.
    pub fn rows(&self) -> Option<&[TrailRow]> {
        self.rows.as_deref()
    }

    /// The rows on the screen, with whether each is selected.
    pub fn visible(&self, height: usize) -> impl Iterator<Item = (&TrailRow, bool)> {
        let rows = self.rows.as_deref().unwrap_or_default();
        rows.iter().enumerate().skip(self.top).take(height).map(|(i, row)| (row, i == self.selected))
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&TrailRow> {
        self.rows.as_deref().unwrap_or_default().get(self.selected)
    }

    /// Whether newer rows lie above this page: then it does not follow the store.
    pub fn is_newest(&self) -> bool {
        self.before.is_empty()
    }

    /// Takes the rows that were read. The selected row stays selected if it is among them.
    pub fn take(&mut self, rows: Vec<TrailRow>, height: usize) {
        let no = self.selected().map(|row| row.no).filter(|_| self.selected > 0);
        let found = no.and_then(|no| rows.iter().position(|row| row.no == no));
        self.rows = Some(rows);
        let to = self.seek.take().or(found).unwrap_or(self.selected);
        self.place(to, height);
    }

    /// Moves the selection; `true` when another page must be read.
    pub fn act(&mut self, action: Action, height: usize) -> bool {
        let page = height.max(1);
        // Another page is on its way: what is shown is about to go.
        if self.seek.is_some() {
            return false;
        }
        let len = self.rows.as_ref().map_or(0, Vec::len);
        let to = match action {
            Action::Down => self.selected + 1,
            Action::PageDown => self.selected + page,
            Action::Last => usize::MAX,
            Action::Up if self.selected == 0 => return self.newer(),
            Action::PageUp if self.selected == 0 => return self.newer(),
            Action::Up => self.selected - 1,
            Action::PageUp => self.selected.saturating_sub(page),
            Action::First if !self.is_newest() => {
                self.before.clear();
                self.seek = Some(0);
                return true;
            }
            Action::First => 0,
            _ => return false,
        };
        // The last row of a full page, and a step beyond: the page after it.
        if to >= len && self.selected + 1 == len && len == PAGE as usize {
            return self.older();
        }
        self.place(to, height);
        false
    }

    fn older(&mut self) -> bool {
        let Some(no) = self.selected().map(|row| row.no) else { return false };
        self.before.push(no);
        self.seek = Some(0);
        true
    }

    fn newer(&mut self) -> bool {
        let known = self.before.pop().is_some();
        if known {
            self.seek = Some(PAGE as usize - 1);
        }
        known
    }

    /// The screen has another height.
    pub fn resized(&mut self, height: usize) {
        self.place(self.selected, height);
    }

    fn place(&mut self, to: usize, height: usize) {
        let len = self.rows.as_ref().map_or(0, Vec::len);
        (self.selected, self.top) = super::select(to, len, self.top, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn row(no: i64) -> TrailRow {
        TrailRow {
            no,
            at: Millis(no),
            who: None,
            via: None,
            unix: None,
            address: None,
            action: String::new(),
            did: String::new(),
            what: String::new(),
            subject: None,
            before: None,
            after: None,
            count: 1,
        }
    }

    fn answer(query: &TrailQuery) -> Vec<TrailRow> {
        let newest = query.before.unwrap_or(451) - 1;
        (1..=newest).rev().take(query.limit as usize).map(row).collect()
    }

    #[test]
    fn every_row_can_be_reached_and_one_page_is_kept() {
        let mut list = TrailList::default();
        list.take(answer(&list.query()), 10);
        let mut seen = vec![list.selected().unwrap().no];
        for _ in 0..449 {
            if list.act(Action::Down, 10) {
                list.take(answer(&list.query()), 10);
            }
            seen.push(list.selected().unwrap().no);
        }
        assert_eq!(seen, (1..=450).rev().collect::<Vec<_>>());
        assert!(list.rows().unwrap().len() <= 200);
        assert!(!list.act(Action::Down, 10));
        for no in 2..=450 {
            if list.act(Action::Up, 10) {
                list.take(answer(&list.query()), 10);
            }
            assert_eq!(list.selected().unwrap().no, no);
        }
    }

    #[test]
    fn the_first_key_comes_back_to_the_newest() {
        let mut list = TrailList::default();
        list.take(answer(&list.query()), 10);
        list.act(Action::Last, 10);
        assert!(list.act(Action::Down, 10));
        list.take(answer(&list.query()), 10);
        assert!(list.act(Action::First, 10));
        list.take(answer(&list.query()), 10);
        assert_eq!(list.selected().unwrap().no, 450);
    }
}
