//! The driver interface: what a database must do for keydesk. Blocking calls; nothing in it that SQLite or PostgreSQL
//! could not do.

use super::{Cancel, Cell, Row, StoreError, Value};

/// A handle to a database: one writer and one reader, which do not wait for each other.
///
/// What the database says about its own schema is checked in each transaction, on the state that the transaction sees.
/// When it is not what the connection found when it was opened, or its file was replaced, a new connection is opened
/// and the old one is never used again. What cannot be trusted is an error, and so is the first use after something
/// that was saved may have been lost; the next use tries again.
pub trait Store: Send + Sync {
    /// Begins a transaction that may write. Waits for other writers for a bounded time.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// Begins a transaction that only reads and sees one state of the database throughout.
    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError>;

    /// Whether anything may have been committed since this was last asked; the first answer is yes. Cheap enough to be
    /// asked several times a second: a poller reads the head only after a yes. A database that cannot tell says yes.
    fn changed(&self) -> Result<bool, StoreError>;

    /// How many connections were given up because the database was not what they had opened. What was read before the
    /// number rose may have come from another database.
    fn reopened(&self) -> u64;

    /// Opens a second connection for a moment and compares: whether the database has the catalogue and the head that
    /// the reader of this handle sees. False, or an error, means that this handle is to be given up.
    fn fresh(&self) -> Result<bool, StoreError>;

    /// The migration step that the schema is at. A step that this program does not know was compared with nothing: the
    /// holder of the keys compares the catalogue with the tag of its newest step.
    fn step(&self) -> i64;

    /// Notifications of commits, for a thread of their own that waits for them; `None` where the database gives none.
    fn notice(&self) -> Option<Box<dyn Notice>>;
}

/// A source of commit notifications.
pub trait Notice: Send {
    /// Waits until somebody may have begun to commit something; it may not be committed yet. False when no further
    /// notice will come.
    fn wait(&mut self) -> bool;
}

/// A transaction that reads.
pub trait Tx {
    /// Shows each row of a query to `each`, without keeping or copying it.
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

    /// The row of a query that has one row or none.
    fn row(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }
}

/// A transaction that may write. Dropped without a commit it leaves nothing behind.
pub trait WriteTx: Tx {
    /// Runs one statement; says how many rows it changed.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError>;

    /// Rebuilds every index from its table, where a database can do that in a transaction: an index that was written by
    /// hand hides rows and keeps them from being changed. Reads everything.
    fn rebuild_indexes(&mut self) -> Result<(), StoreError>;

    /// Commits; the change is on disk before this returns [`Commit::Committed`].
    fn commit(self: Box<Self>) -> Commit;
}

/// What a commit came to.
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
