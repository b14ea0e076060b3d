//! How far a restriction got, as the command line says it.

use std::process::{Command, Output};
use std::time::Instant;

use keydesk::credential::Kind;
use keydesk::hub::{ProcessKind, StorePlace};

use super::super::made::places;
use super::super::one_store::is_of_the_other_store;
use super::super::server::url;
use super::super::support::{Desk, PATIENCE};
use super::{desk_on_server, verifier, verifier_with};

/// `keydesk key …` at a desk.
fn key(desk: &Desk, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
    command.env_clear().arg("key").args(args).args(["--as", "alice"]);
    command.arg("--data-dir").arg(desk.dir.path().join("data"));
    command.arg("--config").arg(desk.dir.path().join("config/config.toml"));
    if let StorePlace::Postgres(place) = places(&desk.dir).store {
        // What desks saw is kept there: other tests' desks are copies of the same one.
        command.env("KEYDESK_STORE", url(&place)).env("KEYDESK_STATE_DIR", desk.dir.path().join("state"));
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it says once it ends as it must: a verifier on a busy machine may need longer than a command waits.
fn said_at_last(desk: &Desk, args: &[&str], ending: &str) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        let words = said(&key(desk, args));
        if words.ends_with(ending) {
            return words;
        }
        assert!(Instant::now() < until, "{args:?}: {words}");
    }
}

#[test]
fn the_command_line_says_by_how_many_verifiers_a_revocation_is_seen() {
    let desk = Desk::new();
    let [one, two, three] = ["one", "two", "three"].map(|name| desk.key(Kind::Basic, name).key);
    assert!(!said(&key(&desk, &["revoke", &one])).contains("Seen by"), "there is no verifier");
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [first, second] = dirs.each_ref().map(|dir| verifier(&desk, dir));
    said_at_last(&desk, &["revoke", &two], "\nSeen by 2 of 2 verifiers.\n");
    said_at_last(&desk, &["revoke", &two], "revoked already.\nSeen by 2 of 2 verifiers.\n");
    said_at_last(&desk, &["disable", &three], "\nSeen by 2 of 2 verifiers.\n");
    assert!(!said(&key(&desk, &["enable", &three])).contains("Seen by"), "nobody waits for that");
    // One that ends says so; one that is killed may still answer, as far as others know.
    first.stop();
    said_at_last(&desk, &["revoke", &three], "\nSeen by 1 of 1 verifier.\n");
    second.kill();
    let four = desk.key(Kind::Basic, "four").key;
    let output = key(&desk, &["revoke", &four, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!((&json["verifiers"]["seen"], &json["verifiers"]["of"]), (&0.into(), &1.into()), "{json}");
    assert_eq!(json["verifiers"]["not_by"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["keys"][0]["state"], "revoked");
    let words = said(&key(&desk, &["revoke", &four]));
    assert!(
        words.contains("Seen by 0 of 1 verifier after 3 s, not by ") && words.contains("for up to 60 s"),
        "{words}"
    );
}

#[test]
fn a_verifier_that_is_killed_and_started_again_counts_once() {
    let desk = Desk::new();
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, second] = [0, 1].map(|i| verifier(&desk, &dirs[i]));
    let all = |name: &str, of: usize| {
        let key_of = desk.key(Kind::Basic, name).key;
        said_at_last(&desk, &["revoke", &key_of], &format!("\nSeen by {of} of {of} verifiers.\n"));
    };
    all("one", 2);
    first.kill();
    let first = verifier(&desk, &dirs[0]);
    all("two", 2);
    // Two with one state directory are two, whichever of them is started again.
    let state = dirs[0].path().join("state");
    let third = verifier_with(&desk, &dirs[2], |command| _ = command.env("KEYDESK_STATE_DIR", state));
    all("three", 3);
    first.kill();
    let first = verifier(&desk, &dirs[0]);
    all("four", 3);
    drop((first, second, third));
}

#[test]
fn nobody_without_the_master_key_says_that_a_verifier_has_seen_it() {
    let desk = Desk::new();
    let note = desk.hub.process_note(ProcessKind::Verifier).unwrap();
    desk.hub.feed().write_counts(&note, 1, &[]).unwrap();
    let change = desk.hub.newest_change();
    assert!(desk.hub.seen_by(&desk.alice, change).unwrap().by_all());
    desk.key(Kind::Basic, "one");
    let change = desk.hub.newest_change();
    assert_eq!(desk.hub.seen_by(&desk.alice, change).unwrap().seen, 0);
    desk.sql(&format!("UPDATE process SET change = {}", change.change));
    let found = desk.hub.seen_by(&desk.alice, change).unwrap();
    assert_eq!((found.seen, found.of, found.behind[0].authentic), (0, 1, false));
    assert!(found.sentences().unwrap().contains("with the master key"), "{:?}", found.sentences());
    // The verifier itself puts it right.
    desk.hub.feed().note_position(&note).unwrap();
    assert!(desk.hub.seen_by(&desk.alice, change).unwrap().by_all());
}

#[test]
fn a_database_user_without_grants_cannot_touch_the_table() {
    if is_of_the_other_store!() {
        return;
    }
    let (desk, server) = desk_on_server();
    let database = super::database(&desk);
    server.sql(&database, include_str!("../../../assets/sql/roles.sql"));
    for (user, group) in [("desk_who_reads", "keydesk_desk"), ("verifier_who_notes", "keydesk_verifier")] {
        let make = format!("DO $$ BEGIN CREATE ROLE {user} LOGIN; EXCEPTION WHEN OTHERS THEN END $$");
        server.sql("postgres", &make);
        server.sql("postgres", &format!("GRANT {group} TO {user}"));
        server.sql_as(user, &database, "SELECT tag FROM keydesk.process").unwrap();
        server.sql_as(user, &database, "UPDATE keydesk.process SET change = 1").unwrap();
    }
    let why = server.sql_as("postgres", &database, "SET ROLE keydesk_keys; SELECT 1 FROM keydesk.process");
    assert!(why.unwrap_err().contains("permission denied"));
}
