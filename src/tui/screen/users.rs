//! Users: the whole list is kept, since a desk has few, and filtered here.

use crate::hub::UserRow;
use crate::time::Millis;
use crate::tui::keymap::Action;
use crate::tui::screen;
use crate::tui::screen::filter_line::UserSearch;

/// The users, which one is selected, and the part that is on the screen.
#[derive(Debug, Default)]
pub struct UserList {
    /// The filter.
    pub search: UserSearch,
    /// `None` before the first answer.
    all: Option<Vec<UserRow>>,
    /// Those that the filter lets through.
    rows: Vec<UserRow>,
    selected: usize,
    top: usize,
    /// Whom to select when the next answer comes.
    seek: Option<String>,
}

impl UserList {
    /// The users that are listed, once they were read.
    pub fn rows(&self) -> Option<&[UserRow]> {
        self.all.as_ref().map(|_| self.rows.as_slice())
    }

    /// All users, once they were read.
    pub fn all(&self) -> &[UserRow] {
        self.all.as_deref().unwrap_or_default()
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
        self.rows.iter().enumerate().skip(self.top).take(height).map(|(i, row)| (row, i == self.selected))
    }

    /// Selects a user whose row may not be loaded yet.
    pub fn seek(&mut self, name: &str) {
        self.seek = Some(name.to_owned());
    }

    /// Takes the rows that were read. The selected user stays selected.
    pub fn take(&mut self, rows: Vec<UserRow>, height: usize, now: Millis) {
        let seek = self.seek.take();
        // Who was just added or changed is shown, whatever the filter says.
        if let Some(user) = rows.iter().find(|row| Some(&row.name) == seek.as_ref())
            && !self.search.filter().admits(user, now)
        {
            self.search.clear();
        }
        self.all = Some(rows);
        self.filter(seek, height, now);
    }

    /// Lists those that the filter lets through now. The selected user stays selected if they are among them.
    pub fn narrow(&mut self, height: usize, now: Millis) {
        self.filter(None, height, now);
    }

    fn filter(&mut self, seek: Option<String>, height: usize, now: Millis) {
        let wanted = seek.or_else(|| self.selected().map(|row| row.name.clone()));
        let filter = self.search.filter();
        self.rows = self.all().iter().filter(|row| filter.admits(row, now)).cloned().collect();
        let found = wanted.and_then(|name| self.rows.iter().position(|row| row.name == name));
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
        let len = self.rows.len();
        (self.selected, self.top) = screen::select(to, len, self.top, height);
    }
}
