//! How the desk hands a terminal back: as it was found, whatever happens.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{Desk, F12, PATIENCE};
use crate::house::{BINARY, House};
use crate::start::is_open;

/// Opens the desk under a shell that first prints a line, so that there is a screen to come back to.
fn open(house: &House, mischief: &str) -> Desk {
    let command = format!("echo before; exec {BINARY}");
    let mut desk = house.run(&["sh", "-c", &command], &[("KEYDESK_TEST_FAULTS", mischief)]);
    is_open(&mut desk);
    assert!(!desk.has_its_modes(), "raw mode is on");
    desk
}

#[track_caller]
fn is_as_found(desk: &Desk) {
    assert!(desk.has_its_modes(), "echo and line editing");
    desk.look(|screen| {
        assert!(!screen.alternate_screen(), "alternate screen");
        assert!(!screen.hide_cursor(), "cursor");
        assert!(!screen.bracketed_paste(), "bracketed paste");
        assert!(screen.contents().starts_with("before"), "{}", screen.contents());
    });
    let raw = desk.raw();
    let last = |sequence: &[u8]| raw.windows(sequence.len()).rposition(|bytes| bytes == sequence);
    assert!(last(b"\x1b[?2026l") > last(b"\x1b[?2026h"), "a synchronized update is open");
}

#[test]
fn signals_end_it_and_leave_the_terminal_as_found() {
    let house = House::with_desk();
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let mut desk = open(&house, "");
        assert_eq!(desk.signal(signal).ended(), code);
        is_as_found(&desk);
        assert_eq!(desk.picture().trim_end(), "before", "nothing is printed");
    }
}

#[test]
fn a_stuck_loop_does_not_hold_up_a_signal() {
    let house = House::with_desk();
    let mut desk = open(&house, "stuck");
    desk.keys(F12).settle(Duration::from_millis(300));
    assert_eq!(desk.signal(Signal::TERM).ended(), 143);
    is_as_found(&desk);
}

#[test]
fn a_blocked_terminal_does_not_hold_up_a_signal() {
    let house = House::with_desk();
    let mut desk = open(&house, "");
    desk.settle(Duration::from_millis(100));
    // What ctrl-s does where it still means "stop": the terminal's output stands still.
    desk.hold();
    assert_eq!(desk.signal(Signal::TERM).ended(), 143);
    assert!(desk.has_its_modes());
}

#[test]
fn a_panic_is_readable_on_the_screen_that_was_there_before() {
    let house = House::with_desk();
    let mut desk = open(&house, "panic");
    assert_eq!(desk.keys(F12).ended(), 101);
    is_as_found(&desk);
    assert!(desk.picture().contains("made to panic by a test"), "{}", desk.picture());
}

/// SIGHUP is ignored by every process on the line, as under `nohup`; both as leader of the session and below one.
#[test]
fn a_cut_line_ends_it_even_when_hang_ups_are_ignored() {
    let house = House::with_desk();
    for command in [format!("trap '' HUP; exec {BINARY}"), format!("trap '' HUP; {BINARY}; exit $?")] {
        let mut desk = house.run(&["sh", "-c", &command], &[]);
        is_open(&mut desk);
        let used = desk.cut().processor_time_until_end();
        assert!(used < Duration::from_secs(2), "a core was burnt: {used:?}");
        assert_eq!(desk.ended(), 129);
    }
}

/// The loop is stuck, and the signal goes to a shell that ignores it.
#[test]
fn a_cut_line_ends_it_while_the_loop_is_stuck() {
    let house = House::with_desk();
    let command = format!("trap '' HUP; {BINARY}; exit $?");
    let mut desk = house.run(&["sh", "-c", &command], &[("KEYDESK_TEST_FAULTS", "stuck")]);
    is_open(&mut desk);
    desk.keys(F12).settle(Duration::from_millis(300));
    assert_eq!(desk.cut().ended(), 129);
}

/// Nobody reads the terminal yet, and the signal goes to a shell that ignores it.
#[test]
fn a_line_cut_before_the_first_frame_ends_it_too() {
    let house = House::with_desk();
    // The shell waits for a line, so that the terminal takes no bytes before the desk writes its first one.
    let command = format!("trap '' HUP; read -r go; {BINARY}; exit $?");
    let mut desk = house.run(&["sh", "-c", &command], &[]);
    desk.hold().keys("\n");
    let end = Instant::now() + PATIENCE;
    while desk.has_its_modes() {
        assert!(Instant::now() < end, "the desk does not take the terminal");
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(desk.cut().ended(), 129);
}
