//! The whole state of the desk on the screen.

use crate::hub::{Actor, CredentialId, Session};
use crate::time::Millis;

use super::theme::Theme;

/// What the desk starts from.
#[derive(Debug)]
pub struct AppSetup {
    /// The time now.
    pub now: Millis,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Where things are kept, shown on set-up.
    pub places: Places,
    /// What comes first.
    pub start: Start,
    /// Colours and glyphs.
    pub theme: Theme,
    /// Why nothing here can copy, as a sentence with the next step; `None` when copying can be tried.
    pub no_clipboard: Option<String>,
}

/// Where things are kept, in words for the screen.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The database.
    pub database: String,
    /// The master key.
    pub master_key: String,
}

/// What the desk shows first.
#[derive(Debug)]
pub enum Start {
    /// There is no desk yet.
    SetUp,
    /// The desk of this account waits for somebody.
    SignIn {
        /// Name of the account.
        account: String,
    },
    /// Somebody is signed in already: the demo, an SSH key.
    Session(Box<Session>),
}

/// The state machine.
#[derive(Debug)]
pub struct App {
    now: Millis,
    dirty: bool,
}

impl App {
    /// The desk as it starts. Its first reads are due at once: see [`App::deadline`].
    pub fn new(setup: AppSetup) -> Self {
        Self { now: setup.now, dirty: true }
    }

    /// The next moment at which a [`super::msg::Msg::Tick`] is wanted.
    pub fn deadline(&self) -> Option<Millis> {
        Some(self.now.plus(1000))
    }

    /// Whether a frame is wanted; asking takes the wish away.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Whose secret is on the screen, for the note in the trail when the line drops.
    pub fn secret_shown(&self) -> Option<(Actor, CredentialId, String)> {
        None
    }

    /// Wipes every secret and typed password, at once.
    pub fn drop_secrets(&mut self) {}
}
