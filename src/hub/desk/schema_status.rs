//! Which step the schema of a desk is at, and the steps that this program would apply.

use std::sync::Arc;

use crate::account::{Right, Role, UserState, allows};
use crate::hub::desk::store_place;
use crate::hub::tx::intent::Intent;
use crate::hub::{Denied, DeskPaths, Hub, HubError, OpenOutcome, Origin, Progress, SessionOver, StoreUse, Unconfirmed};
use crate::store::tables;
use crate::store::{Cancel, NEWEST_STEP, Nature, STEPS, Store, StoreError};
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
    /// How far the schema is, for Administrators and Auditors on this machine; nothing is changed.
    pub fn schema_status(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        name: &str,
        origin: &Origin,
    ) -> Result<SchemaStatus, HubError> {
        Self::schema_status_for(Right::SeeSite, places, clock, name, origin)
    }

    fn schema_status_for(
        right: Right,
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        name: &str,
        origin: &Origin,
    ) -> Result<SchemaStatus, HubError> {
        let places = DeskPaths { store_use: StoreUse::Look, ..places.clone() };
        if places.store.file().is_none() {
            let store = store_place::open(&places, &mut |_, _| Ok(()))?;
            require(&*store, name, right)?;
            return Ok(SchemaStatus::of(store.step()));
        }
        // A file is brought up to date by whoever opens it.
        match Self::open(&places, clock)? {
            OpenOutcome::Ready(hub) => {
                let actor = hub.local_actor(name, origin)?;
                hub.read(&actor, &Intent::new(right, "schema"), |_| Ok(SchemaStatus::of(NEWEST_STEP)))
            }
            OpenOutcome::New => Err(HubError::Unavailable(format!("There is no desk at {}.", places.store))),
        }
    }

    /// Applies every step that is missing, for an Administrator on this machine; returns where the schema was, and what no
    /// standby has confirmed.
    pub fn upgrade_schema(
        places: &DeskPaths,
        clock: Arc<dyn Clock>,
        name: &str,
        origin: &Origin,
        progress: Progress<'_>,
    ) -> Result<(SchemaStatus, Unconfirmed), HubError> {
        let before = Self::schema_status_for(Right::ManageSite, places, clock.clone(), name, origin)?;
        let places = DeskPaths { store_use: StoreUse::Upgrade, ..places.clone() };
        match Self::open_with(&places, clock, progress)? {
            OpenOutcome::Ready(hub) => hub.local_actor(name, origin).map(|_| (before, hub.unconfirmed())),
            OpenOutcome::New => Err(HubError::Unavailable(format!("There is no desk at {}.", places.store))),
        }
    }
}

/// An error unless a user of this name has the right and may sign in. The rows of an older desk cannot be checked by their
/// tags yet; whoever gets here has the master key.
fn require(store: &dyn Store, name: &str, right: Right) -> Result<(), HubError> {
    let mut tx = store.read(&Cancel::default())?;
    let users = tables::roles_and_states(&mut *tx)?;
    let active = |state: &str| state == UserState::Active.as_str();
    let Some((_, role, state)) = users.iter().find(|(user, ..)| user == name) else {
        return Err(HubError::SessionOver(SessionOver::Unknown));
    };
    if !active(state) {
        return Err(HubError::SessionOver(SessionOver::Disabled));
    }
    let role: Role = role.parse().map_err(|_| StoreError::Broken(format!("the role of {name} is no role")))?;
    if allows(role, right) {
        return Ok(());
    }
    let able = users.iter().filter(|(_, role, state)| role == Role::Administrator.as_str() && active(state));
    Err(HubError::Denied(Denied { right, role, administrators: able.map(|(name, ..)| name.clone()).collect() }))
}
