//! SQLite only: its indexes, and desks of older schema steps.

use keydesk::store::tables::{self, Branch, Direction, Sort};
use keydesk::store::{Query, SqliteStore, StoreError};

use super::lists::tally;
use super::{credential, read};

#[test]
fn sqlite_reads_every_page_from_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut looked_at = 0;
    let sorts = [Sort::Name, Sort::Key, Sort::Created, Sort::State, Sort::Expiry, Sort::LastUse];
    for sort in sorts {
        for direction in [Direction::Forward, Direction::Backward] {
            for place in [None, Some(sort.place(&credential(1, "basic")))] {
                let from = place.as_deref().map(|place| (place, false));
                let Query { sql, params } = tables::page_query(
                    Branch { kind: "basic", listed: true, conditions: &[] },
                    sort,
                    direction,
                    from,
                    40,
                );
                let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).unwrap();
                let steps = plan.query_map(rusqlite::params_from_iter(&params), |row| row.get::<_, String>(3)).unwrap();
                let steps: Vec<String> = steps.map(Result::unwrap).collect();
                let used = match sort {
                    Sort::Expiry => "SEARCH c USING INDEX credential_by_until".to_owned(),
                    Sort::LastUse => "SEARCH v USING INDEX usage_by_last".to_owned(),
                    sort => format!("SEARCH c USING INDEX credential_by_{}", format!("{sort:?}").to_lowercase()),
                };
                assert!(steps[0].starts_with(&used), "{sql}: {steps:#?}");
                let beyond = match (sort, place.is_some()) {
                    (Sort::LastUse, true) => "(kind=? AND <expr>",
                    (Sort::Expiry, true) => "(kind=? AND listed=? AND <expr>",
                    (Sort::LastUse, false) => "(kind=?)",
                    (_, true) => "(kind=? AND listed=? AND (",
                    (_, false) => "(kind=? AND listed=?)",
                };
                assert!(steps[0].contains(beyond), "the cursor is part of the search: {}", steps[0]);
                // Only the last uses of one credential are sorted, not the page itself.
                assert!(!steps.iter().take(1).any(|step| step.contains("TEMP B-TREE")));
                let outer_sort = steps.last().is_some_and(|step| step.contains("TEMP B-TREE") && steps.len() == 2);
                assert!(!outer_sort, "{steps:#?}");
                looked_at += 1;
            }
        }
    }
    assert_eq!(looked_at, 24);
}

#[test]
fn sqlite_finds_changes_by_their_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let sql = tables::CHANGED;
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).unwrap();
    let steps: Vec<String> = plan.query_map([1], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    let by_index = steps.iter().all(|step| step.contains("_by_change (change>?)"));
    assert!(by_index && steps.len() == 1, "{sql}: {steps:?}");
}

#[test]
fn sqlite_finds_the_trail_of_one_subject_by_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    use tables::TrailFilter::{About, Class, Subject, Who};
    for (filters, index) in [
        (vec![Subject("id")], "trail_by_subject"),
        (vec![Class("change"), Subject("id")], "trail_by_subject"),
        (vec![Subject("id"), About("setting"), Who("alice"), Class("change")], "trail_by_subject"),
        (vec![Class("change")], "trail_by_class"),
    ] {
        let Query { sql, params } = tables::trail_query(&filters, i64::MAX, 1);
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).unwrap();
        let steps = plan.query_map(rusqlite::params_from_iter(&params), |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        assert!(steps.len() == 1 && steps[0].contains(index), "{sql}: {steps:?}");
    }
}

/// A desk of an older keydesk: only the first step.
fn of_step_one(path: &std::path::Path) -> rusqlite::Connection {
    let old = rusqlite::Connection::open(path).unwrap();
    old.execute_batch(&format!(
        "BEGIN; {} INSERT INTO schema_step (no, applied_at) VALUES (1, 7); INSERT INTO tally VALUES ('basic', 'active', 3);
         PRAGMA application_id = 0x4b44736b; PRAGMA user_version = 1; COMMIT",
        keydesk::store::STEPS[0].for_sqlite().concat()
    ))
    .unwrap();
    old
}

#[test]
fn sqlite_brings_an_older_desk_up_to_date_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    drop(of_step_one(&path));
    // Two processes that open it at once both find it upgraded.
    std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| SqliteStore::open(&path, &mut |_, _| Ok(())).map(|_| ())));
        both.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
    assert_eq!(tally(&store), [("basic".to_owned(), "active".to_owned(), 3)], "what was in it stays");
    let steps = read(&store, |tx| tx.rows("SELECT no FROM schema_step ORDER BY no", &[]));
    assert_eq!(steps.len(), keydesk::store::STEPS.len());
    assert!(read(&store, |tx| tables::refusals(tx, "nobody")).is_empty());
}

/// An older keydesk tracked the first use of each secret, so that a rotation reset it.
#[test]
fn an_upgrade_sets_which_keys_were_never_used() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    let old = of_step_one(&path);
    old.pragma_update(None, "foreign_keys", false).unwrap();
    let columns = "credential, secret_no, at, address, waiting";
    for (kind, id) in [("basic", "used"), ("hmac", "waits"), ("hmac", "off")] {
        old.execute(
            "INSERT INTO credential VALUES (?2, 1, ?1, ?2, ?2, ?2, 'active', 1, NULL, NULL, '', '', '', 'required', 1, 'a', 1, \
             'a', 'created', 1, x'00')",
            [kind, id],
        )
        .unwrap();
    }
    old.execute_batch(&format!(
        "INSERT INTO usage ({columns}) VALUES ('used', 1, 5, NULL, 0), ('used', 2, NULL, NULL, 1),
         ('waits', 1, NULL, NULL, 1), ('waits', 2, NULL, NULL, 1), ('off', 1, NULL, NULL, 0)"
    ))
    .unwrap();
    drop(old);
    let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
    let waiting = |kind: &str| super::uses::waiting(&store, kind);
    assert_eq!((waiting("basic"), waiting("hmac"), waiting("legacy")), (0, 1, 0));
    let rows = read(&store, |tx| tx.rows("SELECT credential FROM usage WHERE waiting = 1", &[]));
    assert_eq!(rows.len(), 1, "of a credential that waits one row does");
    assert!(read(&store, |tx| tables::ever_asked(tx)), "one was used");
}

/// The attention list is counted at most once a second, and costs the same with a million.
#[test]
fn sqlite_counts_the_attention_list_by_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    for (sql, index) in [
        (
            "SELECT DISTINCT credential FROM usage WHERE kind = 'hmac' AND waiting = 1 LIMIT 9",
            "COVERING INDEX usage_waiting (kind=?)",
        ),
        (
            "SELECT 1 FROM credential WHERE kind = 'hmac' AND state = 'active' AND expires_at IS NOT NULL AND expires_at >= 1 \
             AND expires_at < 9 LIMIT 9",
            "COVERING INDEX credential_by_expiry (kind=? AND expires_at>? AND expires_at<?)",
        ),
        (
            "SELECT COUNT(*) FROM credential WHERE created_by = 'a' AND state = 'active' AND (expires_at IS NULL OR expires_at > 1)",
            "COVERING INDEX credential_by_maker (created_by=? AND state=?)",
        ),
    ] {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> = plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(steps.len() == 1 && steps[0].contains(index), "{sql}: {steps:?}");
    }
}

#[test]
fn an_upgrade_numbers_refusals_by_their_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    let old = of_step_one(&path);
    let [two, three] = [1, 2].map(|i| keydesk::store::STEPS[i].for_sqlite().concat());
    let kept = "INSERT INTO refusal (credential, at, id, reason) VALUES ('c', 9, 'b', 'x'), ('c', 9, 'a', 'x'), ('c', 4, 'z', 'x')";
    old.execute_batch(&format!(
        "PRAGMA foreign_keys = off; BEGIN; {two} {three} INSERT INTO schema_step VALUES (2, 7), (3, 7); {kept};
         PRAGMA user_version = 3; COMMIT"
    ))
    .unwrap();
    drop(old);
    let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
    let rows = read(&store, |tx| tables::refusals(tx, "c"));
    let numbered: Vec<_> = rows.iter().map(|row| (row.no, row.id.as_str(), row.n)).collect();
    assert_eq!(numbered, [(3, "b", 1), (2, "a", 1), (1, "z", 1)]);
}

#[test]
fn sqlite_leaves_an_older_desk_with_a_foreign_schema_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    let planted = "CREATE TRIGGER planted AFTER INSERT ON tally BEGIN DELETE FROM tally; END";
    of_step_one(&path).execute_batch(planted).unwrap();
    assert!(matches!(SqliteStore::open(&path, &mut |_, _| Ok(())), Err(StoreError::Foreign(_))));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1, "nothing was changed");
}
