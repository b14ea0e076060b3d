//! The driver interface: what a database must do for keydesk. All calls block; both SQLite and PostgreSQL can
//! implement it.

use std::time::Duration;

use super::{Cancel, Cell, Row, StoreError, Value};

/// A handle to a database, with one writer and one reader that do not block each other.
///
/// What the database says about its own schema is checked in each transaction, on the state that the transaction sees.
/// If it differs from what the connection found when it was opened, or the file was replaced, a new connection is
/// opened and the old one is never used again. It is an error if the database cannot be trusted, and once if something
/// that was saved may have been lost; the next call tries again.
pub trait Store: Send + Sync {
    /// Begins a transaction that may write. Waits for other writers for a bounded time.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// Begins a transaction that only reads and sees one state of the database throughout.
    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError>;

    /// Whether anything may have been committed since this was last asked; the first answer is yes. Cheap enough to be
    /// asked several times a second: a poller reads the head only after a yes. A database that cannot tell says yes.
    fn changed(&self) -> Result<bool, StoreError>;

    /// How many connections were dropped because the database was not the one that they had opened. What was read
    /// before the number grew may have come from another database.
    fn reopened(&self) -> u64;

    /// Whether a second connection, opened for this check, sees the same catalogue and head that
    /// the reader of this handle sees. If not, or on an error, the handle must be dropped.
    fn fresh(&self) -> Result<bool, StoreError>;

    /// The migration step of the schema. The schema of a step that this program does not know was not checked: the
    /// holder of the keys compares its catalogue with the tag of its newest step.
    fn step(&self) -> i64;

    /// How long to go on asking after a commit that got no answer: a server may be replaced by another one.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    /// Commit notifications, for a thread that waits for them; `None` if the database has none.
    fn notice(&self) -> Option<Box<dyn Notice>>;
}

/// A source of commit notifications.
pub trait Notice: Send {
    /// Waits until a commit may have begun; it may not be complete yet. False when no further
    /// notification will come.
    fn wait(&mut self) -> bool;
}

/// A transaction that reads.
pub trait Tx {
    /// Passes each row of a query to `each` without copying it.
    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The whole schema in a canonical form, which is the same for every database of one driver with that schema: input
    /// of a hash.
    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError>;

    /// The database's own integrity check: damaged pages or indexes, in one line; `None` when there is no damage. Reads
    /// everything.
    fn damage(&mut self, cancel: &Cancel) -> Result<Option<String>, StoreError>;

    /// All rows of a query.
    fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |cells| {
            rows.push(Row::copied(cells));
            Ok(())
        })?;
        Ok(rows)
    }

    /// The only row of a query, if it has one.
    fn row(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }
}

/// A transaction that may write. Dropped without a commit it leaves nothing behind.
pub trait WriteTx: Tx {
    /// Runs one statement; says how many rows it changed.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError>;

    /// Rebuilds every index from its table, if the database can do that in a transaction: a manipulated index
    /// hides rows and prevents their change. Reads everything.
    fn rebuild_indexes(&mut self) -> Result<(), StoreError>;

    /// Commits; the change is on disk before this returns [`Commit::Committed`].
    fn commit(self: Box<Self>) -> Commit;
}

/// The result of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commit {
    /// Kept, and on disk.
    Committed,
    /// Not kept; nothing was changed.
    NotCommitted(StoreError),
    /// The connection broke before an answer came: the change may be kept. The operation id in its trail rows tells,
    /// once the store can be asked.
    Unknown,
}
