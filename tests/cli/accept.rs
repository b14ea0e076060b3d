//! Who can write the database keeps no Administrator from the desk, and has no older copy of a row accepted.

use rusqlite::Connection;

use crate::desk::{Desk, text};

fn sql(desk: &Desk, batch: &str) {
    Connection::open(desk.database()).unwrap().execute_batch(batch).unwrap();
}

/// Changes the trail past the triggers that keep it, and puts them back.
fn edit_trail(desk: &Desk, change: &str) {
    let connection = Connection::open(desk.database()).unwrap();
    let mut found = connection
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'trail'")
        .unwrap();
    let triggers: Vec<(String, String)> =
        found.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert!(!triggers.is_empty());
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    connection.execute_batch(change).unwrap();
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}

/// Keeps the row of a key in another file, and returns what puts it back.
fn older_row(desk: &Desk, id: &str) -> String {
    let kept = desk.database().with_file_name("kept.db");
    let attach = format!("ATTACH '{}' AS kept; PRAGMA foreign_keys = OFF;", kept.display());
    sql(desk, &format!("{attach} CREATE TABLE kept.older AS SELECT * FROM credential WHERE id = '{id}'"));
    format!("{attach} DELETE FROM credential WHERE id = '{id}'; INSERT INTO credential SELECT * FROM kept.older")
}

fn state(desk: &Desk, key: &str) -> String {
    text(&desk.run(&["key", "show", key, "--as", "alice", "--json"]).done().json()["state"])
}

/// A key that was revoked, with the row of before put back.
fn revocation_undone(desk: &Desk) -> String {
    let made = desk.create(&["--kind", "basic", "--name", "leaked"]);
    let (id, key) = (text(&made["id"]), text(&made["key"]));
    let put_back = older_row(desk, &id);
    desk.run(&["key", "revoke", "--as", "alice", &key]).done();
    sql(desk, &put_back);
    key
}

#[test]
fn a_broken_trail_keeps_older_rows_from_being_accepted() {
    let desk = Desk::ready();
    let key = revocation_undone(&desk);
    // The row that tells of the revocation is edited.
    edit_trail(&desk, "UPDATE trail SET what = 'x' WHERE action = 'credential.revoked'");
    desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "was edited");
    desk.run(&["audit", "accept", "--as", "alice"]).fails(1, "--trust-rows");
    // What is not trusted can be revoked, and the rest accepted.
    desk.run(&["key", "revoke", "--as", "alice", &key]).done();
    let said = desk.run(&["audit", "accept", "--as", "alice", "--trust-rows"]).done().out;
    assert!(said.contains("The activity log itself is not whole"), "{said}");
    assert_eq!(state(&desk, &key), "revoked");
}

#[test]
fn rows_that_a_broken_trail_still_vouches_for_are_repaired() {
    let desk = Desk::ready();
    let key = revocation_undone(&desk);
    // A row before the revocation is edited: what follows is vouched for by the head.
    edit_trail(&desk, "UPDATE trail SET what = 'x' WHERE no = 2");
    desk.run(&["audit", "accept", "--as", "alice"]).fails(1, "--trust-rows");
    let said = desk.run(&["audit", "accept", "--as", "alice", "--trust-rows"]).done().out;
    assert!(said.contains("corrected by the activity log: 1"), "{said}");
    assert_eq!(state(&desk, &key), "revoked");
}

#[test]
fn an_administrator_without_a_row_can_read_revoke_and_accept() {
    for change in [
        "PRAGMA foreign_keys = OFF; DELETE FROM person WHERE name = 'alice'",
        "UPDATE person SET role = 'basic' WHERE name = 'alice'",
        "UPDATE person SET name = CAST(x'ff' AS TEXT) WHERE name = 'alice'",
        "PRAGMA foreign_keys = OFF; DELETE FROM person",
    ] {
        let desk = Desk::ready();
        let [one, two] = ["one", "two"].map(|name| desk.new_key("basic", name));
        sql(&desk, change);
        desk.run(&["key", "create", "--as", "alice", "--kind", "basic", "--name", "x"]).fails(3, "");
        desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "");
        desk.run(&["key", "revoke", "--as", "alice", &one]).done();
        let said = desk.run(&["audit", "accept", "--as", "alice"]).done().out;
        assert!(said.contains("keydesk user passwd"), "{change}: {said}");
        desk.typing("a password of alice", &["user", "passwd", "alice", "--as", "alice", "--password-stdin"]).done();
        desk.run(&["audit", "verify", "--as", "alice"]).done();
        assert_eq!((state(&desk, &one), state(&desk, &two)), ("revoked".to_owned(), "active".to_owned()), "{change}");
        desk.new_key("basic", "as before");
    }
}

/// Nobody becomes an Administrator by taking a row away.
#[test]
fn without_a_row_only_administrators_by_the_trail_are_accepted() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "one");
    sql(&desk, "PRAGMA foreign_keys = OFF; DELETE FROM person WHERE name = 'chen'");
    for name in ["chen", "mallory"] {
        desk.run(&["key", "revoke", "--as", name, &key]).fails(3, "");
        desk.run(&["audit", "accept", "--as", name]).fails(3, "");
    }
    // And a trail that is not whole says of nobody what they are.
    let desk = Desk::ready();
    sql(&desk, "PRAGMA foreign_keys = OFF; DELETE FROM person WHERE name = 'alice'");
    edit_trail(&desk, "UPDATE trail SET at = at + 1 WHERE no = 1");
    desk.run(&["audit", "accept", "--as", "alice"]).fails(3, "");
}

#[test]
fn an_edited_trail_does_not_rename_the_account() {
    let desk = Desk::ready();
    let name = || -> String {
        Connection::open(desk.database()).unwrap().query_row("SELECT name FROM account", [], |row| row.get(0)).unwrap()
    };
    let before = name();
    edit_trail(&desk, "UPDATE trail SET what = 'Evil Ltd' WHERE no = 1");
    desk.run(&["audit", "accept", "--as", "alice"]).done();
    assert_eq!(name(), before);
}
