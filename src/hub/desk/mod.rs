//! The desk as a whole: finds and opens one.

mod copy;
mod first_key;
mod paths;
mod schema_status;
mod schema_tags;
pub(in crate::hub) mod seen_file;
mod set_up;
mod store_notices;
pub(in crate::hub) mod store_place;
mod upgrade;

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::hub::desk::seen_file::{Seen, SeenFile};
use crate::hub::error::unreadable;
use crate::hub::settings::stored;
use crate::hub::tx::rollback::continues;
use crate::hub::tx::row_tags;
use crate::hub::{Cancel, Hub, HubError};
use crate::store::tables::{self, AccountRecord, HeadRow, RingRecord, Tagged};
use crate::store::{Migration, Store, StoreError, StoreUse, Tx, WriteTx};
use crate::time::Clock;
use crate::vault::{MasterKey, MasterKeyError, RingRow, Vault};

pub use copy::{CopiedRows, StoreCopy};
pub use paths::{DeskPaths, StorePlace};
pub use schema_status::SchemaStatus;
pub use set_up::SetUp;
pub use store_notices::StoreNotice;
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
        let key = &places.master_key;
        // Beside a database an empty file is a key that was lost.
        let has_key = if found.is_there() { key.path.exists() } else { key.is_there() };
        match (found.is_there(), has_key) {
            (false, false) => Ok(OpenOutcome::New),
            (false, true) => first_key::require_unfinished(places).map(|()| OpenOutcome::New),
            (true, false) => Err(MasterKeyError::Missing(places.master_key.path.clone()).into()),
            (true, true) => {
                let mut failed = None;
                // The schema is checked before the key: another program's file must not influence the message.
                let opened = found.open(places, &mut |tx, migration| {
                    migrate(tx, migration, places, &clock, progress).map_err(|why| {
                        let said = StoreError::Unavailable(why.to_string());
                        failed = Some(why);
                        said
                    })
                });
                let store = opened.map_err(|why| failed.unwrap_or_else(|| why.into()))?;
                let master = MasterKey::load(&places.master_key)?;
                let hub = Self::assemble(store, Arc::new(master), clock, places)?;
                first_key::is_finished(places);
                Ok(OpenOutcome::Ready(hub))
            }
        }
    }

    fn assemble(
        store: Arc<dyn Store>,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        places: &DeskPaths,
    ) -> Result<Self, HubError> {
        let queries = vec![tables::account_query(), tables::ring_query(), tables::steps_query()];
        let mut tx = store.read_with(&Cancel::default(), queries)?;
        let (vault, account) = unlock(&mut *tx, master, &places.master_key.path)?;
        schema_tags::check(&mut *tx, &vault, store.step())?;
        let (seen, known) = seen_before(&mut *tx, &vault, places)?;
        drop(tx);
        let account_intact = row_tags::intact(&vault, &account);
        let account = account.record.name;
        let protected = places.protected();
        let (highest, survey, notices) = (Mutex::new(known), Mutex::new(None), Mutex::default());
        let hub = Self { store, vault, clock, account, account_intact, protected, highest, seen, survey, notices };
        // A verifier of a server's database may not write settings.
        if places.store.file().is_some() || places.store_use != StoreUse::Verifier {
            stored::settle(&hub)?;
        }
        Ok(hub)
    }
}

/// How far this machine saw the store before, and whether the store went back since.
fn seen_before(tx: &mut dyn Tx, vault: &Vault, places: &DeskPaths) -> Result<(Seen, Option<HeadRow>), HubError> {
    let head = tables::head(tx)?.filter(|head| row_tags::head_intact(vault, head));
    // A wrong head is reported by every call.
    let (Some(file), Some(head)) = (SeenFile::of(places), head) else { return Ok(Default::default()) };
    if let Some(known) = file.read(vault, &head.store_id)
        && !continues(tx, &head, &known)?
    {
        return Ok((Seen { file: Some(file), went_back: true }, Some(known)));
    }
    file.raise(vault, &head);
    Ok((Seen { file: Some(file), went_back: false }, Some(head)))
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

/// Migrates the rows of an older desk for a schema step; after the last step the steps are signed, so the schema has to be
/// the signed one before the first.
fn migrate(
    tx: &mut dyn WriteTx,
    migration: Migration<'_>,
    places: &DeskPaths,
    clock: &Arc<dyn Clock>,
    progress: Progress<'_>,
) -> Result<(), HubError> {
    if let Migration::Step(step) = migration
        && step.no != upgrade::SUMS
    {
        return Ok(());
    }
    let master = Arc::new(MasterKey::load(&places.master_key)?);
    let (vault, _) = unlock(tx, master, &places.master_key.path)?;
    match migration {
        Migration::Begins(at) => schema_tags::check(tx, &vault, at),
        Migration::Step(_) => upgrade::over_step_6(tx, &vault, clock.now(), progress),
        Migration::Ends => schema_tags::sign(tx, &vault),
    }
}

fn ring_row(record: RingRecord) -> Result<RingRow, HubError> {
    let id = u32::try_from(record.id).map_err(|_| unreadable("ring key number"))?;
    let purpose = record.purpose.parse().map_err(|()| unreadable("ring key purpose"))?;
    Ok(RingRow { id, purpose, active: record.active, wrapped: record.wrapped })
}
