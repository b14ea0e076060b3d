//! A list with keyset paging over rows that are only appended, newest first. Pages are remembered by their first key,
//! not by their rows.

use crate::tui::keymap::Action;
use crate::tui::screen;

/// Rows of one page.
pub(super) const PAGE: u32 = 200;

/// A row with a key for keyset paging.
pub trait HasCursor {
    /// The key that a page begins after.
    type Cursor: Clone + PartialEq + std::fmt::Debug;

    /// The key of this row.
    fn cursor(&self) -> Self::Cursor;
}

/// One page of the rows, and the way back to the newest.
#[derive(Debug)]
pub struct KeysetList<T: HasCursor> {
    /// The rows; `None` before the first answer.
    rows: Option<Vec<T>>,
    selected: usize,
    top: usize,
    /// Which row of the page that was asked for is selected when it comes.
    seek: Option<usize>,
    /// Cursors after which this page and the ones above it begin; the newest page has none.
    before: Vec<T::Cursor>,
}

impl<T: HasCursor> Default for KeysetList<T> {
    fn default() -> Self {
        Self { rows: None, selected: 0, top: 0, seek: None, before: Vec::new() }
    }
}

impl<T: HasCursor> KeysetList<T> {
    /// The cursor after which the page begins.
    pub fn before(&self) -> Option<&T::Cursor> {
        self.before.last()
    }

    /// Resets the list to its newest page.
    pub fn reset(&mut self) {
        self.before.clear();
        self.seek = Some(0);
    }

    /// The rows, once they were read.
    pub fn rows(&self) -> Option<&[T]> {
        self.rows.as_deref()
    }

    /// The rows on the screen, with whether each is selected.
    pub fn visible(&self, height: usize) -> impl Iterator<Item = (&T, bool)> {
        let rows = self.rows.as_deref().unwrap_or_default();
        rows.iter().enumerate().skip(self.top).take(height).map(|(i, row)| (row, i == self.selected))
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&T> {
        self.rows.as_deref().unwrap_or_default().get(self.selected)
    }

    /// Where the selected row is in the whole list, counted from 1: each page above this one is full.
    pub fn position(&self) -> i64 {
        (self.before.len() * PAGE as usize + self.selected + 1) as i64
    }

    /// How many rows the whole list has, if this page is the last.
    pub fn length(&self) -> Option<i64> {
        let here = self.rows.as_ref()?.len();
        (here < PAGE as usize).then_some((self.before.len() * PAGE as usize + here) as i64)
    }

    /// How many rows lie above the first one on the screen.
    pub fn above(&self) -> i64 {
        (self.before.len() * PAGE as usize + self.top) as i64
    }

    /// Whether no newer rows lie above this page.
    pub fn is_newest(&self) -> bool {
        self.before.is_empty()
    }

    /// Takes the rows that were read. The selected row stays selected if it is among them.
    pub fn take(&mut self, rows: Vec<T>, height: usize) {
        let cursor = self.selected().map(T::cursor).filter(|_| self.selected > 0);
        let found = cursor.and_then(|cursor| rows.iter().position(|row| row.cursor() == cursor));
        self.rows = Some(rows);
        let to = self.seek.take().or(found).unwrap_or(self.selected);
        self.select(to, height);
    }

    /// Moves the selection; `true` when another page must be read.
    pub fn act(&mut self, action: Action, height: usize) -> bool {
        let page = height.max(1);
        // Another page is on its way and will replace the rows.
        if self.seek.is_some() {
            return false;
        }
        let len = self.rows.as_ref().map_or(0, Vec::len);
        let to = match action {
            Action::Down => self.selected + 1,
            Action::PageDown => self.selected + page,
            Action::HalfDown => self.selected + (page / 2).max(1),
            Action::Last => usize::MAX,
            Action::Up if self.selected == 0 => return self.newer(),
            Action::PageUp | Action::HalfUp if self.selected == 0 => return self.newer(),
            Action::Up => self.selected - 1,
            Action::PageUp => self.selected.saturating_sub(page),
            Action::HalfUp => self.selected.saturating_sub((page / 2).max(1)),
            Action::First if !self.is_newest() => {
                self.reset();
                return true;
            }
            Action::First => 0,
            _ => return false,
        };
        // A step beyond the last row of a full page reads the next page.
        if to >= len && self.selected + 1 == len && len == PAGE as usize {
            return self.older();
        }
        self.select(to, height);
        false
    }

    fn older(&mut self) -> bool {
        let Some(cursor) = self.selected().map(T::cursor) else { return false };
        self.before.push(cursor);
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
        self.select(self.selected, height);
    }

    fn select(&mut self, to: usize, height: usize) {
        let len = self.rows.as_ref().map_or(0, Vec::len);
        (self.selected, self.top) = screen::select(to, len, self.top, height);
    }
}
