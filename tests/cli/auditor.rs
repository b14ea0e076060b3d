//! The Auditor on the command line: sees everything but secrets, and changes nothing.

use std::collections::BTreeSet;

use crate::desk::{Desk, PASSWORD, text};

/// Every command that names who acts, and whether an Auditor may run it. `KEY` stands for a key of the desk.
const COMMANDS: &[(&str, bool)] = &[
    ("key list", true),
    ("key list --json", true),
    ("key show KEY", true),
    ("key usage KEY", true),
    ("key create --kind basic --name x", false),
    ("key rotate KEY --overlap none", false),
    ("key edit KEY --note x", false),
    ("key rename KEY x", false),
    ("key find --secret-stdin", false),
    ("key disable KEY", false),
    ("key enable KEY", false),
    ("key revoke KEY", false),
    ("user list", true),
    ("user sign-ins", true),
    ("user add eve --role auditor --password-stdin", false),
    ("user role chen --role auditor", false),
    ("user role emil --role administrator", false),
    ("user disable bram", false),
    ("user enable bram", false),
    ("user unlock bram", false),
    ("user passwd bram --password-stdin", false),
    ("user passwd bram --generate", false),
    ("user note bram --note x", false),
    ("audit list", true),
    ("audit verify", true),
    ("audit export --format jsonl", true),
    ("audit accept", false),
    ("setting list", true),
    ("setting set lock-time 5", false),
    ("snippet nginx", true),
    ("explain", true),
    ("ssh-key list --all", true),
    ("ssh-key add bram -", false),
    ("ssh-key remove FINGERPRINT", false),
    ("ssh-key add emil -", true),
    ("schema status", true),
    ("schema upgrade", false),
    ("store copy --to other.db", false),
    ("user passwd emil --password-stdin", true),
];

/// SSH keys of alice and of whoever gets one.
const HERS: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";
const ANOTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIGd4Mwk1fL8m2b0nK1Yf9lX3sQe5uJ7rT0vWcZpHnBa";

fn desk() -> (Desk, String) {
    let desk = Desk::ready();
    desk.typing(PASSWORD, &["user", "add", "emil", "--as", "alice", "--role", "auditor", "--password-stdin"]).done();
    let key = desk.new_key("basic", "crm-sync");
    desk.typing(HERS, &["ssh-key", "add", "--as", "alice", "alice", "-"]).done();
    (desk, key)
}

#[test]
fn an_auditor_sees_everything_and_changes_nothing() {
    let (desk, key) = desk();
    let keys = desk.run(&["ssh-key", "list", "--as", "alice", "--json"]).done().json();
    let fingerprint = text(&keys[0]["fingerprint"]);
    let before = (desk.list(), desk.run(&["setting", "list", "--as", "alice", "--json"]).done().out);
    for (command, may) in COMMANDS {
        let line = command.replace("KEY", &key).replace("FINGERPRINT", &fingerprint);
        let args: Vec<_> = line.split_whitespace().chain(["--as", "emil"]).collect();
        let typed = match *command {
            "explain" => "GET / HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Basic a2RiOng=\r\n\r\n",
            "key find --secret-stdin" => "kdsnothing",
            "ssh-key add bram -" | "ssh-key add emil -" => ANOTHER,
            _ => PASSWORD,
        };
        let run = desk.typing(typed, &args);
        match may {
            true => drop(run.done()),
            false => {
                let said = run.fails(3, "Only account Administrators can ").err;
                assert!(said.contains("Your role is Auditor."), "{said}");
                assert!(said.contains("assistance: alice, bram."), "{said}");
            }
        }
    }
    assert_eq!(before, (desk.list(), desk.run(&["setting", "list", "--as", "alice", "--json"]).done().out));
    let trail = desk.trail();
    let refused = trail.iter().filter(|row| row["who"] == "emil" && text(&row["did"]).contains("refused"));
    let refused: u64 = refused.map(|row| row["count"].as_u64().unwrap()).sum();
    let wanted = COMMANDS.iter().filter(|(_, may)| !may).count();
    assert_eq!(refused, wanted as u64, "every refusal is in the trail");
    desk.verify();
}

/// A command that is added must be decided on here.
#[test]
fn every_command_that_acts_as_somebody_is_in_the_table() {
    fn leaves(command: &clap::Command, path: &str, all: &mut BTreeSet<String>) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let path = format!("{path} {}", sub.get_name()).trim().to_owned();
            if sub.get_arguments().any(|arg| arg.get_long() == Some("as")) {
                all.insert(path.clone());
            }
            leaves(sub, &path, all);
        }
    }
    let mut all = BTreeSet::new();
    leaves(&keydesk::cli::command(), "", &mut all);
    for command in all {
        let named = COMMANDS.iter().any(|(line, _)| *line == command || line.starts_with(&format!("{command} ")));
        assert!(named, "{command} is not in the table");
    }
}

#[test]
fn the_role_is_called_auditor_in_json_and_tables() {
    let (desk, _) = desk();
    let users = desk.run(&["user", "list", "--as", "emil", "--json"]).done().json();
    let emil = users.as_array().unwrap().iter().find(|user| user["name"] == "emil").unwrap();
    assert_eq!(emil["role"], "auditor");
    assert!(desk.run(&["user", "list", "--as", "emil"]).done().out.contains("Auditor"));
    let said = desk.run(&["user", "role", "chen", "--as", "alice", "--role", "auditor"]).done().out;
    assert_eq!(said, "chen is an Auditor now.\n");
    let role = desk.trail()[0].clone();
    assert_eq!((text(&role["before"]["role"]), text(&role["after"]["role"])), ("basic".into(), "auditor".into()));
}

#[test]
fn an_auditor_reads_history_and_refusals_of_a_key() {
    let (desk, key) = desk();
    desk.run(&["key", "disable", &key, "--as", "alice"]).done();
    let entries = desk.run(&["audit", "list", "--key", &key, "--as", "emil", "--json"]).done().json();
    assert_eq!(entries.as_array().unwrap().len(), 2);
    assert!(!desk.run(&["key", "show", &key, "--as", "emil", "--json"]).done().out.contains("\"secret\":"));
}

#[test]
fn explain_tells_only_administrators_whose_secret_it_is() {
    let (desk, key) = desk();
    let other = desk.create(&["--kind", "basic", "--name", "someone else"]);
    let (other_key, secret) = (text(&other["key"]), text(&other["secret"]));
    for pair in [format!("{key}:{secret}"), format!("{secret}:x")] {
        let request =
            format!("GET / HTTP/1.1\nAuthorization: Basic {}\n\n", data_encoding::BASE64.encode(pair.as_bytes()));
        let told = desk.typing(&request, &["explain", "--as", "alice"]).done().out;
        assert!(told.contains(&other_key) && told.contains("someone else"), "{told}");
        let said = desk.typing(&request, &["explain", "--as", "emil"]).done().out;
        assert!(!said.contains(&other_key) && !said.contains("someone else") && !said.contains(&secret), "{said}");
        assert!(!said.contains("another key"), "{said}");
    }
}

#[test]
fn a_refusal_says_who_may_see_what_was_asked_for() {
    let (desk, key) = desk();
    desk.typing(PASSWORD, &["user", "add", "bea", "--as", "alice", "--role", "basic", "--password-stdin"]).done();
    let sees = "Only account Administrators, Auditors and Advanced Users can see API keys. Your role is Basic User.";
    for command in [vec!["key", "list"], vec!["key", "show", &key], vec!["key", "usage", &key]] {
        desk.run(&[command.as_slice(), &["--as", "bea"]].concat()).fails(3, sees);
    }
    let request = format!("GET / HTTP/1.1\nAuthorization: Basic {}\n\n", data_encoding::BASE64.encode(key.as_bytes()));
    let explains = "Only account Administrators and Auditors can explain requests. Your role is Basic User.";
    desk.typing(&request, &["explain", "--as", "bea"]).fails(3, explains);
    let reads = "Only account Administrators and Auditors can read the activity log. Your role is Basic User.";
    desk.run(&["audit", "list", "--key", &key, "--as", "bea"]).fails(3, reads);
    desk.run(&["key", "revoke", &key, "--as", "bea"]).fails(3, "Only account");
    // What was asked about a user is in the log with the user.
    desk.run(&["user", "disable", "chen", "--as", "emil"]).fails(3, "Only account Administrators can manage users");
    let refused = desk.trail().into_iter().find(|row| text(&row["did"]).contains("may not disable users")).unwrap();
    assert_eq!((text(&refused["who"]), text(&refused["what"])), ("emil".into(), "chen".into()));
    desk.run(&["user", "disable", "my-password-1", "--as", "emil"]).fails(3, "Only account Administrators");
    assert!(desk.trail().iter().all(|row| !row.to_string().contains("my-password-1")), "no name that is none is kept");
    let fingerprint = text(&desk.run(&["ssh-key", "list", "--as", "alice", "--json"]).done().json()[0]["fingerprint"]);
    desk.run(&["ssh-key", "remove", &fingerprint, "--as", "bea"]).fails(3, "Only account Administrators");
    let refused = desk.trail().into_iter().find(|row| text(&row["did"]).contains("may not remove SSH keys")).unwrap();
    assert_eq!((text(&refused["who"]), text(&refused["what"])), ("bea".into(), "alice".into()));
}

#[test]
fn words_of_small_sentences_have_their_subject() {
    let (desk, key) = desk();
    let added = desk.typing(PASSWORD, &["user", "add", "zoe", "--as", "alice", "--role", "basic", "--password-stdin"]);
    let said = added.done().out;
    assert_eq!(said, "zoe was added as a Basic User, and the password must be changed at the next sign-in.\n");
    let said = desk.typing(PASSWORD, &["user", "passwd", "zoe", "--as", "alice", "--password-stdin"]).done().out;
    assert_eq!(said, "The password of zoe is set and must be changed at the next sign-in.\n");
    assert!(desk.run(&["ssh-key", "list", "--as", "zoe"]).done().err.contains("You have no SSH keys."));
    assert!(desk.run(&["ssh-key", "list", "zoe", "--as", "alice"]).done().err.contains("zoe has no SSH keys."));
    for verb in ["revoke", "disable"] {
        let said = format!("crm-sync is a name; give its key {key}.");
        desk.run(&["key", verb, "crm-sync", "--as", "alice"]).fails(4, &said);
    }
    let said = format!("crm-sync is a name; give its key {key}.");
    desk.run(&["key", "rotate", "crm-sync", "--overlap", "none", "--as", "alice"]).fails(4, &said);
    desk.run(&["key", "revoke", "nothing", "--as", "alice"]).fails(4, "There is no key nothing.");
}
