//! The activity log: rows of the trail, page by page.

use crate::hub::{TrailCount, TrailQuery, TrailReport, TrailRow};
use crate::time::Millis;
use crate::tui::keymap::Action;
use crate::tui::screen::filter_line::LogSearch;
use crate::tui::screen::keyset_list::{HasCursor, KeysetList, PAGE};

impl HasCursor for TrailRow {
    type Cursor = i64;

    fn cursor(&self) -> i64 {
        self.no
    }
}

/// What a check of the whole trail found, and when.
#[derive(Clone, Debug)]
pub struct TrailCheck {
    /// The report of the check.
    pub report: TrailReport,
    /// When the check ran.
    pub at: Millis,
}

/// A page of the trail.
#[derive(Debug, Default)]
pub struct TrailList {
    /// Only rows about credentials.
    pub credentials_only: bool,
    /// The filter of the rows.
    pub search: LogSearch,
    /// How many entries there are, once they were counted.
    pub count: Option<TrailCount>,
    /// The last check of the whole trail.
    pub checked: Option<TrailCheck>,
    /// Entries that the check that runs has done.
    pub so_far: i64,
    list: KeysetList<TrailRow>,
}

impl TrailList {
    /// The trail of credentials.
    pub fn of_credentials() -> Self {
        Self { credentials_only: true, ..Self::default() }
    }

    /// The query for the rows of this page.
    pub fn query(&self) -> TrailQuery {
        TrailQuery { before: self.list.before().copied(), limit: PAGE, ..self.part() }
    }

    /// The query for all the rows that are shown, whichever page they are on.
    pub fn part(&self) -> TrailQuery {
        self.search.filter().put(TrailQuery { credentials_only: self.credentials_only, ..TrailQuery::default() })
    }

    /// Narrowed to what these words mean.
    pub fn of(words: &str, now: Millis) -> Self {
        Self { search: LogSearch::of(words, now), ..Self::default() }
    }

    /// Shows other rows, from the newest on.
    pub fn filter_changed(&mut self) {
        self.count = None;
        self.list.reset();
    }

    /// The rows, once they were read.
    pub fn rows(&self) -> Option<&[TrailRow]> {
        self.list.rows()
    }

    /// The rows on the screen, with whether each is selected.
    pub fn visible(&self, height: usize) -> impl Iterator<Item = (&TrailRow, bool)> {
        self.list.visible(height)
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&TrailRow> {
        self.list.selected()
    }

    /// Position of the selected row, rows above the screen, and the length of the list, if that is known.
    pub fn place(&self) -> (i64, i64, Option<i64>) {
        (self.list.position(), self.list.above(), self.list.length())
    }

    /// Takes the rows that were read.
    pub fn take(&mut self, rows: Vec<TrailRow>, height: usize) {
        self.list.take(rows, height);
    }

    /// Moves the selection; `true` when another page must be read.
    pub fn act(&mut self, action: Action, height: usize) -> bool {
        self.list.act(action, height)
    }

    /// The screen has another height.
    pub fn resized(&mut self, height: usize) {
        self.list.resized(height);
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
            hash: String::new(),
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
