//! A copy from the far side of SSH: straight to the terminal, and with tmux or GNU screen before it.

use std::time::Duration;

use data_encoding::BASE64;

use crate::harness::{Desk, ENTER};
use crate::need::need;
use crate::room::Room;

/// What keydesk says of a tmux that it cannot ask.
const EITHER_SIDE: [&str; 3] = ["the tmux on this side of SSH or that may drop it", "set -s set-clipboard on", "Paste"];

/// A desk with the one-time view of a new key open; its secret.
#[track_caller]
fn new_secret(desk: &mut Desk) -> String {
    desk.sees("My account").keys(ENTER).sees("Activity log").keys(ENTER).sees("LAST USED").keys("n");
    desk.sees("[ Create key ]").keys("night").sees("night").keys(ENTER).sees("shown only now");
    let found = |screen: &vt100::Screen| {
        let picture = screen.contents();
        let mut words = picture.split(|c: char| !c.is_ascii_alphanumeric());
        words.find(|word| word.starts_with("kds") && word.len() == 30).map(str::to_owned)
    };
    // A frame may come in several pieces.
    desk.until("a secret", |screen| found(screen).is_some());
    desk.look(found).unwrap()
}

/// How often the terminal got the bytes.
fn times(desk: &Desk, bytes: &[u8]) -> usize {
    desk.raw().windows(bytes.len()).filter(|part| *part == bytes).count()
}

/// The words in their order, however the lines are broken.
#[track_caller]
fn says(desk: &mut Desk, words: &[&str]) {
    for words in words {
        desk.until(words, |screen| {
            let text = screen.contents();
            let text = text.split_whitespace().filter(|word| word.chars().any(|c| c.is_ascii()));
            text.collect::<Vec<_>>().join(" ").contains(words)
        });
    }
}

/// Closing asks: a copy that may be lost does not count.
#[track_caller]
fn is_not_counted(desk: &mut Desk) {
    desk.keys(ENTER).sees("Close without copying?").keys(ENTER).sees_no("Close without copying?");
}

/// A client inside a tmux of the client's machine, with a configuration of these lines.
fn in_tmux(room: &Room, configuration: &str, command: &[&str]) -> Desk {
    room.sh(&format!("printf '{configuration}' > /tmp/tmux.conf")).done();
    let tmux = ["tmux", "-u", "-L", "near", "-f", "/tmp/tmux.conf", "new-session"].map(str::to_owned);
    let words = [tmux.to_vec(), room.client("alice", &["-tt"], command)].concat();
    room.terminal(words, (100, 30), &[("TERM", "xterm-256color")])
}

fn buffers(room: &Room) -> String {
    room.sh("tmux -L near list-buffers").done().out
}

#[test]
fn straight_through_the_terminal_gets_the_secret_bare_and_once() {
    let Some(room) = Room::new() else { return };
    let mut desk = room.desk("alice", &[], &[], (80, 24));
    let secret = new_secret(&mut desk);
    desk.keys("s").clip(|clip| clip == secret);
    desk.sees("Sent to your terminal (OSC 52)").settle(Duration::from_millis(300));
    assert_eq!(desk.clips(), [secret.as_str()]);
    let base64 = BASE64.encode(secret.as_bytes());
    assert_eq!(times(&desk, format!("\x1b]52;c;{base64}\x1b\\").as_bytes()), 1);
    assert_eq!(times(&desk, base64.as_bytes()), 1);
    assert_eq!(times(&desk, b"\x1bP"), 0, "it is wrapped for nobody");
    desk.keys(ENTER).sees_no("shown only now");
}

/// TERM arrives by SSH, and TMUX does not.
#[test]
fn tmux_before_the_client_drops_a_copy_and_keydesk_says_so() {
    let Some(room) = Room::new().filter(|_| need("tmux")) else { return };
    let mut desk = in_tmux(&room, "set -g default-terminal tmux-256color\\n", &[]);
    let secret = new_secret(&mut desk);
    desk.keys("s");
    says(&mut desk, &EITHER_SIDE);
    desk.settle(Duration::from_millis(300)).sees_no("Sent to your terminal");
    assert!(desk.clips().is_empty() && buffers(&room).is_empty());
    assert_eq!(times(&desk, BASE64.encode(secret.as_bytes()).as_bytes()), 0);
    is_not_counted(&mut desk);
}

#[test]
fn the_line_that_is_named_lets_the_copy_through() {
    let Some(room) = Room::new().filter(|_| need("tmux")) else { return };
    let mut desk = in_tmux(&room, "set -g default-terminal tmux-256color\\nset -s set-clipboard on\\n", &[]);
    let secret = new_secret(&mut desk);
    desk.keys("s").clip(|clip| clip == secret);
    says(&mut desk, &EITHER_SIDE);
    assert_eq!(desk.clips(), [secret.as_str()]);
    assert_eq!(room.sh("tmux -L near show-buffer").done().out, secret, "tmux keeps it, as that setting says");
    is_not_counted(&mut desk);
}

/// Older tmux calls its terminal screen, and so it could be either.
#[test]
fn a_terminal_called_screen_may_be_either_and_both_are_named() {
    let Some(room) = Room::new().filter(|_| need("tmux screen")) else { return };
    let mut desk = in_tmux(&room, "set -g default-terminal screen\\n", &[]);
    new_secret(&mut desk);
    desk.keys("s");
    says(&mut desk, &EITHER_SIDE);
    says(&mut desk, &["GNU screen always does."]);
    assert!(desk.clips().is_empty() && buffers(&room).is_empty());
    room.sh("tmux -L near set -s set-clipboard on").done();
    let secret = desk.picture();
    desk.keys("s").clip(|clip| secret.contains(clip));
    drop(desk);
    // The real one drops it, whatever is set; the words are the same.
    let mut desk = in_screen(&room, "screen");
    let secret = new_secret(&mut desk);
    desk.keys("s");
    says(&mut desk, &["GNU screen always does."]);
    desk.settle(Duration::from_millis(300));
    assert!(desk.clips().is_empty());
    assert_eq!(times(&desk, BASE64.encode(secret.as_bytes()).as_bytes()), 0);
    is_not_counted(&mut desk);
}

/// A client inside GNU screen, which gives its terminal this name.
fn in_screen(room: &Room, term: &str) -> Desk {
    room.sh("install -d -m 700 /tmp/sockets").done();
    let screen = ["screen", "-U", "-c", "/dev/null", "env", &format!("TERM={term}")].map(str::to_owned);
    let words = [screen.to_vec(), room.client("alice", &["-tt"], &[])].concat();
    room.terminal(words, (100, 30), &[("TERM", "xterm-256color"), ("SCREENDIR", "/tmp/sockets")])
}

/// Only GNU screen names its terminal so: nothing is sent.
#[test]
fn under_gnu_screen_nothing_is_sent_and_that_is_said() {
    let Some(room) = Room::new().filter(|_| need("screen")) else { return };
    let mut desk = in_screen(&room, "screen.xterm-256color");
    let secret = new_secret(&mut desk);
    desk.keys("s");
    says(&mut desk, &["GNU screen passes no copy on to your terminal."]);
    desk.sees_no("Sent").settle(Duration::from_millis(300));
    assert!(desk.clips().is_empty());
    assert_eq!(times(&desk, BASE64.encode(secret.as_bytes()).as_bytes()), 0);
}

/// Answers a menu by the number that stands before these words.
#[track_caller]
fn picks(desk: &mut Desk, choice: &str) {
    desk.sees(choice).sees("mark to repeat:").settle(Duration::from_millis(300));
    let picture = desk.picture();
    let before = picture[..picture.rfind(choice).unwrap()].trim_end_matches(['.', ' ']);
    let digits: String = before.chars().rev().take_while(char::is_ascii_digit).collect();
    desk.keys(&format!("{}\r", digits.chars().rev().collect::<String>()));
}

#[test]
fn line_by_line_says_the_same() {
    let Some(room) = Room::new().filter(|_| need("tmux")) else { return };
    let mut desk = in_tmux(&room, "set -g default-terminal tmux-256color\\n", &["plain"]);
    for choice in ["API Settings", "Basic Authentication", "Create new key."] {
        picks(&mut desk, choice);
    }
    desk.sees("Type a name").keys("night\r");
    picks(&mut desk, "Create the key now.");
    desk.sees("The API secret");
    picks(&mut desk, "Copy it");
    says(&mut desk, &EITHER_SIDE);
    assert!(desk.clips().is_empty() && buffers(&room).is_empty());
}
