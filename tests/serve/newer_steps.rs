//! A newer desk changes the schema while a verifier of this version is at work: it goes on after an additive step, and
//! refuses a breaking one in words.

use std::sync::Arc;

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{Hub, Policy, StorePlace};
use keydesk::store::tables::StepRow;
use keydesk::store::{Commit, NEWEST_STEP, PostgresStore, SqliteStore, Store, StoreUse};
use keydesk::time::SystemClock;

use super::attacker::{says, status};
use super::made::places;
use super::steps;
use super::support::{Desk, Verifier};

const NEXT: i64 = NEWEST_STEP + 1;

/// What the desk of the next version does when it starts: in one transaction, and signed.
fn take_step(desk: &Desk, nature: &str, oldest: i64) {
    let nothing = &mut |_: &mut dyn keydesk::store::WriteTx, _: keydesk::store::Migration<'_>| Ok(());
    let store: Box<dyn Store> = match places(&desk.dir).store {
        StorePlace::Sqlite(path) => Box::new(SqliteStore::open(&path, nothing).unwrap()),
        StorePlace::Postgres(place) => Box::new(PostgresStore::open(&place, StoreUse::Look, nothing).unwrap()),
    };
    let mut tx = store.write().unwrap();
    tx.execute("CREATE TABLE of_a_later_version (id TEXT NOT NULL PRIMARY KEY)", &[]).unwrap();
    if places(&desk.dir).store.file().is_some() {
        tx.execute(&format!("PRAGMA user_version = {NEXT}"), &[]).unwrap();
    }
    tx.execute("INSERT INTO schema_step (no, applied_at) VALUES ($1, 7)", &[NEXT.into()]).unwrap();
    let row = StepRow { no: NEXT, applied_at: 7, nature: nature.to_owned(), oldest, catalogue: vec![], tag: vec![] };
    steps::sign(&mut *tx, &places(&desk.dir).master_key, row);
    assert_eq!(tx.commit(), Commit::Committed);
}

/// Verifiers do not start on this desk, and say why.
fn refuses_to_start(desk: &Desk, says: &str) {
    let socket = format!("unix:{}", desk.dir.path().join("w.sock").display());
    let ended = desk.command(&["--listen", &socket]).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.code() == Some(6) && said.contains(says), "{said}");
}

#[test]
fn an_additive_step_of_a_newer_desk_stops_no_verifier() {
    let desk = Desk::new();
    let [one, two] = ["one", "two"].map(|name| desk.key(Kind::Basic, name));
    desk.policy(&Policy { staleness: 3, ..Policy::default() });
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    take_step(&desk, "additive", NEWEST_STEP);
    // The desk that was open is started again, and changes what the verifier has to follow.
    let desk = desk.open_again();
    desk.set(&one, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &one) == 401);
    let new = desk.key(Kind::Basic, "new");
    verifier.until("followed", |verifier| status(verifier, &new) == 200);
    assert!(says(&verifier, "store: in sight") && says(&verifier, "changed outside keydesk: none"));
    verifier.stop();
    let verifier = desk.verifier();
    assert_eq!([&one, &two, &new].map(|key| status(&verifier, key)), [401, 200, 200], "one that starts as well");
}

#[test]
fn a_breaking_step_is_refused_in_words_until_the_upgrade() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    desk.policy(&Policy { staleness: 3, ..Policy::default() });
    let verifier: Verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    take_step(&desk, "breaking", NEXT);
    let newer = format!("was made by a newer keydesk (schema {NEXT}, this one knows {NEWEST_STEP})");
    verifier.until("told", |verifier| says(verifier, &newer));
    verifier.until("closed at the staleness limit", |verifier| status(verifier, &one) == 503);
    verifier.kill();
    refuses_to_start(&desk, &newer);
    let why = Hub::open(&places(&desk.dir), Arc::new(SystemClock)).err().unwrap();
    assert!(why.exit_code() == 6 && why.to_string().contains("install the newer keydesk"), "{why}");
}
