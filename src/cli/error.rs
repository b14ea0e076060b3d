//! Errors of the command line: one sentence and an exit code.

use std::io::{self, Write as _};

use crate::config::ConfigError;
use crate::hub::HubError;
use crate::text;

/// Exit code of a failure that has no code of its own.
pub const FAILED: u8 = 1;
/// Exit code of a wrong command line.
pub const USAGE: u8 = 2;
/// Exit code of a refusal.
pub const NOT_ALLOWED: u8 = 3;
/// Exit code when the store cannot be used.
pub const UNAVAILABLE: u8 = 6;
/// Exit code of something that does not exist.
pub const NOT_FOUND: u8 = 4;
/// Exit code when somebody else was faster, or the state does not allow it.
pub const CONFLICT: u8 = 5;

/// The error of a command.
#[derive(Debug)]
pub enum CliError {
    /// One sentence for the user, and a code for scripts.
    Message {
        /// The exit code.
        code: u8,
        /// What is wrong and what to do.
        sentence: String,
    },
    /// The sentences were printed on standard error already; the exit code.
    AlreadyReported(u8),
    /// The reader of standard output left, as `head` does: nothing to say.
    ReaderGone,
}

impl CliError {
    /// A usage error.
    pub fn usage(sentence: impl std::fmt::Display) -> Self {
        Self::Message { code: USAGE, sentence: sentence.to_string() }
    }

    /// Any other failure.
    pub fn failed(sentence: impl std::fmt::Display) -> Self {
        Self::Message { code: FAILED, sentence: sentence.to_string() }
    }

    /// Whether what was named does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Message { code: NOT_FOUND, .. })
    }

    /// Whether the row that was asked for is not there, cannot be read, or cannot be written.
    pub fn is_of_the_row(&self) -> bool {
        matches!(self, Self::Message { code: FAILED | NOT_FOUND | UNAVAILABLE, .. })
    }

    /// Prints the sentence on standard error; returns the exit code.
    pub fn report(self) -> u8 {
        match self {
            Self::Message { code, sentence } => {
                stderr_line(&sentence);
                code
            }
            Self::AlreadyReported(code) => code,
            Self::ReaderGone => 0,
        }
    }
}

/// One line on standard error, harmless for a terminal. Dropped if standard error is closed.
pub fn stderr_line(sentence: &str) {
    let _ = writeln!(io::stderr(), "keydesk: {}", text::safe(&text::as_typed(sentence)));
}

impl From<HubError> for CliError {
    fn from(why: HubError) -> Self {
        Self::Message { code: why.exit_code(), sentence: why.to_string() }
    }
}

impl From<ConfigError> for CliError {
    fn from(why: ConfigError) -> Self {
        let code = match why {
            ConfigError::OtherStore { .. } => CONFLICT,
            ConfigError::Unsafe(_) => UNAVAILABLE,
            ConfigError::Unwritable { .. } | ConfigError::Unreadable { .. } | ConfigError::NoFile { .. } => FAILED,
            _ => USAGE,
        };
        Self::Message { code, sentence: why.to_string() }
    }
}

/// Standard output that cannot be written.
impl From<io::Error> for CliError {
    fn from(why: io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::failed(format!("Standard output cannot be written: {why}. Send it somewhere else.")),
        }
    }
}
