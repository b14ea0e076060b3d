//! A paged list: a window of rows over a list of any length, in constant memory.
//!
//! The window slides by keyset paging: when the selection comes near an edge that hides rows, the rows around it are
//! requested. Moves made before they arrive are counted and made up for.

use crate::hub::{CredentialId, CredentialPage, CredentialRow, ListCursor, ListOrder, ListQuery, PagePosition};
use crate::tui::keymap::Action;
use crate::tui::screen;

/// Most rows that are kept.
pub const WINDOW: u32 = 200;

/// Where the selection goes when the next page arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seek {
    /// Stay on the selected row, wherever it is now.
    #[default]
    Same,
    First,
    Last,
    /// On this row.
    Row(CredentialId),
    /// On this row if it is among those that come, else on the first.
    RowOrFirst(CredentialId),
}

/// The rows kept, the selection, and the part that is on the screen.
#[derive(Debug, Default)]
pub struct PagedList {
    page: CredentialPage,
    /// Whether rows were read at all.
    read: bool,
    order: ListOrder,
    /// The order is turned round.
    turned: bool,
    selected: usize,
    top: usize,
    seek: Seek,
    /// Pending steps down (up when negative), to be made when rows arrive.
    pending_steps: i64,
    /// Where the page that was asked for begins.
    asked: PagePosition,
    /// Rows of the whole list before and after the page, as far as that is known: counted along from its ends.
    outside: [Option<i64>; 2],
}

impl PagedList {
    /// The rows kept.
    pub fn rows(&self) -> &[CredentialRow] {
        &self.page.rows
    }

    /// Rows that are on the screen, with whether each is selected.
    pub fn visible(&self, height: usize) -> impl Iterator<Item = (&CredentialRow, bool)> {
        let shown = self.page.rows.iter().enumerate().skip(self.top).take(height);
        shown.map(|(i, row)| (row, i == self.selected))
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&CredentialRow> {
        self.page.rows.get(self.selected)
    }

    /// Which line of the screen the selection is on.
    fn selected_line(&self) -> usize {
        self.selected - self.top
    }

    /// The order of the list.
    pub fn order(&self) -> ListOrder {
        self.order
    }

    /// Whether it is turned round.
    pub fn turned(&self) -> bool {
        self.turned
    }

    /// Change number of the store when the rows were read.
    pub fn change(&self) -> i64 {
        self.page.change
    }

    /// Orders by something else; the selected row stays selected if it is among the first.
    pub fn set_order(&mut self, order: ListOrder, turned: bool) {
        (self.order, self.turned) = (order, turned);
        self.seek = self.selected().map_or(Seek::First, |row| Seek::RowOrFirst(row.id));
        self.asked = PagePosition::Start;
        self.recount();
    }

    /// Resets the list: other rows are wanted, the first of them selected.
    pub fn reset(&mut self) {
        self.seek = Seek::First;
        self.asked = PagePosition::Start;
        self.pending_steps = 0;
        self.recount();
    }

    /// The list has other rows now, or another order: what was counted does not hold.
    pub fn recount(&mut self) {
        self.outside = [None; 2];
    }

    /// Whether the selection is where it was moved to, with no rows still to arrive.
    pub fn is_settled(&self) -> bool {
        self.seek == Seek::Same && self.pending_steps == 0
    }

    /// Where a row of the page is in the whole list, counted from 1; `total` is the length of the whole list.
    pub fn position(&self, id: CredentialId, total: Option<i64>) -> Option<i64> {
        let i = self.page.rows.iter().position(|row| row.id == id)?;
        self.place(i, total)
    }

    /// Where the first row on the screen is in the whole list, counted from 1.
    pub fn first_shown(&self, total: Option<i64>) -> Option<i64> {
        self.place(self.top, total)
    }

    fn place(&self, i: usize, total: Option<i64>) -> Option<i64> {
        let len = self.page.rows.len() as i64;
        let before = match (self.outside, total) {
            ([Some(before), _], _) => before,
            ([None, Some(after)], Some(total)) => total - after - len,
            _ => return None,
        };
        // Somebody may have added or removed rows since they were counted.
        let place = before + i as i64 + 1;
        total.is_none_or(|total| place <= total).then_some(place.max(1))
    }

    /// How many rows the whole list has, if that follows from what was read.
    pub fn length(&self) -> Option<i64> {
        match self.outside {
            [Some(before), Some(after)] if self.read => Some(before + self.page.rows.len() as i64 + after),
            _ => None,
        }
    }

    /// Rows outside a page that comes: none at the ends of the list, else counted on from a row that both pages have.
    fn outside_of(&self, page: &CredentialPage) -> [Option<i64>; 2] {
        let same = |(new, row): (usize, &CredentialRow)| {
            let old = self.page.rows.iter().position(|old| old.id == row.id)?;
            Some((old as i64, new as i64))
        };
        let shared = page.rows.iter().enumerate().find_map(same);
        let grown = page.rows.len() as i64 - self.page.rows.len() as i64;
        let [before, after] = self.outside;
        let moved = |(old, new): (i64, i64)| old - new;
        let counted = [
            shared.and_then(|shared| Some(before? + moved(shared))),
            shared.and_then(|shared| Some(after? - moved(shared) - grown)),
        ];
        [(page.more_before, counted[0]), (page.more_after, counted[1])]
            .map(|(more, counted)| if more { counted.filter(|n| *n > 0) } else { Some(0) })
    }

    /// Selects a row that may not be in the window; `at` is the row if it is known.
    pub fn seek(&mut self, row: &CredentialRow) {
        let fits = !self.page.more_before && !self.page.more_after && self.page.rows.len() < WINDOW as usize;
        self.seek_in(row, fits);
    }

    /// Selects a row of a list that fits into the window, or of a longer one.
    pub fn seek_in(&mut self, row: &CredentialRow, fits: bool) {
        self.seek = Seek::Row(row.id);
        // A list that fits into the window is read from its start, so that the row is seen among its neighbours.
        self.asked = match fits {
            true => PagePosition::Start,
            false => cursor_of(self.order, row).map_or(PagePosition::Start, PagePosition::From),
        };
    }

    /// The query for the rows that are wanted now.
    pub fn query(&self) -> ListQuery {
        let Self { order, turned, .. } = *self;
        ListQuery { order, turned, position: self.asked.clone(), limit: WINDOW, ..ListQuery::default() }
    }

    /// Reloads the same rows.
    pub fn reload(&mut self) {
        self.asked = match self.page.more_before {
            true => self.page.cursor(self.order, 0).map_or(PagePosition::Start, PagePosition::From),
            // New rows may have come before the first one.
            false => PagePosition::Start,
        };
    }

    /// Moves the selection; `true` when other rows must be read.
    pub fn act(&mut self, action: Action, height: usize) -> bool {
        let page = height.max(1) as i64;
        match action {
            Action::Up => self.step(-1, height),
            Action::Down => self.step(1, height),
            Action::PageUp => self.step(-page, height),
            Action::PageDown => self.step(page, height),
            Action::HalfUp => self.step(-(page / 2).max(1), height),
            Action::HalfDown => self.step((page / 2).max(1), height),
            Action::First => self.end(Seek::First, self.page.more_before, PagePosition::Start, height),
            Action::Last => self.end(Seek::Last, self.page.more_after, PagePosition::End, height),
            _ => false,
        }
    }

    fn end(&mut self, seek: Seek, elsewhere: bool, position: PagePosition, height: usize) -> bool {
        self.pending_steps = 0;
        if elsewhere || !self.read {
            self.seek = seek;
            self.asked = position;
            return true;
        }
        self.select(if seek == Seek::Last { usize::MAX } else { 0 }, height);
        false
    }

    fn step(&mut self, by: i64, height: usize) -> bool {
        if !self.read {
            self.pending_steps += by;
            return false;
        }
        let wanted = self.selected as i64 + self.pending_steps + by;
        let last = self.page.rows.len() as i64 - 1;
        let to = wanted.clamp(0, last.max(0));
        let (before, after) = (self.page.more_before, self.page.more_after);
        // Steps beyond the window stay pending only if there are rows.
        self.pending_steps = if (wanted < 0 && before) || (wanted > last && after) { wanted - to } else { 0 };
        self.select(to as usize, height);
        self.slide(height)
    }

    /// Asks for other rows when the selection is within two screens of an edge that hides some.
    fn slide(&mut self, height: usize) -> bool {
        let reach = (2 * height.max(1)).min(WINDOW as usize / 4);
        let len = self.page.rows.len();
        let anchor = if self.page.more_after && self.selected + reach >= len {
            self.page.cursor(self.order, self.selected.saturating_sub(2 * reach)).map(PagePosition::After)
        } else if self.page.more_before && self.selected < reach {
            self.page.cursor(self.order, (self.selected + 2 * reach).min(len - 1)).map(PagePosition::Before)
        } else {
            None
        };
        match anchor {
            Some(position) if position != self.asked => {
                self.asked = position;
                true
            }
            _ => false,
        }
    }

    /// Takes the rows that were read.
    pub fn take(&mut self, page: CredentialPage, height: usize) -> bool {
        let line = self.selected_line();
        let wanted = match self.seek {
            Seek::Row(id) | Seek::RowOrFirst(id) => Some(id),
            _ => self.selected().map(|row| row.id),
        };
        let found = wanted.and_then(|id| page.rows.iter().position(|row| row.id == id));
        let to = match self.seek {
            Seek::First => 0,
            Seek::Last => usize::MAX,
            Seek::RowOrFirst(_) => found.unwrap_or(0),
            Seek::Same | Seek::Row(_) => found.unwrap_or(self.selected),
        };
        self.outside = self.outside_of(&page);
        self.page = page;
        self.read = true;
        self.seek = Seek::Same;
        // The selected row stays on its line of the screen while the window slides under it.
        self.top = to.min(self.page.rows.len()).saturating_sub(line);
        self.select(to, height);
        let pending_steps = std::mem::take(&mut self.pending_steps);
        self.step(pending_steps, height)
    }

    /// The screen has another height.
    pub fn resized(&mut self, height: usize) {
        self.select(self.selected, height);
    }

    fn select(&mut self, to: usize, height: usize) {
        (self.selected, self.top) = screen::select(to, self.page.rows.len(), self.top, height);
        // No empty lines under the last row while there are rows above the first line.
        self.top = self.top.min(self.page.rows.len().saturating_sub(height.max(1)));
    }
}

fn cursor_of(order: ListOrder, row: &CredentialRow) -> Option<ListCursor> {
    CredentialPage { rows: vec![row.clone()], ..CredentialPage::default() }.cursor(order, 0)
}
