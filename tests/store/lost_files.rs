//! The files beside the database are removed while it is open: by a cleanup, by a backup, on purpose. No process
//! may go on with the lost files.

use std::process::Command;

use keydesk::store::{Cancel, Commit, Store as _, StoreError, tables};

use super::attacker::{Desk, Other, add, number};
use crate::need::need;

const BOTH: &[&str] = &["-wal", "-shm"];

#[track_caller]
fn says_lost<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    let said = result.unwrap_err();
    assert!(
        matches!(&said, StoreError::Unavailable(why) if why.contains("-wal, -shm") && why.contains("try again")),
        "{said}"
    );
}

/// An open desk whose rows are all in the database file, so that only later changes are lost.
fn folded() -> (Desk, keydesk::store::SqliteStore) {
    let desk = Desk::new();
    let store = desk.open();
    add(&store, "basic", 1).unwrap();
    assert_eq!((number(&store, "basic"), store.changed(), store.changed()), (Ok(1), Ok(true), Ok(false)));
    desk.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    (desk, store)
}

#[test]
fn a_reader_reports_lost_files_and_then_reopens() {
    if !need("sqlite3") {
        return;
    }
    for endings in [BOTH, &["-wal"], &["-shm"]] {
        let (desk, store) = folded();
        desk.remove(endings);
        // A poller gets the error until it reads, and a new handle is available at once.
        says_lost(store.changed());
        says_lost(store.changed());
        assert_eq!(number(&desk.open(), "basic"), Ok(1));
        desk.sql("UPDATE tally SET n = 5");
        says_lost(number(&store, "basic"));
        assert_eq!((number(&store, "basic"), store.changed()), (Ok(5), Ok(true)), "{endings:?}");
        assert!(store.reopened() > 0);
        desk.sql("UPDATE tally SET n = 6");
        assert_eq!((store.changed(), number(&store, "basic"), store.fresh()), (Ok(true), Ok(6), Ok(true)));
        assert_eq!(desk.others_see("basic"), "6");
    }
}

#[test]
fn a_writer_reports_lost_files_and_writes_nothing() {
    if !need("sqlite3") {
        return;
    }
    for endings in [BOTH, &["-wal"], &["-shm"]] {
        let (desk, store) = folded();
        desk.remove(endings);
        says_lost(add(&store, "basic", 10));
        assert_eq!(desk.others_see("basic"), "1", "{endings:?}");
        add(&store, "basic", 10).unwrap();
        assert_eq!(desk.others_see("basic"), "11", "{endings:?}");
        desk.sql("UPDATE tally SET n = n + 100");
        add(&store, "basic", 1).unwrap();
        drop(store);
        assert_eq!(desk.others_see("basic"), "112", "{endings:?}");
    }
}

#[test]
fn a_transaction_whose_files_vanish_is_not_committed() {
    if !need("sqlite3") {
        return;
    }
    let (desk, store) = folded();
    let mut tx = store.write().unwrap();
    tables::add_to_tally(&mut *tx, "basic", "active", 10).unwrap();
    desk.remove(BOTH);
    let mut other = Other::at(&desk.path);
    other.ask("UPDATE tally SET n = 2");
    match tx.commit() {
        Commit::NotCommitted(why) => says_lost::<()>(Err(why)),
        commit => panic!("{commit:?}"),
    }
    // One error is enough.
    assert_eq!(number(&store, "basic"), Ok(2));
    add(&store, "basic", 10).unwrap();
    assert_eq!(other.ask("SELECT n FROM tally"), "12");
    drop(other);
    assert_eq!(desk.others_see("basic"), "12");
}

/// A lost log that is longer than one checkpoint.
#[test]
fn a_lost_log_is_not_checkpointed() {
    if !need("sqlite3") {
        return;
    }
    let (desk, store) = folded();
    let mut tx = store.write().unwrap();
    tx.execute("UPDATE tally SET n = 3", &[]).unwrap();
    assert_eq!(tx.commit(), Commit::Committed);
    desk.remove(BOTH);
    let mut other = Other::at(&desk.path);
    assert_eq!(other.ask("SELECT n FROM tally"), "1", "what was in the log is lost");
    other.ask("UPDATE tally SET n = 20");
    drop(store);
    assert!(BOTH.iter().all(|ending| desk.beside(ending).exists()), "the files of others were removed");
    assert_eq!(other.ask("SELECT n FROM tally"), "20");
    drop(other);
    assert_eq!(desk.others_see("basic"), "20");
}

/// Others opened and closed it, so that this process closes it last.
#[test]
fn closing_lost_files_leaves_the_files_of_others() {
    if !need("sqlite3") {
        return;
    }
    let (desk, store) = folded();
    add(&store, "basic", 1).unwrap();
    desk.remove(BOTH);
    desk.sql("UPDATE tally SET n = 20");
    assert!(BOTH.iter().all(|ending| desk.beside(ending).exists()), "we had it open");
    drop(store);
    assert!(BOTH.iter().all(|ending| desk.beside(ending).exists()), "the files of others were removed");
    assert_eq!(desk.others_see("basic"), "20");
}

#[test]
fn the_log_is_checkpointed_before_it_grows_without_limit() {
    let desk = Desk::new();
    let store = desk.open();
    let mib = |ending: &str| desk.beside(ending).metadata().unwrap().len() >> 20;
    for id in 0..10 {
        let mut tx = store.write().unwrap();
        let sql = "INSERT INTO ring (id, purpose, active, wrapped, created_at) VALUES ($1, 'seal', 1, $2, 1)";
        tx.execute(sql, &[id.into(), vec![7_u8; 2 << 20].into()]).unwrap();
        assert_eq!(tx.commit(), Commit::Committed);
    }
    assert!((2..9).contains(&mib("-wal")) && mib("") > 10, "{} and {} MiB", mib("-wal"), mib(""));
    drop(store);
    assert!(!desk.beside("-wal").exists() && mib("") >= 20, "whoever closes last tidies");
}

/// A verifier has several handles, which share memory inside SQLite.
#[test]
fn all_handles_of_a_process_drop_lost_files_together() {
    if !need("sqlite3") {
        return;
    }
    let (desk, store) = folded();
    let another = desk.open();
    assert_eq!(number(&another, "basic"), Ok(1));
    let mut reading = another.read(&Cancel::default()).unwrap();
    desk.remove(BOTH);
    desk.sql("UPDATE tally SET n = 2");
    says_lost(number(&store, "basic"));
    let held = number(&store, "basic").unwrap_err();
    assert!(matches!(&held, StoreError::Unavailable(why) if why.contains("still in use")), "{held}");
    assert_eq!(tables::tallies(&mut *reading).unwrap().len(), 1);
    drop(reading);
    assert_eq!(number(&store, "basic"), Ok(2));
    says_lost(number(&another, "basic"));
    assert_eq!(number(&another, "basic"), Ok(2));
    says_lost(add(&another, "basic", 1));
    add(&another, "basic", 1).unwrap();
    assert_eq!((number(&store, "basic").unwrap(), desk.others_see("basic").as_str()), (3, "3"));
}

#[test]
fn a_database_that_returns_is_accepted() {
    let desk = Desk::new();
    let store = desk.open();
    add(&store, "basic", 1).unwrap();
    let away = desk.dir.path().join("away");
    std::fs::rename(&desk.path, &away).unwrap();
    assert!(number(&store, "basic").unwrap_err().to_string().contains("removed or replaced"));
    std::fs::rename(&away, &desk.path).unwrap();
    assert_eq!((number(&store, "basic"), store.reopened()), (Ok(1), 0));
    // Shared memory without a log does no harm.
    drop(store);
    std::fs::write(desk.beside("-shm"), vec![0xff; 32_768]).unwrap();
    assert_eq!(number(&desk.open(), "basic"), Ok(1));
}

/// Bytes changed behind the back of SQLite are seen by new connections, not by those that read them before.
#[test]
fn a_connection_that_sees_an_old_state_is_not_fresh() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::new();
    let store = desk.open();
    desk.sql(
        "INSERT INTO head (one, store_id, epoch, change, trail_no, trail_hash, mac) \
         VALUES (1, 'the-identity-of-it', 1, 1, 1, x'00', x'00')",
    );
    desk.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    assert_eq!((store.fresh(), store.fresh(), store.reopened()), (Ok(true), Ok(true), 0));
    let script = r#"at=$(grep -abo the-identity-of-it "$1" | head -n 1 | cut -d: -f1)
                    printf X | dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null"#;
    assert!(Command::new("sh").args(["-c", script, "sh"]).arg(&desk.path).status().unwrap().success());
    assert_eq!(store.fresh(), Ok(false));
    assert_eq!(desk.open().fresh(), Ok(true), "one that is opened in its place");
}
