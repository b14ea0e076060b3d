//! How the desk takes a terminal.

use std::time::Duration;

use crate::harness::Desk;
use crate::house::{BINARY, House};

/// The desk has the terminal.
#[track_caller]
pub fn is_open(desk: &mut Desk) {
    desk.until("alternate screen with bracketed paste", |s| s.alternate_screen() && s.bracketed_paste());
}

#[test]
fn nothing_is_asked_for_that_is_not_needed() {
    let house = House::with_desk();
    let mut desk = house.open();
    is_open(&mut desk);
    desk.settle(Duration::from_millis(200));
    assert_eq!(desk.titles(), 0);
    let raw = String::from_utf8_lossy(&desk.raw()).into_owned();
    for (sequence, what) in [
        ("\x1b[?1000h", "mouse"),
        ("\x1b[?1002h", "mouse"),
        ("\x1b[?1003h", "mouse"),
        ("\x1b[?1006h", "mouse"),
        ("\x1b[?1004h", "focus events"),
        ("\x1b[>1u", "kitty keyboard"),
        ("\x1b[>4;1m", "keys of xterm"),
        ("\x1b[>4;2m", "keys of xterm"),
        ("\x1b[?u", "kitty keyboard question"),
        ("\x1b[6n", "cursor question"),
        ("\x1b[c", "device question"),
        ("\x1b]0", "title"),
        ("\x1b]2", "title"),
        ("\x1b]52", "clipboard"),
    ] {
        assert!(!raw.contains(sequence), "{what}: {raw:?}");
    }
    // The background is asked for once, and nothing waits for the answer.
    assert!(raw.matches("\x1b]11;?").count() <= 1);
}

#[test]
fn without_a_terminal_one_sentence_and_exit_2() {
    let house = House::with_desk();
    let output = house.try_script(&[], "");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.starts_with("keydesk: ") && told.contains("terminal") && told.lines().count() == 1, "{told}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_desk_that_cannot_be_opened_leaves_the_terminal_alone() {
    let house = House::with_desk();
    std::fs::write(house.data().join("keydesk.db"), "not a database").unwrap();
    let mut desk = house.run(&["sh", "-c", &format!("{BINARY}; echo code $?")], &[]);
    desk.sees("code 6");
    desk.ended();
    assert!(desk.has_its_modes());
    assert!(!desk.raw().windows(8).any(|bytes| bytes == b"\x1b[?1049h"), "{}", desk.picture());
}

/// What an editor or a line that dropped left behind.
#[test]
fn modes_that_were_left_on_are_switched_off() {
    let house = House::with_desk();
    for mode in [9, 1000, 1002, 1003] {
        let command = format!("printf '\\033[?{mode}h\\033[?1006h\\033[?1h\\033=\\033[7;31m'; exec {BINARY}");
        let mut desk = house.run(&["sh", "-c", &command], &[]);
        desk.sees("Sign in").until("a terminal that reports nothing", |screen| {
            screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                && screen.mouse_protocol_encoding() == vt100::MouseProtocolEncoding::Default
                && !screen.application_cursor()
                && !screen.application_keypad()
        });
        // For modes that the emulator does not know.
        let raw = String::from_utf8_lossy(&desk.raw()).into_owned();
        for off in ["\x1b[?1004l", "\x1b[?1005l", "\x1b[?1015l", "\x1b[?1016l", "\x1b[=0u", "\x1b[>4;0m"] {
            assert!(raw.contains(off), "{off:?}");
        }
    }
}

#[test]
fn an_open_desk_notes_itself_in_the_store() {
    let house = House::with_desk();
    let mut desk = house.open();
    is_open(&mut desk);
    let noted = || {
        let store = rusqlite::Connection::open(house.data().join("keydesk.db")).unwrap();
        let sql = "SELECT COUNT(*) FROM process WHERE kind = 'desk' AND host <> '' AND version <> ''";
        store.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    for _ in 0..600 {
        if noted() == 1 {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("never noted");
}
