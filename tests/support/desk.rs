//! A desk to test with.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use keydesk::account::Role;
use keydesk::credential::{Kind, Options};
use keydesk::hub::{
    Actor, CredentialId, DeskPaths, Hub, HubError, Issued, NewCredential, NewLegacy, Origin, Policy, Refusal, Setting,
    StorePlace, UserTarget,
};
use keydesk::secret::Secret;
use keydesk::time::{Millis, SetClock};
use tempfile::TempDir;

pub use crate::made::{PASSWORD, open, password, places, set_up};
use crate::made::{copy, make, on_postgres};
use crate::server::server;

/// 2026-08-14 09:12:44 UTC.
pub const NOW: Millis = Millis(1_786_698_764_000);

/// A desk with the Administrator alice; in memory, or in a directory of its own.
pub struct Desk {
    pub hub: Hub,
    pub clock: Arc<SetClock>,
    pub dir: Option<TempDir>,
}

impl Desk {
    pub fn in_memory() -> Self {
        if on_postgres() {
            return Self::on_disk();
        }
        let clock = Arc::new(SetClock::at(NOW));
        Self { hub: Hub::in_memory(clock.clone(), &set_up()).unwrap(), clock, dir: None }
    }

    /// On disk: set up once and copied.
    pub fn on_disk() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            drop(make(&dir, Arc::new(SetClock::at(NOW))));
            dir
        });
        let dir = tempfile::tempdir().unwrap();
        copy(made, &dir);
        let clock = Arc::new(SetClock::at(NOW));
        let hub = open(&places(&dir), clock.clone());
        Self { hub, clock, dir: Some(dir) }
    }

    pub fn places(&self) -> DeskPaths {
        places(self.dir.as_ref().unwrap())
    }

    pub fn database(&self) -> PathBuf {
        self.places().store.file().unwrap().to_owned()
    }

    /// The desk as another process would open it.
    pub fn reopened(&self) -> Hub {
        open(&self.places(), self.clock.clone())
    }

    /// The same on a machine that has seen nothing of it.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn elsewhere(&self) -> Hub {
        open(&DeskPaths { state_dir: None, ..self.places() }, self.clock.clone())
    }

    /// A copy of the database as it is now.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn keep(&self) -> Kept {
        match self.places().store {
            StorePlace::Sqlite(file) => {
                let to = file.with_extension("kept");
                let source = rusqlite::Connection::open(file).unwrap();
                source.backup("main", &to, None::<fn(rusqlite::backup::Progress)>).unwrap();
                Kept(to.display().to_string())
            }
            StorePlace::Postgres(place) => {
                server().unwrap().disconnect(&place.database);
                Kept(server().unwrap().copy(&place.database).database.clone())
            }
        }
    }

    /// Puts a copy back, behind the back of whoever has the desk open: in the same file, or under the same name.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn put_back(&self, Kept(kept): &Kept) {
        match self.places().store {
            StorePlace::Sqlite(file) => {
                let source = rusqlite::Connection::open(kept).unwrap();
                let mut target = rusqlite::Connection::open(file).unwrap();
                let backup = rusqlite::backup::Backup::new(&source, &mut target).unwrap();
                backup.run_to_completion(100, std::time::Duration::ZERO, None).unwrap();
            }
            StorePlace::Postgres(place) => {
                let server = server().unwrap();
                server.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", place.database));
                server.sql("postgres", &format!("CREATE DATABASE {} TEMPLATE {kept}", place.database));
            }
        }
    }

    /// Where the data are on disk.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn folders(&self) -> Vec<PathBuf> {
        match &self.places().store {
            StorePlace::Sqlite(file) => vec![file.parent().unwrap().to_owned()],
            StorePlace::Postgres(place) => server().unwrap().folders(&place.database).to_vec(),
        }
    }

    /// A statement in the way of the trail's triggers, which are there again afterwards as if nothing had been.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn sql_past_triggers(&self, sql: &str) {
        if on_postgres() {
            let again =
                ["rows", "text", "all"].map(|of| format!("ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_{of}"));
            return self.sql(&format!("ALTER TABLE trail DISABLE TRIGGER USER; {sql}; {}", again.join("; ")));
        }
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        let triggers = "SELECT group_concat(sql, ';' || char(10)) FROM sqlite_schema WHERE type = 'trigger'";
        let triggers: String = connection.query_row(triggers, [], |row| row.get(0)).unwrap();
        drop(connection);
        self.sql(&format!("DROP TRIGGER trail_keeps_rows; DROP TRIGGER trail_keeps_text; {sql}; {triggers}"));
    }

    /// The same with a database `beside` it, in which things can be kept that a desk must not hold.
    pub fn sql_beside(&self, sql: &str) {
        if on_postgres() {
            return self.sql(&format!("SET client_min_messages = error; CREATE SCHEMA IF NOT EXISTS beside; {sql}"));
        }
        let beside = self.database().with_extension("beside");
        self.sql(&format!("ATTACH '{}' AS beside; {sql}", beside.display()));
    }

    /// A statement behind keydesk's back.
    pub fn sql(&self, sql: &str) {
        if let StorePlace::Postgres(place) = self.places().store {
            server().unwrap().sql(&place.database, &format!("SET search_path = keydesk, beside; {}", of_postgres(sql)));
            return;
        }
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    #[allow(dead_code, reason = "not every suite asks")]
    /// The one number that a query finds, as somebody outside keydesk would ask.
    pub fn number(&self, sql: &str) -> i64 {
        if let StorePlace::Postgres(place) = self.places().store {
            let said = server().unwrap().sql(&place.database, &format!("SET search_path = keydesk; {sql}"));
            return said.parse().unwrap();
        }
        rusqlite::Connection::open(self.database()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn alice(&self) -> Actor {
        self.hub.local_actor("alice", &Origin::default()).unwrap()
    }

    /// Another user, who acts locally.
    pub fn user(&self, name: &str, role: Role) -> Actor {
        self.hub.add_user(&self.alice(), name, role, &Secret::from_text("another horse battery")).unwrap();
        self.hub.local_actor(name, &Origin::default()).unwrap()
    }

    pub fn create(&self, kind: Kind, name: &str) -> Issued {
        self.hub.create(&self.alice(), &wanted(kind, name)).unwrap()
    }
}

/// A copy of a database: a file, or the name of another one.
#[derive(Debug)]
pub struct Kept(String);

/// What a test says in SQLite's words, in PostgreSQL's.
fn of_postgres(sql: &str) -> String {
    let bytes = sql.replace("x'00'", "'\\x00'::bytea");
    bytes.replace("char(27)", "chr(27)").replace("PRAGMA foreign_keys = OFF", "SET session_replication_role = replica")
}

/// A user as the desk shows them now.
pub fn seen(hub: &Hub, name: &str) -> UserTarget {
    let as_he_sees =
        |who: &str| hub.user(&hub.local_actor(who, &Origin::default())?, name, keydesk::hub::UserOperation::See);
    // Who is disabled sees nothing; who does not exist has never been seen.
    let row = as_he_sees(name).or_else(|_| as_he_sees("alice"));
    row.map_or(UserTarget { name: name.to_owned(), version: 1 }, |row| row.target())
}

pub fn wanted(kind: Kind, name: &str) -> NewCredential {
    let legacy = (kind == Kind::Legacy).then(|| NewLegacy { username: name.to_owned(), password: None });
    NewCredential { kind, name: name.to_owned(), legacy, options: Options::default() }
}

/// Sets after how many minutes without a key a desk locks.
pub fn set_lock_time(hub: &Hub, actor: &Actor, minutes: i64) -> Result<(), HubError> {
    hub.set_settings(actor, &[(Setting::LockTime, minutes.to_string())])
}

/// Sets what verifiers follow.
pub fn set_policy(hub: &Hub, actor: &Actor, policy: &Policy) -> Result<(), HubError> {
    let Policy { staleness, replay, algorithms } = policy;
    let (staleness, replay, algorithms) = (staleness.to_string(), replay.as_str().to_owned(), algorithms.to_string());
    hub.set_settings(
        actor,
        &[(Setting::Staleness, staleness), (Setting::Replay, replay), (Setting::Algorithms, algorithms)],
    )
}

/// One refusal of a credential, now.
pub fn refusal(of: CredentialId, reason: &str) -> Refusal {
    Refusal {
        credential: of.0,
        at: NOW.seconds(),
        reason: reason.to_owned(),
        component: None,
        clock_offset: None,
        address: None,
        mistake: None,
        count: 1,
    }
}
