//! The driver interface: what a database must do for keydesk. All calls block; both SQLite and PostgreSQL can
//! implement it.

use std::time::Duration;

use super::bulk;
use super::{Cancel, Cell, Row, StoreError, Unconfirmed, Value};

/// A handle to a database, with one writer and one reader that do not block each other.
///
/// What the database says about its own schema is checked in each transaction, on the state that the transaction sees.
/// If it differs from what the connection found when it was opened, or the file was replaced, a new connection is
/// opened and the old one is never used again. It is an error if the database cannot be trusted, and once if something
/// that was saved may have been lost; the next call tries again.
pub trait Store: Send + Sync {
    /// Begins a transaction that may write. Waits for other writers for a bounded time.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// The same for a change that takes as long as reading everything: it may rest, and its statements may take their time.
    /// Others wait as long as they wait for any writer.
    fn write_at_length(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        self.write()
    }

    /// Begins a transaction that only reads and sees one state of the database throughout.
    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError>;

    /// [`Store::write`] and [`Tx::prefetch`] at once: a server is told all of it in one message. The first query may be one
    /// that locks a row; those behind it see what was committed before the lock was there.
    fn write_with(&self, queries: Vec<Query>) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        let mut tx = self.write()?;
        tx.prefetch(queries)?;
        Ok(tx)
    }

    /// [`Store::write`] for what may be lost if the database crashes a moment later: a server's commit does not wait for its
    /// disk, nor for its standbys.
    fn write_relaxed(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        self.write()
    }

    /// [`Store::read`] and [`Tx::prefetch`] at once.
    fn read_with(&self, cancel: &Cancel, queries: Vec<Query>) -> Result<Box<dyn Tx + '_>, StoreError> {
        let mut tx = self.read(cancel)?;
        tx.prefetch(queries)?;
        Ok(tx)
    }

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

    /// How many last uses go in one transaction. Where this process computes them itself, neither a desk that waits for the
    /// store nor a response that waits for this core must wait long.
    fn uses_at_once(&self) -> usize {
        256
    }

    /// Commit notifications, for a thread that waits for them; `None` if the database has none.
    fn notice(&self) -> Option<Box<dyn Notice>>;

    /// Hints of commits over a connection of its own, for a process that looks at the store anyway: each of them may be
    /// lost. `None` if the database sends none.
    fn listen(&self) -> Option<Box<dyn Listener>> {
        None
    }

    /// The servers that take changes, of all that the place of this database names: more than one means that changes are made
    /// which the others never see. `None` where there is one server only. Asks each of them, which may take long.
    fn primaries(&self) -> Option<Vec<String>> {
        None
    }

    /// The commits that are on the disk of one server alone: a standby was to confirm them, and was waited for in vain.
    fn unconfirmed(&self) -> Unconfirmed {
        Unconfirmed::default()
    }

    /// Where there are such commits, waits once more for a standby to confirm them. Changes need not wait for it.
    fn confirm(&self) {}

    /// Sends a notification on a channel, over another connection than a listener has: a listener that hears it hears of
    /// commits too.
    fn notify(&self, _channel: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A source of commit notifications.
pub trait Notice: Send {
    /// Waits until a commit may have begun; it may not be complete yet. False when no further
    /// notification will come.
    fn wait(&mut self) -> bool;
}

/// A statement that has an answer, and its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The statement.
    pub sql: String,
    /// The values of `$1`, `$2` and so on.
    pub params: Vec<Value>,
}

impl Query {
    /// A statement and its parameters.
    pub fn new(sql: impl Into<String>, params: impl Into<Vec<Value>>) -> Self {
        Self { sql: sql.into(), params: params.into() }
    }

    /// The only row of its answer, if it has one.
    pub fn row(&self, tx: &mut dyn Tx) -> Result<Option<Row>, StoreError> {
        tx.row(&self.sql, &self.params)
    }

    /// All rows of its answer.
    pub fn rows(&self, tx: &mut dyn Tx) -> Result<Vec<Row>, StoreError> {
        tx.rows(&self.sql, &self.params)
    }
}

/// Hears of commits as long as the connection that it keeps is there; makes it anew by itself.
pub trait Listener: Send {
    /// The channel that nobody else listens on.
    fn channel(&self) -> &str;

    /// Waits for what is heard next. Tells of commits 20 times a second at most, however many there are.
    fn hear(&mut self) -> Heard;
}

/// What a [`Listener`] hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A new connection listens; whether anything arrives on it is not known yet.
    Connected,
    /// Something that was sent on its own channel.
    Proof,
    /// A change was committed.
    Commit,
    /// There is no connection any more, or nothing arrives on it.
    Lost,
}

/// A transaction that reads.
pub trait Tx {
    /// Says what will be asked next, in any order: a driver that talks to a server gets all the answers in one round trip
    /// and has them when they are asked for. The next statement that writes makes it forget them. Only for small answers.
    fn prefetch(&mut self, _: Vec<Query>) -> Result<(), StoreError> {
        Ok(())
    }

    /// Passes each row of a query to `each` without copying it.
    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The same for a query with a great many rows, which is asked again and again with other parameters: a driver may have a way
    /// that costs less. Its columns are those of tables, of one type whatever the parameters are.
    fn each_of_many(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each(sql, params, each)
    }

    /// The id in the middle of all ids of a table with about `count` rows, so that two threads can read half each; about the middle
    /// where a database can tell that sooner.
    fn middle_id(&mut self, table: &str, count: i64) -> Result<Option<String>, StoreError> {
        let sql = format!("SELECT id FROM {table} ORDER BY id LIMIT 1 OFFSET $1");
        let row = self.row(&sql, &[(count / 2).into()])?;
        Ok(row.and_then(|mut row| row.text().ok()))
    }

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

    /// Runs one statement at the latest before the next one that is waited for. If it fails, a later call says so, at the
    /// latest the commit, and nothing is kept.
    fn queue(&mut self, sql: &str, params: &[Value]) -> Result<(), StoreError> {
        self.execute(sql, params).map(drop)
    }

    /// The same for a statement over many rows, which `{rows}` stands for in it: a query whose columns are those of `rows`. It is
    /// run for some of them at a time, so none of its rows may depend on another. A column that is NULL in all of them has no
    /// type where the statement does not give it one.
    fn queue_rows(&mut self, sql: &str, params: &[Value], rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        let mut rows = rows.into_iter();
        while let Some(run) = bulk::run(rows.len()) {
            let mut all = params.to_vec();
            all.extend(rows.by_ref().take(run).flatten());
            let values = bulk::values(run, (all.len() - params.len()) / run, params.len() + 1);
            self.queue(&sql.replace("{rows}", &format!("VALUES {values}")), &all)?;
        }
        Ok(())
    }

    /// The same for a statement that must change exactly one row of a table: another number is an error.
    fn queue_one(&mut self, table: &'static str, sql: &str, params: &[Value]) -> Result<(), StoreError> {
        match self.execute(sql, params)? {
            1 => Ok(()),
            _ => Err(vanished(table)),
        }
    }

    /// Rebuilds every index from its table, if the database can do that in a transaction: a manipulated index
    /// hides rows and prevents their change. Reads everything.
    fn rebuild_indexes(&mut self) -> Result<(), StoreError>;

    /// Listeners are to hear of this transaction once it is committed.
    fn announce(&mut self) {}

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

/// The error of a statement that did not find the row of a table that was there under the same lock.
pub(in crate::store) fn vanished(table: &str) -> StoreError {
    StoreError::Broken(format!("a row of {table} vanished"))
}
