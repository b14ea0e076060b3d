//! The desk that most tests begin with: its account, its two files, and copies of one that was set up before.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use keydesk::hub::{DeskPaths, Hub, OpenOutcome, Origin, SetUp};
use keydesk::secret::Secret;
use keydesk::time::Clock;
use keydesk::vault::MasterKeyPlace;

pub const PASSWORD: &str = "correct horse battery";

pub fn password() -> Secret {
    Secret::from_text(PASSWORD)
}

/// The account Acme Messaging with the Administrator alice.
pub fn set_up() -> SetUp {
    SetUp { account: "Acme Messaging".to_owned(), name: "alice".to_owned(), password: password() }
}

/// Where the two files of a desk in `dir` are.
pub fn places(dir: impl AsRef<Path>) -> DeskPaths {
    let dir = dir.as_ref();
    DeskPaths::new(dir.join("data/keydesk.db"), MasterKeyPlace::file(dir.join("config/master.key")))
}

/// Sets a desk up in `dir`.
pub fn make(dir: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Hub {
    Hub::set_up(&places(dir), clock, &set_up(), &Origin::default()).unwrap()
}

/// Copies the desk in `from`: set-up costs a hash and syncs.
pub fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    let (from, to) = (places(from), places(to));
    for (from, to) in [(from.database, to.database), (from.master_key.path, to.master_key.path)] {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

pub fn open(places: &DeskPaths, clock: Arc<dyn Clock>) -> Hub {
    match Hub::open(places, clock).unwrap() {
        OpenOutcome::Ready(hub) => hub,
        OpenOutcome::New => panic!("no desk at {}", places.database.display()),
    }
}
