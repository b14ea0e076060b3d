//! A store that is taken away, brought back, or replaced by a copy while a verifier follows it.

use std::fs;
use std::path::PathBuf;

use keydesk::hub::StorePlace;

use super::made::places;
use super::server::server;
use super::support::Desk;

/// A copy of a store: a file, or the name of a database.
pub enum Copied {
    File(PathBuf),
    Database(String),
}

/// A copy of a desk's store as it is now.
pub fn copy(desk: &Desk, name: &str) -> Copied {
    match places(&desk.dir).store {
        StorePlace::Sqlite(_) => {
            let to = desk.dir.path().join(name);
            desk.sql(&format!("VACUUM INTO '{}'", to.display()));
            Copied::File(to)
        }
        StorePlace::Postgres(place) => {
            let server = server().unwrap();
            let copied = closed(&place.database, || server.copy(&place.database).database.clone());
            Copied::Database(copied)
        }
    }
}

/// What is no desk at all.
pub fn nonsense(desk: &Desk) -> Copied {
    match places(&desk.dir).store {
        StorePlace::Sqlite(_) => {
            let file = desk.dir.path().join("nonsense");
            fs::write(&file, b"not a database at all").unwrap();
            Copied::File(file)
        }
        StorePlace::Postgres(_) => Copied::Database("template0".to_owned()),
    }
}

/// Puts a copy in the place of a desk's store, behind the back of whoever has that open.
pub fn put(desk: &Desk, copied: &Copied) {
    match (places(&desk.dir).store, copied) {
        (StorePlace::Sqlite(to), Copied::File(file)) => {
            for ending in ["db-wal", "db-shm"] {
                let _ = fs::remove_file(to.with_extension(ending));
            }
            let beside = to.with_extension("incoming");
            fs::copy(file, &beside).unwrap();
            fs::rename(&beside, to).unwrap();
        }
        (StorePlace::Postgres(place), Copied::Database(name)) => {
            let server = server().unwrap();
            // Made under another name first, so that there is no moment in which an empty one stands there, and what was there is
            // dropped last: that waits for a disk.
            let (incoming, name) = (server.copy(name).database.clone(), &place.database);
            allow(name, false);
            let swap =
                format!("ALTER DATABASE {name} RENAME TO {name}_gone; ALTER DATABASE {incoming} RENAME TO {name}");
            server.sql("postgres", &swap);
            server.sql("postgres", &format!("DROP DATABASE {name}_gone WITH (FORCE)"));
        }
        _ => panic!("a copy of another store"),
    }
}

/// Takes a desk's store out of reach.
pub fn take_away(desk: &Desk) {
    match places(&desk.dir).store {
        StorePlace::Sqlite(file) => fs::rename(&file, file.with_extension("away")).unwrap(),
        StorePlace::Postgres(place) => allow(&place.database, false),
    }
}

pub fn bring_back(desk: &Desk) {
    match places(&desk.dir).store {
        StorePlace::Sqlite(file) => fs::rename(file.with_extension("away"), file).unwrap(),
        StorePlace::Postgres(place) => allow(&place.database, true),
    }
}

/// Whether anybody may connect to a database; who is connected already is not any more.
fn allow(database: &str, anybody: bool) {
    let server = server().unwrap();
    server.sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS {anybody}"));
    if !anybody {
        server.disconnect(database);
    }
}

/// Does something with a database to which nobody is connected.
fn closed<T>(database: &str, work: impl FnOnce() -> T) -> T {
    allow(database, false);
    let done = work();
    allow(database, true);
    done
}
