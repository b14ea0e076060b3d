//! A store that somebody else holds.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use keydesk::hub::StorePlace;

use crate::server::server;

const LOCK: &str = "DO $$ DECLARE it text; BEGIN FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'keydesk' LOOP \
    EXECUTE format('LOCK TABLE keydesk.%I IN EXCLUSIVE MODE', it); END LOOP; PERFORM pg_sleep(600); END $$";
const HOLDERS: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

/// Keeps everybody else from writing, and nobody from reading.
pub enum Lock {
    OnFile(rusqlite::Connection),
    OnTables(String, Child),
}

impl Lock {
    pub fn on(store: &StorePlace) -> Self {
        let place = match store {
            StorePlace::Sqlite(file) => {
                let lock = rusqlite::Connection::open(file).unwrap();
                lock.execute_batch("BEGIN IMMEDIATE").unwrap();
                return Self::OnFile(lock);
            }
            StorePlace::Postgres(place) => place,
        };
        let server = server().unwrap();
        let mut psql = Command::new(server.program("psql"));
        psql.args(["-Xq", "-U", "postgres", "-d", &place.database, "-h"]).arg(&server.dir).args(["-c", LOCK]);
        psql.stderr(Stdio::null());
        let (mut child, began) = (psql.spawn().unwrap(), Instant::now());
        while server.sql(&place.database, HOLDERS).is_empty() {
            assert!(began.elapsed() < Duration::from_secs(60), "no lock");
            // The server ends it where it and a verifier wait for each other.
            if child.try_wait().unwrap().is_some() {
                child = psql.spawn().unwrap();
            }
        }
        Self::OnTables(place.database.clone(), child)
    }

    pub fn release(self) {
        match self {
            Self::OnFile(lock) => lock.execute_batch("ROLLBACK").unwrap(),
            Self::OnTables(database, mut child) => {
                let sql = format!("SELECT pg_terminate_backend(pid, 9000) FROM ({HOLDERS}) AS it");
                server().unwrap().sql(&database, &sql);
                child.wait().unwrap();
            }
        }
    }
}
