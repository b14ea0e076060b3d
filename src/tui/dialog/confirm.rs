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
    /// Lock?
    Lock,
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
            Self::Lock => "The secret is not copied yet",
            Self::Lines => "Go on line by line?",
        }
    }

    /// What the other button does.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Close => "Close",
            Self::Quit => "Quit",
            Self::Suspend => "Suspend",
            Self::Lock => "Lock and lose it",
            Self::Lines => "Line by line",
        }
    }

    /// What the safe button does.
    fn stay(self) -> &'static str {
        match self {
            Self::Close | Self::Quit | Self::Suspend | Self::Lock => "Keep open",
            Self::Lines => "Stay here",
        }
    }
}

impl Dialog {
    /// The confirmation with the safe answer focused.
    pub fn confirm(confirmation: Confirmation) -> Self {
        let mut buttons = vec![button(Id::Cancel, confirmation.stay()), button(Id::Ok, confirmation.verb())];
        if matches!(confirmation, Confirmation::Lock) {
            buttons.insert(1, button(Id::Submit, "Copy both, lock"));
        }
        Self::with_form(Form::new(buttons), DialogKind::Confirm(confirmation))
    }
}
