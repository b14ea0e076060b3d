//! The desk as a whole: looking for one, set-up, opening.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::account::{AccountName, Role, UserName, UserState};
use crate::secret::Secret;
use crate::store::{
    Cancel, Found, SqliteStore, Step, Store, StoreError, Tx, WriteTx,
    tables::{self, AccountRecord, HeadRow, PersonRecord, RingRecord, Tagged},
};
use crate::time::{Clock, Millis};
use crate::vault::{
    Context, MasterKey, MasterKeyError, MasterKeyPlace, Purpose, RingKey, RingRow, Vault, VaultError, hash_password,
    uuid,
};

use super::{
    Conflict, Field, HubError, Origin, Places, action,
    change::{Author, Change, Subject},
    check::unreadable,
    guard, settled, steps,
    upgrade::{self, Progress},
};

/// What was found at the places.
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is taken apart at once")]
pub enum Start {
    /// A desk was found and opened.
    Ready(Hub),
    /// Neither database nor master key: set-up is next.
    New,
}

/// The input of set-up.
#[derive(Debug)]
pub struct SetUp {
    /// Name of the account.
    pub account: String,
    /// Name of the first Administrator.
    pub name: String,
    /// The first Administrator's password.
    pub password: Secret,
}

/// The use cases of one open desk. Shared by threads.
pub struct Hub {
    pub(super) store: Arc<dyn Store>,
    pub(super) vault: Vault,
    clock: Arc<dyn Clock>,
    account: String,
    /// Whether the row of the account is as keydesk left it.
    account_intact: bool,
    /// The newest head that this handle has seen, to detect a rollback.
    highest: Mutex<Option<HeadRow>>,
}

impl Hub {
    /// Opens the desk at `places`, or says that there is none. If only one of database and master key is there, that is
    /// an error and nothing is touched.
    pub fn open(places: &Places, clock: Arc<dyn Clock>) -> Result<Start, HubError> {
        Self::open_with(places, clock, &mut |_, _| ())
    }

    /// The same. One that an older keydesk made is brought up to date first, which takes half a minute for a million
    /// credentials: `progress` gets how many of them are done, of about how many.
    pub fn open_with(places: &Places, clock: Arc<dyn Clock>, progress: Progress<'_>) -> Result<Start, HubError> {
        match (SqliteStore::look(&places.database)?, places.master_key.path.exists()) {
            (Found::Nothing, false) => Ok(Start::New),
            (Found::Nothing, true) => Err(Conflict::HalfThere(lone_key(places)).into()),
            (Found::Desk, false) => Err(MasterKeyError::Missing(places.master_key.path.clone()).into()),
            (Found::Desk, true) => {
                let mut failed = None;
                // The schema is checked before the key: another program's file must not influence the message.
                let opened = SqliteStore::open(&places.database, &mut |tx, step| {
                    carry(tx, step, places, &clock, progress).map_err(|why| {
                        let said = StoreError::Unavailable(why.to_string());
                        failed = Some(why);
                        said
                    })
                });
                let store = opened.map_err(|why| failed.unwrap_or_else(|| why.into()))?;
                let master = MasterKey::load(&places.master_key)?;
                Self::assemble(Arc::new(store), Arc::new(master), clock, &places.master_key).map(Start::Ready)
            }
        }
    }

    /// Makes the account, the key ring and the first Administrator, and the master key in its file. Works once: of two
    /// that start at the same instant one wins, since the key file is made exclusively, and first.
    pub fn set_up(places: &Places, clock: Arc<dyn Clock>, wanted: &SetUp, origin: &Origin) -> Result<Self, HubError> {
        let wanted = Wanted::check(wanted)?;
        match (SqliteStore::look(&places.database)?, places.master_key.path.exists()) {
            (Found::Nothing, false) => {}
            (Found::Desk, true) => return Err(Conflict::SetUpDone.into()),
            (Found::Nothing, true) => return Err(Conflict::HalfThere(lone_key(places)).into()),
            (Found::Desk, false) => return Err(Conflict::HalfThere(lone_database(places)).into()),
        }
        let password = hash_password(wanted.password)?;
        let master = MasterKey::create(&places.master_key).map(Arc::new).map_err(|why| match why {
            VaultError::MasterKey(MasterKeyError::Exists(_)) => Conflict::SetUpDone.into(),
            why => HubError::from(why),
        })?;
        let made = SqliteStore::create(&places.database, &mut |store| {
            fill(store, &master, &clock, &wanted, &password, origin)
                .map_err(|why| StoreError::Unavailable(why.to_string()))
        });
        // This process made the key a moment ago and nothing was sealed that is kept. From here on the database is
        // there, and whatever goes wrong next must leave it its key.
        made.inspect_err(|_| drop(std::fs::remove_file(&places.master_key.path)))?;
        // Made a moment ago: there is nothing to carry over a step.
        let store = SqliteStore::open(&places.database, &mut |_, _| Ok(()))?;
        Self::assemble(Arc::new(store), master, clock, &places.master_key)
    }

    /// A desk in memory, its master key too: nothing is written to disk.
    pub fn in_memory(clock: Arc<dyn Clock>, wanted: &SetUp) -> Result<Self, HubError> {
        let wanted = Wanted::check(wanted)?;
        let (store, master) = (Arc::new(SqliteStore::in_memory()?), Arc::new(MasterKey::generate()?));
        let password = hash_password(wanted.password)?;
        fill(store.clone(), &master, &clock, &wanted, &password, &Origin::default())?;
        Self::assemble(store, master, clock, &MasterKeyPlace::file("memory"))
    }

    fn assemble(
        store: Arc<dyn Store>,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        place: &MasterKeyPlace,
    ) -> Result<Self, HubError> {
        let mut tx = store.read(&Cancel::default())?;
        let (vault, account) = unlock(&mut *tx, master, &place.path)?;
        steps::check(&mut *tx, &vault, store.step())?;
        drop(tx);
        let account_intact = guard::intact(&vault, &account);
        let account = account.record.name;
        let hub = Self { store, vault, clock, account, account_intact, highest: Mutex::new(None) };
        settled::settle(&hub)?;
        Ok(hub)
    }

    /// The time now, by the clock this desk was opened with.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Name of the account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Whether the name of the account is the one that keydesk wrote.
    pub fn account_is_intact(&self) -> bool {
        self.account_intact
    }

    /// Remembers the head; an error when the store was rolled back or is another one.
    pub(super) fn remember(&self, head: &HeadRow) -> Result<(), HubError> {
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        let went_back = highest.as_ref().is_some_and(|known| {
            known.store_id != head.store_id
                || known.epoch > head.epoch
                || (known.epoch == head.epoch && known.trail_no > head.trail_no)
        });
        if went_back {
            return Err(went_back_error());
        }
        *highest = Some(head.clone());
        Ok(())
    }

    /// The same before a write: the trail must still have the row that was its last one.
    pub(super) fn must_go_on(&self, tx: &mut dyn Tx, head: &HeadRow) -> Result<(), HubError> {
        let known = self.highest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.epoch == head.epoch && known.trail_no > 0)
            && known.trail_no <= head.trail_no
            && tables::trail_hash(tx, known.trail_no)?.as_ref() != Some(&known.trail_hash)
        {
            return Err(went_back_error());
        }
        self.remember(head)
    }
}

fn went_back_error() -> HubError {
    HubError::Unavailable(
        "The store went back: it is older than it was a moment ago. Nothing was changed; find out who put an old file back, \
         then start keydesk again."
            .to_owned(),
    )
}

/// What set-up was asked for, checked.
struct Wanted<'a> {
    account: AccountName,
    name: UserName,
    password: &'a Secret,
}

impl<'a> Wanted<'a> {
    fn check(given: &'a SetUp) -> Result<Self, HubError> {
        let account = AccountName::new(&given.account).map_err(|why| HubError::invalid(Field::Account, why))?;
        let name = UserName::new(&given.name)?;
        super::users::check_new_password(&given.name, &given.password)?;
        Ok(Self { account, name, password: &given.password })
    }
}

/// Account, ring, first Administrator, first rows of the trail.
fn fill(
    store: Arc<dyn Store>,
    master: &Arc<MasterKey>,
    clock: &Arc<dyn Clock>,
    wanted: &Wanted<'_>,
    password: &str,
    origin: &Origin,
) -> Result<(), HubError> {
    let now = clock.now();
    let keys = (1..).zip(Purpose::ALL).map(|(id, purpose)| RingKey::generate(id, purpose)?.wrapped(master));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let account = uuid(now)?.to_string();
    let vault = Vault::open(Arc::clone(master), &keys)?;
    let key_check = vault.key_check(&account)?;
    let id = uuid(now)?.to_string();
    let sealed = vault.seal(password.as_bytes(), &password_place(&id, 1))?;
    let (clock, account_name) = (Arc::clone(clock), wanted.account.as_str().to_owned());
    let hub =
        Hub { store, vault, clock, account: account_name.clone(), account_intact: true, highest: Mutex::new(None) };
    let mut change = Change::first(&hub, Author::named(wanted.name.as_str(), origin))?;
    change.insert(&AccountRecord { id: account, version: 1, name: account_name, created_at: now.0, key_check })?;
    steps::sign(&mut *change.tx, &hub.vault)?;
    for key in keys {
        tables::insert_ring(&mut *change.tx, &ring_record(key, now))?;
    }
    // The row and its row of the trail are of the same millisecond, as everywhere.
    let (number, now) = (change.number(), change.now);
    let person = PersonRecord {
        id: id.clone(),
        version: 1,
        name: wanted.name.to_string(),
        role: Role::Administrator.as_str().to_owned(),
        state: UserState::Active.as_str().to_owned(),
        epoch: 1,
        password: sealed,
        password_version: 1,
        must_change: false,
        created_at: now.0,
        created_by: wanted.name.to_string(),
        changed_at: now.0,
        changed_by: wanted.name.to_string(),
        change: number,
    };
    change.insert(&person)?;
    change.first_throttle(&person.name)?;
    let settings = settled::first(&mut change)?;
    change.note(action::SET_UP, Subject::named(wanted.account.as_str()).changed(None, Some(settings)))?;
    let after = Some(super::users::json(&person));
    change.note(action::USER_ADDED, Subject::row(&id, &person.name).changed(None, after))?;
    change.commit()
}

/// The vault and the account of a store, if this master key opens them.
fn unlock(tx: &mut dyn Tx, master: Arc<MasterKey>, place: &Path) -> Result<(Vault, Tagged<AccountRecord>), HubError> {
    let wrong = || HubError::from(MasterKeyError::Wrong(place.to_owned()));
    let account = tables::account(tx)?.ok_or_else(|| unreadable("missing account"))?;
    let ring = tables::ring(tx)?.into_iter().map(ring_row).collect::<Result<Vec<_>, _>>()?;
    let vault = Vault::open(master, &ring).map_err(|_| wrong())?;
    match vault.check_key(&account.record.id, &account.record.key_check) {
        true => Ok((vault, account)),
        false => Err(wrong()),
    }
}

/// Migrates the rows of an older desk over a step; after the last one the steps are signed.
fn carry(
    tx: &mut dyn WriteTx,
    step: Option<&Step>,
    places: &Places,
    clock: &Arc<dyn Clock>,
    progress: Progress<'_>,
) -> Result<(), HubError> {
    let carries = step.is_none_or(|step| step.no == upgrade::SUMS);
    if !carries {
        return Ok(());
    }
    let master = Arc::new(MasterKey::load(&places.master_key)?);
    let (vault, _) = unlock(tx, master, &places.master_key.path)?;
    match step {
        Some(_) => upgrade::over_step_6(tx, &vault, clock.now(), progress),
        None => steps::sign(tx, &vault),
    }
}

fn ring_row(record: RingRecord) -> Result<RingRow, HubError> {
    let id = u32::try_from(record.id).map_err(|_| unreadable("ring key number"))?;
    let purpose = record.purpose.parse().map_err(|()| unreadable("ring key purpose"))?;
    Ok(RingRow { id, purpose, active: record.active, wrapped: record.wrapped })
}

fn ring_record(key: RingRow, now: Millis) -> RingRecord {
    let purpose = key.purpose.as_str().to_owned();
    RingRecord { id: i64::from(key.id), purpose, active: key.active, wrapped: key.wrapped, created_at: now.0 }
}

/// The place that a user's password hash is sealed for.
pub(super) fn password_place(id: &str, version: i64) -> Context<'_> {
    Context { table: "person", row: id, column: "password", kind: "", version }
}

fn lone_key(places: &Places) -> String {
    format!(
        "There is a master key at {} but no database at {}. Both were left alone. Put the database back; or, if no desk uses that key, move it away and start again.",
        places.master_key.path.display(),
        places.database.display(),
    )
}

fn lone_database(places: &Places) -> String {
    format!(
        "There is a database at {} but no master key at {}. Both were left alone. Put the copy of the master key back that was kept elsewhere.",
        places.database.display(),
        places.master_key.path.display(),
    )
}

impl From<Conflict> for HubError {
    fn from(why: Conflict) -> Self {
        Self::Conflict(why)
    }
}

impl From<crate::vault::MasterKeyError> for HubError {
    fn from(why: MasterKeyError) -> Self {
        VaultError::from(why).into()
    }
}
