//! The words of the command line: who acts, names in place of keys, and words that take something away.

use crate::desk::{Desk, text};

#[test]
fn keydesk_as_stands_for_the_flag_that_is_left_out() {
    let desk = Desk::ready();
    let run = |args: &[&str], name: &str| {
        crate::desk::Run::new(args, desk.command(args).env("KEYDESK_AS", name).output().unwrap())
    };
    run(&["key", "create", "--kind", "basic", "--name", "crm", "--json"], "alice").done();
    assert_eq!(desk.list()[0]["created_by"], "alice");
    run(&["key", "create", "--kind", "basic", "--name", "erp", "--as", "bram"], "alice").done();
    assert!(desk.list().iter().any(|key| key["created_by"] == "bram"), "the flag wins");
    run(&["key", "list"], "nobody").fails(3, "There is no such user");
    run(&["key", "list"], "").fails(2, "Say who acts: add --as NAME, or set KEYDESK_AS=NAME for all commands.");
    assert!(desk.run(&["key", "list", "--help"]).done().out.contains("[env: KEYDESK_AS]"));
}

#[test]
fn who_names_nobody_hears_who_there_is() {
    let desk = Desk::ready();
    desk.run(&["user", "disable", "bram", "--as", "alice"]).done();
    desk.run(&["key", "list"]).fails(2, "Users of this desk: alice, chen, dora.");
}

#[test]
fn keydesk_as_is_refused_inside_a_forced_command() {
    let desk = Desk::ready();
    let args = ["key", "list"];
    let output = desk.command(&args).env("KEYDESK_AS", "alice").env("KEYDESK_SSH", "1").output().unwrap();
    crate::desk::Run::new(&args, output).fails(3, "and so is KEYDESK_AS");
}

#[test]
fn a_name_that_only_one_has_stands_for_its_key() {
    let desk = Desk::ready();
    let key = desk.new_key("hmac", "Webhooks prod");
    for command in [
        &["key", "show", "webhooks PROD", "--json"][..],
        &["audit", "list", "--key", "Webhooks prod", "--json"],
        &["key", "edit", "Webhooks prod", "--owner", "partners"],
        &["key", "rename", "Webhooks prod", "webhooks"],
    ] {
        desk.run(&[command, &["--as", "alice"]].concat()).done();
    }
    let shown = desk.run(&["key", "show", "webhooks", "--json", "--as", "alice"]).done().json();
    assert_eq!((text(&shown["key"]), text(&shown["owner"])), (key, "partners".to_owned()));
    desk.run(&["key", "show", "no such", "--as", "alice"]).fails(4, "There is no key no such.");
}

#[test]
fn a_name_that_several_have_names_their_keys() {
    let desk = Desk::ready();
    let keys = [desk.new_key("basic", "crm"), desk.new_key("hmac", "CRM")];
    let said = desk.run(&["key", "show", "crm", "--as", "alice"]).fails(5, "Several credentials are named crm: ").err;
    assert!(keys.iter().all(|key| said.contains(key)), "{said}");
    desk.run(&["key", "show", "crm", "--kind", "hmac", "--as", "alice"]).done();
    desk.run(&["key", "revoke", &keys[0], "--as", "alice"]).done();
    let shown = desk.run(&["key", "show", "crm", "--json", "--as", "alice"]).done().json();
    assert_eq!(text(&shown["key"]), keys[1], "a revoked one does not stand in the way");
}

#[test]
fn what_cannot_be_taken_back_wants_the_key() {
    let desk = Desk::ready();
    desk.new_key("basic", "crm");
    for verb in
        [&["rotate", "crm", "--overlap", "none"][..], &["disable", "crm"], &["enable", "crm"], &["revoke", "crm"]]
    {
        desk.run(&[&["key"], verb, &["--as", "alice"]].concat()).fails(4, "crm is a name; give its key kdb");
    }
    assert_eq!(desk.list()[0]["state"], "active");
}

#[test]
fn never_none_and_any_take_everything_away() {
    let desk = Desk::ready();
    let args =
        ["--kind", "basic", "--name", "crm", "--expires", "90d", "--not-before", "1d", "--network", "10.0.0.0/8"];
    let labels = ["--owner", "payments", "--tag", "crm", "--note", "night shift"];
    let before = desk.create(&[&args[..], &labels].concat());
    for word in ["never", "none", "any"] {
        let key = text(&before["key"]);
        let given: Vec<&str> = ["--expires", "--not-before", "--network", "--owner", "--note", "--tag"]
            .into_iter()
            .flat_map(|flag| [flag, word])
            .collect();
        desk.run(&[&["key", "edit", &key, "--as", "alice", "--no-tag"], &given[..]].concat()).done();
        let shown = desk.run(&["key", "show", &key, "--as", "alice", "--json"]).done().json();
        assert!(shown["expires_at"].is_null() && shown["not_before"].is_null(), "{word}: {shown}");
        assert_eq!((&shown["networks"], &shown["tags"]), (&serde_json::json!([]), &serde_json::json!([])));
        assert_eq!((text(&shown["owner"]), text(&shown["note"])), (String::new(), String::new()));
        desk.run(&["key", "edit", &key, "--as", "alice", "--expires", "90d", "--owner", "x", "--note", "y"]).done();
    }
}

#[test]
fn setting_set_says_what_it_did() {
    let desk = Desk::ready();
    let said = desk.run(&["setting", "set", "lock-time", "15", "--as", "alice"]).done().out;
    assert_eq!(said, "lock-time is now 15.\n");
}

#[test]
fn a_state_that_is_there_already_is_said_so() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "crm");
    desk.run(&["key", "disable", &key, "--as", "alice"]).done();
    let said = desk.run(&["key", "disable", &key, "--as", "alice"]).done().out;
    assert!(said.ends_with("is disabled already.\n"), "{said}");
}
