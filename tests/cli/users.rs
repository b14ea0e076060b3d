//! Users: roles, who may what, and the way back in.

use keydesk::hub::{Origin, SignIn};
use keydesk::secret::Secret;

use crate::desk::{Desk, PASSWORD, text};

const REFUSED: &str = "Only account Administrators";

#[test]
fn what_a_role_may_not_do_is_refused_and_recorded() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "crm-sync");
    let verbs: &[(&str, bool)] = &[
        ("key list", true),
        ("key show KEY", true),
        ("key create --kind basic --name x", false),
        ("key rotate KEY --overlap none", false),
        ("key disable KEY", false),
        ("key enable KEY", false),
        ("key revoke KEY", false),
        ("user list", false),
        ("user add eve --role administrator --password-stdin", false),
        ("user role chen --role administrator", false),
        ("user disable bram", false),
        ("user enable bram", false),
        ("user unlock bram", false),
        ("user passwd bram --password-stdin", false),
        ("audit list", false),
        ("audit verify", false),
    ];
    for (name, sees) in [("dora", true), ("chen", false)] {
        for (verb, looks) in verbs {
            let verb = verb.replace("KEY", &key);
            let args: Vec<_> = verb.split_whitespace().chain(["--as", name]).collect();
            let run = desk.typing(PASSWORD, &args);
            match sees && *looks {
                true => drop(run.done()),
                false => {
                    let said = run.fails(3, REFUSED).err;
                    assert!(
                        said.contains("Please contact your account administrator for assistance: alice, bram."),
                        "{said}"
                    );
                }
            }
        }
        let refused =
            desk.trail().iter().filter(|row| row["who"] == name && text(&row["did"]).contains("refused")).count();
        assert!(refused >= 12, "{refused} refusals of {name} in the trail");
    }
    assert_eq!(desk.list()[0]["state"], "active");
    assert_eq!(desk.list().len(), 1);
    assert_eq!(desk.run(&["user", "list", "--as", "alice", "--jsonl"]).done().out.lines().count(), 4);
    desk.verify();
}

#[test]
fn unknown_and_disabled_users_may_do_nothing() {
    let desk = Desk::ready();
    desk.run(&["key", "list", "--as", "nobody"]).fails(3, "There is no such user");
    desk.run(&["key", "list", "--as", "No Body"]).fails(2, "A user name has");
    desk.run(&["user", "disable", "bram", "--as", "alice"]).done();
    desk.run(&["key", "list", "--as", "bram"]).fails(3, "disabled");
    desk.run(&["user", "enable", "bram", "--as", "alice"]).done();
    desk.run(&["key", "list", "--as", "bram"]).done();
    desk.run(&["user", "role", "bram", "--as", "alice", "--role", "basic"]).done();
    desk.run(&["key", "list", "--as", "bram"]).fails(3, REFUSED);
}

#[test]
fn the_last_administrator_stays() {
    let desk = Desk::ready();
    desk.run(&["user", "role", "bram", "--as", "alice", "--role", "advanced"]).done();
    desk.run(&["user", "role", "alice", "--as", "alice", "--role", "advanced"]).fails(5, "last Administrator");
    desk.run(&["user", "disable", "alice", "--as", "alice"]).fails(5, "last Administrator");
}

#[test]
fn the_trail_says_who_acted_and_from_where() {
    let desk = Desk::ready();
    let create = ["key", "create", "--as", "alice", "--kind", "hmac", "--name", "webhooks"];
    desk.command(&create).env("SSH_CONNECTION", "203.0.113.9 50000 10.0.0.1 22").assert().success();
    let row = &desk.trail()[0];
    assert_eq!((&row["who"], &row["via"], &row["address"]), (&"alice".into(), &"local".into(), &"203.0.113.9".into()));
    assert!(!text(&row["unix"]).is_empty());
    assert_eq!((&row["what"], &row["count"]), (&"webhooks".into(), &1.into()));
    assert!(row["after"].is_object() && row["before"].is_null(), "{row}");
    let table = desk.run(&["audit", "list", "--as", "alice"]).done().out;
    let line = table.lines().find(|l| l.contains("webhooks")).unwrap();
    assert!(line.contains("alice (unix ") && line.contains("203.0.113.9"), "{line}");
}

#[test]
fn the_as_flag_is_refused_inside_a_forced_command() {
    let desk = Desk::ready();
    let args = ["key", "list", "--as", "alice"];
    let run = |mark: &str| crate::desk::Run::new(&args, desk.command(&args).env(mark, "1").output().unwrap());
    run("KEYDESK_SSH").fails(3, "--as is refused in an SSH session");
    // sshd sets these for an operator's own shell as well.
    for mark in ["SSH_ORIGINAL_COMMAND", "SSH_USER_AUTH"] {
        run(mark).done();
    }
}

#[test]
fn a_locked_administrator_recovers_on_the_machine() {
    let desk = Desk::ready();
    let sign_in =
        |password: &str| desk.hub().sign_in("alice", &Secret::from_text(password), &Origin::default()).unwrap();
    for _ in 0..5 {
        sign_in("incorrect horse battery");
    }
    assert!(matches!(sign_in(PASSWORD), SignIn::Locked { .. }));
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    assert!(users[0]["locked_until"].is_string(), "{users}");
    desk.typing("a new horse battery", &["user", "passwd", "alice", "--as", "alice", "--password-stdin"]).done();
    assert!(matches!(sign_in("a new horse battery"), SignIn::Welcome(_)));
    assert!(matches!(sign_in(PASSWORD), SignIn::Wrong { .. }));
}

#[test]
fn an_administrator_unlocks_another_user() {
    let desk = Desk::ready();
    let sign_in =
        |password: &str| desk.hub().sign_in("dora", &Secret::from_text(password), &Origin::default()).unwrap();
    for _ in 0..5 {
        sign_in("incorrect horse battery");
    }
    assert!(matches!(sign_in(PASSWORD), SignIn::Locked { .. }));
    desk.run(&["user", "unlock", "dora", "--as", "bram"]).done();
    let SignIn::Welcome(session) = sign_in(PASSWORD) else { panic!("dora is still locked") };
    assert!(session.must_change_password, "the password was set by another");
}

#[test]
fn users_as_json_lines_and_table() {
    let desk = Desk::ready();
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    let names: Vec<_> = users.as_array().unwrap().iter().map(|u| (text(&u["name"]), text(&u["role"]))).collect();
    let wanted = [("alice", "administrator"), ("bram", "administrator"), ("chen", "basic"), ("dora", "advanced")];
    assert_eq!(names, wanted.map(|(name, role)| (name.to_owned(), role.to_owned())));
    assert_eq!(users[0]["must_change_password"], false);
    assert_eq!(users[1]["must_change_password"], true);
    let table = desk.run(&["user", "list", "--as", "alice"]).done().out;
    assert!(table.lines().nth(4).unwrap().contains("Advanced User"), "{table}");
}

/// The password that a command printed: four groups of five.
fn made(out: &str) -> String {
    let password = out.trim_end().to_owned();
    assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5], "{out:?}");
    password
}

#[test]
fn a_first_password_is_made_printed_once_and_must_be_changed() {
    let desk = Desk::ready();
    let added = desk.run(&["user", "add", "frida", "--as", "alice", "--role", "auditor", "--generate"]).done();
    assert!(
        added.err.contains("frida was added as an Auditor. The password is shown once, and must be changed"),
        "{}",
        added.err
    );
    let password = Secret::from_text(&made(&added.out));
    let SignIn::Welcome(session) = desk.hub().sign_in("frida", &password, &Origin::default()).unwrap() else {
        panic!("the password is wrong")
    };
    assert!(session.must_change_password);
    let args = ["user", "add", "gerd", "--as", "alice", "--role", "basic", "--generate-password", "--json"];
    let json = desk.run(&args).done().json();
    assert_eq!(
        (text(&json["name"]), text(&json["role"]), json["must_change_password"].as_bool()),
        ("gerd".into(), "basic".into(), Some(true))
    );
    made(&text(&json["password"]));
    assert!(
        !desk.run(&["audit", "list", "--as", "alice", "--json"]).done().out.contains(password.expose_text().unwrap())
    );
    for (path, bytes) in desk.files() {
        let secret = password.expose();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{} has the password", path.display());
    }
}

#[test]
fn a_new_password_can_be_made_for_a_user_who_forgot_it() {
    let desk = Desk::ready();
    let set = desk.run(&["user", "passwd", "dora", "--as", "alice", "--generate"]).done();
    let signed_in = desk.hub().sign_in("dora", &Secret::from_text(&made(&set.out)), &Origin::default()).unwrap();
    assert!(matches!(signed_in, SignIn::Welcome(session) if session.must_change_password));
    let args = ["user", "passwd", "dora", "--as", "alice", "--password-stdin", "--json"];
    let json = desk.typing("a new horse battery", &args).done().json();
    assert!(json.get("password").is_none(), "who typed it knows it: {json}");
}

#[test]
fn users_have_notes() {
    let desk = Desk::ready();
    let note = "audit of spring 2027";
    desk.typing(
        PASSWORD,
        &["user", "add", "frida", "--as", "alice", "--role", "auditor", "--note", note, "--password-stdin"],
    )
    .done();
    let of = |name: &str| {
        let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
        text(&users.as_array().unwrap().iter().find(|user| user["name"] == name).unwrap()["note"])
    };
    assert_eq!((of("frida"), of("bram")), (note.to_owned(), String::new()));
    desk.run(&["user", "note", "bram", "--as", "alice", "--note", "backend team"]).done();
    assert_eq!(of("bram"), "backend team");
    let entry = desk.trail()[0].clone();
    assert_eq!((text(&entry["did"]), text(&entry["what"])), ("changed note of".into(), "bram".into()));
    assert_eq!((text(&entry["before"]["note"]), text(&entry["after"]["note"])), (String::new(), "backend team".into()));
    desk.run(&["user", "note", "bram", "--as", "alice", "--note", "none"]).done();
    assert_eq!(of("bram"), "");
    assert!(desk.run(&["user", "list", "--as", "alice"]).done().out.contains(note));
    desk.run(&["user", "note", "bram", "--as", "dora", "--note", "x"]).fails(3, REFUSED);
    desk.verify();
}

#[test]
fn the_way_of_the_last_sign_in_is_told() {
    let desk = Desk::ready();
    desk.hub().sign_in("alice", &Secret::from_text(PASSWORD), &Origin::default()).unwrap();
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    assert_eq!(users[0]["last_sign_in"]["via"], "password");
    assert!(desk.run(&["user", "list", "--as", "alice"]).done().out.contains(", password"));
}
