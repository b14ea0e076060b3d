//! The desk that most tests begin with: its account, its two files, and copies of one that was set up before.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use keydesk::hub::{DeskPaths, Hub, OpenOutcome, Origin, SetUp, StorePlace};
use keydesk::secret::Secret;
use keydesk::time::Clock;
use keydesk::vault::MasterKeyPlace;

use crate::server::server;

pub const PASSWORD: &str = "correct horse battery";

pub fn password() -> Secret {
    Secret::from_text(PASSWORD)
}

/// The account Acme Messaging with the Administrator alice.
pub fn set_up() -> SetUp {
    SetUp { account: "Acme Messaging".to_owned(), name: "alice".to_owned(), password: password() }
}

/// Whether these tests keep their desks in PostgreSQL: `KEYDESK_TEST_STORE=postgres`.
pub fn on_postgres() -> bool {
    std::env::var("KEYDESK_TEST_STORE").is_ok_and(|store| store == "postgres")
}

/// Where the desk in `dir` is: its master key, and its database or, on PostgreSQL, the name of that in a file.
pub fn places(dir: impl AsRef<Path>) -> DeskPaths {
    let dir = dir.as_ref();
    let paths = DeskPaths::new(dir.join("data/keydesk.db"), MasterKeyPlace::file(dir.join("config/master.key")));
    if !on_postgres() {
        return paths;
    }
    let (server, name) = (server().expect("PostgreSQL"), dir.join("database"));
    let place = match fs::read_to_string(&name) {
        Ok(name) => Arc::new(server.place(&name)),
        Err(_) => {
            let place = server.database();
            fs::write(name, &place.database).unwrap();
            place
        }
    };
    DeskPaths { store: StorePlace::Postgres(place), state_dir: Some(dir.join("state")), ..paths }
}

/// Sets a desk up in `dir`.
pub fn make(dir: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Hub {
    Hub::set_up(&places(dir), clock, &set_up(), &Origin::default()).unwrap()
}

/// Copies the desk in `from`, which nobody has open: set-up costs a hash and syncs.
pub fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    let mut files = Vec::new();
    if on_postgres() {
        let of = fs::read_to_string(from.as_ref().join("database")).unwrap();
        let place = server().expect("PostgreSQL").copy(&of);
        fs::write(to.as_ref().join("database"), &place.database).unwrap();
    }
    let (from, to) = (places(from), places(to));
    if let (Some(from), Some(to)) = (from.store.file(), to.store.file()) {
        files.push((from.to_owned(), to.to_owned()));
    }
    files.push((from.master_key.path, to.master_key.path));
    for (from, to) in files {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

pub fn open(places: &DeskPaths, clock: Arc<dyn Clock>) -> Hub {
    match Hub::open(places, clock).unwrap() {
        OpenOutcome::Ready(hub) => hub,
        OpenOutcome::New => panic!("no desk at {}", places.store),
    }
}
