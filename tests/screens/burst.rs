//! A burst of keys has the same effect as the same keys with a pause after each.

use keydesk::account::Role;
use keydesk::tui::Start;
use keydesk::tui::msg::Msg;
use proptest::prelude::*;

use super::calls::writes;
use super::desk::{Desk, chord};
use super::fixture::{Copy, PASSWORD};

/// Keys that lead through everything that reads. Not here: the check of the whole trail and the search by secret, which
/// run as long as they like and are stopped by a key.
const KEYS: &[&str] = &[
    "enter",
    "enter",
    "enter",
    "esc",
    "esc",
    "q",
    "tab",
    "shift-tab",
    "↑",
    "↓",
    "↓",
    "←",
    "→",
    "space",
    "PgUp",
    "PgDn",
    "Home",
    "End",
    "g",
    "G",
    "n",
    "e",
    "R",
    "O",
    "d",
    "D",
    "a",
    "y",
    "A",
    "/",
    "1",
    "2",
    "3",
    "j",
    "k",
    "?",
    "m",
    "s",
    "c",
    "r",
    "w",
    "t",
    "u",
    "p",
    "4",
    "x",
    "L",
    "ctrl-l",
    "ctrl-g",
    "ctrl-u",
    "ctrl-w",
    "backspace",
];

const WAYS: &[&str] = &[
    "3 1 y",
    "1 2 3 1 G y",
    "o o G y",
    "A G y",
    "A G enter",
    "/ c r m enter y",
    "/ c r m esc y",
    "/ k i n d : h m a c enter d",
    "n x enter c enter y",
    "3 n a b c d e tab tab enter c enter ↓ y",
    "d tab enter d",
    "space ↓ space d tab enter d",
    "e x enter y",
    "R enter c enter O",
    "O",
    "enter G",
    "tab → y",
    "tab 2 ← y",
    "tab tab enter",
    "tab tab r w enter",
    "esc esc tab enter",
    "esc esc G ↓ ↓ enter",
    "esc ↓ enter ↓ d tab enter d",
    "esc ↓ enter n x",
    "esc ↓ enter G enter ↓ enter",
    "esc ↓ ↓ enter ↓ enter",
    "esc ↓ ↓ enter w t ↓ enter",
    "esc ↓ ↓ enter / x enter",
    "esc ↓ ↓ ↓ enter e",
    "esc ↓ ↓ ↓ enter G",
    "esc esc ↓ enter G enter G",
    "esc esc ↓ ↓ enter y",
    "enter enter n",
];

const DROPPED: &str = "What you typed ahead was not used.";

fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    let some = prop_oneof![
        3 => proptest::sample::select(KEYS).prop_map(|key| vec![key]),
        2 => proptest::sample::select(WAYS).prop_map(|way| way.split(' ').collect()),
    ];
    proptest::collection::vec(some, 1..6).prop_map(|parts| parts.concat())
}

fn desk_of(role: Role) -> Desk {
    let mut desk = Desk::signed_in_as(role);
    desk.dressed = true;
    desk
}

/// Slow typing takes some seconds.
fn at_one_time(text: &str) -> String {
    (45..60).fold(text.to_owned(), |text, second| text.replace(&format!("09:12:{second}"), "09:12:44"))
}

/// The outcome: the screen, what was copied, what was changed.
fn outcome(desk: &mut Desk) -> (String, Vec<String>, Vec<&'static str>) {
    // Notes disappear by themselves.
    desk.answers().waits(7_000);
    let changes = desk.calls.iter().copied().filter(|call| writes(call)).collect();
    // The Auditor is added to each desk anew, so the hash of that entry differs.
    let hash = |line: &&str| !line.trim_start().starts_with("Hash ");
    let screen = at_one_time(&desk.screen().lines().filter(hash).collect::<Vec<_>>().join("\n"));
    // An entry names the key, which is another in each desk.
    let is_key = |word: &str| word.len() == 20 && (word.starts_with("kdb") || word.starts_with("kdh"));
    let word = |word| if is_key(word) { "kdbOneKeyOrTheOther0" } else { word };
    let lines = screen.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" "));
    let screen = lines.collect::<Vec<_>>().join("\n");
    let copied = desk
        .copied
        .iter()
        .map(|text| if text.contains("\"hash\"") { "an entry".to_owned() } else { at_one_time(text) });
    (screen, copied.collect(), changes)
}

/// With a pause after each key.
fn slowly(desk: &mut Desk, keys: &[&str]) {
    for key in keys {
        // The program has ended; in a burst what follows is nobody's either.
        if desk.quit {
            break;
        }
        desk.send(Msg::Key(chord(key))).rest();
    }
}

/// Without pauses; so many of the due replies arrive between two keys. Returns whether all keys were used.
fn in_a_burst(desk: &mut Desk, keys: &[&str], replies: &[usize]) -> bool {
    desk.stalls();
    let mut used = true;
    for (i, key) in keys.iter().enumerate() {
        if desk.quit {
            break;
        }
        desk.send(Msg::Key(chord(key)));
        for _ in 0..replies[i % replies.len()] {
            used &= one_reply(desk) != Some(false);
        }
    }
    while let Some(so_far) = one_reply(desk) {
        used &= so_far;
    }
    used
}

/// Carries out the oldest effect. Returns whether everything that was typed is still to be used.
fn one_reply(desk: &mut Desk) -> Option<bool> {
    let effect = desk.queue.pop_front()?;
    if let Some(msg) = desk.carry_out(effect) {
        desk.send(msg);
    }
    Some(!desk.shows(DROPPED))
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_burst_has_the_same_effect_as_slow_typing(
        role in proptest::sample::select(&Role::ALL[..]),
        keys in keys(),
        replies in proptest::collection::vec(0usize..3, 1..6),
    ) {
        let keys: Vec<&str> = ["enter", "enter"].into_iter().chain(keys).collect();
        let (mut slow, mut fast) = (desk_of(role), desk_of(role));
        slowly(&mut slow, &keys);
        let used = in_a_burst(&mut fast, &keys, &replies);
        // Keys typed into a refusal are dropped, with a note.
        prop_assume!(used);
        let (slow, fast) = (outcome(&mut slow), outcome(&mut fast));
        prop_assert!(slow == fast, "{keys:?} with {replies:?}\nslowly {:?}\n{}\nin a burst {:?}\n{}", (&slow.1, &slow.2), slow.0, (&fast.1, &fast.2), fast.0);
    }

    /// A list that is longer than its window.
    #[test]
    fn a_burst_through_a_long_list_ends_on_the_same_row(
        moves in proptest::collection::vec(proptest::sample::select(&["G", "g", "PgDn", "PgUp", "↑", "↓", "o", "y", "space"][..]), 1..24),
        replies in proptest::collection::vec(0usize..2, 1..6),
    ) {
        // Not with other keys in place of the real ones: the cursor of a list in the order of keys holds one.
        let desk = || Desk::with(Copy::long(), Role::Administrator);
        let keys: Vec<&str> = ["enter", "enter"].into_iter().chain(moves).chain(["y"]).collect();
        let (mut slow, mut fast) = (desk(), desk());
        slowly(&mut slow, &keys);
        in_a_burst(&mut fast, &keys, &replies);
        let (slow, fast) = (outcome(&mut slow), outcome(&mut fast));
        prop_assert!(slow.1 == fast.1, "{keys:?} with {replies:?}\nslowly {:?}\n{}\nin a burst {:?}\n{}", slow.1, slow.0, fast.1, fast.0);
    }
}

#[test]
fn sections_are_switched_before_a_key_is_copied() {
    for keys in ["y", "2 1 y", "3 1 y", "2 3 1 y", "3 3 2 1 3 1 y"] {
        let mut desk = Desk::on_list();
        desk.dressed = true;
        desk.stalls();
        for key in keys.split(' ') {
            desk.send(Msg::Key(chord(key)));
        }
        desk.answers().sees("Sent to your terminal (OSC 52): key.");
    }
}

#[test]
fn keys_wait_for_users_refusals_and_entries_of_the_trail() {
    for (keys, shown) in [
        ("esc ↓ enter G r", "dora"),
        ("esc ↓ enter enter G enter", "all about it"),
        ("esc ↓ ↓ enter enter", "Entry"),
        ("tab tab enter", "Entry"),
        ("esc ↓ ↓ ↓ enter e", "Lock"),
    ] {
        let mut slow = Desk::on_list();
        slowly(&mut slow, &keys.split(' ').collect::<Vec<_>>());
        let mut fast = Desk::on_list();
        fast.stalls();
        for key in keys.split(' ') {
            fast.send(Msg::Key(chord(key)));
        }
        fast.answers().rest();
        assert_eq!(slow.screen(), fast.screen(), "{keys}");
        assert!(fast.shows(shown), "{keys}:\n{}", fast.screen());
    }
}

#[test]
fn keys_typed_after_the_lock_key_go_to_the_lock_screen() {
    let mut desk = Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() });
    desk.stalls().types("alice").press("tab").types(PASSWORD).press("enter enter enter L").types(PASSWORD);
    desk.press("enter y").answers().sees("Sent to your terminal (OSC 52): key.");
}

#[test]
fn esc_leaves_a_slow_list_at_once() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter").stalls().press("enter").sees("API Settings");
    desk.press("esc").sees("Last changes");
}
