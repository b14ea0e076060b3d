//! Confirmation before a secret that nobody copied, or the screen, is lost. The safe answer is focused.

use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Form, Id, button};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Close the one-time view?
    Close,
    /// Quit?
    Quit,
    /// Suspend?
    Suspend,
    /// Leave the full screen, to go on line by line?
    Lines,
}

impl Confirmation {
    /// Title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Close => "Close without copying?",
            Self::Quit => "Quit without copying?",
            Self::Suspend => "Suspend without copying?",
            Self::Lines => "Go on line by line?",
        }
    }

    /// What the other button does.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Close => "Close",
            Self::Quit => "Quit",
            Self::Suspend => "Suspend",
            Self::Lines => "Line by line",
        }
    }

    /// What the safe button does.
    fn stay(self) -> &'static str {
        match self {
            Self::Close | Self::Quit | Self::Suspend => "Keep open",
            Self::Lines => "Stay here",
        }
    }
}

impl Dialog {
    /// The confirmation with the safe answer focused.
    pub fn confirm(confirmation: Confirmation) -> Self {
        let buttons = vec![button(Id::Cancel, confirmation.stay()), button(Id::Ok, confirmation.verb())];
        Self::with_form(Form::new(buttons), DialogKind::Confirm(confirmation))
    }
}
