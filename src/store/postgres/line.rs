//! A connection on a thread of its own, with a runtime for it alone. Callers block; nothing that a server does or leaves
//! undone keeps them longer than the deadline of the call.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use tokio::sync::{Semaphore, mpsc as queue};
use tokio::time::{interval, sleep, timeout};
use tokio_postgres::{Client, NoTls, Row, SimpleQueryMessage};

use crate::store::{Cancel, StoreError, Value};

use super::connect::{self, Connected, Encryption};
use super::place::PostgresPlace;
use super::sql_error::{Failure, failure};
use super::values::Param;

/// Rows that are handed over at once, and how many such batches may wait.
const BATCH: usize = 256;
const BATCHES: usize = 4;
/// Time between two looks at whether a call was cancelled.
const LOOK: Duration = Duration::from_millis(5);
/// How long to wait for a server that was asked to stop a statement, before the connection is given up.
const STOPPING: Duration = Duration::from_secs(5);
/// How long the rest of an answer that nobody wants is read, before the server is asked to stop.
const DRAINING: Duration = Duration::from_millis(50);

/// What a call needs besides its statement.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// How long nothing at all may arrive.
    pub(super) silence: Duration,
    /// Stops the call.
    pub(super) cancel: Option<Cancel>,
}

enum Command {
    /// Statements without parameters, in one message.
    Batch(String, Terms, mpsc::Sender<Result<Vec<String>, Failure>>),
    /// One statement.
    Query { sql: String, params: Vec<Value>, terms: Terms, answer: mpsc::Sender<Answer>, room: Arc<Semaphore> },
}

/// Part of the answer to a statement.
enum Answer {
    Rows(Vec<Row>),
    /// The end; how many rows were changed.
    Done(u64),
    Failed(Failure),
}

/// A connection.
pub(super) struct Line {
    commands: queue::UnboundedSender<Command>,
    place: Arc<str>,
    lost: Arc<AtomicBool>,
    pub(super) has_schema: bool,
}

impl Line {
    /// Connects. A line with a `rest` closes itself when it was not used for so long.
    pub(super) fn open(
        place: &Arc<PostgresPlace>,
        encryption: &Encryption,
        rest: Option<Duration>,
    ) -> Result<Self, StoreError> {
        let (commands, received) = queue::unbounded_channel();
        let (ready, opened) = mpsc::channel();
        let (name, lost): (Arc<str>, _) = (place.to_string().into(), Arc::new(AtomicBool::new(false)));
        let thread = LineThread {
            place: place.clone(),
            name: name.clone(),
            encryption: encryption.clone(),
            rest,
            lost: lost.clone(),
        };
        let started = thread::Builder::new().name("store".to_owned()).spawn(move || thread.run(received, &ready));
        started.map_err(|why| StoreError::Unavailable(format!("No thread for the database can be started: {why}.")))?;
        let ended = || StoreError::Broken("the thread of the database ended".to_owned());
        let has_schema = opened.recv().map_err(|_| ended())??;
        Ok(Self { commands, place: name, lost, has_schema })
    }

    /// Whether it can still be used, as far as is known.
    pub(super) fn is_usable(&self) -> bool {
        !self.commands.is_closed() && !self.lost.load(Relaxed)
    }

    /// Never uses it again.
    pub(super) fn give_up(&self) {
        self.lost.store(true, Relaxed);
    }

    fn gone(&self) -> Failure {
        Failure::lost(&self.place, "it was closed")
    }

    /// Statements without parameters, in one round trip; the first column of every row of their answers.
    pub(super) fn batch(&self, sql: String, terms: Terms) -> Result<Vec<String>, Failure> {
        let (answer, answered) = mpsc::channel();
        self.commands.send(Command::Batch(sql, terms, answer)).map_err(|_| self.gone())?;
        answered.recv().unwrap_or_else(|_| Err(self.gone()))
    }

    /// The same without waiting for the answer: whatever comes next on this line comes after it.
    pub(super) fn batch_and_leave(&self, sql: &str, terms: Terms) {
        let _ = self.commands.send(Command::Batch(sql.to_owned(), terms, mpsc::channel().0));
    }

    /// One statement; hands every row to `each`, and says how many rows were changed.
    pub(super) fn query(
        &self,
        sql: String,
        params: Vec<Value>,
        terms: Terms,
        each: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<u64, Failure> {
        let (answer, answered) = mpsc::channel();
        let room = Arc::new(Semaphore::new(BATCHES));
        let command = Command::Query { sql, params, terms, answer, room: room.clone() };
        self.commands.send(command).map_err(|_| self.gone())?;
        loop {
            match answered.recv().map_err(|_| self.gone())? {
                Answer::Rows(rows) => {
                    room.add_permits(1);
                    rows.iter().try_for_each(&mut *each).map_err(|error| Failure { error, lost: false })?;
                }
                Answer::Done(changed) => return Ok(changed),
                Answer::Failed(why) => return Err(why),
            }
        }
    }
}

/// The thread of a line.
struct LineThread {
    place: Arc<PostgresPlace>,
    name: Arc<str>,
    encryption: Encryption,
    rest: Option<Duration>,
    lost: Arc<AtomicBool>,
}

impl LineThread {
    fn run(self, commands: queue::UnboundedReceiver<Command>, ready: &mpsc::Sender<Result<bool, StoreError>>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(why) => {
                let _ = ready.send(Err(StoreError::Unavailable(format!("The database cannot be reached: {why}."))));
                return;
            }
        };
        runtime.block_on(async {
            match connect::connect(&self.place, &self.encryption).await {
                Ok(Connected { client, mut driver, has_schema }) => {
                    let driving = tokio::spawn(async move { driver.run().await });
                    if ready.send(Ok(has_schema)).is_ok() {
                        self.serve(&client, commands).await;
                    }
                    drop(client);
                    // Says good-bye to the server, if it listens.
                    let _ = timeout(Duration::from_secs(1), driving).await;
                }
                Err(why) => drop(ready.send(Err(why))),
            }
        });
    }

    async fn serve(&self, client: &Client, mut commands: queue::UnboundedReceiver<Command>) {
        loop {
            let next = match self.rest {
                Some(rest) => timeout(rest, commands.recv()).await.unwrap_or(None),
                None => commands.recv().await,
            };
            let Some(command) = next else { return };
            let alive = match command {
                Command::Batch(sql, terms, answer) => {
                    let said = self.within(client, &terms, client.simple_query(&sql)).await;
                    let alive = !said.as_ref().is_err_and(|why| why.lost);
                    let _ = answer.send(said.map(first_columns));
                    alive
                }
                Command::Query { sql, params, terms, answer, room } => {
                    let said = self.query(client, (&sql, params), &terms, (&answer, &room)).await;
                    let alive = !said.as_ref().is_err_and(|why| why.lost);
                    let _ = answer.send(said.map_or_else(Answer::Failed, Answer::Done));
                    alive
                }
            };
            if !alive || self.lost.load(Relaxed) {
                self.lost.store(true, Relaxed);
                return;
            }
        }
    }

    /// Waits for an answer, but not longer than the terms of the call allow.
    async fn within<T>(
        &self,
        client: &Client,
        terms: &Terms,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Failure> {
        let mut answer = std::pin::pin!(answer);
        let (mut looks, silence) = (interval(LOOK), sleep(terms.silence));
        let mut silence = std::pin::pin!(silence);
        let stopped = loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer.map_err(|why| failure(&self.name, &why)),
                _ = looks.tick(), if terms.cancel.is_some() => {
                    if terms.cancel.as_ref().is_some_and(Cancel::is_cancelled) {
                        break Failure::cancelled();
                    }
                }
                () = &mut silence => break Failure::lost(&self.name, "it does not answer"),
            }
        };
        self.ask_to_stop(client).await;
        match timeout(STOPPING, answer).await {
            // It was faster, or it was stopped.
            Ok(Ok(answer)) => Ok(answer),
            // A pooler may end the connection of whoever cancels.
            Ok(Err(why)) if failure(&self.name, &why).lost => Err(Failure { lost: true, ..stopped }),
            Ok(Err(_)) => Err(Failure { lost: false, ..stopped }),
            Err(_) => Err(Failure { lost: true, ..stopped }),
        }
    }

    async fn query(
        &self,
        client: &Client,
        (sql, params): (&str, Vec<Value>),
        terms: &Terms,
        (answer, room): (&mpsc::Sender<Answer>, &Semaphore),
    ) -> Result<u64, Failure> {
        let params = params.into_iter().map(Param::typed);
        let rows = self.within(client, terms, client.query_typed_raw(sql, params)).await?;
        let mut chunks = Box::pin(rows).ready_chunks(BATCH);
        loop {
            // The caller may take its time with what it has.
            if let Ok(permit) = room.acquire().await {
                permit.forget();
            }
            let Some(chunk) = self.within(client, terms, async { Ok(chunks.next().await) }).await? else {
                return Ok(chunks.get_ref().rows_affected().unwrap_or(0));
            };
            let stopped = terms.cancel.as_ref().is_some_and(Cancel::is_cancelled);
            let batch = chunk.into_iter().collect::<Result<Vec<_>, _>>();
            let batch = batch.map_err(|why| match failure(&self.name, &why) {
                why if stopped => Failure { lost: why.lost, ..Failure::cancelled() },
                why => why,
            })?;
            if answer.send(Answer::Rows(batch)).is_err() {
                self.drain(client, chunks).await?;
                return Err(Failure::cancelled());
            }
        }
    }

    /// The caller wants no more rows.
    async fn drain(
        &self,
        client: &Client,
        mut rows: impl Stream<Item = Vec<Result<Row, tokio_postgres::Error>>> + Unpin,
    ) -> Result<(), Failure> {
        let mut rest = async || while rows.next().await.is_some_and(|rows| rows.iter().all(Result::is_ok)) {};
        if timeout(DRAINING, rest()).await.is_ok() {
            return Ok(());
        }
        self.ask_to_stop(client).await;
        timeout(STOPPING, rest()).await.map_err(|_| Failure::lost(&self.name, "it does not answer"))
    }

    /// Asks the server to stop what it is doing, on a connection of its own.
    async fn ask_to_stop(&self, client: &Client) {
        let token = client.cancel_token();
        let asked = async {
            match &self.encryption {
                Encryption::Verified(tls) => token.cancel_query(tls.clone()).await,
                Encryption::None => token.cancel_query(NoTls).await,
            }
        };
        // One that cannot be asked shows by its silence.
        let _ = timeout(STOPPING, asked).await;
    }
}

fn first_columns(messages: Vec<SimpleQueryMessage>) -> Vec<String> {
    let of = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.into_iter().filter_map(of).collect()
}
