//! The desk on a terminal over SSH: odd terminals, windows that change, lines that drop.

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{ENTER, ctrl};
use crate::room::Room;

#[test]
fn unknown_terminals_and_odd_windows_are_drawn() {
    let Some(room) = Room::new() else { return };
    for term in ["xterm-ghostty", "xterm-kitty", "alacritty", "no-such-terminal", ""] {
        let mut desk = room.desk_with("alice", &[], &[], (80, 24), &[("TERM", term)]);
        desk.sees("alice").sees("Administrator").keys("q");
        assert_eq!(desk.ended(), 0, "{term}");
    }
    let mut dumb = room.desk_with("alice", &[], &[], (80, 24), &[("TERM", "dumb")]);
    dumb.sees("9. Quit keydesk.").keys("9\r");
    dumb.ended();
    let mut desk = room.desk("alice", &[], &[], (60, 16));
    desk.sees("alice");
    for (columns, rows) in [(1, 1), (500, 200), (80, 24), (59, 15), (120, 40)] {
        desk.resize(columns, rows).settle(Duration::from_millis(300));
    }
    desk.sees("Administrator").keys("q");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn the_window_changes_inside_a_dialog_and_the_secret_comes_after_it() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("alice", &[], &[], (80, 24));
    desk.sees("My account")
        .keys(ENTER)
        .sees("Activity log")
        .keys(ENTER)
        .sees("LAST USED")
        .keys("n")
        .sees("[ Create key ]");
    desk.resize(120, 40).keys("night").resize(60, 16).settle(Duration::from_millis(300)).keys(ENTER).sees("kds");
    // The client is killed: nothing stays, and the next sign-in says what dropped.
    desk.cut();
    let gone = room.empties();
    assert!(gone < Duration::from_secs(3), "{gone:?}");
    assert_eq!(room.ssh("alice", "key list --json").done().json()[0]["name"], "night");
    room.desk("alice", &[], &[], (80, 24)).sees("My account").sees("night").sees("line dropped with its secret shown");
    let trail = room.trail();
    assert!(
        trail
            .iter()
            .any(|row| row["action"] == "secret.dropped" && row["via"].as_str().unwrap().contains("alice@laptop"))
    );
}

/// A client without a terminal that asks for one all the same tells of one without a size.
#[test]
fn a_terminal_without_a_size_is_drawn_as_a_usual_one() {
    let Some(room) = Room::new() else { return };
    let words = [vec!["timeout".to_owned(), "60".to_owned()], room.client("alice", &["-tt"], &[])].concat();
    let mut client = room.spawn(&words.iter().map(String::as_str).collect::<Vec<_>>(), Stdio::piped());
    let (mut stdin, mut stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
    let mut parser = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    let mut until = |words: &str| {
        let mut bytes = [0; 4096];
        while !parser.screen().contents().contains(words) {
            let n = stdout.read(&mut bytes).unwrap();
            assert!(n > 0, "it ended with:\n{}", parser.screen().contents());
            parser.process(&bytes[..n]);
        }
    };
    until("alice · Administrator");
    assert_eq!(far_terminal(&room, "stty size").trim(), "0 0");
    stdin.write_all(ENTER.as_bytes()).unwrap();
    until("Activity log");
    stdin.write_all(ctrl('c').as_bytes()).unwrap();
    assert_eq!(client.wait().unwrap().code(), Some(0));
}

/// Runs a command with the terminal of the session as its standard input.
fn far_terminal(room: &Room, command: &str) -> String {
    room.sh(&format!("{command} < /proc/$(pgrep -n -u keydesk -x keydesk)/fd/0")).done().out
}

#[test]
fn a_dialog_lives_through_every_size_of_the_window() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("alice", &[], &[], (500, 200));
    desk.sees("My account").keys(ENTER).sees("Activity log").keys(ENTER).sees("LAST USED").keys("n");
    // A window of one cell shows nothing and takes no keys: the word is on the screen before it shrinks.
    desk.sees("[ Create key ]").keys("night").sees("night");
    for (columns, rows) in [(1, 1), (120, 40), (60, 16), (500, 200), (80, 24)] {
        desk.resize(columns, rows).settle(Duration::from_millis(300));
    }
    desk.sees("night").sees("[ Create key ]");
    far_terminal(&room, "stty rows 0 columns 0");
    desk.settle(Duration::from_millis(300)).keys("ly").sees("nightly");
    far_terminal(&room, "stty rows 24 columns 80");
    desk.keys(ENTER).sees("shown only now").sees("nightly");
}

#[test]
fn the_lock_ends_the_session() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("alice", &[], &[], (80, 24));
    desk.sees("My account").keys("L").sees("The session is over: the desk was locked.");
    assert_eq!(desk.ended(), 0);
    room.empties();
    let actions: Vec<_> = room.trail().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect();
    assert!(actions.contains(&"session.signed_out".to_owned()), "{actions:?}");
}

#[test]
fn line_by_line_is_a_word_away() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("chen", &[], &["plain"], (80, 24));
    desk.sees("My account");
    room.home(&["user", "disable", "chen", "--as", "alice"], "").done();
    desk.keys("\r").sees("disabled");
    desk.ended();
}

#[test]
fn many_sign_ins_leave_no_process_and_no_file() {
    let Some(room) = Room::new() else { return };
    let files = || room.sh("find /tmp /run /var/lib/keydesk -xdev -type f | grep -v -e -wal -e -shm | sort").done().out;
    room.ssh("alice", "key list").done();
    room.empties();
    let before = files();
    for who in ["alice", "bram", "chen", "dora", "emil"].into_iter().cycle().take(200) {
        room.ssh(who, "ssh-key list").done();
    }
    thread::scope(|scope| {
        let runs: Vec<_> = (0..50).map(|_| scope.spawn(|| room.ssh("bram", "ssh-key list --json").code)).collect();
        let codes: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
        let done = codes.iter().filter(|code| **code == Some(0)).count();
        // MaxStartups of sshd (10:30:100) drops some connections at random; none that it takes may fail.
        assert!(done >= 10 && codes.iter().all(|code| [Some(0), Some(255)].contains(code)), "{codes:?}");
    });
    let gone = room.empties();
    assert!(gone < Duration::from_secs(10), "{gone:?}");
    assert_eq!(files(), before);
    room.home(&["audit", "verify", "--as", "alice"], "").done();
}

/// ClientAliveInterval 5 and ClientAliveCountMax 2 promise about half a minute, never a second: nothing tells of a link that
/// swallows packets.
#[test]
fn a_link_that_swallows_packets_ends_within_the_time_of_client_alive() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("alice", &[], &[], (80, 24));
    desk.sees("My account");
    let began = Instant::now();
    room.sh("ip link set lo down").done();
    let gone = room.empties();
    assert!(gone < Duration::from_secs(45), "{gone:?} of {:?}", began.elapsed());
    assert!(gone > Duration::from_secs(5), "{gone:?}: that was no silent link");
}
