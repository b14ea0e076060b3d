//! Set-up that is killed, cut short, or done by several at once: the next one goes on, and no key that a desk needs is touched.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Output, Stdio};

use super::desk::{Desk, PASSWORD, Run};
use super::server::{Server, server, url};

/// `init` in a process of its own.
fn spawn(desk: &Desk, store: &str, fault: &str) -> Child {
    let args = ["init", "--account", "Acme", "--name", "alice", "--password-stdin", "--store", store];
    let mut command = desk.spawn(&args);
    command.env("KEYDESK_TEST_FAULTS", fault).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    child
}

fn init(desk: &Desk, store: &str) -> Run {
    let output = spawn(desk, store, "").wait_with_output().unwrap();
    Run::new(&["init"], output)
}

/// The files beside the config file.
fn beside_key(desk: &Desk) -> Vec<String> {
    let found = fs::read_dir(desk.master_key().parent().unwrap()).into_iter().flatten();
    let mut names: Vec<_> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn file(desk: &Desk, name: &str) -> String {
    desk.path().join(name).display().to_string()
}

fn new_store(desk: &Desk, server: Option<&Server>) -> String {
    server.map_or_else(|| file(desk, "desk.db"), |server| url(&server.database()))
}

#[test]
fn the_next_set_up_goes_on_where_one_was_killed() {
    let Some(server) = server() else { return };
    for server in [None, Some(server)] {
        let (mut at, mut refused) = (0, 0);
        loop {
            at += 1;
            let desk = Desk::empty();
            let store = new_store(&desk, server);
            let ended = spawn(&desk, &store, &format!("killed-at={at}")).wait_with_output().unwrap();
            if ended.status.success() {
                break;
            }
            assert_eq!(ended.status.signal(), Some(9), "{ended:?}");
            let key = fs::read(desk.master_key()).ok();
            let again = init(&desk, &store);
            match again.code {
                Some(0) => {}
                // It was made before the end.
                Some(5) if again.err.contains("This desk is set up already") => refused += 1,
                code => panic!("killed at {at}, then {code:?}: {}", again.err),
            }
            assert!(key.is_none_or(|key| key == fs::read(desk.master_key()).unwrap()), "killed at {at}");
            desk.new_key("basic", "it works");
            assert_eq!(beside_key(&desk), ["config.toml", "master.key"], "killed at {at}");
        }
        assert!(at > 9 && refused >= 1, "{at} {refused}");
    }
}

#[test]
fn a_key_that_no_set_up_left_is_never_touched() {
    for length in [1, 31, 32, 33, 4096] {
        let desk = Desk::empty();
        fs::create_dir_all(desk.master_key().parent().unwrap()).unwrap();
        fs::write(desk.master_key(), vec![7; length]).unwrap();
        fs::set_permissions(desk.master_key(), fs::Permissions::from_mode(0o600)).unwrap();
        let says = if length == 32 { "There is a master key at" } else { "is no whole master key of keydesk" };
        init(&desk, &file(&desk, "desk.db")).fails(5, says);
        assert_eq!(fs::read(desk.master_key()).unwrap(), vec![7; length]);
        assert_eq!(beside_key(&desk), ["master.key"]);
    }
    let desk = Desk::empty();
    fs::create_dir_all(desk.master_key().parent().unwrap()).unwrap();
    fs::write(desk.master_key(), "").unwrap();
    init(&desk, &file(&desk, "desk.db")).done();
    desk.new_key("basic", "an empty file was no key");
}

#[test]
fn an_unfinished_set_up_of_another_place_keeps_its_key() {
    let desk = Desk::empty();
    // Where the key is there and the desk is not.
    let ended = spawn(&desk, &file(&desk, "first.db"), "killed-at=6").wait_with_output().unwrap();
    assert_eq!(ended.status.signal(), Some(9), "{ended:?}");
    let key = fs::read(desk.master_key()).unwrap();
    fs::remove_file(desk.config()).unwrap();
    init(&desk, &file(&desk, "second.db")).fails(5, "first.db, whose set-up was not finished");
    assert_eq!(fs::read(desk.master_key()).unwrap(), key);
    init(&desk, &file(&desk, "first.db")).done();
    assert_eq!(fs::read(desk.master_key()).unwrap(), key);
    desk.new_key("basic", "it works");
}

fn codes(ended: &[Output]) -> (usize, usize) {
    let count = |code| ended.iter().filter(|output| output.status.code() == Some(code)).count();
    (count(0), count(5))
}

#[test]
fn of_several_set_ups_at_once_one_makes_the_desk() {
    let Some(server) = server() else { return };
    for server in [None, Some(server)] {
        let desk = Desk::empty();
        let store = new_store(&desk, server);
        let all: Vec<_> = (0..4).map(|_| spawn(&desk, &store, "")).collect();
        let ended: Vec<_> = all.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        assert_eq!(codes(&ended), (1, 3), "on one machine: {ended:?}");
        desk.new_key("basic", "it works");
        assert_eq!(beside_key(&desk), ["config.toml", "master.key"]);
    }
    for _ in 0..3 {
        let desks = [(); 4].map(|()| Desk::empty());
        let store = url(&server.database());
        let all: Vec<_> = desks.iter().map(|desk| spawn(desk, &store, "")).collect();
        let ended: Vec<_> = all.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        assert_eq!(codes(&ended), (1, 3), "on several machines: {ended:?}");
        for (desk, output) in desks.iter().zip(&ended) {
            assert_eq!(desk.master_key().exists(), output.status.success(), "{output:?}");
        }
        let winner = desks.iter().find(|desk| desk.master_key().exists()).unwrap();
        winner.new_key("basic", "it works");
    }
}
