//! The menu: its rows, what needs attention, and in a large window the last changes and the credentials that are used most.

use crate::tui::keymap::Action;
use crate::tui::screen::rows::{MENU, RowSelection};

/// The menu, and which part of it has the focus.
#[derive(Debug, Default)]
pub struct Menu {
    /// The rows.
    pub rows: RowSelection,
    /// The focused part.
    pub focus: MenuFocus,
}

/// A part of the menu, with the selected line of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MenuFocus {
    /// The rows of the menu itself.
    #[default]
    Rows,
    /// "Needs attention".
    Attention(usize),
    /// "Last changes".
    Changes(usize),
    /// "Most used".
    MostUsed(usize),
}

/// How many lines each part has that can be selected; none where it is not shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct MenuParts {
    /// Of "Needs attention".
    pub attention: usize,
    /// Of "Last changes".
    pub changes: usize,
    /// Of "Most used".
    pub most_used: usize,
}

impl MenuParts {
    fn of(self, focus: MenuFocus) -> usize {
        match focus {
            MenuFocus::Rows => MENU.len(),
            MenuFocus::Attention(_) => self.attention,
            MenuFocus::Changes(_) => self.changes,
            MenuFocus::MostUsed(_) => self.most_used,
        }
    }

    /// The parts that are shown, in the order in which tab walks them.
    fn shown(self) -> Vec<MenuFocus> {
        let all = [MenuFocus::Rows, MenuFocus::Attention(0), MenuFocus::Changes(0), MenuFocus::MostUsed(0)];
        all.into_iter().filter(|part| self.of(*part) > 0).collect()
    }
}

impl Menu {
    /// Which line of "Needs attention" is selected, if that part has the focus.
    pub fn attention(&self) -> Option<usize> {
        match self.focus {
            MenuFocus::Attention(i) => Some(i),
            _ => None,
        }
    }

    /// Which of the last changes is selected, if they have the focus.
    pub fn change(&self) -> Option<usize> {
        match self.focus {
            MenuFocus::Changes(i) => Some(i),
            _ => None,
        }
    }

    /// Which of the most used is selected, if they have the focus.
    pub fn most_used(&self) -> Option<usize> {
        match self.focus {
            MenuFocus::MostUsed(i) => Some(i),
            _ => None,
        }
    }

    /// Where tab leads, or shift-tab.
    pub fn next(&self, parts: MenuParts, forward: bool) -> MenuFocus {
        let shown = parts.shown();
        let same = |part: &MenuFocus| std::mem::discriminant(part) == std::mem::discriminant(&self.focus);
        let at = shown.iter().position(same).unwrap_or_default();
        let by = if forward { 1 } else { shown.len() - 1 };
        shown[(at + by) % shown.len()]
    }

    /// Moves the selection.
    pub fn act(&mut self, action: Action, parts: MenuParts) {
        let mut line = RowSelection::default();
        match self.focus {
            MenuFocus::Rows | MenuFocus::Attention(_) => {
                // One list for the arrows: what needs attention follows the last row of the menu.
                line.selected = self.attention().map_or(self.rows.selected, |i| MENU.len() + i);
                line.act(action, MENU.len() + parts.attention);
                match line.selected.checked_sub(MENU.len()) {
                    Some(i) => self.focus = MenuFocus::Attention(i),
                    None => (self.focus, self.rows) = (MenuFocus::Rows, line),
                }
            }
            MenuFocus::Changes(i) => {
                line.selected = i;
                line.act(action, parts.changes);
                self.focus = MenuFocus::Changes(line.selected);
            }
            MenuFocus::MostUsed(i) => {
                line.selected = i;
                line.act(action, parts.most_used);
                self.focus = MenuFocus::MostUsed(line.selected);
            }
        }
    }

    /// The parts have other lines now, or are not shown any more.
    pub fn stays_in_range(&mut self, parts: MenuParts) {
        let last = parts.of(self.focus).checked_sub(1);
        self.focus = match (self.focus, last) {
            (MenuFocus::Rows, _) | (_, None) => MenuFocus::Rows,
            (MenuFocus::Attention(i), Some(last)) => MenuFocus::Attention(i.min(last)),
            (MenuFocus::Changes(i), Some(last)) => MenuFocus::Changes(i.min(last)),
            (MenuFocus::MostUsed(i), Some(last)) => MenuFocus::MostUsed(i.min(last)),
        };
    }
}
