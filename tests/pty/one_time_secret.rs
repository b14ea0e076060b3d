//! A secret is shown once, and is nowhere afterwards.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::harness::{Desk, ENTER, ctrl};
use crate::house::House;
use crate::job_control::{shell_has_the_terminal, under_a_shell};
use crate::walk::{Issued, copy_and_close, create, sign_in, to_the_list};

/// Every file of the house that has `text` in it.
fn files_with(text: &str, directory: &Path) -> Vec<String> {
    let mut found = vec![];
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(text, &path));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn opened() -> (House, Desk, Issued) {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    let made = create(&mut desk, "nightly-export");
    (house, desk, made)
}

/// Not on the screen, not on the disk; and the key, which is no secret, is on the disk, so that the search can find.
#[track_caller]
fn is_nowhere(house: &House, desk: &Desk, made: &Issued) {
    assert!(!desk.picture().contains(&made.secret));
    assert_eq!(files_with(&made.secret, house.dir.path()), Vec::<String>::new());
    assert!(!files_with(&made.key, house.dir.path()).is_empty(), "the search finds nothing at all");
}

#[test]
fn after_the_view_is_closed_the_secret_is_nowhere() {
    let (house, mut desk, made) = opened();
    assert_eq!(files_with(&made.secret, house.dir.path()), Vec::<String>::new(), "while it is shown");
    copy_and_close(&mut desk);
    desk.sees("nightly-export");
    is_nowhere(&house, &desk, &made);
    let start = desk.raw().len();
    desk.keys(&ctrl('l')).settle(Duration::from_millis(300));
    assert!(!String::from_utf8_lossy(&desk.raw()[start..]).contains(&made.secret), "a redraw shows it again");
    desk.keys("L").sees("Unlock").keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
    is_nowhere(&house, &desk, &made);
}

#[test]
fn closing_an_uncopied_secret_asks_first() {
    let (house, mut desk, made) = opened();
    desk.keys(ENTER).sees("Close without copying?").keys(ENTER).sees(&made.secret);
    desk.keys(&ctrl('c')).settle(Duration::from_millis(300));
    assert!(desk.picture().contains("copy"), "quitting asks: {}", desk.picture());
    drop((house, desk));
}

#[test]
fn locking_drops_the_secret() {
    let (house, mut desk, made) = opened();
    // It was not copied, so it is asked first; the key again locks.
    desk.keys("L").sees("Lock and lose it").keys("L").sees("Unlock");
    is_nowhere(&house, &desk, &made);
    desk.keys(&format!("{}{ENTER}", crate::house::PASSWORD)).sees("LAST USED");
    assert!(!desk.picture().contains(&made.secret));
}

/// The line is cut while a secret is shown: the trail notes it, and the next sign-in says so.
#[test]
fn a_dropped_line_is_noted_and_told_at_the_next_sign_in() {
    for end in [Signal::HUP, Signal::TERM] {
        let (house, mut desk, made) = opened();
        desk.signal(end).ended();
        is_nowhere(&house, &desk, &made);
        told_at_the_next_sign_in(&house);
    }
    let (house, mut desk, _) = opened();
    desk.cut().ended();
    told_at_the_next_sign_in(&house);
}

#[track_caller]
fn told_at_the_next_sign_in(house: &House) {
    let trail = house.script(&["audit", "list", "--as", "alice", "--json"], "");
    assert!(trail.contains("dropped"), "{trail}");
    let mut desk = house.open();
    sign_in(&mut desk);
    desk.sees("line dropped").sees("nightly-export");
}

#[test]
fn a_panic_while_a_secret_is_shown_is_noted_too() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "panic")]);
    to_the_list(&mut desk);
    let made = create(&mut desk, "nightly-export");
    assert_eq!(desk.keys(crate::harness::F12).ended(), 101);
    is_nowhere(&house, &desk, &made);
    told_at_the_next_sign_in(&house);
}

/// ctrl-z: asked first when nothing was copied; then the secret is gone before the shell has its terminal back.
#[test]
fn a_stop_drops_the_secret_and_the_shell_never_shows_it() {
    let house = House::with_desk();
    let Some(mut shell) = under_a_shell(&house, crate::house::BINARY) else { return };
    to_the_list(&mut shell);
    let made = create(&mut shell, "nightly-export");
    shell.keys("c").sees("Sent to your terminal").keys(&ctrl('z'));
    shell_has_the_terminal(&mut shell);
    assert!(!shell.picture().contains(&made.secret));
    let start = shell.raw().len();
    shell.keys("fg").keys(ENTER).until("the desk", |s| s.alternate_screen() && s.bracketed_paste());
    shell.sees("alice").settle(Duration::from_millis(300));
    assert!(!String::from_utf8_lossy(&shell.raw()[start..]).contains(&made.secret), "{}", shell.picture());
    is_nowhere(&house, &shell, &made);
}
