//! Forms in a real terminal: ctrl-s, which such a terminal may keep for itself, ctrl-c, and the count before the lock.

use std::fs;
use std::time::Duration;

use crate::harness::{ENTER, ctrl};
use crate::house::{House, PASSWORD};
use crate::walk::{sign_in, to_the_list};

#[test]
fn ctrl_s_sends_and_ctrl_c_cancels_and_then_quits() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("n").sees("Create key").keys("nightly-export").sees("nightly-export").keys(&ctrl('s'));
    desk.sees("Not copied yet").keys("c").sees("Sent to your terminal").keys(ENTER).sees_no("Not copied yet");
    desk.keys("n").sees("Create key").keys("half-a-name").sees("half-a-name").keys(&ctrl('c')).sees_no("half-a-name");
    desk.sees("nightly-export").keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
}

#[test]
fn the_key_that_stops_the_count_is_not_typed() {
    let house = House::with_desk();
    house.script(&["setting", "set", "lock-time", "1", "--as", "alice"], "");
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("n").sees("Create key").keys("nightly").sees("nightly");
    // It counts the last half of the minute.
    std::thread::sleep(Duration::from_secs(20));
    desk.until("the count", |screen| screen.contents().contains("Any key keeps you signed in."));
    desk.keys("x").sees_no("Any key keeps you signed in.").keys("-export").sees("nightly-export");
}

#[test]
fn the_sign_in_begins_with_the_name_that_was_used_last() {
    let house = House::with_desk();
    let config = house.dir.path().join(".config/keydesk");
    fs::write(config.join("appearance.toml"), "remember_name = true\n").unwrap();
    let mut desk = house.open();
    sign_in(&mut desk);
    desk.keys(&ctrl('c'));
    desk.ended();
    let kept = fs::read_to_string(config.join("appearance.toml")).unwrap();
    assert!(kept.contains("last_name = \"alice\"") && !kept.contains(PASSWORD), "{kept}");
    let mut desk = house.open();
    desk.sees("Sign in").sees("alice").keys(&format!("{PASSWORD}{ENTER}")).sees("alice · Administrator");
}
