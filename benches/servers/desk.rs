//! Desks to measure: one on SQLite, one on PostgreSQL, filled through the hub.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use keydesk::credential::{Kind, Options};
use keydesk::hub::{Actor, DeskPaths, Hub, HubError, NewCredential, OpenOutcome, Origin, SetUp, StorePlace, StoreUse};
use keydesk::secret::Secret;
use keydesk::store::PostgresPlace;
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;

use crate::server::Server;

/// Credentials of one transaction of `fill`.
const BATCH: usize = 1_000;

/// Sets a desk up: a file below `dir`, or a database.
pub fn set_up(dir: &Path, name: &str, place: Option<PostgresPlace>) -> Result<DeskPaths, HubError> {
    let dir = dir.join(name);
    let paths = DeskPaths::new(dir.join("data/keydesk.db"), MasterKeyPlace::file(dir.join("etc/master.key")));
    let store = place.map_or_else(|| paths.store.clone(), |place| StorePlace::Postgres(Arc::new(place)));
    let paths = DeskPaths { store, state_dir: Some(dir.join("state")), ..paths };
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Bench".into(), name: "alice".into(), password };
    Hub::set_up(&paths, Arc::new(SystemClock), &wanted, &Origin::default()).map(|_| paths)
}

/// A desk on each store.
pub fn both(server: &Server, dir: &Path) -> Result<[(&'static str, DeskPaths); 2], HubError> {
    let database = server.database();
    Ok([("SQLite", set_up(dir, "sqlite", None)?), ("PostgreSQL", set_up(dir, "postgres", Some((*database).clone()))?)])
}

/// The same desk by another way to its database.
pub fn by(paths: &DeskPaths, place: PostgresPlace) -> DeskPaths {
    DeskPaths { store: StorePlace::Postgres(Arc::new(place)), ..paths.clone() }
}

pub fn open(paths: &DeskPaths, store_use: StoreUse) -> Result<Hub, HubError> {
    match Hub::open(&DeskPaths { store_use, ..paths.clone() }, Arc::new(SystemClock))? {
        OpenOutcome::Ready(hub) => Ok(hub),
        OpenOutcome::New => Err(HubError::Unavailable("there is no desk".to_owned())),
    }
}

pub fn alice(hub: &Hub) -> Result<Actor, HubError> {
    hub.local_actor("alice", &Origin::default())
}

pub fn wanted(i: usize) -> NewCredential {
    const TEAMS: [&str; 8] = ["billing", "crm", "export", "gateway", "ledger", "nightly", "reports", "webhooks"];
    let kind = if i.is_multiple_of(2) { Kind::Basic } else { Kind::Hmac };
    NewCredential {
        kind,
        name: format!("{}-{i:07}", TEAMS[i * 7 % TEAMS.len()]),
        legacy: None,
        options: Options::default(),
    }
}

/// Makes so many credentials.
pub fn fill(paths: &DeskPaths, count: usize) -> Result<(), HubError> {
    let (hub, began) = (open(paths, StoreUse::Desk)?, Instant::now());
    let alice = alice(&hub)?;
    for first in (0..count).step_by(BATCH) {
        let all: Vec<_> = (first..count.min(first + BATCH)).map(wanted).collect();
        hub.create_many(&alice, &all)?;
        eprint!("\r{} of {count}", first + all.len());
    }
    eprintln!("\r{}: {count} credentials in {:.1} s", paths.store, began.elapsed().as_secs_f64());
    Ok(())
}
