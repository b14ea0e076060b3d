//! Set-up, opening, and databases that are not to be trusted.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use keydesk::account::Role;
use keydesk::credential::{Kind, Overlap};
use keydesk::hub::{Conflict, DeskPaths, Hub, HubError, OpenOutcome, Origin, PostgresPlace, StorePlace, TrailQuery};
use keydesk::time::SetClock;

use super::lock::Lock;
use super::made::on_postgres;
use super::one_store::is_of_the_other_store;
use super::support::{Desk, NOW, places, set_up};

fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(NOW))
}

#[test]
fn set_up_works_once() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(&dir);
    assert!(matches!(Hub::open(&places, clock()), Ok(OpenOutcome::New)));
    let hub = Hub::set_up(&places, clock(), &set_up(), &Origin::default()).unwrap();
    assert_eq!(hub.account(), "Acme Messaging");
    let mut modes = vec![(places.master_key.path.clone(), 0o600)];
    modes.extend(places.store.file().map(|file| (file.to_owned(), 0o600)));
    modes.extend(places.store.file().map(|file| (file.parent().unwrap().to_owned(), 0o700)));
    for (path, mode) in modes {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
    let again = Hub::set_up(&places, clock(), &set_up(), &Origin::default());
    assert!(matches!(again, Err(HubError::Conflict(Conflict::SetUpDone))));
    assert!(matches!(Hub::open(&places, clock()), Ok(OpenOutcome::Ready(_))));
    if let Some(dir) = places.store.file().and_then(std::path::Path::parent) {
        assert_eq!(fs::read_dir(dir).unwrap().count(), 3, "database, log, index of the log");
    }
}

#[test]
fn of_many_concurrent_set_ups_exactly_one_wins() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let places = places(&dir);
        let won = std::thread::scope(|scope| {
            let tries: Vec<_> =
                (0..4).map(|_| scope.spawn(|| Hub::set_up(&places, clock(), &set_up(), &Origin::default()))).collect();
            tries
                .into_iter()
                .filter(|_| true)
                .map(|t| t.join().unwrap())
                .filter(|made| match made {
                    Ok(_) => true,
                    Err(why) => {
                        assert_eq!(why.exit_code(), 5, "{why}");
                        false
                    }
                })
                .count()
        });
        assert_eq!(won, 1);
        assert!(matches!(Hub::open(&places, clock()), Ok(OpenOutcome::Ready(_))));
    }
}

#[test]
fn half_a_desk_is_reported_and_left_alone() {
    let mut desk = Desk::on_disk();
    let places = desk.places();
    // Nobody has it open.
    desk.hub = Hub::in_memory(clock(), &set_up()).unwrap();
    let rows = || desk.number("SELECT count(*) FROM trail");
    let (before, key) = (rows(), fs::read(&places.master_key.path).unwrap());

    fs::remove_file(&places.master_key.path).unwrap();
    let opened = Hub::open(&places, clock()).err().unwrap();
    assert!(opened.exit_code() == 6 && opened.to_string().contains("is missing"), "{opened}");
    let made = Hub::set_up(&places, clock(), &set_up(), &Origin::default()).err().unwrap();
    assert!(made.exit_code() == 5 && made.to_string().contains("no master key"), "{made}");
    assert_eq!(rows(), before);
    assert!(!places.master_key.path.exists());

    fs::write(&places.master_key.path, &key).unwrap();
    fs::set_permissions(&places.master_key.path, fs::Permissions::from_mode(0o600)).unwrap();
    match &places.store {
        StorePlace::Sqlite(file) => {
            for ending in ["db", "db-wal", "db-shm"] {
                let _ = fs::remove_file(file.with_extension(ending));
            }
        }
        StorePlace::Postgres(_) => desk.sql("DROP SCHEMA keydesk CASCADE"),
    }
    for said in [
        Hub::open(&places, clock()).err().unwrap(),
        Hub::set_up(&places, clock(), &set_up(), &Origin::default()).err().unwrap(),
    ] {
        assert!(said.exit_code() == 5 && said.to_string().contains("no database"), "{said}");
    }
    assert_eq!(fs::read(&places.master_key.path).unwrap(), key);
    match &places.store {
        StorePlace::Sqlite(file) => assert!(!file.exists()),
        StorePlace::Postgres(_) => {
            assert_eq!(desk.number("SELECT count(*) FROM pg_namespace WHERE nspname = 'keydesk'"), 0);
        }
    }
}

#[test]
fn a_failed_set_up_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut wanted, places) = (set_up(), places(&dir));
    wanted.name = "Alice".to_owned();
    let before = fs::read_dir(dir.path()).unwrap().count();
    assert!(Hub::set_up(&places, clock(), &wanted, &Origin::default()).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), before);
    // The database cannot be created: its directory is a file, or there is nowhere to make its schema.
    fs::write(dir.path().join("data"), "in the way").unwrap();
    let nowhere = match &places.store {
        StorePlace::Sqlite(_) => places.clone(),
        StorePlace::Postgres(place) => {
            let place = PostgresPlace { database: "nowhere".to_owned(), ..(**place).clone() };
            DeskPaths { store: StorePlace::Postgres(Arc::new(place)), ..places.clone() }
        }
    };
    assert!(Hub::set_up(&nowhere, clock(), &set_up(), &Origin::default()).is_err());
    assert!(!places.master_key.path.exists());
}

#[test]
fn another_master_key_opens_nothing() {
    let (ours, theirs) = (Desk::on_disk(), tempfile::tempdir().unwrap());
    drop(Hub::set_up(&places(&theirs), clock(), &set_up(), &Origin::default()).unwrap());
    let mut places_of_both = ours.places();
    places_of_both.master_key = places(&theirs).master_key;
    let said = Hub::open(&places_of_both, clock()).err().unwrap();
    assert!(said.exit_code() == 6 && said.to_string().contains("does not belong to this database"), "{said}");
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    if is_of_the_other_store!() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let places = places(&dir);
    drop(Hub::set_up(&places, clock(), &set_up(), &Origin::default()).unwrap());
    let whole = {
        let connection = rusqlite::Connection::open(places.store.file().unwrap()).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(connection);
        fs::read(places.store.file().unwrap()).unwrap()
    };
    let after = |sql: &str| {
        fs::write(places.store.file().unwrap(), &whole).unwrap();
        rusqlite::Connection::open(places.store.file().unwrap()).unwrap().execute_batch(sql).unwrap();
        Hub::open(&places, clock()).err().map(|why| (why.exit_code(), why.to_string())).unwrap()
    };
    for (sql, says) in [
        ("CREATE TRIGGER planted AFTER INSERT ON credential BEGIN DELETE FROM secret; END", "changed outside keydesk"),
        ("CREATE VIEW planted AS SELECT 1", "changed outside keydesk"),
        ("DROP TRIGGER trail_keeps_rows", "changed outside keydesk"),
        ("CREATE TABLE planted (a)", "changed outside keydesk"),
        ("PRAGMA application_id = 7", "not a database of keydesk"),
        ("PRAGMA user_version = 99", "newer keydesk"),
    ] {
        let (code, said) = after(sql);
        assert!(code == 6 && said.contains(says), "{sql}: {code} {said}");
    }
    for bytes in [&b"not a database at all, but long enough to look at"[..], &whole[..700]] {
        fs::write(places.store.file().unwrap(), bytes).unwrap();
        let said = Hub::open(&places, clock()).err().unwrap();
        assert_eq!(said.exit_code(), 6, "{said}");
        assert_eq!(fs::read(places.store.file().unwrap()).unwrap(), bytes, "left alone");
    }
}

#[test]
fn a_database_that_others_can_read_is_closed_to_them() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::on_disk();
    let mode = |ending: &str| {
        let file = format!("{}{ending}", desk.database().display());
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    };
    fs::set_permissions(desk.database(), fs::Permissions::from_mode(0o666)).unwrap();
    desk.sql("UPDATE head SET change = change");
    let hub = desk.reopened();
    desk.create(Kind::Basic, "a");
    assert_eq!((mode(""), mode("-wal") & 0o007, mode("-shm") & 0o007), (0o600, 0, 0));
    drop(hub);
}

/// Only a user who may have a secret on their screen can say that they copied it.
#[test]
fn users_who_never_see_a_secret_record_no_display_event() {
    let desk = Desk::in_memory();
    let row = desk.create(Kind::Basic, "target").row;
    let dora = desk.user("dora", Role::Advanced);
    let said = desk.hub.record_display_event(&dora, row.id, keydesk::hub::DisplayEvent::Copied).unwrap_err();
    assert!(matches!(said, HubError::Denied(_)), "{said}");
}

/// Once the database exists, no error removes its master key.
#[test]
fn a_desk_that_cannot_be_opened_after_set_up_keeps_its_key() {
    if is_of_the_other_store!() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let places = super::support::places(&dir);
    let in_the_way = dir.path().join("data/keydesk.db-wal");
    fs::create_dir_all(&in_the_way).unwrap();
    let clock = super::desk::clock();
    let said = keydesk::hub::Hub::set_up(&places, clock.clone(), &super::support::set_up(), &Origin::default());
    assert_eq!(said.err().map(|why| why.exit_code()), Some(6));
    assert_eq!(places.store.file().unwrap().exists(), places.master_key.path.exists(), "both halves or none");
    fs::remove_dir(in_the_way).unwrap();
    assert!(super::support::open(&places, clock).local_actor("alice", &Origin::default()).is_ok());
}

#[test]
fn no_secret_is_anywhere_on_disk() {
    let desk = Desk::on_disk();
    let mut secrets = Vec::new();
    for kind in Kind::ALL {
        let issued = desk.create(kind, "smsbatch");
        secrets.push(issued.secret.unwrap());
        secrets.push(desk.hub.rotate(&desk.alice(), issued.row.target(), Overlap::Week).unwrap().secret.unwrap());
    }
    let trail =
        format!("{:?}", desk.hub.trail(&desk.alice(), &TrailQuery { limit: 500, ..Default::default() }).unwrap());
    let mut searched = 0;
    let mut folders = vec![desk.dir.as_ref().unwrap().path().join("config")];
    folders.extend(desk.folders());
    for folder in folders {
        for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
            let bytes = fs::read(file).unwrap();
            searched += bytes.len();
            for secret in &secrets {
                let text = secret.expose();
                assert!(!bytes.windows(text.len()).any(|w| w == text));
                assert!(!trail.contains(secret.expose_text().unwrap()));
            }
        }
    }
    assert!(searched > 100_000 && secrets.len() == 6, "the log holds all of it: {searched} bytes");
}

#[test]
fn a_read_only_or_locked_database_says_so_and_changes_nothing() {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    let lock = Lock::on(&desk.places().store);
    let said = desk.hub.create(&alice, &super::support::wanted(Kind::Basic, "x")).unwrap_err();
    let words = if on_postgres() { "Another change is being made" } else { "locked by another program" };
    assert!(said.exit_code() == 6 && said.to_string().contains(words), "{said}");
    lock.release();
    assert!(desk.hub.create(&alice, &super::support::wanted(Kind::Basic, "x")).is_ok(), "and again works");
}
