//! The `sqlite3` program at work on a desk: who can write the database and has no master key gains nothing.

use keydesk::hub::Origin;
use keydesk::secret::Secret;

use crate::desk::{Desk, PASSWORD, need, sqlite3, text};

fn sql(desk: &Desk, sql: &str) {
    sqlite3(&desk.database(), sql);
}

/// A user who gave themselves something is not trusted with anything.
#[test]
fn a_user_changed_outside_keydesk_is_refused() {
    if !need("sqlite3") {
        return;
    }
    for change in [
        "role = 'administrator' WHERE name = 'chen'",
        "name = 'chen2' WHERE name = 'chen'",
        "state = 'disabled' WHERE name = 'chen'",
        "epoch = epoch + 1 WHERE name = 'chen'",
        "password = (SELECT password FROM person WHERE name = 'alice') WHERE name = 'chen'",
        "must_change = 0 WHERE name = 'chen'",
    ] {
        let desk = Desk::ready();
        sql(&desk, &format!("UPDATE person SET {change}"));
        let name = if change.contains("chen2") { "chen2" } else { "chen" };
        desk.run(&["key", "list", "--as", name]).fails(3, "tampered");
        desk.run(&["user", "role", name, "--as", "alice", "--role", "basic"]).fails(1, "tampered");
        let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
        let marked: Vec<_> = users.as_array().unwrap().iter().filter(|u| u["tampered"] == true).collect();
        assert_eq!(marked.len(), 1, "{change}: {users}");
    }
}

/// What is on a credential decides who gets in: any of it changed by hand stops the credential.
#[test]
fn a_credential_changed_outside_keydesk_is_refused() {
    if !need("sqlite3") {
        return;
    }
    for change in [
        "state = 'active'",
        "listed = 1, state = 'disabled'",
        "networks = ''",
        "expires_at = NULL",
        "expires_at = expires_at + 86400",
        "not_before = 1",
        "key = 'kdbAAAAAAAAAAAAAAAAA'",
        "name = 'another', name_fold = 'another'",
        "kind = 'hmac'",
        "created_by = 'chen'",
        "version = version + 1",
    ] {
        let desk = Desk::ready();
        let made = desk.create(&["--kind", "basic", "--name", "a", "--network", "203.0.113.0/24", "--expires", "90d"]);
        let (id, key) = (text(&made["id"]), text(&made["key"]));
        desk.run(&["key", "revoke", "--as", "alice", &key]).done();
        sql(&desk, &format!("UPDATE credential SET {change} WHERE id = '{id}'"));
        let rows = desk.list();
        assert_eq!((rows.len(), &rows[0]["tampered"]), (1, &true.into()), "{change}");
        for args in [
            vec!["key", "enable", "--as", "alice", &id],
            vec!["key", "disable", "--as", "alice", &id],
            vec!["key", "rotate", &id, "--as", "alice", "--overlap", "none"],
        ] {
            desk.run(&args).fails(1, "tampered");
        }
        let table = desk.run(&["key", "list", "--as", "alice", "--all"]).done().out;
        assert!(table.contains("tampered"), "{change}: {table}");
    }
}

/// Text that no form would have taken: shown, and harmless.
#[test]
fn text_in_the_database_cannot_control_a_terminal() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::ready();
    let key = desk.new_key("basic", "innocent");
    let hostile = "char(27) || ']52;c;eA==' || char(7) || char(155) || '31m' || char(8238) || 'x' || char(8203) || char(10) || 'y'";
    sql(&desk, &format!("UPDATE credential SET name = {hostile}, note = {hostile}"));
    for args in [
        vec!["key", "list"],
        vec!["key", "list", "--json"],
        vec!["key", "show", &key],
        vec!["key", "show", &key, "--json"],
    ] {
        let shown = desk.run(&[&args[..], &["--as", "alice"]].concat()).done().out;
        let harmful: Vec<_> = shown.chars().filter(|c| *c != '\n' && keydesk::text::is_harmful(*c)).collect();
        assert!(harmful.is_empty() && shown.contains("52;c;eA=="), "{args:?}: {harmful:?} in {shown:?}");
    }
    assert!(text(&desk.list()[0]["name"]).contains("\u{202e}x\u{200b}\ny"), "JSON means what is there");
    assert_eq!(desk.run(&["key", "list", "--as", "alice"]).done().out.lines().count(), 2, "a line break made a row");
    desk.run(&["key", "disable", "--as", "alice", &key]).fails(1, "tampered");
}

#[test]
fn swapped_passwords_work_for_neither_user() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::ready();
    desk.typing("the password of bram", &["user", "passwd", "bram", "--as", "alice", "--password-stdin"]).done();
    sql(
        &desk,
        "CREATE TEMP TABLE two AS SELECT name, password, tag FROM person; \
         UPDATE person SET password = (SELECT password FROM two WHERE name = 'bram') WHERE name = 'chen'; \
         UPDATE person SET password = (SELECT password FROM two WHERE name = 'chen') WHERE name = 'bram'",
    );
    let hub = desk.hub();
    for (name, password) in
        [("bram", PASSWORD), ("bram", "the password of bram"), ("chen", PASSWORD), ("chen", "the password of bram")]
    {
        let tried = hub.sign_in(name, &Secret::from_text(password), &Origin::default());
        assert!(!matches!(tried, Ok(keydesk::hub::SignIn::Welcome(_))), "{name} got in");
    }
}

/// A secret put under another key is not that key's secret.
#[test]
fn swapped_secrets_stop_both_credentials() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::ready();
    let keys = ["a", "b"].map(|name| desk.new_key("hmac", name));
    sql(
        &desk,
        "CREATE TEMP TABLE two AS SELECT id, sealed FROM secret; \
         UPDATE secret SET sealed = (SELECT sealed FROM two WHERE two.id <> secret.id)",
    );
    for key in keys {
        desk.run(&["key", "rotate", &key, "--as", "alice", "--overlap", "24h"]).fails(1, "tampered");
    }
}

/// Whatever somebody does to its row, a key can be revoked by its name, and the check of everything says what is wrong.
#[test]
fn a_key_can_be_revoked_whatever_happened_to_its_row() {
    if !need("sqlite3") {
        return;
    }
    for change in [
        "DELETE FROM secret; DELETE FROM usage; DELETE FROM credential",
        "UPDATE credential SET key = 'kdbAAAAAAAAAAAAAAAAA'",
        "UPDATE credential SET kind = 'hmac'",
        "UPDATE credential SET id = 'no uuid'",
        "UPDATE credential SET name = CAST(x'ff' AS TEXT)",
        "UPDATE credential SET state = 'disabled', tag = x''",
        "UPDATE credential SET version = 9223372036854775807",
    ] {
        let desk = Desk::ready();
        let key = desk.new_key("basic", "target");
        sql(&desk, &format!("PRAGMA foreign_keys = off; {change}"));
        desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "outside keydesk");
        let revoked = desk.run(&["key", "revoke", "--as", "alice", &key]).done().out;
        assert!(revoked.contains("revoked"), "{change}: {revoked}");
        let shown = desk.run(&["key", "show", &key, "--kind", "basic", "--as", "alice", "--json"]).done().json();
        assert_eq!((&shown["state"], &shown["tampered"]), (&"revoked".into(), &false.into()), "{change}");
        desk.run(&["audit", "accept", "--as", "alice"]).done();
        desk.run(&["key", "enable", "--as", "alice", "--kind", "basic", &key]).fails(5, "final");
    }
    let desk = Desk::ready();
    desk.run(&["key", "revoke", "--as", "alice", "kdbAAAAAAAAAAAAAAAAA"]).fails(4, "There is no key");
}

/// The older copy of a row has a tag that is right; accepting the store puts it right by the activity log.
#[test]
fn accepting_the_store_restores_rows_from_the_activity_log() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::ready();
    let key = desk.new_key("basic", "target");
    let kept = desk.database().with_file_name("kept.db");
    sql(&desk, &format!("ATTACH '{}' AS k; CREATE TABLE k.c AS SELECT * FROM credential", kept.display()));
    desk.run(&["key", "rotate", &key, "--as", "alice", "--overlap", "none"]).done();
    desk.run(&["key", "revoke", "--as", "alice", &key]).done();
    desk.run(&["audit", "verify", "--as", "alice"]).done();
    sql(
        &desk,
        &format!(
            "PRAGMA foreign_keys = off; ATTACH '{}' AS k; DELETE FROM credential; INSERT INTO credential SELECT * FROM k.c",
            kept.display()
        ),
    );
    desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "the key target is not as the trail left it");
    let said = desk.run(&["audit", "accept", "--as", "alice"]).done().out;
    assert!(said.contains("corrected by the activity log: 1"), "{said}");
    desk.run(&["audit", "verify", "--as", "alice"]).done();
    let shown = desk.run(&["key", "show", &key, "--as", "alice", "--json"]).done().json();
    assert_eq!(shown["state"], "revoked");
}

/// A row beyond the end of the trail stands in the way of every change, until it is moved.
#[test]
fn a_row_beyond_the_end_of_the_trail_is_moved_aside() {
    if !need("sqlite3") {
        return;
    }
    for no in ["(SELECT MAX(no) + 1 FROM trail)", "9223372036854775807", "0", "-7"] {
        let desk = Desk::ready();
        let key = desk.new_key("basic", "target");
        sql(
            &desk,
            &format!(
                "INSERT INTO trail SELECT {no}, at, who, via, unix, address, action, class, about, subject, what, before, \
                 after, operation, hash FROM trail WHERE no = 1"
            ),
        );
        desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "added outside keydesk");
        let other = ["key", "create", "--as", "alice", "--kind", "basic", "--name", "other"];
        desk.run(&other).fails(1, "keydesk audit accept");
        if no.starts_with('(') {
            // Nobody keeps an Administrator from revoking.
            desk.run(&["key", "revoke", "--as", "alice", &key]).done();
        } else {
            let said = desk.run(&["audit", "accept", "--as", "alice"]).done().out;
            assert!(said.contains("moved away: 1"), "{said}");
        }
        desk.run(&other).done();
        desk.run(&["audit", "verify", "--as", "alice"]).done();
    }
}
