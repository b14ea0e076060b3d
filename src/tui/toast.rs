//! The status message, in the place of the hints. It goes with the next key that does something; an error stays until
//! a key is pressed, and that key does nothing else.

use crate::time::Millis;

/// Severity of a status message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It went well.
    Done,
    /// Worth knowing.
    Note,
    /// It went wrong.
    Error,
}

/// A status message.
#[derive(Debug)]
pub struct Toast {
    /// Severity of the message.
    pub severity: Severity,
    /// One sentence.
    pub text: String,
    /// When it disappears by itself; never for an error.
    pub until: Option<Millis>,
}

/// How long a message stays that is not an error, in milliseconds.
const STAYS: i64 = 5000;

impl Toast {
    /// It went well.
    pub fn done(now: Millis, text: impl Into<String>) -> Self {
        Self { severity: Severity::Done, text: text.into(), until: Some(now.plus(STAYS)) }
    }

    /// Worth knowing.
    pub fn note(now: Millis, text: impl Into<String>) -> Self {
        Self { severity: Severity::Note, text: text.into(), until: Some(now.plus(STAYS)) }
    }

    /// It went wrong.
    pub fn error(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, text: text.into(), until: None }
    }
}
