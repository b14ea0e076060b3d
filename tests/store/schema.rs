//! What the database says about its own schema is not trusted: version, root pages, indexes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keydesk::store::{Cancel, SqliteStore, Store as _, StoreError};

use super::attacker::{Desk, add, number};
use crate::need::need;

/// A trigger on every change of a counter.
const TRIGGER: &str = "CREATE TRIGGER planted AFTER INSERT ON tally BEGIN UPDATE tally SET n = n + 1000000; END";
const CLEAN: &str = "DELETE FROM sqlite_schema WHERE name = 'planted'";

fn is_foreign<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Foreign(_))), "{result:?}");
}

#[test]
fn every_connection_sees_the_same_after_a_table_was_swapped() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::new();
    let store = desk.open();
    add(&store, "basic", 1).unwrap();
    assert_eq!((number(&store, "basic"), store.changed(), store.changed()), (Ok(1), Ok(true), Ok(false)));
    desk.unnoticed(
        "CREATE TABLE copy (kind, state, n, PRIMARY KEY (kind, state)); INSERT INTO copy VALUES ('basic', 'active', 7); \
         UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema c WHERE c.name = 'copy') WHERE name = 'tally'; \
         UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema c WHERE c.name = 'sqlite_autoindex_copy_1') \
             WHERE name = 'sqlite_autoindex_tally_1'; \
         DELETE FROM sqlite_schema WHERE tbl_name = 'copy'",
    );
    assert_eq!((store.changed(), number(&store, "basic")), (Ok(true), Ok(7)), "as everybody who opens it now");
    assert!(store.reopened() > 0, "what was read before came from elsewhere");
    assert_eq!(store.changed(), Ok(true));
    add(&store, "basic", 1).unwrap();
    assert_eq!(desk.sql("SELECT n FROM tally"), "8", "and writes where everybody looks");
}

#[test]
fn a_planted_trigger_never_runs_whatever_the_schema_version() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::new();
    let store = desk.open();
    add(&store, "basic", 1).unwrap();
    let number_before = desk.sql("PRAGMA schema_version");
    desk.sql(TRIGGER);
    // The error by which a connection loads the trigger.
    is_foreign(add(&store, "basic", 1));
    is_foreign(number(&store, "basic"));
    desk.sql(&format!("PRAGMA schema_version = {number_before}"));
    is_foreign(add(&store, "basic", 1));
    is_foreign(number(&store, "basic"));
    desk.unnoticed(CLEAN);
    add(&store, "hmac", 1).unwrap();
    assert_eq!((number(&store, "basic"), number(&store, "hmac")), (Ok(1), Ok(1)));
    // The schema version never changed.
    desk.unnoticed(TRIGGER);
    is_foreign(number(&store, "basic"));
    is_foreign(add(&store, "legacy", 1));
    desk.unnoticed(CLEAN);
    add(&store, "legacy", 1).unwrap();
    assert_eq!((desk.others_see("basic").as_str(), number(&store, "legacy")), ("1", Ok(1)));
}

/// An attacker who plants and removes as fast as possible, with one schema version.
#[test]
fn flipping_the_schema_quickly_runs_nothing() {
    let desk = Desk::new();
    let store = desk.open();
    add(&store, "basic", 1).unwrap();
    let stop = AtomicBool::new(false);
    let (mut done, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let attacker = rusqlite::Connection::open(&desk.path).unwrap();
            attacker.busy_timeout(Duration::from_secs(60)).unwrap();
            attacker.pragma_update(None, "synchronous", false).unwrap();
            let number: i64 = attacker.pragma_query_value(None, "schema_version", |row| row.get(0)).unwrap();
            let change = |sql: &str| {
                let all = format!("BEGIN IMMEDIATE; {sql}; PRAGMA schema_version = {number}; COMMIT");
                attacker.execute_batch(&all).unwrap();
            };
            while !stop.load(Ordering::Relaxed) {
                change(TRIGGER);
                // Lets others run, in both states.
                std::thread::sleep(Duration::from_millis(2));
                change("DROP TRIGGER planted");
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        for turn in 0..2_000 {
            let result = add(&store, &format!("kind {}", turn % 50), 1);
            match &result {
                Ok(()) => done += 1,
                Err(StoreError::Foreign(_) | StoreError::Unavailable(_)) => refused += 1,
                Err(why) => panic!("{why:?}"),
            }
            let _ = number(&store, "basic");
            if done >= 200 && refused >= 200 {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    println!("{done} done, {refused} refused");
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
    let most = Desk::open(&desk);
    let mut tx = most.read(&Cancel::default()).unwrap();
    let rows = tx.rows("SELECT MAX(n) FROM tally", &[]).unwrap();
    assert!(rows.into_iter().next().unwrap().int().unwrap() < 1_000_000, "a planted trigger ran");
}

#[test]
fn maintenance_by_an_operator_causes_no_error() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::new();
    let store = desk.open();
    add(&store, "basic", 1).unwrap();
    for (n, sql) in (2..).zip(["VACUUM", "REINDEX", "ANALYZE", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"])
    {
        desk.sql(sql);
        assert_eq!(number(&store, "basic"), Ok(n - 1), "{sql}");
        add(&store, "basic", 1).unwrap();
        assert_eq!(desk.others_see("basic"), n.to_string(), "{sql}");
        assert_eq!(store.fresh(), Ok(true), "{sql}");
    }
}

#[test]
fn commits_of_others_cost_no_new_connection() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::new();
    let (store, another) = (desk.open(), desk.open());
    for n in 1..20 {
        desk.sql("INSERT INTO tally VALUES ('sql', 'active', 1) ON CONFLICT DO UPDATE SET n = n + 1");
        add(&another, "basic", 1).unwrap();
        assert_eq!((number(&store, "basic"), number(&store, "sql")), (Ok(n), Ok(n)));
    }
    assert_eq!((store.reopened(), another.reopened()), (0, 0));
}

#[test]
fn the_catalogue_does_not_depend_on_page_numbers() {
    let desk = Desk::new();
    let catalogue = |store: &SqliteStore| store.read(&Cancel::default()).unwrap().catalogue().unwrap();
    let (store, memory) = (desk.open(), SqliteStore::in_memory().unwrap());
    assert_eq!(catalogue(&store), catalogue(&memory));
    assert!(catalogue(&store).len() > 1_000);
}

fn damage(store: &SqliteStore) -> Result<Option<String>, StoreError> {
    store.read(&Cancel::default()).unwrap().damage(&Cancel::default())
}

#[test]
fn wrong_indexes_and_orphaned_pages_are_damage() {
    if !need("sqlite3") {
        return;
    }
    let insert = "INSERT INTO trail SELECT value, 1, NULL, NULL, NULL, NULL, 'a', 'change', 'b', 'subject', 'what', NULL, NULL, \
                  'operation', x'00' FROM generate_series(1, 50)";
    let index = "CREATE INDEX trail_by_subject ON trail (subject, no)";
    for (what, sql) in [
        (
            "trail_by_subject",
            // A partial index with the SQL text of the full one.
            format!(
                "DROP INDEX trail_by_subject; {index} WHERE no <> 7; \
                 UPDATE sqlite_schema SET sql = '{index}' WHERE name = 'trail_by_subject'"
            ),
        ),
        (
            "trail_by_subject",
            "CREATE INDEX lies ON trail (subject, no) WHERE no <> 7; \
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema c WHERE c.name = 'lies') \
                 WHERE name = 'trail_by_subject'; DELETE FROM sqlite_schema WHERE name = 'lies'"
                .to_owned(),
        ),
        ("never used", "CREATE TABLE orphan (x); DELETE FROM sqlite_schema WHERE name = 'orphan'".to_owned()),
    ] {
        let desk = Desk::new();
        let store = desk.open();
        desk.sql(insert);
        assert_eq!(damage(&store), Ok(None));
        desk.unnoticed(&sql);
        let found = damage(&store).unwrap().unwrap_or_default();
        assert!(found.to_lowercase().contains(what), "{what}: {found:?}");
        assert_eq!(found.lines().count(), 1, "{found:?}");
        assert_eq!(damage(&desk.open()).unwrap(), Some(found), "for one that opens it now as well");
    }
}

#[test]
fn cancelling_a_damage_check_leaves_later_reads_alone() {
    let desk = Desk::new();
    let store = desk.open();
    let mut tx = store.write().unwrap();
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)";
    tx.execute(&format!("INSERT INTO tally (kind, state, n) SELECT i, 'x', 1 FROM ({numbers} SELECT i FROM n)"), &[])
        .unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    assert_eq!(tx.damage(&cancel), Err(StoreError::Cancelled));
    assert_eq!(tx.damage(&Cancel::default()), Ok(None));
    drop(tx);
    let mut tx = store.read(&Cancel::default()).unwrap();
    assert_eq!(tx.damage(&cancel), Ok(None), "there is little to read");
    assert!(tx.rows("SELECT COUNT(*) FROM tally", &[]).is_ok());
}
