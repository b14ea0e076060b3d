//! Users: the whole list is kept, since a desk has few.

use crate::hub::UserRow;
use crate::tui::keymap::Action;
use crate::tui::screen;

/// The users, which one is selected, and the part that is on the screen.
#[derive(Debug, Default)]
pub struct UserList {
    /// `None` before the first answer.
    rows: Option<Vec<UserRow>>,
    selected: usize,
    top: usize,
    /// Whom to select when the next answer comes.
    seek: Option<String>,
}

impl UserList {
    /// The users, once they were read.
    pub fn rows(&self) -> Option<&[UserRow]> {
        self.rows.as_deref()
    }

    /// The selected user.
    pub fn selected(&self) -> Option<&UserRow> {
        self.rows()?.get(self.selected)
    }

    /// Where the selected user is in the list, counted from 1.
    pub fn position(&self) -> i64 {
        self.selected as i64 + 1
    }

    /// Rows on the screen, with whether each is selected.
    pub fn visible(&self, height: usize) -> impl Iterator<Item = (&UserRow, bool)> {
        let rows = self.rows.as_deref().unwrap_or_default();
        rows.iter().enumerate().skip(self.top).take(height).map(|(i, row)| (row, i == self.selected))
    }

    /// Selects a user whose row may not be loaded yet.
    pub fn seek(&mut self, name: &str) {
        self.seek = Some(name.to_owned());
    }

    /// Takes the rows that were read. The selected user stays selected.
    pub fn take(&mut self, rows: Vec<UserRow>, height: usize) {
        let wanted = self.seek.take().or_else(|| self.selected().map(|row| row.name.clone()));
        let found = wanted.and_then(|name| rows.iter().position(|row| row.name == name));
        self.rows = Some(rows);
        self.select(found.unwrap_or(self.selected), height);
    }

    /// Moves the selection.
    pub fn act(&mut self, action: Action, height: usize) {
        let page = height.max(1);
        let to = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected + 1,
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => self.selected + page,
            Action::HalfUp => self.selected.saturating_sub((page / 2).max(1)),
            Action::HalfDown => self.selected + (page / 2).max(1),
            Action::First => 0,
            Action::Last => usize::MAX,
            _ => return,
        };
        self.select(to, height);
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
