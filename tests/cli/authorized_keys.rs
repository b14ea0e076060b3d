//! What sshd asks: one line or nothing, and always 0.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::desk::{Desk, PASSWORD, text};

const TYPE: &str = "ssh-ed25519";
const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";
const FINGERPRINT: &str = "SHA256:8jsqZeBCXYsEyj5Bnr71zvS7VP2s7KZQmCpOXiv1nVs";

/// The Unix user whose files the desk's are.
fn me() -> String {
    let name = Command::new("id").arg("-un").output().unwrap().stdout;
    String::from_utf8(name).unwrap().trim().to_owned()
}

/// What sshd gets, with an empty environment as sshd gives it.
fn asked(desk: &Desk, offer: &[&str]) -> String {
    let places = ["--data-dir", desk.database().parent().unwrap().to_str().unwrap()].map(str::to_owned);
    let config = ["--config".to_owned(), desk.config().display().to_string()];
    let output = Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .env_clear()
        .args(["ssh", "authorized-keys"])
        .args(places)
        .args(config)
        .args(offer)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{offer:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{offer:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn with_key(more: &[&str]) -> Desk {
    let desk = Desk::ready();
    let add = [&["ssh-key", "add", "--as", "alice", "chen", "-"], more].concat();
    desk.typing(&format!("{TYPE} {KEY} laptop"), &add).done();
    desk
}

#[test]
fn a_known_key_is_one_line_without_any_environment() {
    let desk = with_key(&[]);
    let line = format!("restrict,pty,command=\"keydesk ssh session --key-id 1\" {TYPE} {KEY}\n");
    assert_eq!(asked(&desk, &[&me(), FINGERPRINT, TYPE, KEY]), line);
    assert_eq!(asked(&desk, &[&me(), "MD5:whatever", TYPE, KEY]), line, "the key counts, not its fingerprint");
    let limited = with_key(&["--network", "10.0.0.0/8", "--network", "2001:db8::/32", "--expires", "2100-01-01"]);
    let line = format!(
        "restrict,pty,command=\"keydesk ssh session --key-id 1\",from=\"10.0.0.0/8,2001:db8::/32\",expiry-time=\"21000101000000Z\" \
         {TYPE} {KEY}\n"
    );
    assert_eq!(asked(&limited, &[&me(), FINGERPRINT, TYPE, KEY]), line);
}

#[test]
fn whatever_is_in_doubt_is_nothing() {
    let desk = with_key(&[]);
    let me = me();
    let other = "AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n";
    let cert = "ssh-ed25519-cert-v01@openssh.com";
    for offer in [
        &["nobody", FINGERPRINT, TYPE, KEY][..],
        &["", FINGERPRINT, TYPE, KEY],
        &[&me, FINGERPRINT, TYPE, other],
        &[&me, FINGERPRINT, "ssh-rsa", KEY],
        &[&me, FINGERPRINT, cert, KEY],
        &[&me, FINGERPRINT, TYPE, ""],
        &[&me, FINGERPRINT, TYPE, "' OR 1=1"],
        &[&me, FINGERPRINT, TYPE],
        &[&me, FINGERPRINT, TYPE, KEY, "more"],
        &["--nonsense"],
        &["--as", "alice", &me, FINGERPRINT, TYPE, KEY],
        &[],
    ] {
        assert_eq!(asked(&desk, offer), "", "{offer:?}");
    }
    desk.run(&["user", "disable", "chen", "--as", "alice"]).done();
    assert_eq!(asked(&desk, &[&me, FINGERPRINT, TYPE, KEY]), "", "disabled");
    desk.run(&["user", "enable", "chen", "--as", "alice"]).done();
    desk.run(&["ssh-key", "remove", "--as", "alice", FINGERPRINT]).done();
    assert_eq!(asked(&desk, &[&me, FINGERPRINT, TYPE, KEY]), "", "removed");
}

#[test]
fn a_store_that_cannot_be_read_is_nothing_within_two_seconds() {
    let desk = with_key(&[]);
    let (me, database) = (me(), desk.database());
    let ask = || {
        let began = Instant::now();
        let said = asked(&desk, &[&me, FINGERPRINT, TYPE, KEY]);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        said
    };
    let lock = rusqlite::Connection::open(&database).unwrap();
    lock.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    lock.execute_batch("BEGIN IMMEDIATE; CREATE TABLE more (id); ROLLBACK").unwrap();
    assert_eq!(ask(), "", "locked");
    drop(lock);
    assert!(!ask().is_empty(), "it is free again");
    fs::set_permissions(database.parent().unwrap(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(ask(), "", "anybody could have put it there");
    fs::set_permissions(database.parent().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
    let whole = fs::read(&database).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", database.display()));
    }
    for half in [&whole[..whole.len() / 2], b"", b"no database", &[0; 4096]] {
        fs::write(&database, half).unwrap();
        assert_eq!(ask(), "");
    }
    fs::remove_file(&database).unwrap();
    assert_eq!(ask(), "", "gone");
    assert!(!database.exists(), "nothing is made");
}

#[test]
fn a_look_writes_nothing_and_needs_no_master_key() {
    let desk = with_key(&[]);
    fs::remove_file(desk.master_key()).unwrap();
    let kept = |desk: &Desk| {
        let is_of_sqlite = |path: &std::path::Path| path.extension().is_some_and(|e| e == "db-wal" || e == "db-shm");
        desk.files().into_iter().filter(|(path, _)| !is_of_sqlite(path)).collect::<Vec<_>>()
    };
    let before = kept(&desk);
    for _ in 0..3 {
        assert!(!asked(&desk, &[&me(), FINGERPRINT, TYPE, KEY]).is_empty());
    }
    assert!(kept(&desk) == before, "a file was changed");
}

#[test]
fn its_environment_does_not_matter() {
    let (desk, other) = (with_key(&[]), Desk::ready());
    let args = ["ssh", "authorized-keys", "--config"];
    let mut command = desk.spawn(&args);
    command.arg(desk.config()).arg("--data-dir").arg(desk.database().parent().unwrap());
    command.args([&me(), FINGERPRINT, TYPE, KEY]).env("KEYDESK_DATA_DIR", other.database().parent().unwrap());
    command.env("KEYDESK_AS", "alice").env("KEYDESK_CONFIG", "/nowhere");
    assert!(!command.output().unwrap().stdout.is_empty());
}

#[test]
fn a_session_without_sshd_is_refused_and_recorded() {
    let desk = with_key(&[]);
    let data = desk.data_dir();
    let session = ["ssh", "session", "--key-id", "1", "--data-dir", &data];
    let run = |vars: &[(&str, &str)]| {
        let mut command = desk.command(&session);
        command.envs(vars.iter().copied()).env("SSH_CONNECTION", "203.0.113.9 50000 10.0.0.1 22");
        crate::desk::Run::new(&session, command.output().unwrap())
    };
    run(&[("SSH_ORIGINAL_COMMAND", "key list")])
        .fails(3, "sshd did not say which key was used (ExposeAuthInfo is not on)");
    let file = desk.path().join("auth");
    let told = |line: &str| {
        fs::write(&file, line).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file.to_str().unwrap()
    };
    let other = "AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n";
    let auth = told(&format!("publickey {TYPE} {other}\n"));
    run(&[("SSH_USER_AUTH", auth), ("SSH_ORIGINAL_COMMAND", "user sign-ins")]).fails(3, "another key");
    let auth = told(&format!("publickey {TYPE} {KEY}\n"));
    run(&[("SSH_USER_AUTH", auth), ("SSH_ORIGINAL_COMMAND", "user sign-ins")]).done();
    run(&[("SSH_USER_AUTH", auth), ("SSH_ORIGINAL_COMMAND", "key list")]).fails(3, "Your role is Basic User");
    run(&[("SSH_USER_AUTH", auth)]).fails(2, "The desk needs a terminal");
    run(&[("SSH_USER_AUTH", auth), ("SSH_ORIGINAL_COMMAND", "key 'list")]).fails(2, "not closed");
    let long = "x".repeat(64 << 10);
    run(&[("SSH_USER_AUTH", auth), ("SSH_ORIGINAL_COMMAND", &long)]).fails(2, "There is no such command here");
    run(&[("SSH_USER_AUTH", auth), ("SSH_ORIGINAL_COMMAND", &format!("{long}x"))]).fails(2, "longer than 64 KiB");
    let trail = desk.trail();
    let refused: Vec<_> = trail.iter().filter(|row| row["action"] == "ssh_key.refused").collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!((&refused[0]["who"], &refused[0]["address"]), (&"chen".into(), &"203.0.113.9".into()));
    assert_eq!(text(&refused[0]["what"]), FINGERPRINT);
}

#[test]
fn sensitive_commands_want_the_own_password_first() {
    let desk = Desk::ready();
    desk.typing(&format!("{TYPE} {KEY} laptop"), &["ssh-key", "add", "--as", "alice", "alice", "-"]).done();
    let file = desk.path().join("auth");
    fs::write(&file, format!("publickey {TYPE} {KEY}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let run = |command: &str, input: &str| {
        let data = desk.data_dir();
        let session = ["ssh", "session", "--key-id", "1", "--data-dir", &data];
        let mut run = desk.command(&session);
        run.env("SSH_USER_AUTH", &file).env("SSH_ORIGINAL_COMMAND", command).write_stdin(input.to_owned());
        crate::desk::Run::new(&[command], run.output().unwrap())
    };
    run("user disable chen", "").fails(3, "Add --confirm-stdin");
    run("user disable chen --confirm-stdin", "wrong horse battery\n").fails(3, "That is not your password");
    run("user disable chen --confirm-stdin", &format!("{PASSWORD}\r\n")).done();
    let two = format!("{PASSWORD}\nanother horse battery\n");
    run("user passwd dora --password-stdin --confirm-stdin", &two).done();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n";
    run("ssh-key add dora - --confirm-stdin", &format!("{PASSWORD}\n{key}\n")).done();
    run("ssh-key add dora /etc/hostname --confirm-stdin", &format!("{PASSWORD}\n")).fails(2, "standard input only");
    run("sign http://x/ --key k --secret-stdin --body /etc/hostname", "x\n").fails(2, "standard input only");
    run("key list --as bram", "").fails(2, "key list takes no --as here: your SSH key says who you are.");
    run("setting set lock-time 20", "").fails(2, "setting set is not run over SSH: settings are changed at the desk");
    let rows = run("key list --csv", "").done().out;
    assert!(rows.lines().next().unwrap().contains("key,") && !rows.contains('{'), "{rows}");
    run("audit export --confirm-stdin", &format!("{PASSWORD}\n")).done();
    assert!(run("key create --kind basic --name x --json", "").done().json()["secret"].is_string());
    let trail = desk.trail();
    let created = trail.iter().find(|row| row["action"] == "credential.created").unwrap();
    assert_eq!(created["via"], format!("{FINGERPRINT} laptop"));
}
