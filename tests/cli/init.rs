//! Set-up without a screen: once, at the places it was told, or not at all.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::desk::{Desk, PASSWORD};

const INIT: [&str; 6] = ["init", "--account", "Acme Messaging", "--name", "alice", "--password-stdin"];

fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn set_up_on_a_fresh_machine() {
    let desk = Desk::empty();
    let run = desk.typing(PASSWORD, &INIT).done();
    for says in ["Acme Messaging", "alice", desk.database().to_str().unwrap(), desk.master_key().to_str().unwrap()] {
        assert!(run.out.contains(says), "{says} is not in {}", run.out);
    }
    assert_eq!((mode(desk.database()), mode(desk.master_key())), (0o600, 0o600));
    assert_eq!(mode(desk.database().parent().unwrap()), 0o700);
    assert_eq!(fs::read(desk.master_key()).unwrap().len(), 32);
    assert_eq!(desk.verify().split(':').count(), 2);
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    assert_eq!((&users[0]["name"], &users[0]["role"]), (&"alice".into(), &"administrator".into()));
    assert!(!desk.path().join("home").exists(), "something was written to the home directory");
}

#[test]
fn default_paths_follow_the_platform() {
    let desk = Desk::empty();
    let run = |args: &[&str]| {
        let mut command = desk.command(args);
        command.env_remove("KEYDESK_DATA_DIR").env_remove("KEYDESK_CONFIG").write_stdin(PASSWORD);
        command.output().unwrap()
    };
    assert!(run(&INIT).status.success());
    assert!(desk.path().join("home/.local/share/keydesk/keydesk.db").is_file());
    assert!(desk.path().join("home/.config/keydesk/master.key").is_file());
    assert!(run(&["key", "list", "--as", "alice"]).status.success());
}

#[test]
fn flags_override_the_environment_on_either_side_of_the_command() {
    let desk = Desk::empty();
    let (data, key) = (desk.path().join("other"), desk.path().join("keys/desk.key"));
    let places = ["--data-dir", data.to_str().unwrap(), "--master-key-file", key.to_str().unwrap()];
    desk.typing(PASSWORD, &[&places[..], &INIT].concat()).done();
    assert!(data.join("keydesk.db").is_file() && key.is_file() && !desk.database().exists());
    desk.run(&[&["key", "list", "--as", "alice"][..], &places].concat()).done();
    desk.run(&[&places[..], &["key", "list", "--as", "alice"]].concat()).done();
}

#[test]
fn systemd_may_provide_the_master_key() {
    let desk = Desk::ready();
    let run = desk.path().join("run");
    fs::create_dir(&run).unwrap();
    fs::rename(desk.master_key(), run.join("master.key")).unwrap();
    fs::set_permissions(run.join("master.key"), fs::Permissions::from_mode(0o440)).unwrap();
    let list = ["key", "list", "--as", "alice"];
    desk.command(&list).env("CREDENTIALS_DIRECTORY", &run).assert().success();
    // The same file and mode elsewhere is an exposed one.
    let key = run.join("master.key");
    let named = [&list[..], &["--master-key-file", key.to_str().unwrap()]].concat();
    desk.run(&named).fails(6, "can be read by others");
}

#[test]
fn a_second_set_up_is_refused_and_changes_nothing() {
    let desk = Desk::ready();
    let before = desk.files();
    desk.typing(PASSWORD, &INIT).fails(5, "set up already");
    assert_eq!(desk.files(), before);
}

#[test]
fn of_two_at_the_same_instant_exactly_one_wins() {
    for round in 0..20 {
        let desk = Desk::empty();
        let mut children: Vec<_> = ["alice", "bram"]
            .map(|name| {
                let args = ["init", "--account", "Acme", "--name", name, "--password-stdin"];
                let mut spawn = desk.spawn(&args);
                spawn.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .into_iter()
            .collect();
        // Both wait for their password: the line lets them go.
        for child in &mut children {
            child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        }
        let outputs: Vec<_> = children.into_iter().map(|c| c.wait_with_output().unwrap()).collect();
        let codes: Vec<_> = outputs.iter().map(|o| o.status.code().unwrap()).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 5], "round {round}: {outputs:?}");
        let winner = if codes[0] == 0 { "alice" } else { "bram" };
        assert_eq!(desk.run(&["user", "list", "--as", winner, "--jsonl"]).done().out.lines().count(), 1);
        desk.run(&["audit", "verify", "--as", winner]).done();
    }
}

#[test]
fn an_invalid_set_up_is_refused_and_leaves_nothing() {
    let long = "x".repeat(65);
    let table: &[(&str, &str, &str, &str)] = &[
        ("", "alice", PASSWORD, "A name is needed"),
        ("Acme\u{1b}[31m", "alice", PASSWORD, "U+001B"),
        (&long, "alice", PASSWORD, "65 characters"),
        ("Acme", "Alice", PASSWORD, "A user name has"),
        ("Acme", "", PASSWORD, "A user name has"),
        ("Acme", "al\u{202e}ice", PASSWORD, "A user name has"),
        ("Acme", "alice", "short", "12 characters or more"),
        ("Acme", "alice", "alicealicealice", "first that anybody would try"),
        ("Acme", "alice", "", "no password"),
        ("Acme", "alice", "twelve\u{7}characters", "control characters"),
    ];
    for (account, name, password, says) in table {
        let desk = Desk::empty();
        desk.typing(password, &["init", "--account", account, "--name", name, "--password-stdin"]).fails(2, says);
        assert!(desk.files().is_empty(), "{says}: {:?} was left", desk.files());
    }
}

#[test]
fn no_password_and_no_terminal_is_a_usage_error() {
    let desk = Desk::empty();
    desk.run(&INIT[..5]).fails(2, "--password-stdin");
    desk.run(&["init", "--name", "alice"]).fails(2, "--account");
    assert!(desk.files().is_empty());
}

#[test]
fn a_chosen_store_url_is_remembered() {
    let desk = Desk::empty();
    let store = desk.path().join("elsewhere/desk.sqlite");
    let url = format!("sqlite:{}", store.display());
    desk.typing(PASSWORD, &[&INIT[..], &["--store", &url]].concat()).done();
    assert!(store.is_file() && !desk.database().exists());
    assert!(fs::read_to_string(desk.config()).unwrap().contains("desk.sqlite"));
    let key = desk.new_key("basic", "crm-sync");
    desk.run(&["key", "show", &key, "--as", "alice"]).done();
}

#[test]
fn a_store_that_the_config_file_contradicts_is_refused() {
    let desk = Desk::empty();
    fs::create_dir(desk.path().join("etc")).unwrap();
    fs::write(desk.config(), "store = \"mine.db\"\n").unwrap();
    let other = desk.path().join("other.db");
    let args = [&INIT[..], &["--store", other.to_str().unwrap()]].concat();
    desk.typing(PASSWORD, &args).fails(5, "names another store (mine.db)");
    assert_eq!(desk.files().len(), 1);
    desk.typing(PASSWORD, &INIT).done();
    assert!(desk.path().join("etc/mine.db").is_file());
}

#[test]
fn a_set_up_that_fails_leaves_the_config_file_as_it_was() {
    let desk = Desk::empty();
    fs::create_dir(desk.path().join("etc")).unwrap();
    fs::write(desk.config(), "# mine\n").unwrap();
    desk.typing("short", &[&INIT[..], &["--store", "/nowhere/desk.db"]].concat()).fails(2, "12 characters");
    assert_eq!(fs::read_to_string(desk.config()).unwrap(), "# mine\n");
    assert_eq!(desk.files().len(), 1);
}

#[test]
fn other_stores_are_refused() {
    let desk = Desk::empty();
    let with = |store| [&INIT[..], &["--store", store]].concat();
    let said = desk.typing(PASSWORD, &with("postgres://keydesk:hunter22@db/keydesk")).fails(2, "holds a password").err;
    assert!(!said.contains("hunter22"));
    desk.typing(PASSWORD, &with("mysql://u:hunter22@db/keydesk")).fails(2, "not a store that keydesk knows");
    assert!(desk.files().is_empty());
}

#[test]
fn a_mistake_in_the_config_file_is_reported() {
    let desk = Desk::ready();
    for (text, says) in [
        ("stroe = \"x\"\n", "unknown field `stroe`"),
        ("store = [", "line 1"),
        ("store = \"postgres://h/d\"", "names no user"),
    ] {
        fs::write(desk.config(), text).unwrap();
        desk.run(&["key", "list", "--as", "alice"]).fails(2, says);
    }
}

/// The prompt: typed twice on a terminal, never shown.
#[test]
fn the_password_can_be_typed_on_a_terminal() {
    for (second, code, says) in [(PASSWORD, 0, "is ready"), ("another horse battery", 2, "differ")] {
        let desk = Desk::empty();
        let pty =
            native_pty_system().openpty(PtySize { rows: 24, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear();
        command.env("HOME", desk.path());
        command.env("KEYDESK_DATA_DIR", desk.path().join("data"));
        command.env("KEYDESK_CONFIG", desk.config());
        command.args(&INIT[..5]);
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let _ = sender.send(buffer[..n].to_vec());
            }
        });
        let mut seen = String::new();
        let until = |wanted: &str, seen: &mut String| {
            let end = Instant::now() + Duration::from_secs(30);
            while !seen.contains(wanted) {
                let left = end.saturating_duration_since(Instant::now());
                let bytes = receiver.recv_timeout(left).unwrap_or_else(|_| panic!("no {wanted:?} in {seen:?}"));
                seen.push_str(&String::from_utf8_lossy(&bytes));
            }
        };
        let mut writer = pty.master.take_writer().unwrap();
        until("Password of alice: ", &mut seen);
        writer.write_all(format!("{PASSWORD}\r").as_bytes()).unwrap();
        until("The same again: ", &mut seen);
        writer.write_all(format!("{second}\r").as_bytes()).unwrap();
        until(says, &mut seen);
        assert_eq!(child.wait().unwrap().exit_code(), code);
        assert!(!seen.contains("horse"), "the password was shown: {seen:?}");
    }
}
