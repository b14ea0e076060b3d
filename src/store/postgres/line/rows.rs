//! The rows of one statement, handed over as they come.

use std::sync::mpsc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::future::maybe_done;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row};

use crate::store::{Cancel, Cell, Query, StoreError};

use crate::store::postgres::copied;
use crate::store::postgres::pipeline::{Sent, Statement, send};
use crate::store::postgres::sql_error::{Failure, failure};
use crate::store::postgres::values::{Param, column};

use super::{Answer, LineThread, STOPPING, Server, Terms};

/// How much is handed over at once: rows, or bytes of copied rows. A server sends a dozen rows at a time, and each hand-over
/// wakes a thread.
const ROWS: usize = 256;
const BYTES: usize = 128 * 1_024;
/// How long the rest of an answer that nobody wants is read, before the server is asked to stop.
const DRAINING: Duration = Duration::from_millis(50);

/// How rows are asked for.
#[derive(Debug)]
pub(in crate::store::postgres) enum Ask {
    /// By a statement and its parameters. The answer says the types of its columns.
    Described(Query),
    /// By [`copied::statement`]. The answer is its values alone.
    Copied(String),
}

/// Some rows of an answer.
pub(in crate::store::postgres) enum Rows {
    Described(Vec<Row>),
    Copied(Vec<u8>),
}

impl Rows {
    /// The types of the columns, if the answer says them.
    pub(in crate::store::postgres) fn types(&self) -> Option<Vec<Type>> {
        match self {
            Self::Described(rows) => {
                Some(rows.first()?.columns().iter().map(|column| column.type_().clone()).collect())
            }
            Self::Copied(_) => None,
        }
    }

    /// Passes each row on. The columns of copied ones have these types.
    pub(in crate::store::postgres) fn each(
        &self,
        types: &[Type],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let rows = match self {
            Self::Described(rows) => rows,
            Self::Copied(rows) => return copied::each(rows, types, each),
        };
        let mut cells = Vec::new();
        for row in rows {
            cells.clear();
            for at in 0..row.len() {
                cells.push(column(row, at)?);
            }
            each(&cells)?;
        }
        Ok(())
    }
}

/// Where rows are handed over, as long as there is room.
type To<'a> = (&'a mpsc::Sender<Answer>, &'a Semaphore);

/// What rows are gathered in until they are handed over.
trait Batch<T>: Default {
    fn add(&mut self, item: T);
    fn is_full(&self) -> bool;
}

impl Batch<Row> for Vec<Row> {
    fn add(&mut self, row: Row) {
        self.push(row);
    }

    fn is_full(&self) -> bool {
        self.len() >= ROWS
    }
}

impl<T: AsRef<[u8]>> Batch<T> for Vec<u8> {
    fn add(&mut self, row: T) {
        self.extend_from_slice(row.as_ref());
    }

    fn is_full(&self) -> bool {
        self.len() >= BYTES
    }
}

impl LineThread {
    /// Runs statements, and behind them the one whose rows are asked for; hands over all but the last rows.
    pub(super) async fn query(
        &self,
        server: &Server<'_>,
        (before, ask): (Vec<Statement>, Ask),
        terms: &Terms,
        to: To<'_>,
    ) -> Result<(Rows, u64), Failure> {
        let sent = send(server.client, before);
        match ask {
            Ask::Described(query) => {
                let params = query.params.into_iter().map(Param::typed);
                let mut rows = Box::pin(maybe_done(server.client.query_typed_raw(&query.sql, params)));
                // The first step of the future hands the statement to the connection.
                let _ = rows.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                self.answered(server, terms, sent).await?;
                let rows = async {
                    rows.as_mut().await;
                    rows.as_mut().take_output().transpose()
                };
                let Some(rows) = self.within(server, terms, rows).await? else {
                    return Ok((Rows::Described(Vec::new()), 0));
                };
                let mut rows = Box::pin(rows);
                let last = self.hand_over(server, terms, &mut rows, (to, Rows::Described)).await?;
                Ok((Rows::Described(last), rows.rows_affected().unwrap_or(0)))
            }
            Ask::Copied(sql) => {
                self.answered(server, terms, sent).await?;
                let rows = self.within(server, terms, server.client.copy_out(&sql)).await?;
                let last = self.hand_over(server, terms, &mut Box::pin(rows), (to, Rows::Copied)).await?;
                Ok((Rows::Copied(last), 0))
            }
        }
    }

    /// Waits for answers in which nothing but an error matters.
    async fn answered(&self, server: &Server<'_>, terms: &Terms, sent: Vec<Sent<'_>>) -> Result<(), Failure> {
        self.answers(server, terms, sent).await.into_iter().try_for_each(|said| said.map(drop))
    }

    /// Hands over the rows of an answer; returns the last ones.
    async fn hand_over<T, B: Batch<T>>(
        &self,
        server: &Server<'_>,
        terms: &Terms,
        rows: impl Stream<Item = Result<T, Error>> + Unpin,
        ((answer, room), of): (To<'_>, fn(B) -> Rows),
    ) -> Result<B, Failure> {
        let mut chunks = rows.ready_chunks(ROWS);
        loop {
            // The caller may take its time with what it has.
            if let Ok(permit) = room.acquire().await {
                permit.forget();
            }
            let (batch, ended) = self.batch(server, terms, &mut chunks).await?;
            if ended {
                return Ok(batch);
            }
            if answer.send(Answer::Rows(of(batch))).is_err() {
                self.drain(server, chunks).await?;
                return Err(Failure::cancelled());
            }
        }
    }

    /// The next rows, and whether they are the last.
    async fn batch<T, B: Batch<T>>(
        &self,
        server: &Server<'_>,
        terms: &Terms,
        chunks: &mut (impl Stream<Item = Vec<Result<T, Error>>> + Unpin),
    ) -> Result<(B, bool), Failure> {
        let mut batch = B::default();
        while !batch.is_full() {
            let Some(chunk) = self.within(server, terms, async { Ok(chunks.next().await) }).await? else {
                return Ok((batch, true));
            };
            let stopped = terms.cancel.as_ref().is_some_and(Cancel::is_cancelled);
            for row in chunk {
                batch.add(row.map_err(|why| match failure(&self.name, &why) {
                    why if stopped => Failure { lost: why.lost, ..Failure::cancelled() },
                    why => why,
                })?);
            }
        }
        Ok((batch, false))
    }

    /// The caller wants no more rows.
    async fn drain<T>(
        &self,
        server: &Server<'_>,
        mut rows: impl Stream<Item = Vec<Result<T, Error>>> + Unpin,
    ) -> Result<(), Failure> {
        let mut rest = async || while rows.next().await.is_some_and(|rows| rows.iter().all(Result::is_ok)) {};
        if timeout(DRAINING, rest()).await.is_ok() {
            return Ok(());
        }
        self.ask_to_stop(server).await;
        timeout(STOPPING, rest()).await.map_err(|_| Failure::lost(&self.name, "it does not answer"))
    }
}
