//! A connection on a thread of its own, with a runtime for it alone. Callers block; nothing that a server does or leaves
//! undone keeps them longer than the deadline of the call.

mod cancel;
mod rows;

use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc as queue};
use tokio::time::{interval, sleep, timeout};
use tokio_postgres::Client;

use crate::store::driver::vanished;
use crate::store::{Cancel, StoreError};

use super::connect::{self, Connected, Encryption};
use super::pipeline::{Answers, Said, Sent, Statement, send};
use super::place::{PostgresHost, PostgresPlace};
use super::sql_error::{Failure, failure};
use super::versions::Asking;

pub(super) use rows::{Ask, Rows};

/// How many batches of rows may wait to be looked at.
const BATCHES: usize = 4;
/// Time between two looks at whether a call was cancelled.
const LOOK: Duration = Duration::from_millis(5);
/// How long to wait for a server that was asked to stop a statement, before the connection is given up.
const STOPPING: Duration = Duration::from_secs(5);

/// What a call needs besides its statement.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// How long nothing at all may arrive.
    pub(super) silence: Duration,
    /// Stops the call.
    pub(super) cancel: Option<Cancel>,
}

enum Command {
    /// Statements in one round trip.
    Pipeline(Vec<Statement>, Terms, mpsc::Sender<Answers>),
    /// One statement whose rows are handed over as they come, in the same round trip as those before it.
    Query { before: Vec<Statement>, ask: Ask, terms: Terms, answer: mpsc::Sender<Answer>, room: Arc<Semaphore> },
}

/// Part of the answer to a statement.
enum Answer {
    Rows(Rows),
    /// The last rows, and how many were changed.
    Done(Rows, u64),
    Failed(Failure),
}

/// A connection.
pub(super) struct Line {
    commands: queue::UnboundedSender<Command>,
    place: Arc<str>,
    lost: Arc<AtomicBool>,
    /// Whether the server stopped waiting for a standby to confirm a commit.
    waits_no_more: Arc<AtomicBool>,
    pub(super) has_schema: bool,
    /// How it asks what describes the schema.
    pub(super) asking: Asking,
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
        let name: Arc<str> = place.to_string().into();
        let [lost, waits_no_more] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let thread = LineThread {
            place: place.clone(),
            name: name.clone(),
            encryption: encryption.clone(),
            rest,
            lost: lost.clone(),
            waits_no_more: waits_no_more.clone(),
        };
        let started = thread::Builder::new().name("store".to_owned()).spawn(move || thread.run(received, &ready));
        started.map_err(|why| StoreError::Unavailable(format!("No thread for the database can be started: {why}.")))?;
        let ended = || StoreError::Broken("the thread of the database ended".to_owned());
        let has_schema = opened.recv().map_err(|_| ended())??;
        Ok(Self { commands, place: name, lost, waits_no_more, has_schema, asking: Asking::default() })
    }

    /// Whether it can still be used, as far as is known.
    pub(super) fn is_usable(&self) -> bool {
        !self.commands.is_closed() && !self.lost.load(Relaxed)
    }

    /// Whether the server has stopped waiting for a standby since this was last asked: the commit is on its disk alone.
    pub(super) fn take_waits_no_more(&self) -> bool {
        self.waits_no_more.swap(false, Relaxed)
    }

    /// Never uses it again.
    pub(super) fn give_up(&self) {
        self.lost.store(true, Relaxed);
    }

    fn gone(&self) -> Failure {
        Failure::lost(&self.place, "it was closed")
    }

    /// Statements in one round trip.
    pub(super) fn pipeline(&self, statements: Vec<Statement>, terms: Terms) -> Answers {
        let (answer, answered) = mpsc::channel();
        match self.commands.send(Command::Pipeline(statements, terms, answer)) {
            Ok(()) => answered.recv().unwrap_or_else(|_| vec![Err(self.gone())]),
            Err(_) => vec![Err(self.gone())],
        }
    }

    /// The same without waiting for the answer: whatever comes next on this line comes after it.
    pub(super) fn batch_and_leave(&self, sql: &str, terms: Terms) {
        let statements = vec![Statement::Batch(sql.to_owned())];
        let _ = self.commands.send(Command::Pipeline(statements, terms, mpsc::channel().0));
    }

    /// One statement behind others, in one round trip; hands its rows to `each` as they come, and says how many it changed.
    pub(super) fn query(
        &self,
        before: Vec<Statement>,
        ask: Ask,
        terms: Terms,
        each: &mut dyn FnMut(&Rows) -> Result<(), StoreError>,
    ) -> Result<u64, Failure> {
        let (answer, answered) = mpsc::channel();
        let room = Arc::new(Semaphore::new(BATCHES));
        let command = Command::Query { before, ask, terms, answer, room: room.clone() };
        self.commands.send(command).map_err(|_| self.gone())?;
        let mut handed_over = |rows: &Rows| each(rows).map_err(|error| Failure { error, lost: false });
        loop {
            match answered.recv().map_err(|_| self.gone())? {
                Answer::Rows(rows) => {
                    room.add_permits(1);
                    handed_over(&rows)?;
                }
                Answer::Done(rows, changed) => return handed_over(&rows).map(|()| changed),
                Answer::Failed(why) => return Err(why),
            }
        }
    }
}

/// The server that a line is to.
struct Server<'a> {
    client: &'a Client,
    host: PostgresHost,
    address: Option<SocketAddr>,
}

/// The thread of a line.
struct LineThread {
    place: Arc<PostgresPlace>,
    name: Arc<str>,
    encryption: Encryption,
    rest: Option<Duration>,
    lost: Arc<AtomicBool>,
    waits_no_more: Arc<AtomicBool>,
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
                Ok(Connected { client, mut driver, host, address, has_schema }) => {
                    let noted = self.waits_no_more.clone();
                    let driving = tokio::spawn(async move { driver.run_noting(&noted).await });
                    if ready.send(Ok(has_schema)).is_ok() {
                        self.serve(&Server { client: &client, host, address }, commands).await;
                    }
                    drop(client);
                    // Says good-bye to the server, if it listens.
                    let _ = timeout(Duration::from_secs(1), driving).await;
                }
                Err(why) => drop(ready.send(Err(why))),
            }
        });
    }

    async fn serve(&self, server: &Server<'_>, mut commands: queue::UnboundedReceiver<Command>) {
        loop {
            let next = match self.rest {
                Some(rest) => timeout(rest, commands.recv()).await.unwrap_or(None),
                None => commands.recv().await,
            };
            let Some(command) = next else { return };
            let alive = match command {
                Command::Pipeline(statements, terms, answer) => {
                    let sent = send(server.client, statements);
                    let said = self.answers(server, &terms, sent).await;
                    let alive = !said.last().is_some_and(|last| last.as_ref().is_err_and(|why| why.lost));
                    let _ = answer.send(said);
                    alive
                }
                Command::Query { before, ask, terms, answer, room } => {
                    let said = self.query(server, (before, ask), &terms, (&answer, &room)).await;
                    let alive = !said.as_ref().is_err_and(|why| why.lost);
                    let _ =
                        answer.send(said.map_or_else(Answer::Failed, |(rows, changed)| Answer::Done(rows, changed)));
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
        server: &Server<'_>,
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
        self.ask_to_stop(server).await;
        match timeout(STOPPING, answer).await {
            // It was faster, or it was stopped.
            Ok(Ok(answer)) => Ok(answer),
            // A pooler may end the connection of whoever cancels.
            Ok(Err(why)) if failure(&self.name, &why).lost => Err(Failure { lost: true, ..stopped }),
            Ok(Err(_)) => Err(Failure { lost: false, ..stopped }),
            Err(_) => Err(Failure { lost: true, ..stopped }),
        }
    }

    /// Waits for the answers to statements that were sent.
    async fn answers(&self, server: &Server<'_>, terms: &Terms, sent: Vec<Sent<'_>>) -> Answers {
        let mut answers = Vec::with_capacity(sent.len());
        for mut answer in sent {
            let waited = async {
                answer.as_mut().await;
                answer.as_mut().take_output().unwrap_or_else(|| Ok(Said::Texts(Vec::new())))
            };
            let said = match self.within(server, terms, waited).await {
                Ok(Said::NotOne(table)) => Err(Failure { error: vanished(table), lost: false }),
                said => said,
            };
            let failed = matches!(said, Err(_) | Ok(Said::NoPlan));
            answers.push(said);
            // The server refuses the others.
            if failed {
                break;
            }
        }
        answers
    }

    /// Asks the server to stop what it is doing.
    async fn ask_to_stop(&self, server: &Server<'_>) {
        let token = server.client.cancel_token();
        let _ = timeout(STOPPING, cancel::ask_to_stop(&token, (&server.host, server.address), &self.encryption)).await;
    }
}
