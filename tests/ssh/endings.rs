//! Where a connection ends: standard input that ends at every point of what a command reads from it, and a client that is killed
//! at every point of the desk. Nothing is half made, no process stays, and what was kept is told at the next sign-in.

use std::io::Write as _;
use std::process::Stdio;

use crate::harness::{DOWN, Desk, ENTER, ctrl};
use crate::room::{PASSWORD, Room, public};

/// Everything that a desk lists, for a comparison; what a sign-in itself notes is left out.
fn kept(room: &Room) -> String {
    let of = |args: &[&str]| room.home(&[args, &["--as", "alice", "--json"]].concat(), "").done().json();
    let users = of(&["user", "list"]);
    let users: Vec<_> = users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| format!("{} {} {}", user["name"], user["state"], user["role"]))
        .collect();
    let keys = of(&["ssh-key", "list", "--all"]);
    let keys: Vec<_> =
        keys.as_array().unwrap().iter().map(|key| format!("{} {}", key["fingerprint"], key["state"])).collect();
    format!("{users:?} {keys:?} {}", of(&["key", "list", "--all"]))
}

/// Beginnings of a text, up to all of it but the line break.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    let points = [0, 1, text.len() / 3, text.len() / 2, text.len() - 1];
    points.into_iter().map(move |end| &text[..end])
}

#[test]
fn input_that_ends_too_early_changes_nothing() {
    let Some(room) = Room::new() else { return };
    let before = kept(&room);
    let line = format!("{PASSWORD}\n");
    let stranger = public("s1");
    let blob = stranger.rsplit_once(' ').unwrap().0;
    let sensitive = [
        "user disable chen",
        "user role chen --role auditor",
        "ssh-key remove SHA256:x",
        "audit export",
        "user passwd dora --password-stdin",
    ];
    for command in sensitive {
        for input in beginnings(PASSWORD) {
            let run = room.ssh_with("alice", &[], &format!("{command} --confirm-stdin"), input);
            assert!([Some(2), Some(3)].contains(&run.code) && run.out.is_empty(), "{command} {input:?}: {run:?}");
        }
    }
    for input in beginnings(blob) {
        let run = room.ssh_with("alice", &[], "ssh-key add chen - --confirm-stdin", &format!("{line}{input}"));
        assert!(run.code == Some(2) && run.out.is_empty(), "{input:?}: {run:?}");
        let run = room.ssh_with(
            "alice",
            &[],
            "user add eve --role basic --ssh-key - --confirm-stdin",
            &format!("{line}{input}"),
        );
        assert!(run.code == Some(2) && run.out.is_empty(), "{input:?}: {run:?}");
    }
    for (command, input) in [
        ("user passwd dora --password-stdin --confirm-stdin", &line[..]),
        ("user add eve --role basic --password-stdin --confirm-stdin", &line),
        ("user add eve --role basic --password-stdin --confirm-stdin", &format!("{line}short")),
        ("key create --kind legacy --name x --username smsbatch --password-stdin", ""),
        ("key create --kind legacy --name x --username smsbatch --password-stdin", "Ab1"),
        ("key find --secret-stdin", ""),
        ("sign http://x.example/ --key k --secret-stdin", ""),
    ] {
        let run = room.ssh_with("alice", &[], command, input);
        assert!([Some(2), Some(3), Some(4)].contains(&run.code), "{command}: {run:?}");
    }
    for input in ["", "GET", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: x\r\nAuthoriza"] {
        let run = room.ssh_with("alice", &[], "explain", input);
        assert!([Some(0), Some(1), Some(2)].contains(&run.code), "{input:?}: {run:?}");
    }
    room.empties();
    assert_eq!(kept(&room), before);
    room.home(&["audit", "verify", "--as", "alice"], "").done();
}

/// Waits until keydesk itself runs as the Unix user of the desk.
fn runs(room: &Room) {
    room.sh("for i in $(seq 600); do pgrep -u keydesk -x keydesk >/dev/null && exit; sleep 0.1; done; exit 1").done();
}

#[test]
fn a_client_killed_while_a_command_waits_for_input_changes_nothing() {
    let Some(room) = Room::new() else { return };
    let before = kept(&room);
    let line = format!("{PASSWORD}\n");
    for (command, input) in [
        ("user disable chen --confirm-stdin", ""),
        ("user disable chen --confirm-stdin", "half of a pass"),
        ("ssh-key add chen - --confirm-stdin", &line),
        ("ssh-key add chen - --confirm-stdin", &format!("{line}ssh-ed25519 AAAAC3Nza")),
        ("user passwd dora --password-stdin --confirm-stdin", &line),
        ("key create --kind legacy --name x --username smsbatch --password-stdin", ""),
        ("explain", "GET / HTTP/1.1\r\n"),
    ] {
        let words = room.client("alice", &[], &[command]);
        let mut client = room.spawn(&words.iter().map(String::as_str).collect::<Vec<_>>(), Stdio::piped());
        let mut stdin = client.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        runs(&room);
        // nsenter became the client.
        client.kill().unwrap();
        client.wait().unwrap();
        drop(stdin);
        room.empties();
    }
    assert_eq!(kept(&room), before);
}

/// Kills the client of a desk; nothing of it stays.
fn dropped(room: &Room, mut desk: Desk) {
    desk.cut();
    drop(desk);
    room.empties();
}

#[test]
fn a_line_that_drops_anywhere_in_the_desk_leaves_nothing() {
    let Some(room) = Room::new() else { return };
    let before = kept(&room);
    let open = |command: &[&str]| room.desk("alice", &[], command, (80, 24));
    // Before sshd has asked for the key, and when keydesk has begun.
    dropped(&room, open(&[]));
    let desk = open(&[]);
    runs(&room);
    dropped(&room, desk);
    let steps: [(&str, &str); 8] = [
        ("", "My account"),
        (ENTER, "Activity log"),
        (ENTER, "LAST USED"),
        ("n", "[ Create key ]"),
        ("night", "night"),
        ("\u{1b}", "LAST USED"),
        ("/ni", "/"),
        ("", "LAST USED"),
    ];
    for end in 1..=5 {
        let mut desk = open(&[]);
        for (keys, shown) in &steps[..end] {
            desk.keys(keys).sees(shown);
        }
        dropped(&room, desk);
    }
    assert_eq!(kept(&room), before);
}

#[test]
fn a_line_that_drops_while_a_password_is_asked_for_changes_nothing() {
    let Some(room) = Room::new() else { return };
    let before = kept(&room);
    for typed in ["", "correct horse", PASSWORD] {
        let mut desk = room.desk("alice", &[], &["user disable chen"], (80, 24));
        desk.sees("Your own password:").keys(typed);
        dropped(&room, desk);
        let mut desk = room.desk("alice", &[], &[], (80, 24));
        desk.sees("My account")
            .keys(DOWN)
            .keys(ENTER)
            .sees("SSH keys")
            .keys("s")
            .sees("n add")
            .keys("n")
            .sees("Paste the line");
        desk.keys(public("s1").trim()).sees("s1@laptop").keys(&ctrl('s')).sees("Your password again").keys(typed);
        dropped(&room, desk);
    }
    assert_eq!(kept(&room), before);
    assert_eq!(room.ssh("s1", "key list").code, Some(255));
}

/// Answers a menu line by line with the number of its choice that begins so.
fn picks(desk: &mut Desk, words: &str) {
    let number = |screen: &vt100::Screen| {
        let contents = screen.contents();
        let lines = contents.lines().rev().filter_map(|line| line.split_once(". "));
        lines.filter(|(_, choice)| choice.starts_with(words)).find_map(|(number, _)| number.trim().parse::<u8>().ok())
    };
    desk.until(words, |screen| number(screen).is_some());
    let number = desk.look(number).unwrap();
    desk.keys(&format!("{number}\r"));
}

/// The secret that nobody could note down is told of at the next sign-in, on the screen and line by line.
#[test]
fn what_was_kept_when_the_line_dropped_is_told_next_time() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("bram", &[], &["plain"], (80, 24));
    for words in ["API Settings", "Basic Authentication", "Create new key."] {
        picks(&mut desk, words);
    }
    desk.sees("new Basic key").keys("nightly\r");
    picks(&mut desk, "Create the key now.");
    picks(&mut desk, "Show it.");
    desk.sees("kds");
    dropped(&room, desk);
    let listed = room.ssh("bram", "key list --json").done();
    assert_eq!(listed.json()[0]["name"], "nightly");
    assert!(!listed.out.contains("kds"), "the secret is gone: {listed:?}");
    let mut next = room.desk("bram", &[], &["plain"], (120, 40));
    next.sees("The line dropped while the secret of nightly was shown.");
    dropped(&room, next);
    assert_eq!(room.trail().iter().filter(|row| row["action"] == "credential.created").count(), 1);
    assert!(room.trail().iter().any(|row| row["action"] == "secret.dropped"));
}
