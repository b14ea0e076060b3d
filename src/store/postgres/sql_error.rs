//! Turns what PostgreSQL and the line to it say into sentences. Never with a value of a row: the detail of an error has
//! them, its message has not.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::store::StoreError;

/// Why a call failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: StoreError,
    /// Whether the connection cannot be used any more: no answer came, or the server closed it.
    pub(super) lost: bool,
}

impl Failure {
    /// The line broke, or nobody answered in time.
    pub(super) fn lost(place: &str, why: &str) -> Self {
        let sentence =
            format!("The connection to {place} was lost ({why}). Nothing was changed; try again in a moment.");
        Self { error: StoreError::Unavailable(sentence), lost: true }
    }

    /// The call was cancelled by its caller.
    pub(super) fn cancelled() -> Self {
        Self { error: StoreError::Cancelled, lost: false }
    }
}

/// What the server said to a statement.
pub(super) fn failure(place: &str, why: &Error) -> Failure {
    let Some(said) = why.as_db_error() else {
        return match why.is_closed() {
            true => Failure::lost(place, "the server closed it"),
            // A value that the client could not write, or an answer that it could not read.
            false if source_is_io(why) => Failure::lost(place, &root(why)),
            false => Failure { error: StoreError::Broken(root(why)), lost: false },
        };
    };
    let failure = of_statement(place, said);
    Failure { lost: failure.lost || ends_the_session(said), ..failure }
}

fn of_statement(place: &str, said: &DbError) -> Failure {
    let (code, message) = (said.code(), said.message());
    let unavailable = |sentence: String| Failure { error: StoreError::Unavailable(sentence), lost: false };
    match *code {
        SqlState::LOCK_NOT_AVAILABLE => {
            unavailable("Another change is being made. Nothing was changed; try again in a moment.".to_owned())
        }
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            unavailable("Another change was made at the same moment. Nothing was changed; try again.".to_owned())
        }
        SqlState::QUERY_CANCELED => {
            unavailable(format!("The database took too long ({message}). Nothing was changed; try again in a moment."))
        }
        SqlState::DISK_FULL => {
            unavailable("The disk of the database is full. Nothing was changed; make room, then try again.".to_owned())
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => Failure {
            error: StoreError::Unavailable(format!(
                "{place} cannot be written: it is a standby, or set to read only. Nothing was changed; try again in a moment."
            )),
            lost: true,
        },
        SqlState::INSUFFICIENT_PRIVILEGE => unavailable(format!(
            "The database does not allow it ({message}). Nothing was changed; look at the user of the database and its grants."
        )),
        SqlState::UNDEFINED_FILE | SqlState::IO_ERROR | SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => {
            Failure {
                error: StoreError::Foreign(format!(
                    "The database is damaged ({message}). It was left as it is; restore a backup."
                )),
                lost: false,
            }
        }
        // Of a value that does not fit, the message repeats it.
        _ if code.code().starts_with("22") => {
            Failure { error: StoreError::Broken(format!("a value does not fit, {}", code.code())), lost: false }
        }
        _ if ends_the_line(code.code()) => Failure::lost(place, message),
        // Of unique keys, checks and references the message names table and constraint, never a value.
        _ => Failure { error: StoreError::Broken(format!("{message}, {}", code.code())), lost: false },
    }
}

/// Whether the server says that a commit is on its disk, and that it waits for no standby any more. What it says is in its own
/// language; the name of the function that says it is not.
pub(super) fn ends_the_wait(said: &DbError) -> bool {
    said.routine() == Some("SyncRepWaitForLSN")
}

/// Whether the session is over, whatever the code says: a server that cannot write its log stops with the code of a full
/// disk or a damaged one, and what it was committing may be in that log.
fn ends_the_session(said: &DbError) -> bool {
    match said.parsed_severity() {
        Some(severity) => matches!(severity, Severity::Fatal | Severity::Panic),
        // Of a pooler, which says it in English.
        None => matches!(said.severity(), "FATAL" | "PANIC"),
    }
}

/// Whether the server ends the connection with this code: it is shut down, it crashed, or the session was ended.
fn ends_the_line(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("57P") || matches!(code, "25P03" | "25P04")
}

/// Why no connection could be made, in a few words.
pub(super) fn refused(why: &Error) -> String {
    match why.as_db_error() {
        Some(said) => said.message().to_owned(),
        None => root(why),
    }
}

/// The innermost source, which says what really happened.
fn root(why: &Error) -> String {
    let mut source: &dyn std::error::Error = why;
    while let Some(inner) = source.source() {
        source = inner;
    }
    let text: String = source.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    text.trim_end_matches('.').to_owned()
}

fn source_is_io(why: &Error) -> bool {
    std::error::Error::source(why).is_some_and(|source| source.is::<std::io::Error>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_end_a_session_are_known() {
        for code in ["08006", "57P01", "57P02", "57P03", "57P05", "25P03"] {
            assert!(ends_the_line(code), "{code}");
        }
        for code in ["23505", "40001", "57014", "42601", "25P02"] {
            assert!(!ends_the_line(code), "{code}");
        }
    }
}
