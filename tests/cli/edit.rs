//! Credentials edited, renamed, found by filter and by secret.

use serde_json::{Value, json};

use crate::desk::{Desk, sqlite3, text};

fn edit(desk: &Desk, args: &[&str]) -> crate::desk::Run {
    desk.run(&[&["key", "edit", "--as", "alice"], args].concat())
}

#[test]
fn every_option_of_a_credential_can_be_changed_and_removed() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "crm-sync");
    let other = desk.new_key("hmac", "webhooks");
    desk.run(&["key", "rename", &key, "crm sync 支払い", "--as", "bram"]).done();
    edit(&desk, &[&key, "--note", "ask bram", "--not-before", "2030-01-01", "--expires", "2031-01-01"]).done();
    // Networks and expiry of several at once.
    edit(&desk, &[&key, &other, "--network", "10.0.0.0/8", "--network", "2001:db8::/32"]).done();
    let row = || desk.list()[0].clone();
    assert_eq!((row()["name"].clone(), row()["note"].clone()), (json!("crm sync 支払い"), json!("ask bram")));
    assert_eq!(row()["expires_at"], "2031-01-01T00:00:00Z");
    assert_eq!(
        (row()["networks"].clone(), desk.list()[1]["networks"].clone()),
        (json!(["10.0.0.0/8", "2001:db8::/32"]), row()["networks"].clone())
    );
    let trail = desk.verify();
    assert!(edit(&desk, &[&key, "--note", "ask bram"]).done().out.contains("needs no change"));
    assert_eq!(desk.verify(), trail, "what does not differ went to the trail");
    edit(&desk, &[&key, "--note", "", "--not-before", "none", "--expires", "never", "--any-network"]).done();
    let bare = row();
    assert_eq!(
        [&bare["note"], &bare["not_before"], &bare["expires_at"], &bare["networks"]],
        [&json!(""), &Value::Null, &Value::Null, &json!([])]
    );
}

#[test]
fn how_an_hmac_key_signs_can_be_changed() {
    let desk = Desk::ready();
    let (hmac, basic) = (desk.new_key("hmac", "webhooks"), desk.new_key("basic", "crm-sync"));
    let shown = || {
        let row = desk.list().into_iter().find(|row| row["key"] == hmac.as_str()).unwrap();
        (row["algorithms"].clone(), row["body_digest"].clone())
    };
    let two = ["--algorithm", "hmac-sha512", "--algorithm", "hmac-sha256"];
    edit(&desk, &[&[&*hmac][..], &two, &["--body-digest", "optional"]].concat()).done();
    assert_eq!(shown(), (json!(["hmac-sha256", "hmac-sha512"]), json!("optional")));
    edit(&desk, &[&hmac, "--body-digest", "required"]).done();
    assert_eq!(shown(), (json!(["hmac-sha256", "hmac-sha512"]), json!("required")), "the algorithms stay");
    let trail = desk.verify();
    edit(&desk, &[&hmac, "--algorithm", "md5"]).fails(2, "is not an algorithm");
    edit(&desk, &[&hmac, "--body-digest", "never"]).fails(2, "required");
    edit(&desk, &[&basic, "--algorithm", "hmac-sha256"]).fails(2, "HMAC keys only");
    edit(&desk, &[&hmac, "--algorithm", "hmac-sha256", "--generate"]).fails(2, "cannot be used with");
    assert_eq!(desk.verify(), trail);
}

#[test]
fn contradictory_edits_change_nothing() {
    let desk = Desk::ready();
    let (key, other) = (desk.new_key("basic", "a"), desk.new_key("basic", "b"));
    let trail = desk.verify();
    for (args, says) in [
        (vec![&*key], "--name"),
        (vec![&key, "--name", "a\u{202e}b"], "U+202E"),
        (vec![&key, "--name", ""], "A name is needed"),
        (vec![&key, "--expires", "soon"], "is not a time"),
        (vec![&key, "--expires", "2020-01-01"], "in the past"),
        (vec![&key, "--network", "10.0.0.1/8"], "Did you mean 10.0.0.0/8?"),
        (vec![&key, "--network", "10.0.0.0/8", "--any-network"], "cannot be used with"),
        (vec![&key, &other, "--name", "c"], "one key"),
        (vec![&key, &other, "--generate"], "for one credential at a time"),
        (vec![&key, "--name", "c", "--generate"], "cannot be used with"),
        (vec![&key, "--stop-old-secret", "--generate"], "cannot be used with"),
        (vec![&key, "--name", "c", "--json"], "cannot be used with"),
        (vec![&key, "--generate"], "Legacy"),
    ] {
        edit(&desk, &args).fails(2, says);
    }
    desk.run(&["key", "rename", "nobody", "c", "--as", "alice"]).fails(4, "There is no key");
    desk.run(&["key", "rename", &key, "c", "--as", "dora"]).fails(3, "Only account Administrators can");
    assert_eq!(desk.list().iter().map(|row| text(&row["name"])).collect::<Vec<_>>(), ["a", "b"]);
    assert!(desk.verify() != trail, "the refusal is in the trail");
    desk.run(&["key", "revoke", "--as", "alice", &key]).done();
    edit(&desk, &[&key, "--name", "c"]).fails(5, "revoked, which is final");
}

#[test]
fn a_legacy_password_is_set_or_generated() {
    let desk = Desk::ready();
    let first = desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    let made = edit(&desk, &["smsbatch", "--generate", "--json"]).done().json();
    assert_eq!((&made["key"], &made["id"]), (&first["key"], &first["id"]));
    assert_ne!(made["secret"], first["secret"]);
    let typed = ["key", "edit", "smsbatch", "--as", "alice", "--password-stdin"];
    desk.typing("Abcdef1", &typed).done();
    desk.typing("abcdef", &typed).fails(2, "6 to 50 letters and digits");
    let shown = desk.run(&["key", "show", "smsbatch", "--as", "alice", "--json"]).done().json();
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 1, "the old password still works");
}

#[test]
fn an_old_secret_can_be_stopped_early() {
    let desk = Desk::ready();
    let key = desk.new_key("hmac", "webhooks");
    let live = || {
        desk.run(&["key", "show", &key, "--as", "alice", "--json"]).done().json()["secrets"].as_array().unwrap().len()
    };
    desk.run(&["key", "rotate", &key, "--as", "alice", "--overlap", "7d"]).done();
    assert_eq!(live(), 2);
    edit(&desk, &[&key, "--stop-old-secret"]).done();
    assert_eq!(live(), 1);
    assert!(edit(&desk, &[&key, "--stop-old-secret"]).done().out.contains("no old secret"));
}

#[test]
fn lists_can_be_filtered() {
    let desk = Desk::ready();
    let keys = ["crm-sync", "crm-export", "billing"].map(|name| desk.new_key("basic", name));
    desk.create(&["--kind", "hmac", "--name", "webhooks", "--expires", "20d"]);
    desk.run(&["key", "disable", "--as", "alice", &keys[2]]).done();
    let names = |args: &[&str]| -> Vec<String> {
        let listed = desk.run(&[&["key", "list", "--as", "alice", "--json"], args].concat()).done().json();
        listed.as_array().unwrap().iter().map(|row| text(&row["name"])).collect()
    };
    assert_eq!(names(&["--filter", "crm"]), ["crm-export", "crm-sync"]);
    assert_eq!(names(&["--filter", "crm exp"]), ["crm-export"]);
    assert_eq!(names(&["--filter", "state:disabled"]), ["billing"]);
    assert_eq!(names(&["--expires-within", "30d"]), ["webhooks"]);
    assert_eq!(names(&["--expires-within", "10d"]), [""; 0]);
    assert_eq!(names(&["--filter", "by:bram"]), [""; 0]);
    let empty = desk.run(&["key", "list", "--as", "alice", "--filter", "nothing"]).done();
    assert!(empty.out.is_empty() && empty.err.contains("No key matches"), "{}", empty.err);
    for (args, says) in [
        (["--filter", "expires<soon"], "is not a span"),
        (["--filter", "kind:soap"], "is not a kind"),
        (["--expires-within", "soon"], "is not a span"),
    ] {
        desk.run(&[&["key", "list", "--as", "alice"], &args[..]].concat()).fails(2, says);
    }
}

#[test]
fn a_leaked_secret_names_its_credential() {
    let desk = Desk::ready();
    let made = desk.create(&["--kind", "basic", "--name", "leaky"]);
    desk.create(&["--kind", "hmac", "--name", "tight"]);
    let secret = text(&made["secret"]);
    let find = ["key", "find", "--as", "alice", "--secret-stdin"];
    let run = desk.typing(&secret, &find).done();
    assert!(run.out.contains("(leaky)") && !run.out.contains(&secret), "{}", run.out);
    // What it says to do can be done as it stands.
    let told = run.out.split("To stop it: keydesk ").nth(1).unwrap();
    desk.run(&told.split_whitespace().collect::<Vec<_>>()).done();
    // A secret that no longer works is still known.
    let as_json = |secret: &str| desk.typing(secret, &[&find[..], &["--json"]].concat()).done().json();
    let json = as_json(&secret);
    assert_eq!((&json["key"], &json["secret"]), (&made["key"], &json!("ended")));
    let again = desk.typing(&secret, &find).done().out;
    assert!(again.contains("stopped working on") && again.contains("There is nothing to do."), "{again}");
    assert!(!again.contains("keydesk key"), "{again}");
    // One in its overlap is stopped by what is said, and the current one is left alone.
    let key = text(&made["key"]);
    let rotate = ["key", "rotate", &key, "--as", "alice", "--overlap", "1h", "--json"];
    let old = text(&desk.run(&rotate).done().json()["secret"]);
    let current = text(&desk.run(&rotate).done().json()["secret"]);
    assert_eq!(as_json(&current)["secret"], "current");
    assert_eq!(as_json(&current)["secret_until"], Value::Null);
    let json = as_json(&old);
    assert!(json["secret"] == "previous" && text(&json["secret_until"]).ends_with('Z'), "{json}");
    let run = desk.typing(&old, &find).done();
    assert!(run.out.contains("It is an old secret, which works until"), "{}", run.out);
    let told = run.out.split("To stop it: keydesk ").nth(1).unwrap();
    desk.run(&told.split_whitespace().collect::<Vec<_>>()).done();
    assert_eq!(
        (as_json(&old)["secret"].clone(), as_json(&current)["secret"].clone()),
        (json!("ended"), json!("current"))
    );
    desk.typing("kdsAAAAAAAAAAAAAAAAAAAAAAAAAAA", &find).fails(4, "No credential");
    desk.typing("", &find).fails(2, "no secret");
    desk.run(&find[..4]).fails(2, "--secret-stdin");
    desk.typing(&secret, &["key", "find", "--as", "dora", "--secret-stdin"])
        .fails(3, "Only account Administrators can");
    assert!(desk.trail().iter().all(|row| !row.to_string().contains(&secret)));
}

#[test]
fn the_trail_can_be_filtered_and_exported() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "=HYPERLINK(\"http://x\")");
    desk.run(&["key", "disable", "--as", "bram", &key]).done();
    desk.run(&["key", "list", "--as", "chen"]).fails(3, "");
    let list = |args: &[&str]| {
        desk.run(&[&["audit", "list", "--as", "alice", "--json"], args].concat())
            .done()
            .json()
            .as_array()
            .unwrap()
            .clone()
    };
    let all = list(&[]).len();
    assert!(list(&["--who", "bram"]).iter().all(|row| row["who"] == "bram") && !list(&["--who", "bram"]).is_empty());
    assert_eq!(list(&["--type", "refusal"]).len(), 1);
    assert_eq!(list(&["--key", &key]).len(), 2);
    assert_eq!((list(&["--from", "1h"]).len(), list(&["--until", "1h"]).len()), (all, 0));
    assert_eq!((list(&["--from", "2100-01-01"]).len(), list(&["--until", "2100-01-01"]).len()), (0, all));
    desk.run(&["audit", "list", "--as", "alice", "--from", "soon"]).fails(2, "is not a time");
    let export = |format: &str| desk.run(&["audit", "export", "--as", "alice", "--format", format]).done().out;
    let lines: Vec<Value> = export("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), all);
    let csv = export("csv");
    assert_eq!(csv.lines().count(), all + 1);
    assert!(csv.starts_with("no,at,who,") && csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{csv}");
    let part = desk.run(&["audit", "export", "--as", "alice", "--format", "csv", "--who", "bram"]).done().out;
    assert_eq!(part.lines().count(), list(&["--who", "bram"]).len() + 1);
    desk.run(&["audit", "export", "--as", "dora"]).fails(3, "Only account Administrators and Auditors can");
}

#[test]
fn labels_are_set_added_to_replaced_and_found() {
    let desk = Desk::ready();
    let (one, two) = (desk.new_key("basic", "crm-sync"), desk.new_key("hmac", "webhooks"));
    let labels = |name: &str| {
        let row = desk.list().into_iter().find(|row| row["name"] == name).unwrap();
        (row["owner"].clone(), row["tags"].clone())
    };
    // Several at once: a tag is added to those that each has, and gets a new value where its word is there.
    edit(&desk, &[&one, "--tag", "env=test", "--tag", "crm"]).done();
    edit(&desk, &[&one, &two, "--owner", "Team CRM", "--tag", "env=prod"]).done();
    assert_eq!(labels("crm-sync"), (json!("Team CRM"), json!(["crm", "env=prod"])));
    assert_eq!(labels("webhooks"), (json!("Team CRM"), json!(["env=prod"])));
    let found = |filter: &str| {
        let run = desk.run(&["key", "list", "--as", "alice", "--json", "--filter", filter]).done();
        run.json().as_array().unwrap().iter().map(|row| text(&row["name"])).collect::<Vec<_>>().join(" ")
    };
    for (filter, names) in [
        ("owner:crm", "crm-sync webhooks"),
        ("owner:payments", ""),
        ("tag:crm", "crm-sync"),
        ("tag:env", "crm-sync webhooks"),
        ("env=prod tag:crm", "crm-sync"),
        ("env=test", ""),
        ("TEAM", "crm-sync webhooks"),
        ("tag:none", ""),
    ] {
        assert_eq!(found(filter), names, "{filter}");
    }
    edit(&desk, &[&one, "--no-tag", "--tag", "old"]).done();
    edit(&desk, &[&two, "--no-tag", "--owner", "none"]).done();
    assert_eq!((labels("crm-sync").1, labels("webhooks")), (json!(["old"]), (json!(""), json!([]))));
    assert_eq!((found("owner:none"), found("tag:none")), ("webhooks".to_owned(), "webhooks".to_owned()));
    edit(&desk, &[&one, "--tag", "a b c d e f g h"]).fails(2, "at most 8 tags");
    edit(&desk, &[&one, "--tag", "a=1", "--tag", "a=2"]).fails(2, "two values");
    edit(&desk, &[&one, "--tag", "a,;b"]).fails(2, "is not a tag");
    let export = desk.run(&["audit", "export", "--as", "alice", "--format", "csv"]).done().out;
    assert!(export.contains("Team CRM") && export.contains("env=prod"), "{export}");
    desk.verify();
}

#[test]
fn a_state_means_the_same_in_filters_and_json() {
    let desk = Desk::ready();
    desk.create(&["--kind", "basic", "--name", "works"]);
    desk.create(&["--kind", "basic", "--name", "soon", "--expires", "5d"]);
    desk.create(&["--kind", "hmac", "--name", "later", "--not-before", "5d"]);
    let off = desk.new_key("basic", "off");
    desk.run(&["key", "disable", &off, "--as", "alice"]).done();
    let gone = desk.new_key("basic", "gone");
    desk.run(&["key", "revoke", &gone, "--as", "alice"]).done();
    let bent = desk.new_key("basic", "bent");
    sqlite3(&desk.database(), &format!("UPDATE credential SET owner = 'x' WHERE key = '{bent}'"));
    let found = |state: &str| {
        let filter = format!("state:{state}");
        let run = desk.run(&["key", "list", "--as", "alice", "--json", "--filter", &filter]).done();
        let row = |row: &Value| format!("{}:{}", text(&row["name"]), text(&row["state"]));
        run.json().as_array().unwrap().iter().map(row).collect::<Vec<_>>().join(" ")
    };
    for (state, rows) in [
        ("active", "soon:expiring works:active"),
        ("usable", "soon:expiring works:active"),
        ("expiring", "soon:expiring"),
        ("not-yet", "later:not-yet"),
        ("expired", ""),
        ("disabled", "off:disabled"),
        ("revoked", "gone:revoked"),
        ("tampered", "bent:tampered"),
    ] {
        assert_eq!(found(state), rows, "{state}");
    }
}
