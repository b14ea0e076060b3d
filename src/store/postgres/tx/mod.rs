//! Transactions.

mod begin;

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::store::{Cancel, Cell, Commit, Query, StoreError, Tx, Unconfirmed, Value, WriteTx};

use super::line::{Ask, Line, Rows, Terms};
use super::pipeline::{Answers, Said, Statement, over_rows};
use super::sql_error::Failure;
use super::values::column;
use super::{catalogue, copied};

pub(super) use begin::Begin;
use begin::WRITE;

/// How long a commit may take before the server is asked to stop waiting for its standby.
const COMMIT: Duration = Duration::from_secs(10);

/// Pages, about, of which the middle of a table is made out.
const PAGES: usize = 512;

/// Statements that may wait to be sent with the next one.
const QUEUED: usize = 512;

/// The end of a transaction that listeners are to hear of. A queue that others filled must not stop a change, so nothing is
/// put into one that is half full: whoever looks by itself needs no hint.
const ANNOUNCE: &str = "SELECT pg_notify('keydesk', '') WHERE pg_notification_queue_usage() < 0.5; COMMIT";

/// A transaction that changes nothing, and whose commit a standby has to confirm: then it has all before it.
const CONFIRMED: &str = "SELECT pg_logical_emit_message(true, 'keydesk', ''); COMMIT";

/// A transaction that holds its connection until it ends.
pub(super) struct PostgresTx<'a> {
    held: MutexGuard<'a, Option<Line>>,
    begun: Begin,
    silence: Duration,
    cancel: Option<Cancel>,
    /// The first error: the server refuses everything behind it.
    failed: Option<StoreError>,
    announced: bool,
    open: bool,
    /// The schema in canonical form, where it was compared since this transaction began.
    catalogue: Option<Arc<[u8]>>,
    /// Answers to what is asked ahead.
    fetched: HashMap<Query, Vec<Row>>,
    /// Statements that go with the next one that is waited for.
    queued: Vec<Statement>,
    unconfirmed: Unconfirmed,
    /// The types of the columns of queries with many rows, by their text.
    types: HashMap<String, Arc<[Type]>>,
}

impl<'a> PostgresTx<'a> {
    /// A transaction that was begun, with answers that came with its beginning.
    pub(super) fn new(
        held: MutexGuard<'a, Option<Line>>,
        begun: Begin,
        cancel: Option<Cancel>,
        fetched: HashMap<Query, Vec<Row>>,
        unconfirmed: Unconfirmed,
    ) -> Self {
        let silence = begun.silence();
        Self {
            held,
            begun,
            silence,
            cancel,
            failed: None,
            announced: false,
            open: true,
            catalogue: None,
            fetched,
            queued: Vec::new(),
            unconfirmed,
            types: HashMap::new(),
        }
    }

    /// Sets how long a statement may be silent.
    pub(super) fn is_given_up_after(&mut self, silence: Duration) {
        self.silence = silence;
    }

    /// Says what the schema was compared with: it is not described once more.
    pub(super) fn has_catalogue(&mut self, catalogue: Arc<[u8]>) {
        self.catalogue = Some(catalogue);
    }

    /// Which versions of the server's rows describe the schema, and the schema in canonical form. Versions first: a change
    /// between the two is a difference at the next comparison.
    pub(super) fn described(&mut self) -> Result<(Option<String>, Vec<u8>), StoreError> {
        let mut texts = self.batch(&format!("{}; {}", catalogue::VERSIONS, catalogue::ALL))?.into_iter();
        Ok((texts.next(), texts.next().unwrap_or_default().into_bytes()))
    }

    fn line(&self) -> Result<&Line, StoreError> {
        match (&self.failed, &*self.held) {
            (Some(why), _) => Err(why.clone()),
            (None, Some(line)) => Ok(line),
            (None, None) => Err(StoreError::Broken("no connection is open".to_owned())),
        }
    }

    fn terms(&self) -> Terms {
        Terms { silence: self.silence, cancel: self.cancel.clone() }
    }

    /// Remembers an error.
    fn fail(&mut self, why: Failure) -> StoreError {
        if let Some(line) = self.held.as_ref().filter(|_| why.lost) {
            line.give_up();
        }
        self.failed = Some(why.error.clone());
        why.error
    }

    /// Sends what is queued and more statements, and waits for all the answers; returns those to the latter.
    fn send(&mut self, statements: Vec<Statement>, silence: Duration) -> Result<Vec<Said>, Failure> {
        let mut all = std::mem::take(&mut self.queued);
        let before = all.len();
        let line = self.line().map_err(|error| Failure { error, lost: false })?;
        all.extend(statements);
        let answers: Answers = line.pipeline(all, Terms { silence, ..self.terms() });
        let mut said = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(said.split_off(before.min(said.len())))
    }

    /// Runs statements that have no parameters and no rows that matter.
    pub(super) fn batch(&mut self, sql: &str) -> Result<Vec<String>, StoreError> {
        let said = self.send(vec![Statement::Batch(sql.to_owned())], self.silence);
        match said.map_err(|why| self.fail(why))?.pop() {
            Some(Said::Texts(texts)) => Ok(texts),
            Some(Said::Rows(_) | Said::NotOne(_) | Said::NoPlan) | None => Ok(Vec::new()),
        }
    }

    /// Waits for everything that is queued.
    fn flush(&mut self) -> Result<(), StoreError> {
        let said = self.send(Vec::new(), self.silence);
        said.map(drop).map_err(|why| self.fail(why))
    }

    fn put_in_queue(&mut self, statement: Statement) -> Result<(), StoreError> {
        self.line()?;
        self.fetched.clear();
        self.queued.push(statement);
        if self.queued.len() < QUEUED { Ok(()) } else { self.flush() }
    }

    fn run(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        self.line()?;
        if !self.fetched.is_empty()
            && let Some(rows) = self.fetched.get(&Query::new(sql, params))
        {
            return rows.iter().try_for_each(|row| each(&cells(row)?)).map(|()| 0);
        }
        self.ask(Ask::Described(Query::new(sql, params)), &mut |rows| rows.each(&[], each))
    }

    /// Asks for rows, behind what is queued.
    fn ask(&mut self, ask: Ask, each: &mut dyn FnMut(&Rows) -> Result<(), StoreError>) -> Result<u64, StoreError> {
        self.line()?;
        let queued = std::mem::take(&mut self.queued);
        let (mut stopped, line) = (None, self.line()?);
        let changed = line
            .query(queued, ask, self.terms(), &mut |rows| each(rows).inspect_err(|why| stopped = Some(why.clone())));
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

fn cells(row: &Row) -> Result<Vec<Cell<'_>>, StoreError> {
    (0..row.len()).map(|at| column(row, at)).collect()
}

impl Tx for PostgresTx<'_> {
    fn prefetch(&mut self, mut queries: Vec<Query>) -> Result<(), StoreError> {
        queries.retain(|query| !self.fetched.contains_key(query));
        if queries.is_empty() {
            return self.line().map(drop);
        }
        let statements = queries.iter().map(|query| Statement::Typed(query.sql.clone(), query.params.clone(), None));
        let said = self.send(statements.collect(), self.silence).map_err(|why| self.fail(why))?;
        self.fetched.extend(fetched(queries, said));
        Ok(())
    }

    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.run(sql, params, each).map(drop)
    }

    fn each_of_many(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let query = Query::new(sql, params);
        // A copy does not say the types of its columns. The first answer to this text did, and no table that it read can be
        // altered before the transaction ends.
        if let Some(types) = self.types.get(sql).cloned() {
            let copied = Ask::Copied(copied::statement(&query));
            return self.ask(copied, &mut |rows| rows.each(&types, each)).map(drop);
        }
        let mut types = None;
        self.ask(Ask::Described(query), &mut |rows| {
            types = types.take().or_else(|| rows.types());
            rows.each(&[], each)
        })?;
        self.types.extend(types.map(|types| (sql.to_owned(), types.into())));
        Ok(())
    }

    fn middle_id(&mut self, table: &str, _: i64) -> Result<Option<String>, StoreError> {
        // The middle one of those on some pages: a walk through half of an index takes longer than the difference is worth.
        let sql = format!(
            "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM {table} TABLESAMPLE SYSTEM (LEAST(100, \
             100.0 * {PAGES} * current_setting('block_size')::int8 / GREATEST(1, pg_relation_size('{table}'))))"
        );
        let row = self.row(&sql, &[])?;
        Ok(row.and_then(|mut row| row.text().ok()))
    }

    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError> {
        if let Some(known) = &self.catalogue {
            return Ok(known.to_vec());
        }
        let read = self.batch(catalogue::ALL)?;
        Ok(read.into_iter().next().unwrap_or_default().into_bytes())
    }

    fn damage(&mut self, _: &Cancel) -> Result<Option<String>, StoreError> {
        // No role can write a page or an index past the server, and what a disk does is for the server's checksums.
        Ok(None)
    }
}

/// Queries and the answers to them.
pub(super) fn fetched(queries: Vec<Query>, said: Vec<Said>) -> impl Iterator<Item = (Query, Vec<Row>)> {
    let rows = said.into_iter().map(|said| if let Said::Rows(rows) = said { rows } else { Vec::new() });
    queries.into_iter().zip(rows)
}

impl WriteTx for PostgresTx<'_> {
    fn queue(&mut self, sql: &str, params: &[Value]) -> Result<(), StoreError> {
        self.put_in_queue(Statement::Typed(sql.to_owned(), params.to_vec(), None))
    }

    fn queue_rows(&mut self, sql: &str, params: &[Value], rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        over_rows(sql, params, rows).into_iter().try_for_each(|statement| self.put_in_queue(statement))
    }

    fn queue_one(&mut self, table: &'static str, sql: &str, params: &[Value]) -> Result<(), StoreError> {
        self.put_in_queue(Statement::Typed(sql.to_owned(), params.to_vec(), Some(table)))
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.fetched.clear();
        // A statement may have changed it.
        self.catalogue = None;
        self.run(sql, params, &mut |_| Ok(()))
    }

    fn rebuild_indexes(&mut self) -> Result<(), StoreError> {
        // Nobody can edit an index of PostgreSQL by SQL.
        Ok(())
    }

    fn announce(&mut self) {
        self.announced = true;
    }

    fn commit(mut self: Box<Self>) -> Commit {
        // A server answers a commit after an error by rolling back, without an error.
        match self.line() {
            Ok(line) => drop(line.take_waits_no_more()),
            Err(why) => return Commit::NotCommitted(why),
        }
        self.cancel = None;
        // What takes long goes before what may not.
        if let (Begin::Lasting | Begin::Steps, false) = (self.begun, self.queued.is_empty())
            && let Err(why) = self.flush()
        {
            return Commit::NotCommitted(why);
        }
        let sql = if self.announced { ANNOUNCE } else { "COMMIT" };
        let said = self.send(vec![Statement::Batch(sql.to_owned())], COMMIT);
        let is_alone = self.held.as_ref().is_some_and(Line::take_waits_no_more);
        // Where the announcement failed, or what went before it, the transaction is still there.
        self.open = said.is_err();
        if is_alone {
            self.unconfirmed.note();
        }
        match said {
            Ok(_) => {
                if !is_alone && self.begun != Begin::Relaxed {
                    self.unconfirmed.clear();
                }
                Commit::Committed
            }
            Err(why) if why.lost => {
                self.fail(why);
                *self.held = None;
                // The server may have said it before the line broke.
                if is_alone { Commit::Committed } else { Commit::Unknown }
            }
            // Of the commit, or of a statement that went with it: then the server rolled back.
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

/// Waits on a connection of its own for a standby to confirm what was committed; whether one did.
pub(super) fn is_confirmed(line: &Line) -> bool {
    let sql = format!("{}; {CONFIRMED}", Begin::Write.sql());
    let said = line.pipeline(vec![Statement::Batch(sql)], Terms { silence: COMMIT, cancel: None });
    said.iter().all(Result::is_ok) && !line.take_waits_no_more()
}
