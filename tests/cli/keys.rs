//! Credentials: created, listed, shown, rotated, disabled, enabled, revoked.

use serde_json::{Value, json};

use crate::desk::{Desk, text};

/// Names of the fields, in order: scripts may rely on them, and on nothing else being there.
fn fields(value: &Value) -> Vec<&str> {
    let mut fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

fn matches(text: &str, prefix: &str, len: usize) -> bool {
    text.starts_with(prefix) && text.len() == len && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[test]
fn one_json_document_for_each_kind() {
    let desk = Desk::ready();
    let basic = desk.create(&["--kind", "basic", "--name", "crm-sync"]);
    let hmac = desk.create(&["--kind", "hmac", "--name", "webhooks"]);
    let legacy = desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    for (made, prefix) in [(&basic, "kdb"), (&hmac, "kdh")] {
        assert_eq!(fields(made), ["id", "key", "kind", "name", "secret"]);
        assert!(matches(&text(&made["key"]), prefix, 20), "{made}");
        assert!(matches(&text(&made["secret"]), "kds", 30), "{made}");
    }
    assert_eq!((&legacy["key"], &legacy["name"]), (&json!("smsbatch"), &json!("smsbatch")));
    assert!(matches(&text(&legacy["secret"]), "", 24), "{legacy}");
    let typed =
        ["key", "create", "--as", "alice", "--json", "--kind", "legacy", "--username", "frontdesk", "--password-stdin"];
    let typed = desk.typing("Abcdef1", &typed).done().json();
    assert_eq!(fields(&typed), ["id", "key", "kind", "name"], "a typed password was printed");
    assert_eq!(desk.list().len(), 4);
}

#[test]
fn labelled_lines_by_default() {
    let desk = Desk::ready();
    let run = desk.run(&["key", "create", "--as", "alice", "--kind", "basic", "--name", "crm-sync"]).done();
    let lines: Vec<_> = run.out.lines().map(|l| l.split_once(':').unwrap()).collect();
    assert_eq!(lines.iter().map(|(label, _)| *label).collect::<Vec<_>>(), ["Key", "Secret"]);
    assert!(matches(lines[0].1.trim(), "kdb", 20) && matches(lines[1].1.trim(), "kds", 30));
    assert!(run.err.contains("shown once"), "{}", run.err);
    assert!(!run.err.contains(lines[1].1.trim()), "the secret is on standard error too");
    let legacy = ["key", "create", "--as", "alice", "--kind", "legacy", "--username", "smsbatch", "--password-stdin"];
    let run = desk.typing("Abcdef1", &legacy).done();
    assert_eq!(run.out, "Username: smsbatch\n");
    assert!(run.err.contains("the one you typed"));
}

#[test]
fn every_option_of_a_credential_is_shown_again() {
    let desk = Desk::ready();
    let options = "--network 203.0.113.0/24 --network 2001:db8::/32 --algorithm hmac-sha512 --algorithm hmac-sha256 \
                   --owner team-crm@acme.example --tag env=Prod --tag crm --body-digest optional --not-before 2030-01-31 --expires 2031-01-31T09:00:00+01:00 --kind hmac";
    let args: Vec<_> = options.split_whitespace().chain(["--name", "küche 支払い 🔑", "--note", "ask bram"]).collect();
    let made = desk.create(&args);
    let row = &desk.list()[0];
    let wanted = json!({
        "id": made["id"], "kind": "hmac", "key": made["key"], "name": "küche 支払い 🔑", "state": "not-yet",
        "stored_state": "active", "not_before": "2030-01-31T00:00:00Z", "expires_at": "2031-01-31T08:00:00Z",
        "networks": ["203.0.113.0/24", "2001:db8::/32"], "note": "ask bram",
        "owner": "team-crm@acme.example", "tags": ["crm", "env=prod"], "algorithms": ["hmac-sha256", "hmac-sha512"], "body_digest": "optional", "created_at": row["created_at"],
        "created_by": "alice", "version": 1, "last_used": null, "tampered": false,
    });
    assert_eq!(*row, wanted);
    let made_at = text(&row["created_at"]);
    assert!(made_at.ends_with('Z') && made_at.len() == "2026-11-25T02:53:10Z".len(), "{made_at}");
    let shown = desk.run(&["key", "show", &text(&made["key"]), "--as", "bram", "--json"]).done().json();
    for field in fields(row) {
        assert_eq!(shown[field], row[field], "{field}");
    }
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 1);
}

#[test]
fn ninety_days_are_counted_in_seconds() {
    let desk = Desk::ready();
    let before = now();
    desk.create(&["--kind", "basic", "--name", "a", "--expires", "90d"]);
    let expires = seconds(&desk.list()[0]["expires_at"]);
    assert!((before..=now()).contains(&(expires - 90 * 86_400)), "{expires}");
    assert_eq!(desk.list()[0]["state"], "active");
    desk.create(&["--kind", "basic", "--name", "b", "--expires", "3d"]);
    assert_eq!(desk.list()[1]["state"], "expiring");
}

fn now() -> i64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64
}

fn seconds(value: &Value) -> i64 {
    text(value).parse::<jiff::Timestamp>().unwrap().as_second()
}

#[test]
fn the_last_use_is_shown_in_lists() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "crm-sync");
    let hub = desk.hub();
    let actor = hub.local_actor("alice", &keydesk::hub::Origin::default()).unwrap();
    let row = hub.find(&actor, &key, None).unwrap();
    let at = keydesk::time::Seconds(1_800_000_000);
    hub.record_usage(row.id, 1, at, "203.0.113.9".parse().ok()).unwrap();
    assert_eq!(desk.list()[0]["last_used"], json!({"at": at.rfc3339(), "address": "203.0.113.9"}));
    let shown = desk.run(&["key", "show", &key, "--as", "alice"]).done().out;
    assert!(shown.contains("from 203.0.113.9"), "{shown}");
}

#[test]
fn a_list_is_json_json_lines_or_a_table() {
    let desk = Desk::ready();
    let list = |more: &[&str]| desk.run(&[&["key", "list", "--as", "dora"][..], more].concat()).done();
    assert_eq!(list(&["--json"]).json(), json!([]));
    assert_eq!((list(&["--jsonl"]).out, list(&[]).out), (String::new(), String::new()));
    assert!(list(&[]).err.contains("No keys yet"));
    let keys = ["b", "a", "c"].map(|name| desk.new_key("basic", name));
    desk.new_key("hmac", "d");
    desk.run(&["key", "revoke", "--as", "alice", &keys[2]]).done();
    let names = |run: crate::desk::Run| -> Vec<String> {
        run.out.lines().map(|line| text(&serde_json::from_str::<Value>(line).unwrap()["name"])).collect()
    };
    assert_eq!(names(list(&["--jsonl"])), ["a", "b", "d"]);
    assert_eq!(names(list(&["--jsonl", "--kind", "basic"])), ["a", "b"]);
    assert_eq!(names(list(&["--jsonl", "--kind", "basic", "--all"])), ["a", "b", "c"]);
    assert_eq!(list(&["--json"]).json().as_array().unwrap().len(), 3);
    let csv = list(&["--csv", "--order", "name", "--reverse"]).out;
    let cells: Vec<Vec<_>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((cells[0][..3].to_vec(), cells.len()), (vec!["name", "kind", "key"], 4), "{csv}");
    assert_eq!(cells[1..].iter().map(|row| row[..2].join(" ")).collect::<Vec<_>>(), ["d hmac", "b basic", "a basic"]);
    assert_eq!(list(&["--csv", "--filter", "nothing"]).out.lines().count(), 1, "heads also without rows");
    let table = list(&["--all"]).out;
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 5, "{table}");
    assert!(lines[0].contains("NAME") && lines[0].contains("KEY") && lines[0].contains("LAST USED"));
    assert!(lines[1].contains(&keys[1]) && lines[1].contains("never"));
    assert!(lines[3].contains("revoked"));
    let column = |line: &str, what: &str| line.find(what).unwrap();
    assert_eq!(column(lines[0], "KEY"), column(lines[1], &keys[1]), "{table}");
}

/// More than a page: nothing twice, nothing left out, columns in line from the first row to the last.
#[test]
fn long_lists_come_in_pages() {
    let desk = Desk::ready();
    let hub = desk.hub();
    let actor = hub.local_actor("alice", &keydesk::hub::Origin::default()).unwrap();
    for i in 0..520 {
        let wanted = keydesk::hub::NewCredential {
            kind: keydesk::credential::Kind::Basic,
            name: format!("n{i}"),
            legacy: None,
            options: keydesk::credential::Options::default(),
        };
        hub.create(&actor, &wanted).unwrap();
    }
    let listed = desk.list();
    let names: std::collections::BTreeSet<_> = listed.iter().map(|row| text(&row["name"])).collect();
    assert_eq!((listed.len(), names.len()), (520, 520));
    let table = desk.run(&["key", "list", "--as", "alice"]).done().out;
    let at: std::collections::BTreeSet<_> = table.lines().skip(1).map(|line| line.find("kdb").unwrap()).collect();
    assert_eq!((table.lines().count(), at.len()), (521, 1));
    assert!(desk.trail().len() >= 520);
}

#[test]
fn rotate_gives_a_new_secret_with_the_requested_overlap() {
    let desk = Desk::ready();
    let made = desk.create(&["--kind", "hmac", "--name", "webhooks"]);
    let key = text(&made["key"]);
    let rotate = |overlap: &str| desk.run(&["key", "rotate", &key, "--as", "bram", "--overlap", overlap, "--json"]);
    let secrets = || {
        desk.run(&["key", "show", &key, "--as", "alice", "--json"]).done().json()["secrets"].as_array().unwrap().clone()
    };
    let mut seen = vec![text(&made["secret"])];
    for (overlap, live, length) in [("none", 1, 0), ("1h", 2, 3_600), ("24h", 2, 86_400), ("7d", 2, 7 * 86_400)] {
        let before = now();
        let rotated = rotate(overlap).done().json();
        assert_eq!(fields(&rotated), ["id", "key", "kind", "name", "secret", "stopped"]);
        assert_eq!((&rotated["key"], &rotated["id"]), (&made["key"], &made["id"]));
        assert!(matches(&text(&rotated["secret"]), "kds", 30) && !seen.contains(&text(&rotated["secret"])));
        seen.push(text(&rotated["secret"]));
        let secrets = secrets();
        assert_eq!(secrets.len(), live, "{overlap}: {secrets:?}");
        assert_eq!(secrets[0]["valid_until"], Value::Null);
        if live == 2 {
            let until = seconds(&secrets[1]["valid_until"]) - length;
            assert!((before..=now()).contains(&until), "{overlap}: {secrets:?}");
        }
    }
    let run = desk.run(&["key", "rotate", &key, "--as", "alice", "--overlap", "24h"]).done();
    assert!(run.out.contains("Secret:") && run.err.contains("The old secret works until"), "{}", run.err);
    // It was in the seven days of the rotation before.
    assert!(run.err.contains(", which would have worked until ") && run.err.contains(", stopped now."), "{}", run.err);
    let stopped = rotate("none").done().json()["stopped"].clone();
    assert_eq!(stopped.as_array().unwrap().len(), 1, "{stopped}");
    assert_eq!(fields(&stopped[0]), ["created_at", "would_have_worked_until"]);
    assert_eq!(rotate("none").done().json()["stopped"], json!([]), "nothing was in an overlap any more");
    rotate("2h").fails(2, "--overlap");
    desk.run(&["key", "rotate", &key, "--as", "alice"]).fails(2, "--overlap");
}

#[test]
fn states_follow_the_life_cycle() {
    let desk = Desk::ready();
    let (a, b) = (desk.new_key("basic", "a"), desk.new_key("hmac", "b"));
    let id = text(&desk.list()[1]["id"]);
    let change = |verb: &str, keys: &[&str]| desk.run(&[&["key", verb, "--as", "alice"][..], keys].concat());
    let states = || desk.list().iter().map(|row| text(&row["state"])).collect::<Vec<_>>();
    // By key and by id, and the same one twice.
    let run = change("disable", &[&a, &id, &b]).done();
    assert_eq!((run.out.lines().count(), states()), (2, vec!["disabled".to_owned(); 2]), "{}", run.out);
    let before = desk.trail().len();
    assert!(change("disable", &[&a]).done().out.contains("already"));
    assert_eq!(desk.trail().len(), before, "a state already reached went to the trail");
    change("enable", &[&a]).done();
    assert_eq!(states(), ["active", "disabled"]);
    change("revoke", &[&a]).done();
    change("revoke", &[&a]).done();
    change("enable", &[&a]).fails(5, "revoked, which is final");
    change("disable", &[&a]).fails(5, "revoked, which is final");
    desk.run(&["key", "rotate", &a, "--as", "alice", "--overlap", "none"]).fails(5, "revoked, which is final");
    // One that can be changed is, one that cannot is named.
    let run = change("enable", &[&a, &b]);
    assert_eq!(run.code, Some(5));
    assert!(run.out.contains(&b) && !run.out.contains(&a) && run.err.contains("final"), "{} {}", run.out, run.err);
    assert_eq!(states(), ["revoked", "active"]);
}

#[test]
fn a_missing_key_is_reported_and_stops_the_rest() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "a");
    let missing = "kdbAAAAAAAAAAAAAAAAA";
    for args in [
        vec!["key", "show", missing, "--as", "alice"],
        vec!["key", "rotate", missing, "--as", "alice", "--overlap", "none"],
        vec!["key", "disable", "--as", "alice", &key, missing],
        vec!["key", "show", &key, "--as", "alice", "--kind", "hmac"],
        vec!["key", "show", "01234567-89ab-cdef-0123-456789abcdef", "--as", "alice"],
    ] {
        desk.run(&args).fails(4, "There is no key");
    }
    assert_eq!(desk.list()[0]["state"], "active");
    desk.run(&["user", "role", "nobody", "--as", "alice", "--role", "basic"]).fails(4, "There is no user");
}

#[test]
fn a_username_is_never_reused() {
    let desk = Desk::ready();
    let create = ["key", "create", "--as", "alice", "--kind", "legacy", "--username", "smsbatch", "--generate"];
    desk.run(&create).done();
    desk.run(&create).fails(5, "taken");
    desk.run(&["key", "revoke", "--as", "alice", "smsbatch"]).done();
    desk.run(&create).fails(5, "taken");
    assert_eq!(desk.list().len(), 1);
}

#[test]
fn key_usage_tells_every_day_of_the_span() {
    let desk = Desk::ready();
    let made = desk.create(&["--kind", "basic", "--name", "crm-sync"]);
    let key = text(&made["key"]);
    let usage = desk.run(&["key", "usage", &key, "--as", "alice", "--json"]).done().json();
    assert_eq!((fields(&usage), &usage["key"]), (vec!["days", "key"], &json!(key)));
    let days = usage["days"].as_array().unwrap();
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    assert_eq!((days.len(), days[29].clone()), (30, json!({"day": today, "allowed": 0, "refused": 0})));
    assert!(days.windows(2).all(|two| text(&two[0]["day"]) < text(&two[1]["day"])), "{days:?}");
    let table = desk.run(&["key", "usage", &key, "--as", "alice", "--days", "2"]).done().out;
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].contains("UTC") && lines[0].contains("crm-sync"), "{table}");
    assert!(lines[3].starts_with(&today) && lines[4].starts_with("all") && lines.len() == 5, "{table}");
    for wrong in ["0", "-1", "many", "4000"] {
        assert_eq!(desk.run(&["key", "usage", &key, "--as", "alice", "--days", wrong]).code, Some(2), "{wrong}");
    }
    assert_eq!(desk.run(&["key", "usage", "kdbNOBODY", "--as", "alice"]).code, Some(4));
}

#[test]
fn several_are_rotated_in_one_transaction_and_printed_as_an_array() {
    let desk = Desk::ready();
    let keys: Vec<_> = ["one", "two", "three"]
        .iter()
        .map(|name| text(&desk.create(&["--kind", "basic", "--name", name])["key"]))
        .collect();
    let rotate = |keys: &[&str], more: &[&str]| {
        let args = [&["key", "rotate"], keys, &["--as", "alice", "--overlap", "none"], more].concat();
        desk.run(&args)
    };
    let several = rotate(&[&keys[0], &keys[1], &keys[0]], &["--json"]).done().json();
    let made = several.as_array().unwrap();
    assert_eq!(made.iter().map(|one| text(&one["key"])).collect::<Vec<_>>(), keys[..2], "each once, in order");
    assert!(made.iter().all(|one| fields(one) == ["id", "key", "kind", "name", "secret", "stopped"]), "{several}");
    assert!(rotate(&[&keys[2]], &["--json"]).done().json().is_object(), "one key is one document");
    let lines = rotate(&[&keys[0], &keys[2]], &[]).done();
    assert_eq!(lines.out.lines().filter(|line| line.starts_with("Secret:")).count(), 2);
    assert!(lines.err.contains("These secrets are shown once."), "{}", lines.err);
    let before = desk.list();
    let missing = rotate(&[&keys[0], "kdbNoSuchKeyNoSuchKey"], &["--json"]);
    assert_ne!(missing.code, Some(0));
    assert_eq!(desk.list(), before, "all of them or none");
}

#[test]
fn lists_have_an_order_that_can_be_turned_round() {
    let desk = Desk::ready();
    for (name, expires) in [("b", "30d"), ("a", "90d"), ("c", "7d")] {
        desk.create(&["--kind", "basic", "--name", name, "--expires", expires]);
    }
    let names = |more: &[&str]| {
        let rows = desk.run(&[&["key", "list", "--as", "alice", "--json"], more].concat()).done().json();
        rows.as_array().unwrap().iter().map(|row| text(&row["name"])).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["a", "b", "c"]);
    assert_eq!(names(&["--order", "expiry"]), ["c", "b", "a"]);
    assert_eq!(names(&["--order", "expiry", "--reverse"]), ["a", "b", "c"]);
    assert_eq!(names(&["--order", "created"]).len(), 3);
    assert_eq!(names(&["--order", "last-use"]).len(), 3);
}
