//! The desk as a whole: finds and opens one.

mod paths;
mod schema_status;
mod schema_tags;
mod set_up;
pub(in crate::hub) mod store_place;
mod upgrade;

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::hub::desk::set_up::lone_key;
use crate::hub::error::unreadable;
use crate::hub::settings::stored;
use crate::hub::tx::row_tags;
use crate::hub::{Cancel, Conflict, Hub, HubError};
use crate::store::tables::{self, AccountRecord, RingRecord, Tagged};
use crate::store::{Step, Store, StoreError, StoreUse, Tx, WriteTx};
use crate::time::Clock;
use crate::vault::{MasterKey, MasterKeyError, RingRow, Vault};

pub use paths::{DeskPaths, StorePlace};
pub use schema_status::SchemaStatus;
pub use set_up::SetUp;
pub use upgrade::Progress;

/// What was found at the paths.
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is taken apart at once")]
pub enum OpenOutcome {
    /// A desk was found and opened.
    Ready(Hub),
    /// Neither database nor master key: set-up is next.
    New,
}

impl Hub {
    /// Opens the desk at `places`, or reports that there is none. If only the database or only the master key exists,
    /// that is an error and nothing is changed.
    pub fn open(places: &DeskPaths, clock: Arc<dyn Clock>) -> Result<OpenOutcome, HubError> {
        Self::open_with(places, clock, &mut |_, _| ())
    }

    /// The same with progress. A desk of an older keydesk is upgraded first, which takes half a minute for a million
    /// credentials.
    pub fn open_with(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        progress: Progress<'_>,
    ) -> Result<OpenOutcome, HubError> {
        let found = store_place::find(&places.store)?;
        match (found.is_there(), places.master_key.path.exists()) {
            (false, false) => Ok(OpenOutcome::New),
            (false, true) => Err(Conflict::HalfThere(lone_key(places)).into()),
            (true, false) => Err(MasterKeyError::Missing(places.master_key.path.clone()).into()),
            (true, true) => {
                let mut failed = None;
                // The schema is checked before the key: another program's file must not influence the message.
                let opened = found.open(places, &mut |tx, step| {
                    migrate(tx, step, places, &clock, progress).map_err(|why| {
                        let said = StoreError::Unavailable(why.to_string());
                        failed = Some(why);
                        said
                    })
                });
                let store = opened.map_err(|why| failed.unwrap_or_else(|| why.into()))?;
                let master = MasterKey::load(&places.master_key)?;
                Self::assemble(store, Arc::new(master), clock, places).map(OpenOutcome::Ready)
            }
        }
    }

    fn assemble(
        store: Arc<dyn Store>,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        places: &DeskPaths,
    ) -> Result<Self, HubError> {
        let mut tx = store.read(&Cancel::default())?;
        let (vault, account) = unlock(&mut *tx, master, &places.master_key.path)?;
        schema_tags::check(&mut *tx, &vault, store.step())?;
        drop(tx);
        let account_intact = row_tags::intact(&vault, &account);
        let account = account.record.name;
        let protected = places.protected();
        let (highest, survey) = (Mutex::new(None), Mutex::new(None));
        let hub = Self { store, vault, clock, account, account_intact, protected, highest, survey };
        // A verifier of a server's database may not write settings.
        if places.store.file().is_some() || places.store_use != StoreUse::Verifier {
            stored::settle(&hub)?;
        }
        Ok(hub)
    }
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

/// Migrates the rows of an older desk for a schema step; after the last step the steps are signed.
fn migrate(
    tx: &mut dyn WriteTx,
    step: Option<&Step>,
    places: &DeskPaths,
    clock: &Arc<dyn Clock>,
    progress: Progress<'_>,
) -> Result<(), HubError> {
    let needed = step.is_none_or(|step| step.no == upgrade::SUMS);
    if !needed {
        return Ok(());
    }
    let master = Arc::new(MasterKey::load(&places.master_key)?);
    let (vault, _) = unlock(tx, master, &places.master_key.path)?;
    match step {
        Some(_) => upgrade::over_step_6(tx, &vault, clock.now(), progress),
        None => schema_tags::sign(tx, &vault),
    }
}

fn ring_row(record: RingRecord) -> Result<RingRow, HubError> {
    let id = u32::try_from(record.id).map_err(|_| unreadable("ring key number"))?;
    let purpose = record.purpose.parse().map_err(|()| unreadable("ring key purpose"))?;
    Ok(RingRow { id, purpose, active: record.active, wrapped: record.wrapped })
}
