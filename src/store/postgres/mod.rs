//! The PostgreSQL driver: one schema `keydesk` in a database that may serve others too.
//!
//! Works behind a pooler that gives every transaction another connection: statements are unnamed and typed, and every
//! transaction sets what it needs. Nothing that the database says about itself is trusted: whoever opened it compares its
//! catalogue with what a holder of the master key signed, and the driver compares it with that from then on.

mod catalogue;
mod connect;
mod line;
mod password;
mod place;
mod schema;
mod sql_error;
mod tx;
mod values;

use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Cancel, NEWEST_STEP, Notice, Store, StoreError, Tx, WriteTx};

use connect::Encryption;
use line::{Line, Terms};
pub use place::{PORT, PostgresHost, PostgresPlace};
pub use schema::StoreUse;
use sql_error::Failure;
use tx::{Begin, PostgresTx};

/// How long the connection for changes is kept when there are none.
const WRITER_RESTS: Duration = Duration::from_secs(30);
/// How long to wait for the beginning of a transaction, and for a look whether anything changed.
const BEGIN: Duration = Duration::from_secs(10);
/// How long a server may take to come back, or another to take its place.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a reader compares the catalogue.
const COMPARE_EVERY: Duration = Duration::from_secs(2);
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
    /// The step of a schema that the first change makes.
    unborn: Option<i64>,
}

#[derive(Default)]
struct Known {
    catalogue: Option<Vec<u8>>,
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
            unborn: None,
        };
        *lock(&store.reader) = Some(store.connect(None)?);
        Ok(store)
    }

    fn has_schema(&self) -> Result<bool, StoreError> {
        Ok(lock(&self.reader).as_ref().is_some_and(|line| line.has_schema))
    }

    fn know(&self, step: i64, catalogue: Vec<u8>) {
        self.step.store(step, Relaxed);
        *lock(&self.known) = Known { catalogue: Some(catalogue), versions: None, compared_at: None };
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

    /// Begins a transaction, on a new connection if the old one is gone: nothing was sent in it yet.
    fn begin(&self, begin: Begin, cancel: Option<Cancel>, compare: bool) -> Result<PostgresTx<'_>, StoreError> {
        let (slot, rest) = match begin {
            Begin::Read => (&self.reader, None),
            Begin::Write | Begin::Steps => (&self.writer, Some(WRITER_RESTS)),
        };
        let mut held = lock(slot);
        let mut sql = begin.sql();
        if compare {
            sql.push_str("; ");
            sql.push_str(catalogue::VERSIONS);
        }
        let said = self.on_a_line(&mut held, rest, &sql)?;
        let mut tx = PostgresTx::new(held, begin, cancel);
        if compare {
            self.compare(&mut tx, said.last().cloned())?;
        }
        Ok(tx)
    }

    /// Statements that change nothing, on the connection of a slot or, if that is gone, on a new one.
    fn on_a_line(
        &self,
        held: &mut MutexGuard<'_, Option<Line>>,
        rest: Option<Duration>,
        sql: &str,
    ) -> Result<Vec<String>, StoreError> {
        let mut is_new = false;
        loop {
            let line = match held.take().filter(Line::is_usable) {
                Some(line) => line,
                None => {
                    is_new = true;
                    self.connect(rest)?
                }
            };
            let said = line.batch(sql.to_owned(), Terms { silence: BEGIN, cancel: None });
            match said {
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
            if known.catalogue.as_ref().is_some_and(|known| *known != is) {
                return Err(StoreError::Foreign(format!(
                    "The schema of {} was changed while keydesk had it open: by a newer keydesk, or outside keydesk. Nothing \
                     was changed; start keydesk again.",
                    self.place
                )));
            }
            known.versions = versions;
        }
        lock(&self.known).compared_at = Some(Instant::now());
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
            None => Ok(Box::new(self.begin(Begin::Write, None, true)?)),
        }
    }

    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError> {
        Ok(Box::new(self.begin(Begin::Read, Some(cancel.clone()), self.compare_is_due())?))
    }

    fn changed(&self) -> Result<bool, StoreError> {
        let mut held = lock(&self.reader);
        // Moves with every transaction of the server that writes, of this database or another.
        let now = self.on_a_line(&mut held, None, "SELECT pg_current_snapshot()::text")?.pop();
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
        drop(self.begin(Begin::Read, None, true)?);
        Ok(true)
    }

    fn step(&self) -> i64 {
        self.step.load(Relaxed)
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn notice(&self) -> Option<Box<dyn Notice>> {
        None
    }
}

/// A thread that panicked with the lock left an open transaction at worst, and its connection says so.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
