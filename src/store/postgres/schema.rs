//! Makes keydesk's schema in a database, finds it, and applies steps: always in one transaction, one process at a time.

use std::sync::Arc;

use crate::store::{
    Commit, MigrateRows, Migration, NEWEST_STEP, Query, STEPS, Store, StoreError, Tx as _, WriteTx as _, oldest,
};

use super::PostgresStore;
use super::place::PostgresPlace;
use super::tx::{Begin, PostgresTx};

/// Whoever changes the schema holds this lock until the end of the transaction.
const LOCK: i64 = 0x6b65_7964_6573_6b00;

const IS_THERE: &str = "SELECT to_regnamespace('keydesk') IS NOT NULL";

/// Who owns the schema, if that is somebody else, and whether the user of this connection may act as them.
const OWNER: &str = "SELECT unnest(ARRAY[nspowner::regrole::text, left(pg_has_role(nspowner, 'MEMBER')::text, 1)]) \
                     FROM pg_namespace WHERE nspname = 'keydesk' AND nspowner <> \
                     (SELECT oid FROM pg_roles WHERE rolname = current_user)";

/// Writes the first rows of a new desk.
type Fill<'a> = &'a mut dyn FnMut(Arc<dyn Store>) -> Result<(), StoreError>;

/// Who opens a store: what an older desk is treated as follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreUse {
    /// A desk or a command: applies additive steps by itself.
    Desk,
    /// A verifier: applies no step.
    Verifier,
    /// `keydesk schema upgrade`: applies every step.
    Upgrade,
    /// `keydesk schema status`: looks at the step and nothing else.
    Look,
}

impl PostgresStore {
    /// Connects; none if no desk is there. A server that cannot be reached is an error: nobody may take it for an empty one.
    pub fn find(place: &Arc<PostgresPlace>) -> Result<Option<Self>, StoreError> {
        let store = Self::connected(place)?;
        Ok(store.has_schema()?.then_some(store))
    }

    /// Makes the schema, together with what `fill` writes, or nothing. `fill` makes one change.
    pub fn create(place: &Arc<PostgresPlace>, fill: Fill<'_>) -> Result<(), StoreError> {
        let mut store = Self::connected(place)?;
        store.unborn = Some(NEWEST_STEP);
        fill(Arc::new(store))
    }

    /// Whether a desk is there, once nobody makes one any more: whoever does holds the lock until their commit has ended.
    pub fn is_made(place: &Arc<PostgresPlace>) -> Result<bool, StoreError> {
        let store = Self::connected(place)?;
        Ok(store.begin_steps("5s")?.batch(IS_THERE)? == ["t"])
    }

    /// Makes the schema of an older keydesk, and no rows, for tests of upgrades.
    pub fn create_at(place: &Arc<PostgresPlace>, step: i64) -> Result<(), StoreError> {
        let mut store = Self::connected(place)?;
        store.unborn = Some(step);
        done(store.write()?.commit())
    }

    /// Opens an existing desk.
    pub fn open(place: &Arc<PostgresPlace>, of: StoreUse, migrate: MigrateRows<'_>) -> Result<Self, StoreError> {
        match Self::find(place)? {
            Some(store) => store.ready(of, migrate),
            None => Err(no_desk(place)),
        }
    }

    /// Looks at the schema, and brings an older one up to date where that may be done.
    pub fn ready(mut self, of: StoreUse, migrate: MigrateRows<'_>) -> Result<Self, StoreError> {
        self.follows = of == StoreUse::Verifier;
        let is = self.look()?;
        if is < NEWEST_STEP {
            self.bring_up_to_date(is, of, migrate)?;
            self.look()?;
        }
        Ok(self)
    }

    /// Opens an existing desk for a user who may read some of its tables, and is not the one who judges the schema.
    pub fn open_read_only(place: &Arc<PostgresPlace>) -> Result<Self, StoreError> {
        Self::find(place)?.ok_or_else(|| no_desk(place))
    }

    /// The step that the schema is at, read anew, and what its catalogue is.
    fn look(&mut self) -> Result<i64, StoreError> {
        let place = self.place.clone();
        let ours = "SELECT to_regclass('keydesk.schema_step') IS NOT NULL AND to_regclass('keydesk.head') IS NOT NULL";
        let mut tx = self.begin(Begin::Read, None, false, vec![Query::new(ours, [])])?;
        if !tx.row(ours, &[])?.is_some_and(|mut row| row.flag() == Ok(true)) {
            return Err(StoreError::Foreign(format!(
                "The schema keydesk of {place} is not one of keydesk's. It was left alone; name another database."
            )));
        }
        let step = newest(&mut tx)?;
        let (versions, catalogue) = tx.described()?;
        drop(tx);
        self.know(step, catalogue, versions);
        Ok(step)
    }

    fn bring_up_to_date(&self, is: i64, of: StoreUse, migrate: MigrateRows<'_>) -> Result<(), StoreError> {
        let place = &self.place;
        let breaking = oldest(NEWEST_STEP) > is;
        match of {
            StoreUse::Verifier => {
                return Err(StoreError::Unavailable(format!(
                    "{place} is older than this keydesk (schema {is}, this one needs {NEWEST_STEP}). It was left alone; run \
                     `keydesk schema upgrade --as NAME` first."
                )));
            }
            StoreUse::Desk if breaking => {
                return Err(StoreError::Unavailable(format!(
                    "{place} is older than this keydesk, and the step to it stops every older keydesk (schema {is}, this one \
                     needs {NEWEST_STEP}). It was left alone; install this version everywhere, then run `keydesk schema upgrade \
                     --as NAME`."
                )));
            }
            StoreUse::Look => return Ok(()),
            StoreUse::Desk | StoreUse::Upgrade => {}
        }
        let mut tx = self.begin_steps("10min")?;
        // Another process may have been faster while this one waited for the lock.
        let is = newest(&mut tx)?;
        if is >= NEWEST_STEP {
            return Ok(());
        }
        self.act_as_owner(&mut tx)?;
        migrate(&mut tx, Migration::Begins(is))?;
        apply(&mut tx, (is, NEWEST_STEP), migrate)?;
        done(Box::new(tx).commit())
    }

    /// A transaction that alone may change the schema, once nobody else does.
    fn begin_steps(&self, wait: &str) -> Result<PostgresTx<'_>, StoreError> {
        let mut tx = self.begin(Begin::Steps, None, false, Vec::new())?;
        tx.batch(&format!("SET LOCAL lock_timeout = '{wait}'; SELECT pg_advisory_xact_lock({LOCK})"))?;
        tx.batch("SET LOCAL lock_timeout = '1min'")?;
        Ok(tx)
    }

    /// What a step makes belongs to the owner of the schema, whoever applies it.
    fn act_as_owner(&self, tx: &mut PostgresTx<'_>) -> Result<(), StoreError> {
        let mut other = tx.batch(OWNER)?.into_iter();
        let (Some(owner), Some(may)) = (other.next(), other.next()) else { return Ok(()) };
        if may == "f" {
            return Err(StoreError::Unavailable(format!(
                "{} is older than this keydesk, and the step to it is for the owner of its schema, {owner}. It was left alone; run \
                 `keydesk schema upgrade --as NAME` with KEYDESK_STORE set to the URL of that user.",
                self.place
            )));
        }
        tx.batch(&format!("SET LOCAL ROLE {owner}")).map(drop)
    }

    /// The transaction in which a desk is born: its schema is in it.
    pub(super) fn begin_birth(&self, step: i64) -> Result<PostgresTx<'_>, StoreError> {
        let mut tx = self.begin_steps("30s")?;
        if tx.batch(IS_THERE)? == ["t"] {
            return Err(StoreError::DeskThere(self.place.to_string()));
        }
        tx.batch("CREATE SCHEMA keydesk")?;
        apply(&mut tx, (0, step), &mut |_, _| Ok(()))?;
        Ok(tx)
    }
}

fn no_desk(place: &PostgresPlace) -> StoreError {
    StoreError::Unavailable(format!(
        "There is no desk in {place}. Make one with `keydesk init --account ACCOUNT --name NAME`."
    ))
}

/// The newest step of a schema.
pub(super) fn newest(tx: &mut PostgresTx<'_>) -> Result<i64, StoreError> {
    tx.row("SELECT COALESCE(MAX(no), 0) FROM schema_step", &[])?.map_or(Ok(0), |mut row| row.int())
}

fn apply(tx: &mut PostgresTx<'_>, (is, last): (i64, i64), migrate: MigrateRows<'_>) -> Result<(), StoreError> {
    for step in STEPS.iter().filter(|step| step.no > is && step.no <= last) {
        let [before, after] = step.for_postgres();
        tx.batch(&before)?;
        let noted =
            format!("INSERT INTO schema_step (no, applied_at) VALUES ({}, extract(epoch FROM now())::bigint)", step.no);
        tx.batch(&noted)?;
        migrate(tx, Migration::Step(step))?;
        if !after.is_empty() {
            tx.batch(&after)?;
        }
    }
    migrate(tx, Migration::Ends)
}

fn done(commit: Commit) -> Result<(), StoreError> {
    match commit {
        Commit::Committed => Ok(()),
        Commit::NotCommitted(why) => Err(why),
        Commit::Unknown => Err(StoreError::Unknown),
    }
}
