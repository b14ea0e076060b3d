//! What a terminal sends unasked: mouse reports that an earlier program switched on, late replies.

use std::time::Duration;

use crate::harness::{DOWN, Desk, ENTER};
use crate::house::House;
use crate::walk::{create, sign_in, to_the_list};

/// One tick of the wheel, as the modes of the mouse write it: SGR, X10, X10 far right, in UTF-8, urxvt, with pixels.
const TICKS: &[&[u8]] = &[
    b"\x1b[<64;33;12M",
    b"\x1b[M`A,",
    b"\x1b[M`\xf0\xa0",
    b"\x1b[M`\xc3\xa1\xc2\x80",
    b"\x1b[96;33;12M",
    b"\x1b[<65;640;480M",
    b"\x9b<64;33;12M",
];

/// Focus reports, and replies to queries: attributes, the cursor, modes, colours, the clipboard, keys.
const REPLIES: &[&[u8]] = &[
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[?62;1;2;4c",
    b"\x1b[24;80R",
    b"\x1b[?2026;2$y",
    b"\x1b[?1u",
    b"\x1b[13;1:3u",
    b"\x1b[27;5;13~",
    b"\x1b[8;24;80t",
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]52;c;bkQNbg==\x07",
    b"\x1bP>|XTerm(380)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
];

/// None of that changes what is shown, and the key after it works.
#[track_caller]
fn stays(desk: &mut Desk, key: &str, after: &str) {
    desk.settle(Duration::from_millis(200));
    let before = desk.picture();
    for report in TICKS.iter().chain(REPLIES) {
        desk.sends(report).settle(Duration::from_millis(40));
        assert_eq!(desk.picture(), before, "{report:?}");
    }
    // All at once, and then each in two pieces with a pause between them.
    desk.sends(&[TICKS, REPLIES].concat().concat()).settle(Duration::from_millis(100));
    for report in TICKS.iter().chain(REPLIES) {
        desk.sends(&report[..2]).settle(Duration::from_millis(60)).sends(&report[2..]);
    }
    desk.settle(Duration::from_millis(100));
    assert_eq!(desk.picture(), before);
    // Glued to a key, in one piece.
    desk.sends(&[TICKS[0], key.as_bytes(), TICKS[1]].concat()).sees(after);
}

#[test]
fn wheel_ticks_and_late_replies_do_nothing_at_sign_in_and_menu() {
    let house = House::with_desk();
    let mut desk = house.open();
    desk.sees("Sign in");
    stays(&mut desk, "ali", "ali");
    desk.keys("\x15");
    sign_in(&mut desk);
    stays(&mut desk, DOWN, "▌  My account");
}

#[test]
fn wheel_ticks_and_late_replies_create_nothing() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("n").sees("[ Create key ]").keys("scrolled").sees("scrolled");
    stays(&mut desk, "-twice", "scrolled-twice");
    assert_eq!(house.script(&["key", "list", "--as", "alice", "--json"], "").trim(), "[]");
}

#[test]
fn wheel_ticks_and_late_replies_leave_the_one_time_view_alone() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    create(&mut desk, "nightly-export");
    stays(&mut desk, "m", "••••");
    assert!(desk.clips().is_empty());
}

#[test]
fn an_unterminated_sequence_gives_the_keyboard_back() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    for begun in [&b"\x1b]52;c;abc"[..], b"\x1b[1;2", b"\x1bP1$r", b"\x1b[M ", b"\x1b[200~pasted"] {
        desk.sends(begun).settle(Duration::from_millis(1200)).keys("n").sees("[ Create key ]");
        desk.keys("\x1b").sees_no("[ Create key ]");
    }
}

#[test]
fn three_keys_in_one_burst_are_three_keys() {
    let house = House::with_desk();
    house.fill(3);
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "slow")]);
    to_the_list(&mut desk);
    desk.sees("key 000").keys("31y").sees("Sent to your terminal (OSC 52): key.");
    desk.keys(&format!("2{DOWN}1{DOWN}{DOWN}{ENTER}")).sees("Created").sees("key 002");
}
