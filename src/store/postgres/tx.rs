//! Transactions.

use std::sync::MutexGuard;
use std::time::Duration;

use crate::store::{Cancel, Cell, Commit, StoreError, Tx, Value, WriteTx};

use super::catalogue;
use super::line::{Line, Terms};
use super::sql_error::Failure;
use super::values::cell;

/// How long a read may be silent. It is cancelled by its caller; this is for a server that stands still.
const READ: Duration = Duration::from_secs(60);
/// How long a statement of a change may take: longer than the server allows itself.
const WRITE: Duration = Duration::from_secs(35);
/// How long a commit may take before the server is asked to stop waiting for its standby.
const COMMIT: Duration = Duration::from_secs(10);

/// What every transaction sets for itself, so that neither a pooler nor the settings of a role decide. What is not found in
/// the system's own schema is looked for in keydesk's, and last among temporary tables.
const SETTINGS: &str = "SET LOCAL search_path = keydesk, pg_temp; SET LOCAL row_security = off; \
                        SET LOCAL quote_all_identifiers = off; SET LOCAL lock_timeout = '5s'";

/// How a transaction begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// Reads one state.
    Read,
    /// Writes; waits for whoever has the head.
    Write,
    /// Changes the schema, which may take long.
    Steps,
}

impl Begin {
    /// The statements. A writer sees what was committed before it got the lock; `off` of `synchronous_commit` would tell of
    /// a commit that a crash undoes.
    pub(super) fn sql(self) -> String {
        let (level, limits) = match self {
            Self::Read => ("REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 0"),
            Self::Write => (
                "READ COMMITTED READ WRITE",
                "SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '10s'",
            ),
            Self::Steps => (
                "READ COMMITTED READ WRITE",
                "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '10min'",
            ),
        };
        let durable = match self {
            Self::Read => "",
            Self::Write | Self::Steps => {
                "; SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
                 WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)"
            }
        };
        format!("BEGIN ISOLATION LEVEL {level}; {SETTINGS}; {limits}{durable}")
    }

    fn silence(self) -> Duration {
        match self {
            Self::Read => READ,
            Self::Write => WRITE,
            // An index over a hundred million rows is made in one statement.
            Self::Steps => Duration::from_secs(24 * 3600),
        }
    }
}

/// A transaction that holds its connection until it ends.
pub(super) struct PostgresTx<'a> {
    held: MutexGuard<'a, Option<Line>>,
    begun: Begin,
    cancel: Option<Cancel>,
    /// The first error: the server refuses everything behind it.
    failed: Option<StoreError>,
    open: bool,
}

impl<'a> PostgresTx<'a> {
    /// A transaction that was begun.
    pub(super) fn new(held: MutexGuard<'a, Option<Line>>, begun: Begin, cancel: Option<Cancel>) -> Self {
        Self { held, begun, cancel, failed: None, open: true }
    }

    fn line(&self) -> Result<&Line, StoreError> {
        match (&self.failed, &*self.held) {
            (Some(why), _) => Err(why.clone()),
            (None, Some(line)) => Ok(line),
            (None, None) => Err(StoreError::Broken("no connection is open".to_owned())),
        }
    }

    fn terms(&self) -> Terms {
        Terms { silence: self.begun.silence(), cancel: self.cancel.clone() }
    }

    /// Remembers an error.
    fn fail(&mut self, why: Failure) -> StoreError {
        if let Some(line) = self.held.as_ref().filter(|_| why.lost) {
            line.give_up();
        }
        self.failed = Some(why.error.clone());
        why.error
    }

    /// Runs statements that have no parameters and no rows that matter.
    pub(super) fn batch(&mut self, sql: &str) -> Result<Vec<String>, StoreError> {
        let said = self.line()?.batch(sql.to_owned(), self.terms());
        said.map_err(|why| self.fail(why))
    }

    fn run(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        let mut room: Vec<Cell<'static>> = Vec::new();
        let (mut stopped, line) = (None, self.line()?);
        let changed = line.query(sql.to_owned(), params.to_vec(), self.terms(), &mut |row| {
            // One allocation for all rows, as in the driver of SQLite.
            let mut cells: Vec<Cell<'_>> = std::mem::take(&mut room).into_iter().map(|cell| cell as Cell<'_>).collect();
            let read = (0..row.len()).try_for_each(|column| {
                cells.push(cell(row, column)?);
                Ok(())
            });
            let done = read.and_then(|()| each(&cells));
            cells.clear();
            room = cells.into_iter().map(|_| Cell::Null).collect();
            done.inspect_err(|why| stopped = Some(why.clone()))
        });
        match (stopped, changed) {
            // The reader wants no more: the line reads on or stops the server, and the transaction may be over.
            (Some(why), _) => {
                self.failed = Some(why.clone());
                Err(why)
            }
            (None, changed) => changed.map_err(|why| self.fail(why)),
        }
    }
}

impl Tx for PostgresTx<'_> {
    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.run(sql, params, each).map(drop)
    }

    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError> {
        let read = self.batch(catalogue::ALL)?;
        Ok(read.into_iter().next().unwrap_or_default().into_bytes())
    }

    fn damage(&mut self, _: &Cancel) -> Result<Option<String>, StoreError> {
        // No role can write a page or an index past the server, and what a disk does is for the server's checksums.
        Ok(None)
    }
}

impl WriteTx for PostgresTx<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.run(sql, params, &mut |_| Ok(()))
    }

    fn rebuild_indexes(&mut self) -> Result<(), StoreError> {
        // Nobody can edit an index of PostgreSQL by SQL.
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Commit {
        // A server answers a commit after an error by rolling back, without an error.
        let line = match self.line() {
            Ok(line) => line,
            Err(why) => return Commit::NotCommitted(why),
        };
        let silence = if self.begun == Begin::Steps { self.begun.silence() } else { COMMIT };
        let said = line.batch("COMMIT".to_owned(), Terms { silence, cancel: None });
        self.open = false;
        match said {
            Ok(_) => Commit::Committed,
            Err(why) if why.lost => {
                self.fail(why);
                *self.held = None;
                Commit::Unknown
            }
            Err(why) => Commit::NotCommitted(why.error),
        }
    }
}

impl Drop for PostgresTx<'_> {
    fn drop(&mut self) {
        if let Some(line) = self.held.as_ref().filter(|line| self.open && line.is_usable()) {
            // Not waited for: what comes next on this line comes behind it.
            line.batch_and_leave("ROLLBACK", Terms { silence: WRITE, cancel: None });
        }
    }
}
