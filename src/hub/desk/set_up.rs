//! Set-up: makes the account, the key ring, the first Administrator and the first rows of the trail.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::{AccountName, Role, UserName, UserState};
use crate::files::ProtectedPlaces;
use crate::files::fault_injection::may_be_killed;
use crate::hub::audit::action;
use crate::hub::desk::first_key::{self, UnfinishedDesk};
use crate::hub::desk::seen_file::Seen;
use crate::hub::desk::{schema_tags, store_place};
use crate::hub::settings::stored;
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::seal_places::password_place;
use crate::hub::tx::write::Change;
use crate::hub::users::mapping;
use crate::hub::users::passwords::check_new_password;
use crate::hub::{Conflict, DeskPaths, Hub, HubError, InputField, Origin};
use crate::secret::Secret;
use crate::store::tables::{self, AccountRecord, RingRecord, UserRecord};
use crate::store::{SqliteStore, Store, StoreError};
use crate::time::{Clock, Millis};
use crate::vault::{MasterKey, MasterKeyPlace, Purpose, RingKey, RingRow, Vault, hash_password, uuid};

/// How long to ask whether the desk was made, and the time between two questions.
const PATIENCE: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(250);
/// What is said when nobody can say.
const NOT_KNOWN: &str = "It is not known whether the desk was made: the store did not say. Set it up again: that goes on where this \
                         ended, or says that the desk is there.";

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

impl Hub {
    /// Creates the account, the key ring, the first Administrator, and the master key in its file. Works once: of two
    /// concurrent set-ups one wins. One that was killed is gone on with by the next.
    pub fn set_up(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        wanted: &SetUp,
        origin: &Origin,
    ) -> Result<Self, HubError> {
        let wanted = CheckedSetUp::check(wanted)?;
        Self::require_nothing(places)?;
        let password = hash_password(wanted.password)?;
        let unfinished = UnfinishedDesk::lock(places)?;
        // Another process may have been faster while this one waited for the lock.
        let key = match Self::require_nothing(places) {
            Ok(()) => unfinished.key(places)?,
            Err(why) => {
                unfinished.remove_if_useless();
                return Err(why);
            }
        };
        let (began, mut is_alone) = (Instant::now(), false);
        may_be_killed();
        let made = store_place::create(&places.store, &mut |store| {
            fill(store.clone(), &key.master, &clock, &wanted, &password, origin).map_err(|why| match why {
                HubError::Unknown => StoreError::Unknown,
                HubError::Conflict(Conflict::DeskThere(place)) => StoreError::DeskThere(place),
                why => StoreError::Unavailable(why.to_string()),
            })?;
            is_alone = store.unconfirmed().is_any();
            Ok(())
        });
        may_be_killed();
        let made = if made == Err(StoreError::Unknown) { was_made(places, began) } else { made };
        match made {
            Ok(()) => {}
            // Key and file stay: whatever became of the desk, the next set-up goes on with them or finds it.
            Err(StoreError::Unknown) => return Err(HubError::Failed(NOT_KNOWN.to_owned())),
            Err(why) => {
                key.give_up();
                return Err(match why {
                    StoreError::DeskThere(_) => Conflict::HalfThere(lone_database(places)).into(),
                    why => why.into(),
                });
            }
        }
        // From here on the database exists, and no later error may remove its key. A new database has nothing to migrate.
        let store = store_place::open(places, &mut |_, _| Ok(()))?;
        let hub = Self::assemble(store, key.master.clone(), clock, places)?;
        if is_alone {
            hub.store.unconfirmed().note();
        }
        key.keep();
        Ok(hub)
    }

    /// An error if there is a desk at the places, or half of one, or if nobody can say. A key that was left by a set-up which did
    /// not get further is none.
    pub fn require_nothing(places: &DeskPaths) -> Result<(), HubError> {
        match (store_place::find(&places.store)?.is_there(), places.master_key.is_there()) {
            (false, false) => Ok(()),
            (true, true) => Err(Conflict::SetUpDone.into()),
            (false, true) => first_key::require_unfinished(places),
            (true, false) => Err(Conflict::HalfThere(lone_database(places)).into()),
        }
    }

    /// A desk in memory, its master key too: nothing is written to disk.
    pub fn in_memory(clock: Arc<dyn Clock>, wanted: &SetUp) -> Result<Self, HubError> {
        let wanted = CheckedSetUp::check(wanted)?;
        let (store, master) = (Arc::new(SqliteStore::in_memory()?), Arc::new(MasterKey::generate()?));
        let password = hash_password(wanted.password)?;
        fill(store.clone(), &master, &clock, &wanted, &password, &Origin::default())?;
        Self::assemble(store, master, clock, &DeskPaths::new("memory", MasterKeyPlace::file("memory")))
    }
}

/// The validated input of set-up.
struct CheckedSetUp<'a> {
    account: AccountName,
    name: UserName,
    password: &'a Secret,
}

impl<'a> CheckedSetUp<'a> {
    fn check(given: &'a SetUp) -> Result<Self, HubError> {
        let account = AccountName::new(&given.account).map_err(|why| HubError::invalid(InputField::Account, why))?;
        let name = UserName::new(&given.name)?;
        check_new_password(&given.name, &given.password)?;
        Ok(Self { account, name, password: &given.password })
    }
}

/// Writes the account, the key ring, the first Administrator and the first rows of the trail.
fn fill(
    store: Arc<dyn Store>,
    master: &Arc<MasterKey>,
    clock: &Arc<dyn Clock>,
    wanted: &CheckedSetUp<'_>,
    password: &str,
    origin: &Origin,
) -> Result<(), HubError> {
    let now = clock.now();
    let keys = (1..).zip(Purpose::ALL).map(|(id, purpose)| RingKey::generate(id, purpose)?.wrapped(master));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let account = uuid(now)?.to_string();
    let vault = Vault::open(Arc::clone(master), &keys)?;
    let (key_check, id) = (vault.key_check(&account)?, uuid(now)?.to_string());
    let sealed = vault.seal(password.as_bytes(), &password_place(&id, 1))?;
    let account_name = wanted.account.as_str().to_owned();
    let hub = to_be_filled(store, vault, Arc::clone(clock), account_name.clone());
    let mut change = Change::first(&hub, Author::named(wanted.name.as_str(), origin))?;
    change.insert(&AccountRecord { id: account, version: 1, name: account_name, created_at: now.0, key_check })?;
    schema_tags::sign(&mut *change.tx, &hub.vault)?;
    for key in keys {
        tables::insert_ring(&mut *change.tx, &ring_record(key, now))?;
    }
    // A row and its trail row carry the same time, as everywhere.
    let (number, now) = (change.number(), change.now);
    let user = UserRecord {
        id: id.clone(),
        version: 1,
        name: wanted.name.to_string(),
        role: Role::Administrator.as_str().to_owned(),
        note: String::new(),
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
    change.insert(&user)?;
    change.first_throttle(&user.name)?;
    let settings = stored::first(&mut change)?;
    change.note(action::SET_UP, Subject::named(wanted.account.as_str()).changed(None, Some(settings)))?;
    let after = Some(mapping::json(&user));
    change.note(action::USER_ADDED, Subject::row(&id, &user.name).changed(None, after))?;
    may_be_killed();
    change.commit()?;
    may_be_killed();
    Ok(())
}

/// Whether a desk whose commit got no answer is there. A server that went away is asked again for a while.
fn was_made(places: &DeskPaths, began: Instant) -> Result<(), StoreError> {
    loop {
        match store_place::is_made(&places.store) {
            Ok(true) => return Ok(()),
            Ok(false) => {
                let sentence = "The store could not keep the desk. Nothing was changed; try again.";
                return Err(StoreError::Unavailable(sentence.to_owned()));
            }
            Err(_) if began.elapsed() < PATIENCE => thread::sleep(AGAIN),
            Err(_) => return Err(StoreError::Unknown),
        }
    }
}

/// A hub on a store that has nothing yet.
fn to_be_filled(store: Arc<dyn Store>, vault: Vault, clock: Arc<dyn Clock>, account: String) -> Hub {
    Hub {
        store,
        vault,
        clock,
        account,
        account_intact: true,
        protected: ProtectedPlaces::default(),
        highest: Mutex::default(),
        seen: Seen::default(),
        survey: Mutex::default(),
        notices: Mutex::default(),
    }
}

fn ring_record(key: RingRow, now: Millis) -> RingRecord {
    let purpose = key.purpose.as_str().to_owned();
    RingRecord { id: i64::from(key.id), purpose, active: key.active, wrapped: key.wrapped, created_at: now.0 }
}

fn lone_database(places: &DeskPaths) -> String {
    format!(
        "There is a database at {} but no master key at {}. Both were left alone. Put the copy of the master key back that was kept elsewhere.",
        places.store,
        places.master_key.path.display(),
    )
}
