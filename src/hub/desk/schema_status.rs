//! Which step the schema of a desk is at, and the steps that this program would apply.

use std::sync::Arc;

use crate::account::{Role, UserState};
use crate::hub::desk::store_place;
use crate::hub::{DeskPaths, Hub, HubError, OpenOutcome, Origin, Progress, StoreUse};
use crate::store::tables;
use crate::store::{Cancel, NEWEST_STEP, Nature, STEPS, Store};
use crate::time::Clock;

/// How far the schema of a desk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaStatus {
    /// The newest step that the store has taken.
    pub at: i64,
    /// The newest step that this program knows.
    pub known: i64,
    /// The steps that this program would apply: number, and `additive` or `breaking`.
    pub pending: Vec<(i64, &'static str)>,
}

impl SchemaStatus {
    fn of(at: i64) -> Self {
        let pending = STEPS.iter().filter(|step| step.no > at).map(|step| (step.no, step.nature.as_str())).collect();
        Self { at, known: NEWEST_STEP, pending }
    }

    /// Whether one of the steps refuses older programs.
    pub fn is_breaking(&self) -> bool {
        self.pending.iter().any(|(_, nature)| *nature == Nature::Breaking.as_str())
    }
}

impl Hub {
    /// How far the schema is, for an Administrator on this machine; nothing is changed.
    pub fn schema_status(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        name: &str,
        origin: &Origin,
    ) -> Result<SchemaStatus, HubError> {
        let places = DeskPaths { store_use: StoreUse::Look, ..places.clone() };
        if places.store.file().is_some() {
            // A file is brought up to date by whoever opens it.
            return Self::as_administrator(&places, clock, name, origin).map(|()| SchemaStatus::of(NEWEST_STEP));
        }
        let store = store_place::open(&places, &mut |_, _| Ok(()))?;
        require_administrator(&*store, name)?;
        Ok(SchemaStatus::of(store.step()))
    }

    /// Applies every step that is missing, for an Administrator on this machine; returns where the schema was.
    pub fn upgrade_schema(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        name: &str,
        origin: &Origin,
        progress: Progress<'_>,
    ) -> Result<SchemaStatus, HubError> {
        let before = Self::schema_status(places, clock.clone(), name, origin)?;
        let places = DeskPaths { store_use: StoreUse::Upgrade, ..places.clone() };
        match Self::open_with(&places, clock, progress)? {
            OpenOutcome::Ready(hub) => hub.local_actor(name, origin).map(|_| before),
            OpenOutcome::New => Err(HubError::Unavailable(format!("There is no desk at {}.", places.store))),
        }
    }

    fn as_administrator(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        name: &str,
        origin: &Origin,
    ) -> Result<(), HubError> {
        match Self::open(places, clock)? {
            OpenOutcome::Ready(hub) => {
                hub.local_actor(name, origin)?;
                require_administrator(&*hub.store, name)
            }
            OpenOutcome::New => Err(HubError::Unavailable(format!("There is no desk at {}.", places.store))),
        }
    }
}

/// An error unless a user of this name is an Administrator who may sign in. The rows of an older desk cannot be checked by
/// their tags yet; whoever gets here has the master key.
fn require_administrator(store: &dyn Store, name: &str) -> Result<(), HubError> {
    let mut tx = store.read(&Cancel::default())?;
    match tables::role_and_state(&mut *tx, name)? {
        Some((role, state)) if role == Role::Administrator.as_str() && state == UserState::Active.as_str() => Ok(()),
        Some(_) => Err(HubError::Invalid {
            field: crate::hub::InputField::UserName,
            sentence: format!("{name} is no Administrator. Only an Administrator upgrades the schema."),
        }),
        None => Err(HubError::NotFound(format!("There is no user {name}."))),
    }
}
