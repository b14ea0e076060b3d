//! What a database must do for keydesk. Blocking; nothing in it that SQLite or PostgreSQL could not do.

use super::{Cancel, Cell, Row, StoreError, Value};

/// A handle to a database: one writer and one reader, which do not wait for each other.
pub trait Store: Send + Sync {
    /// Begins a transaction that may write. Waits for other writers for a bounded time.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// Begins a transaction that only reads and sees one state of the database throughout.
    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError>;

    /// Whether anything may have been committed since this was last asked; the first answer is yes. Cheap enough to be
    /// asked several times a second: whoever follows the store looks at the head only after a yes. A database that
    /// cannot tell says yes.
    fn changed(&self) -> Result<bool, StoreError>;

    /// Notice of commits, for a thread of its own that waits for them; `None` where the database gives none.
    fn notice(&self) -> Option<Box<dyn Notice>>;
}

/// Something to wait at for commits.
pub trait Notice: Send {
    /// Waits until somebody may have begun to commit something; it may not be committed yet. False when no further
    /// notice will come.
    fn wait(&mut self) -> bool;
}

/// A transaction.
pub trait Tx {
    /// Shows each row of a query to `each`, without keeping or copying it.
    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The catalogue (tables, indexes, triggers, views with their texts) as this transaction sees it, in a canonical form.
    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError>;

    /// What the database's own check finds to be damaged, first of all; nothing when it is whole. It reads everything.
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

    /// Commits, durably.
    fn commit(self: Box<Self>) -> Commit;
}

/// What a commit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commit {
    /// Kept, and on disk.
    Committed,
    /// Not kept; nothing was changed.
    NotCommitted(StoreError),
    /// The line broke: it may be kept. The operation id in its trail rows tells, once the store can be asked.
    Unknown,
}
