//! All about one credential, in three parts. It is the selected row of the list, so that every action of the list works
//! on it, and the next one is a key away.

use crate::hub::{CredentialId, TrailRow};
use crate::tui::keymap::Action;
use crate::tui::screen::rows::RowSelection;

/// The parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetailsPart {
    /// What it is.
    #[default]
    Facts,
    /// How it is used, and what was refused.
    Use,
    /// The entries of the trail about it.
    History,
}

impl DetailsPart {
    /// All parts, in order.
    pub const ALL: [Self; 3] = [Self::Facts, Self::Use, Self::History];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Facts => "Facts",
            Self::Use => "Use",
            Self::History => "History",
        }
    }

    /// The part so many places on, wrapping around.
    pub fn plus(self, n: usize) -> Self {
        Self::ALL[(self as usize + n) % Self::ALL.len()]
    }
}

/// The state of the page.
#[derive(Debug, Default)]
pub struct Details {
    /// The open part.
    pub part: DetailsPart,
    /// The first line of the facts that is shown.
    pub scroll: usize,
    /// The selected entry of the history.
    pub entry: RowSelection,
    /// The selected one of the refused requests.
    pub refusal: RowSelection,
}

impl Details {
    /// Another credential: its rows begin at the first.
    pub fn start_over(&mut self) {
        *self = Self { part: self.part, ..Self::default() };
    }

    /// The part that the arrows move in. On one page facts need no arrows.
    pub fn focus(&self, one_page: bool) -> DetailsPart {
        match self.part {
            DetailsPart::Facts if one_page => DetailsPart::History,
            part => part,
        }
    }

    /// Goes to the next part, or so many places on.
    pub fn turn(&mut self, by: usize, one_page: bool) {
        self.part = match self.focus(one_page) {
            DetailsPart::Use if one_page => DetailsPart::History,
            _ if one_page => DetailsPart::Use,
            part => part.plus(by),
        };
    }

    /// Moves through the rows of the part that has the focus.
    pub fn act(&mut self, action: Action, refusals: usize, entries: usize, one_page: bool) {
        match self.focus(one_page) {
            DetailsPart::Facts => {}
            DetailsPart::Use => self.refusal.act(action, refusals),
            DetailsPart::History => self.entry.act(action, entries),
        }
    }
}

/// The newest entries of the trail about one credential.
#[derive(Debug)]
pub struct History {
    /// Which credential.
    pub of: CredentialId,
    /// `None` before they were read.
    pub rows: Option<Vec<TrailRow>>,
}
