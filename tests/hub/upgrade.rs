//! The upgrade of a desk of schema step 5. `data/step-5.sql` is the dump of one, with a row that
//! was changed by hand and one whose older copy was put back. Its keys and secrets were created for this test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use keydesk::credential::{Kind, Overlap, State};
use keydesk::hub::{Actor, DeskPaths, Hub, OpenOutcome, Origin, WhichSecret};
use keydesk::secret::Secret;
use keydesk::store::Cancel;
use keydesk::time::{Millis, SetClock};
use keydesk::vault::MasterKeyPlace;

const DUMP: &str = include_str!("data/step-5.sql");
const MASTER_KEY: [u8; 32] = [
    0x03, 0x52, 0x57, 0x05, 0x48, 0xe2, 0x90, 0x3a, 0xfa, 0xa9, 0x7d, 0x7c, 0xfe, 0xab, 0x99, 0x44, 0x4a, 0x52, 0xa8,
    0xcc, 0x1a, 0x74, 0x0b, 0x87, 0x39, 0x69, 0xe6, 0x13, 0xba, 0x26, 0x9b, 0x10,
];
/// An hour after the desk was created.
const NOW: Millis = Millis(1_795_957_000_000);

fn places(dir: &Path) -> DeskPaths {
    DeskPaths::new(dir.join("keydesk.db"), MasterKeyPlace::file(dir.join("master.key")))
}

fn old_desk(dir: &Path) {
    fs::write(dir.join("master.key"), MASTER_KEY).unwrap();
    fs::set_permissions(dir.join("master.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let connection = rusqlite::Connection::open(dir.join("keydesk.db")).unwrap();
    connection.execute_batch(DUMP).unwrap();
    connection.execute_batch("PRAGMA application_id = 0x4b44736b; PRAGMA user_version = 5").unwrap();
}

fn open(dir: &Path) -> (Hub, Actor) {
    let OpenOutcome::Ready(hub) = Hub::open(&places(dir), Arc::new(SetClock::at(NOW))).unwrap() else {
        panic!("no desk")
    };
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    (hub, alice)
}

fn which(hub: &Hub, alice: &Actor, secret: &str) -> (String, WhichSecret) {
    let found =
        hub.find_by_secret(alice, &Secret::from_text(secret), &Cancel::default(), &mut |_| ()).unwrap().unwrap();
    (found.row.name, found.which)
}

#[test]
fn an_upgrade_migrates_everything_and_trusts_nothing_new() {
    let dir = tempfile::tempdir().unwrap();
    old_desk(dir.path());
    let mut told = Vec::new();
    let start =
        Hub::open_with(&places(dir.path()), Arc::new(SetClock::at(NOW)), &mut |done, all| told.push((done, all)));
    assert!(matches!(start, Ok(OpenOutcome::Ready(_))));
    assert_eq!(told, [(8, 8)], "progress");
    drop(start);
    let (hub, alice) = open(dir.path());
    let row = |key: &str| hub.find(&alice, key, None).unwrap();
    for (key, state, tampered) in [
        ("kdbHBpjUioiTCXlxwlMc", State::Active, false),
        ("kdh5DRRXphROXNgpvlTa", State::Active, false),
        ("kdboGQgN9djMFtrHC69R", State::Active, false),
        ("kdb95z6IL9przk1w3QMW", State::Revoked, false),
        ("kdbVUkIE5g6OaQyFcwZ2", State::Active, true),
        ("kdbnQ7R9VxJSQHQkutPe", State::Active, true),
        ("smsbatch", State::Active, false),
    ] {
        assert_eq!((row(key).state, row(key).tampered), (state, tampered), "{key}");
    }
    let hmac = row("kdh5DRRXphROXNgpvlTa");
    assert!(hmac.kind == Kind::Hmac && hmac.options.expires_at.is_some() && !hmac.options.networks.is_any());
    let secrets = hub.details(&alice, row("kdboGQgN9djMFtrHC69R").id).unwrap().secrets;
    let versions: Vec<_> = secrets.iter().map(|secret| (secret.version, secret.valid_until.is_some())).collect();
    assert_eq!(versions, [(3, false), (2, true)], "the first one was cut short");
    for (secret, name, is) in [
        ("kdsNPlGEwOB3CHhfmmajOtmDBcWK1N", "plain", "current"),
        ("kdswXdFKMrtlk0n61rnSl70KEXze6j", "rotated", "current"),
        ("kds5vdMe0vTWUAKPRfvaur8SAm3Zxi", "rotated", "previous"),
        ("kds4uM6oWTME20PkWHUD6IAaDuU2NA", "rotated", "ended"),
        ("kdsMuhjI3gY29i3Xo0U4eTLDD2Ss6P", "leaked", "ended"),
        ("kds62UWYec9EgHCFpMopEEmjCGsRN4", "leaked", "current"),
        ("Legacy1password", "smsbatch", "current"),
    ] {
        let (named, found) = which(&hub, &alice, secret);
        assert_eq!((named.as_str(), found.as_str()), (name, is), "{secret}");
    }
    let broken = hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.unwrap();
    assert!(broken.contains("changed outside keydesk"), "{broken}");
    // It works like any other desk.
    let rotated = hub.rotate(&alice, row("kdboGQgN9djMFtrHC69R").target(), Overlap::Day).unwrap();
    assert_eq!((rotated.version, rotated.ended_early.len()), (4, 1));
    assert_eq!(hub.users(&alice).unwrap().iter().filter(|user| user.tampered).count(), 0);
    let wrong = Secret::from_text("wrong horse battery");
    let tried = hub.sign_in("bram", &wrong, &Origin::default()).unwrap();
    assert!(matches!(tried, keydesk::hub::SignIn::Wrong { left: 4, .. }), "{tried:?}");
}

#[test]
fn an_interrupted_upgrade_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    old_desk(dir.path());
    fs::write(dir.path().join("master.key"), [7; 32]).unwrap();
    let why = Hub::open(&places(dir.path()), Arc::new(SetClock::at(NOW))).err().unwrap();
    assert!(why.to_string().contains("master key"), "{why}");
    let connection = rusqlite::Connection::open(dir.path().join("keydesk.db")).unwrap();
    let step: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let columns: i64 = connection
        .query_row("SELECT COUNT(*) FROM pragma_table_info('secret') WHERE name = 'valid_until'", [], |row| row.get(0))
        .unwrap();
    assert_eq!((step, columns), (5, 1));
    drop(connection);
    fs::write(dir.path().join("master.key"), MASTER_KEY).unwrap();
    open(dir.path());
}

#[test]
fn an_upgrade_does_not_run_a_planted_trigger() {
    let dir = tempfile::tempdir().unwrap();
    old_desk(dir.path());
    let connection = rusqlite::Connection::open(dir.path().join("keydesk.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TRIGGER planted AFTER UPDATE ON head BEGIN UPDATE person SET role = 'administrator'; END",
        )
        .unwrap();
    let why = Hub::open(&places(dir.path()), Arc::new(SetClock::at(NOW))).err().unwrap();
    assert!(why.to_string().contains("changed outside keydesk"), "{why}");
}

#[test]
fn two_processes_upgrade_an_older_desk_at_once() {
    let dir = tempfile::tempdir().unwrap();
    old_desk(dir.path());
    let opened = std::thread::scope(|scope| {
        let one =
            [(); 3].map(|()| scope.spawn(|| Hub::open(&places(dir.path()), Arc::new(SetClock::at(NOW))).map(|_| ())));
        one.map(|thread| thread.join().unwrap())
    });
    assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    open(dir.path());
}
