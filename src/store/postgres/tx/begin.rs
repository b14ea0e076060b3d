//! How transactions begin, and what they set for themselves.

use std::time::Duration;

/// How long a read may be silent. It is cancelled by its caller; this is for a server that stands still.
const READ: Duration = Duration::from_secs(60);
/// How long a statement of a change may take: longer than the server allows itself.
pub(super) const WRITE: Duration = Duration::from_secs(35);

/// What every transaction sets for itself, so that neither a pooler nor the settings of a role decide. What is not found in
/// the system's own schema is looked for in keydesk's, and last among temporary tables. How strings are written and bytes are shown
/// is part of what the server says about its schema. No statement is long enough to be worth compiling, and messages that
/// nobody reads can be many times the answer.
const SETTINGS: &str = "SET LOCAL search_path = keydesk, pg_temp; SET LOCAL row_security = off; \
                        SELECT set_config('transaction_timeout', '0', true) \
                        WHERE current_setting('transaction_timeout', true) IS NOT NULL; \
                        SET LOCAL quote_all_identifiers = off; SET LOCAL standard_conforming_strings = on; \
                        SET LOCAL bytea_output = hex; SET LOCAL lock_timeout = '5s'; SET LOCAL jit = off; \
                        SET LOCAL client_min_messages = warning";

/// A commit that is answered once it is on disk, here and wherever the operator says.
const DURABLE: &str = "; SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
                       WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)";

/// How a transaction begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store::postgres) enum Begin {
    /// Reads one state.
    Read,
    /// Writes; waits for whoever has the head.
    Write,
    /// The same, and its commit does not wait for a disk.
    Relaxed,
    /// Writes for as long as it takes to read everything.
    Lasting,
    /// Changes the schema, which may take long.
    Steps,
}

impl Begin {
    /// The statements. A reader goes through an index in its order and stops early: without statistics a server takes every
    /// range for a small one, and would fetch and sort the rest of a table for each page of it. A writer sees what was
    /// committed before it got the lock; `off` of `synchronous_commit` would tell of a commit that a crash undoes.
    pub(in crate::store::postgres) fn sql(self) -> String {
        let (level, limits) = match self {
            Self::Read => (
                "REPEATABLE READ READ ONLY",
                "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '10min'; \
                 SET LOCAL enable_bitmapscan = off",
            ),
            Self::Write => (
                "READ COMMITTED READ WRITE",
                "SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '10s'",
            ),
            // Less than a change waits for a lock: a verifier that stands still keeps nobody from revoking.
            Self::Relaxed => (
                "READ COMMITTED READ WRITE",
                "SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '3s'",
            ),
            Self::Lasting | Self::Steps => (
                "READ COMMITTED READ WRITE",
                "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '10min'",
            ),
        };
        let durable = match self {
            Self::Read => "",
            Self::Relaxed => "; SET LOCAL synchronous_commit = off",
            Self::Write | Self::Lasting | Self::Steps => DURABLE,
        };
        format!("BEGIN ISOLATION LEVEL {level}; {SETTINGS}; {limits}{durable}")
    }

    pub(super) fn silence(self) -> Duration {
        match self {
            Self::Read => READ,
            Self::Write | Self::Relaxed => WRITE,
            // An index over a hundred million rows is made in one statement.
            Self::Lasting | Self::Steps => Duration::from_secs(24 * 3600),
        }
    }
}
