//! Type-ahead.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{ENTER, TAB, ctrl};
use crate::house::House;
use crate::walk::{sign_in_keys, to_the_list};

fn names(house: &House) -> Vec<String> {
    let list: Value = serde_json::from_str(&house.script(&["key", "list", "--as", "alice", "--json"], "")).unwrap();
    list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// Sign in, walk to the list, create: typed blind in one go before the program has drawn anything, while every call
/// of the hub takes a third of a second longer.
#[test]
fn a_whole_creation_typed_blind_ends_in_one_credential() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "slow")]);
    desk.keys(&format!("{}{ENTER}{ENTER}nnightly-export{ENTER}", sign_in_keys()));
    desk.sees("shown only now").sees("nightly-export");
    assert_eq!(names(&house), ["nightly-export"]);
}

/// As above by a fast typist on a slow line: key after key, each before the screen has answered the one before it.
#[test]
fn three_creations_typed_over_a_slow_line_come_in_order() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "slow")]);
    desk.sees("Sign in");
    // In the one-time view, c copies and Enter closes.
    let keys = ["first", "second", "third"].map(|name| format!("n{name}{ENTER}c{ENTER}")).concat();
    for key in format!("{}{ENTER}{ENTER}{keys}", sign_in_keys()).chars() {
        desk.keys(&key.to_string());
        std::thread::sleep(Duration::from_millis(10));
    }
    desk.until("a list of three", |screen| screen.contents().matches("● active").count() == 3);
    let mut made = names(&house);
    made.sort();
    assert_eq!(made, ["first", "second", "third"]);
    assert_eq!(desk.clips().len(), 3);
}

/// The program is slow to start: the terminal is still in line mode when the keys come, and turns Enter into a line
/// feed. The password must not be echoed later than the program has begun.
#[test]
fn keys_that_came_before_the_program_are_not_lost() {
    let house = House::with_desk();
    let command = format!("sleep 0.5; exec {}", crate::house::BINARY);
    let mut desk = house.run(&["sh", "-c", &command], &[]);
    desk.keys(&format!("{}{ENTER}{ENTER}nearly{ENTER}", sign_in_keys()));
    desk.sees("shown only now").sees("early");
    assert_eq!(names(&house), ["early"]);
}

#[test]
fn what_was_typed_into_a_refusal_does_nothing() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "slow")]);
    // The password is wrong; what follows was meant for a menu that never comes.
    desk.keys(&format!("alice{TAB}wrong password{ENTER}{ENTER}{ENTER}nevil{ENTER}"));
    desk.sees("Name or password is wrong. 4 tries are left").sees("typed ahead was not used");
    desk.settle(Duration::from_millis(500)).sees("4 tries are left");
    assert_eq!(names(&house), Vec::<String>::new());
}

#[test]
fn ctrl_c_is_never_held_back() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "slow")]);
    desk.sees("Sign in").keys(&sign_in_keys()).keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
}

#[test]
fn a_panicking_worker_is_only_an_error_on_the_screen() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("KEYDESK_TEST_FAULTS", "worker")]);
    desk.sees("Sign in").keys(&sign_in_keys()).sees("keydesk made a mistake here");
    assert!(!String::from_utf8_lossy(&desk.raw()).contains("panicked"), "the panic was printed over the screen");
    desk.keys(" ").sees_no("keydesk made a mistake here").keys("q");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn five_wrong_passwords_lock_the_name() {
    let house = House::with_desk();
    let mut desk = house.open();
    desk.sees("Sign in").keys("alice").keys(TAB);
    for left in (1..=4).rev() {
        desk.keys("wrong password").keys(ENTER).sees(if left == 1 { "1 try is left" } else { "tries are left" });
        desk.sees(&format!("{left} tr"));
    }
    desk.keys("wrong password").keys(ENTER).sees("ocked");
    // The right password does not help now.
    desk.keys(&format!("correct horse battery{ENTER}")).settle(Duration::from_millis(500)).sees("ocked");
    assert!(!desk.picture().contains("Menu"));
}

#[test]
fn a_list_is_there_after_a_lock_and_only_after_the_password() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("L").sees("Unlock").sees_no("LAST USED");
    desk.keys(&format!("{}{ENTER}", crate::house::PASSWORD)).sees("LAST USED");
}
