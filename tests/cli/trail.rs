//! The trail: whole, edited, cut, put back.

use std::fs;

use crate::desk::{Desk, need, sqlite3};

/// What somebody types who can write the database but has no master key: the triggers go, and come back word for word,
/// so that the schema is ours again.
fn doctor(desk: &Desk, sql: &str) {
    let database = desk.database();
    let triggers =
        sqlite3(&database, "SELECT group_concat(sql, ';' || char(10)) FROM sqlite_schema WHERE type = 'trigger'");
    let sql = format!("DROP TRIGGER trail_keeps_rows; DROP TRIGGER trail_keeps_text; {sql}; {};", triggers.trim());
    sqlite3(&database, &sql);
}

fn busy() -> Desk {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "crm-sync");
    desk.run(&["key", "disable", "--as", "alice", &key]).done();
    desk.run(&["key", "enable", "--as", "bram", &key]).done();
    desk
}

#[test]
fn an_intact_trail_prints_its_end() {
    let desk = busy();
    let end = desk.verify();
    let (no, hash) = end.split_once(':').unwrap();
    assert_eq!(no.parse::<usize>().unwrap(), desk.trail().len());
    assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{end}");
    let run = desk.run(&["audit", "verify", "--as", "alice", "--expect", &end]).done();
    assert_eq!((run.out.trim(), run.err.as_str()), (end.as_str(), ""));
    // An end noted earlier is still in a trail that went on.
    desk.new_key("hmac", "more");
    assert_ne!(desk.run(&["audit", "verify", "--as", "alice", "--expect", &end]).done().out.trim(), end);
    let wrong = format!("{no}:{}", "0".repeat(64));
    desk.run(&["audit", "verify", "--as", "alice", "--expect", &wrong]).fails(1, &format!("row {no}"));
}

#[test]
fn edits_removals_and_swaps_are_reported() {
    if !need("sqlite3") {
        return;
    }
    let rows = busy().trail().len();
    let middle = rows - 2;
    for (sql, says) in [
        (format!("UPDATE trail SET who = 'bram' WHERE no = {middle}"), format!("row {middle}")),
        (format!("UPDATE trail SET at = at + 1 WHERE no = {middle}"), format!("row {middle}")),
        (format!("UPDATE trail SET after = NULL WHERE no = {middle}"), format!("row {middle}")),
        (format!("DELETE FROM trail WHERE no = {middle}"), format!("row {middle} is missing")),
        ("DELETE FROM trail WHERE no = 1".to_owned(), "row 1 is missing".to_owned()),
        (format!("DELETE FROM trail WHERE no = {rows}"), format!("row {rows} is missing")),
        (
            format!(
                "UPDATE trail SET no = -1 WHERE no = {middle}; UPDATE trail SET no = {middle} WHERE no = {middle} + 1; \
                     UPDATE trail SET no = {middle} + 1 WHERE no = -1"
            ),
            format!("row {middle}"),
        ),
        // The end is cut and the head is made to fit, as far as it goes without the head key.
        (
            format!(
                "DELETE FROM trail WHERE no > {middle}; UPDATE head SET trail_no = {middle}, trail_hash = (SELECT hash FROM trail WHERE no = {middle})"
            ),
            "head was changed".to_owned(),
        ),
    ] {
        let desk = busy();
        doctor(&desk, &sql);
        desk.run(&["audit", "verify", "--as", "alice"]).fails(1, &says);
    }
}

/// An older database put back is whole in itself: only an end noted elsewhere tells.
#[test]
fn an_older_database_is_detected_by_a_noted_end() {
    let desk = busy();
    let older = fs::read(desk.database()).unwrap();
    desk.new_key("hmac", "made-later");
    let noted = desk.verify();
    fs::write(desk.database(), older).unwrap();
    desk.verify();
    desk.run(&["audit", "verify", "--as", "alice", "--expect", &noted]).fails(1, "was noted");
}

#[test]
fn repeated_refusals_are_one_row_with_a_count() {
    let desk = busy();
    let before = desk.trail().len();
    for _ in 0..4 {
        desk.run(&["key", "revoke", "--as", "dora", "smsbatch"]).fails(4, "There is no key");
        desk.run(&["audit", "list", "--as", "chen"]).fails(3, "Only account Administrators and Auditors can");
    }
    let trail = desk.trail();
    let new: Vec<_> = trail[..trail.len() - before].iter().filter(|row| row["who"] == "chen").collect();
    // A minute may have turned in between.
    assert!((1..=2).contains(&new.len()), "{new:?}");
    assert_eq!(new.iter().map(|row| row["count"].as_i64().unwrap()).sum::<i64>(), 4);
    desk.verify();
}

#[test]
fn only_administrators_accept_an_older_store_and_it_is_recorded() {
    let desk = busy();
    for name in ["chen", "dora"] {
        desk.run(&["audit", "accept", "--as", name]).fails(3, "Administrators");
    }
    let run = desk.run(&["audit", "accept", "--as", "bram"]).done();
    assert!(run.out.contains("accepted as it is"), "{}", run.out);
    let newest = desk.trail().remove(0);
    assert_eq!((&newest["action"], &newest["who"]), (&"store.accepted".into(), &"bram".into()));
    desk.verify();
}

#[test]
fn the_filter_of_the_screen_works_on_the_command_line() {
    let desk = busy();
    let said = |filter: &str| desk.run(&["audit", "list", "--as", "alice", "--filter", filter]).done().out;
    let rows = said("who:bram key:crm-sync");
    assert!(rows.contains("enabled Basic key") && !rows.contains("disabled Basic key"), "{rows}");
    desk.run(&["audit", "list", "--as", "alice", "--filter", "foo:bar"]).fails(2, "There is no term foo:");
    let out = desk.run(&["audit", "export", "--as", "alice", "--filter", "did:disabled crm"]).done().out;
    assert_eq!(out.lines().count(), 1, "{out}");
}
