//! A sheet to choose one of a few from: each has a letter, which takes it at once.

use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::keymap::{Action, BINDINGS, Binding, Scope};

/// What can be chosen is what the scope binds.
#[derive(Debug)]
pub struct Pick {
    /// The scope of its letters.
    pub scope: Scope,
    /// Index of the selected one.
    pub selected: usize,
}

impl Dialog {
    /// The sheet, with one selected.
    pub fn pick(scope: Scope, selected: Action) -> Self {
        let mut pick = Pick { scope, selected: 0 };
        pick.selected = pick.rows().position(|row| row.action == selected).unwrap_or_default();
        Self::to_read(DialogKind::Pick(pick))
    }
}

impl Pick {
    /// What can be chosen.
    pub fn rows(&self) -> impl Iterator<Item = &'static Binding> + use<> {
        let scope = self.scope;
        BINDINGS.iter().filter(move |row| row.scope == scope)
    }

    /// The action of the selected one.
    pub fn chosen(&self) -> Option<Action> {
        self.rows().nth(self.selected).map(|row| row.action)
    }

    /// Moves the selection.
    pub fn act(&mut self, action: Action) {
        let last = self.rows().count().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            _ => self.selected,
        };
    }
}
