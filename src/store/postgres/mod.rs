//! The PostgreSQL driver: one schema `keydesk` in a database that may serve others too.
//!
//! Works behind a pooler that gives every transaction another connection: statements are unnamed and typed, but for copies, whose
//! names go in the same transaction, and every transaction sets what it needs. Nothing that the database says about itself is
//! trusted: whoever opened it compares its catalogue with what a holder of the master key signed, and the driver compares it with
//! that from then on.

mod catalogue;
mod connect;
mod copied;
mod line;
mod listener;
mod password;
mod pipeline;
mod place;
mod primaries;
mod schema;
mod sql_error;
mod tx;
mod values;
mod versions;

use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Cancel, Listener, NEWEST_STEP, Notice, Query, Store, StoreError, Tx, Unconfirmed, WriteTx};

use connect::Encryption;
use line::{Line, Terms};
use listener::PostgresListener;
use pipeline::{Said, Statement};
pub use place::{PORT, PostgresHost, PostgresPlace};
pub use schema::StoreUse;
use sql_error::Failure;
use tx::{Begin, PostgresTx, fetched};
use versions::NoPlan;

/// How long the connection for changes is kept when there are none.
const WRITER_RESTS: Duration = Duration::from_secs(30);
/// How long to wait for the beginning of a transaction, and for a look whether anything changed.
const BEGIN: Duration = Duration::from_secs(10);
/// How long a server may take to come back, or another to take its place.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a reader compares the catalogue.
const COMPARE_EVERY: Duration = Duration::from_secs(2);
/// How long a read of a verifier may be silent.
const FOLLOWER: Duration = Duration::from_secs(15);
/// Last uses of one transaction: a server begins each with a millisecond's work, and writes so many in a dozen.
const USES: usize = 1_024;
/// The pauses between two tries to connect.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// A desk in a PostgreSQL database.
pub struct PostgresStore {
    place: Arc<PostgresPlace>,
    encryption: Encryption,
    writer: Mutex<Option<Line>>,
    reader: Mutex<Option<Line>>,
    /// The schema that was found when it was opened.
    step: AtomicI64,
    known: Mutex<Known>,
    /// What the last look whether anything changed said.
    snapshot: Mutex<Option<String>>,
    refused: Mutex<Option<Refused>>,
    unconfirmed: Unconfirmed,
    /// The step of a schema that the first change makes.
    unborn: Option<i64>,
    /// Whether a verifier reads: none of its statements is silent for long, and while it waits it sees nothing.
    follows: bool,
}

#[derive(Default)]
struct Known {
    catalogue: Option<Arc<[u8]>>,
    /// Which versions of the server's rows described it.
    versions: Option<String>,
    compared_at: Option<Instant>,
}

/// A server that could not be reached is not asked again at once: a hundred verifiers would keep it from coming back.
struct Refused {
    until: Instant,
    pause: Duration,
    why: StoreError,
}

impl PostgresStore {
    /// Connects; whether the schema is there is not known yet.
    fn connected(place: &Arc<PostgresPlace>) -> Result<Self, StoreError> {
        let encryption = Encryption::of(place)?;
        let store = Self {
            place: place.clone(),
            encryption,
            writer: Mutex::default(),
            reader: Mutex::default(),
            step: AtomicI64::new(NEWEST_STEP),
            known: Mutex::default(),
            snapshot: Mutex::default(),
            refused: Mutex::default(),
            unconfirmed: Unconfirmed::default(),
            unborn: None,
            follows: false,
        };
        *lock(&store.reader) = Some(store.connect(None)?);
        Ok(store)
    }

    fn has_schema(&self) -> Result<bool, StoreError> {
        Ok(lock(&self.reader).as_ref().is_some_and(|line| line.has_schema))
    }

    fn know(&self, step: i64, catalogue: Vec<u8>, versions: Option<String>) {
        self.step.store(step, Relaxed);
        *lock(&self.known) = Known { catalogue: Some(catalogue.into()), versions, compared_at: None };
    }

    fn connect(&self, rest: Option<Duration>) -> Result<Line, StoreError> {
        let mut refused = lock(&self.refused);
        if let Some(before) = refused.as_ref().filter(|before| Instant::now() < before.until) {
            return Err(before.why.clone());
        }
        match Line::open(&self.place, &self.encryption, rest) {
            Ok(line) => {
                *refused = None;
                Ok(line)
            }
            Err(why) => {
                let (first, most) = PAUSES;
                let pause = refused.as_ref().map_or(first, |before| (before.pause * 2).min(most));
                // Not all at the same moment.
                let jitter = pause.mul_f64(f64::from(std::process::id() % 8) / 16.0);
                *refused = Some(Refused { until: Instant::now() + pause / 2 + jitter, pause, why: why.clone() });
                Err(why)
            }
        }
    }

    /// Begins a transaction, on a new connection if the old one is gone: nothing was sent in it yet. What it will ask first
    /// is asked in the same round trip.
    fn begin(
        &self,
        begin: Begin,
        cancel: Option<Cancel>,
        compare: bool,
        queries: Vec<Query>,
    ) -> Result<PostgresTx<'_>, StoreError> {
        let (slot, rest) = match begin {
            Begin::Read => (&self.reader, None),
            Begin::Write | Begin::Lasting | Begin::Relaxed | Begin::Steps => (&self.writer, Some(WRITER_RESTS)),
        };
        let mut held = lock(slot);
        let asked: Vec<_> =
            queries.iter().map(|query| Statement::Typed(query.sql.clone(), query.params.clone(), None)).collect();
        let batch = |line: &Line| if compare { line.asking.sql(&begin.sql()) } else { begin.sql() };
        let statements = |line: &Line| {
            let first = Statement::Batch(batch(line));
            [first].into_iter().chain(asked.iter().cloned()).collect()
        };
        let (versions, said) = loop {
            let mut said = self.on_a_line(&mut held, rest, &statements)?;
            let first = said.remove(0);
            let Some(line) = held.as_mut().filter(|_| compare) else { break (None, said) };
            let sql = batch(line);
            match line.asking.answered(&sql, &first) {
                Ok(versions) => break (versions, said),
                Err(NoPlan) => line.batch_and_leave("ROLLBACK", Terms { silence: BEGIN, cancel: None }),
            }
        };
        let mut tx = PostgresTx::new(held, begin, cancel, fetched(queries, said).collect(), self.unconfirmed.clone());
        if self.follows && begin == Begin::Read {
            tx.is_given_up_after(FOLLOWER);
        }
        if compare {
            self.compare(&mut tx, versions)?;
        }
        Ok(tx)
    }

    /// Statements that change nothing, on the connection of a slot or, if that is gone, on a new one. All of them are
    /// answered.
    fn on_a_line(
        &self,
        held: &mut MutexGuard<'_, Option<Line>>,
        rest: Option<Duration>,
        statements: &dyn Fn(&Line) -> Vec<Statement>,
    ) -> Result<Vec<Said>, StoreError> {
        let mut is_new = false;
        loop {
            let line = match held.take().filter(Line::is_usable) {
                Some(line) => line,
                None => {
                    is_new = true;
                    // A server that crashed, or another one, gives numbers of transactions once more: the same text may be another
                    // state.
                    *lock(&self.snapshot) = None;
                    self.connect(rest)?
                }
            };
            let answers = line.pipeline(statements(&line), Terms { silence: BEGIN, cancel: None });
            match answers.into_iter().collect() {
                Ok(said) => {
                    **held = Some(line);
                    return Ok(said);
                }
                Err(Failure { lost: true, .. }) if !is_new => {}
                Err(Failure { lost, error }) => {
                    if !lost {
                        line.batch_and_leave("ROLLBACK", Terms { silence: BEGIN, cancel: None });
                        **held = Some(line);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// An error when the catalogue is not the one that was found when the desk was opened.
    fn compare(&self, tx: &mut PostgresTx<'_>, versions: Option<String>) -> Result<(), StoreError> {
        if lock(&self.known).versions != versions || versions.is_none() {
            // Others may only have built an index anew.
            let is = tx.catalogue()?;
            let mut known = lock(&self.known);
            if known.catalogue.as_ref().is_some_and(|known| **known != *is) {
                return Err(StoreError::Foreign(format!(
                    "The schema of {} was changed while keydesk had it open: by a newer keydesk, or outside keydesk. Nothing \
                     was changed; start keydesk again.",
                    self.place
                )));
            }
            known.versions = versions;
        }
        let mut known = lock(&self.known);
        known.compared_at = Some(Instant::now());
        if let Some(catalogue) = known.catalogue.clone() {
            tx.has_catalogue(catalogue);
        }
        Ok(())
    }

    fn compare_is_due(&self) -> bool {
        lock(&self.known).compared_at.is_none_or(|at| at.elapsed() >= COMPARE_EVERY)
    }
}

impl Store for PostgresStore {
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        match self.unborn {
            Some(step) => Ok(Box::new(self.begin_birth(step)?)),
            None => Ok(Box::new(self.begin(Begin::Write, None, true, Vec::new())?)),
        }
    }

    fn write_at_length(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        match self.unborn {
            Some(_) => self.write(),
            None => Ok(Box::new(self.begin(Begin::Lasting, None, true, Vec::new())?)),
        }
    }

    fn write_with(&self, queries: Vec<Query>) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        match self.unborn {
            // There are no tables yet.
            Some(_) => self.write(),
            None => Ok(Box::new(self.begin(Begin::Write, None, true, queries)?)),
        }
    }

    fn write_relaxed(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        match self.unborn {
            Some(_) => self.write(),
            None => Ok(Box::new(self.begin(Begin::Relaxed, None, true, Vec::new())?)),
        }
    }

    fn read_with(&self, cancel: &Cancel, queries: Vec<Query>) -> Result<Box<dyn Tx + '_>, StoreError> {
        Ok(Box::new(self.begin(Begin::Read, Some(cancel.clone()), self.compare_is_due(), queries)?))
    }

    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError> {
        self.read_with(cancel, Vec::new())
    }

    fn changed(&self) -> Result<bool, StoreError> {
        let mut held = lock(&self.reader);
        // Moves with every transaction of the server that writes, of this database or another. Outside a transaction, where
        // the search path is whoever set it for the role or the database.
        let look = Statement::Batch("SELECT pg_catalog.pg_current_snapshot()::pg_catalog.text".to_owned());
        let now = match self.on_a_line(&mut held, None, &|_| vec![look.clone()])?.pop() {
            Some(Said::Texts(mut texts)) => texts.pop(),
            Some(Said::Rows(_) | Said::NotOne(_) | Said::NoPlan) | None => None,
        };
        drop(held);
        let mut known = lock(&self.snapshot);
        let changed = known.is_none() || *known != now;
        *known = now;
        Ok(changed)
    }

    fn reopened(&self) -> u64 {
        // Which state a new connection sees, the head tells.
        0
    }

    fn fresh(&self) -> Result<bool, StoreError> {
        drop(self.begin(Begin::Read, None, true, Vec::new())?);
        Ok(true)
    }

    fn step(&self) -> i64 {
        self.step.load(Relaxed)
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn uses_at_once(&self) -> usize {
        USES
    }

    fn notice(&self) -> Option<Box<dyn Notice>> {
        None
    }

    fn listen(&self) -> Option<Box<dyn Listener>> {
        let listener = PostgresListener::new(self.place.clone(), self.encryption.clone()).ok()?;
        Some(Box::new(listener))
    }

    fn primaries(&self) -> Option<Vec<String>> {
        (self.place.hosts.len() > 1).then(|| primaries::of(&self.place, &self.encryption))
    }

    fn unconfirmed(&self) -> Unconfirmed {
        self.unconfirmed.clone()
    }

    fn confirm(&self) {
        let counted = self.unconfirmed.count();
        if counted == 0 {
            return;
        }
        let line = Line::open(&self.place, &self.encryption, None);
        if line.is_ok_and(|line| tx::is_confirmed(&line)) {
            self.unconfirmed.clear_those(counted);
        }
    }

    fn notify(&self, channel: &str) -> Result<(), StoreError> {
        // It proves a connection and is not worth a flush to disk.
        let sql = format!("BEGIN; SET LOCAL synchronous_commit = off; NOTIFY {channel}; COMMIT");
        let notify = Statement::Batch(sql);
        self.on_a_line(&mut lock(&self.writer), Some(WRITER_RESTS), &|_| vec![notify.clone()]).map(drop)
    }
}

/// A thread that panicked with the lock left an open transaction at worst, and its connection says so.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
