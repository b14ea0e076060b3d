//! What every database must do for keydesk, written against the `Store` trait alone. A driver adds its tests to
//! this file and nothing else.

#[path = "../support/need.rs"]
mod need;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;

mod attacker;
mod concurrency;
mod hostile_settings;
mod lists;
mod lost_files;
mod planted_in_postgres;
mod postgres;
mod rows;
mod schema;
mod sqlite;
mod uses;

use keydesk::store::tables::CredentialRecord;
use keydesk::store::{
    Cancel, Commit, NEWEST_STEP, PostgresStore, SqliteStore, Store, StoreError, StoreUse, Tx, WriteTx,
};

type Check = fn(&dyn Store);

/// Everything the suite holds, each on an empty schema of its own.
const CHECKS: &[(&str, Check)] = &[
    ("a commit keeps, anything else leaves nothing", rows::commits),
    ("values come back as they went in", rows::values),
    ("parameters are numbered, not counted", rows::parameters),
    ("statements that make no sense are errors", rows::nonsense),
    ("text orders by code point and LIKE has an escape", rows::order_of_text),
    ("an update names the version it replaces", rows::versions),
    ("the head is one row", rows::head),
    ("what was asked ahead is forgotten by a write", rows::asked_ahead),
    ("a queued statement that fails lets nothing be kept", rows::queued),
    ("many rows of one statement are kept as they were told, or none is", rows::many),
    ("a query of many rows has the same rows, however often it is asked", rows::asked_again),
    ("a query of many rows that fails or is left ends like any other", rows::left),
    ("pages are the same forward and backward, in every order", lists::pages),
    ("numbers are kept by kind and state", lists::tallies),
    ("usage waits, is used, and an older report loses", uses::usage),
    ("many uses at once are each its own, whoever used two secrets", uses::many_uses),
    ("refusals are kept of credentials that exist, the last twenty", uses::refusals),
    ("a refusal's number that somebody made up stops no other", uses::numbers_beyond_reason),
    ("verifiers read all and what changed", lists::feed),
    ("the trail keeps its rows and its text", lists::trail),
    ("keys are unique by kind", rows::unique_keys),
    ("a secret needs its credential", rows::references),
    ("a wrong word is refused", rows::words),
];

/// Checks that need a reader beside the writer.
const CONCURRENT: &[(&str, Check)] = &[
    ("writers are put in order by the head", concurrency::writers),
    ("a reader sees one state throughout and waits for nobody", concurrency::snapshot),
    ("a commit is noticed, once", concurrency::noticed),
    ("a read is cancelled from another thread, and only that one", concurrency::cancel),
];

fn run(checks: &[(&str, Check)], make: &dyn Fn() -> Box<dyn Store>) {
    for (what, check) in checks {
        println!("{what}");
        check(&*make());
    }
}

#[test]
fn sqlite_in_memory() {
    run(CHECKS, &|| Box::new(SqliteStore::in_memory().unwrap()));
}

#[test]
fn sqlite_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    let make = || -> Box<dyn Store> {
        next.set(next.get() + 1);
        let path = dir.path().join(format!("{}/keydesk.db", next.get()));
        SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
        Box::new(SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap())
    };
    run(CHECKS, &make);
    run(CONCURRENT, &make);
}

#[test]
fn postgres() {
    // Of its own: whatever others write on the same server may be a commit to notice.
    let Some(server) = server::Server::start("") else { return };
    let make = || -> Box<dyn Store> {
        let place = server.database();
        PostgresStore::create_at(&place, NEWEST_STEP).unwrap();
        Box::new(PostgresStore::open(&place, StoreUse::Desk, &mut |_, _| Ok(())).unwrap())
    };
    run(CHECKS, &make);
    run(CONCURRENT, &make);
}

/// Every transaction may be on another connection.
#[test]
fn postgres_behind_a_pooler() {
    if !need::need("pgbouncer") {
        return;
    }
    let Some(server) = server::Server::start("") else { return };
    let pooler = server::Pooler::before(&server);
    let make = || -> Box<dyn Store> {
        let place = server.database();
        PostgresStore::create_at(&place, NEWEST_STEP).unwrap();
        let behind = std::sync::Arc::new(server::place(&pooler.dir, &place.database));
        Box::new(PostgresStore::open(&behind, StoreUse::Desk, &mut |_, _| Ok(())).unwrap())
    };
    run(CHECKS, &make);
    run(CONCURRENT, &make);
    // PgBouncer 1.18 ends when who cancels leaves too soon.
    for _ in 0..CANCELS {
        run(&CONCURRENT[CONCURRENT.len() - 1..], &make);
    }
}

/// How often a read is cancelled behind a pooler.
const CANCELS: u32 = 5;

fn write<T>(store: &dyn Store, work: impl FnOnce(&mut dyn WriteTx) -> Result<T, StoreError>) -> T {
    let mut tx = store.write().unwrap();
    let done = work(&mut *tx).unwrap();
    assert_eq!(tx.commit(), Commit::Committed);
    done
}

/// The error of a change that a database must not keep: of the statement, of a later one, or of the commit.
fn refused(store: &dyn Store, work: impl FnOnce(&mut dyn WriteTx) -> Result<(), StoreError>) -> StoreError {
    let mut tx = store.write().unwrap();
    match work(&mut *tx) {
        Err(why) => why,
        Ok(()) => match tx.commit() {
            Commit::NotCommitted(why) => why,
            kept => panic!("{kept:?}"),
        },
    }
}

fn read<T>(store: &dyn Store, work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError>) -> T {
    work(&mut *store.read(&Cancel::default()).unwrap()).unwrap()
}

fn credential(n: u32, kind: &str) -> CredentialRecord {
    CredentialRecord {
        id: format!("00000000-0000-7000-8000-{n:012}"),
        version: 1,
        kind: kind.to_owned(),
        key: format!("kd{:018}", u64::from(n).wrapping_mul(2_654_435_761) % 1_000_003),
        name: format!("Name {}", n % 4),
        name_fold: format!("name {}", n % 4),
        state: ["active", "disabled", "revoked"][n as usize % 3].to_owned(),
        listed: n % 3 != 2,
        not_before: None,
        expires_at: n.is_multiple_of(2).then_some(1_000 + i64::from(n)),
        networks: String::new(),
        note: "a note".to_owned(),
        algorithms: String::new(),
        body_digest: "required".to_owned(),
        created_at: i64::from(n % 5),
        created_by: "alice".to_owned(),
        changed_at: 3,
        changed_by: "bram".to_owned(),
        changed_how: "created".to_owned(),
        change: 1,
        secret_no: 1,
        older_no: None,
        older_until: None,
        owner: String::new(),
        owner_fold: String::new(),
        tags: String::new(),
    }
}
