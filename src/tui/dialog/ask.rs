//! A question before a secret that nobody copied is lost. The safe answer is focused.

use super::super::form::{Form, Id, button};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Close the one-time view?
    Close,
    /// Quit?
    Quit,
    /// Suspend?
    Suspend,
}

impl Question {
    /// Title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Close => "Close without copying?",
            Self::Quit => "Quit without copying?",
            Self::Suspend => "Suspend without copying?",
        }
    }

    /// What the other button does.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Close => "Close",
            Self::Quit => "Quit",
            Self::Suspend => "Suspend",
        }
    }
}

/// The question and its buttons.
#[derive(Debug)]
pub struct Ask {
    /// What is asked.
    pub question: Question,
    /// Keep open, and the other.
    pub buttons: Form,
}

impl Ask {
    /// The question with Keep open focused.
    pub fn new(question: Question) -> Self {
        let buttons = vec![button(Id::Cancel, "Keep open"), button(Id::Ok, question.verb())];
        Self { question, buttons: Form::new(buttons) }
    }
}
