//! Pasted text: it fills a field, and never presses a button.

use std::time::Duration;

use crate::house::House;
use crate::walk::to_the_list;

fn pasted(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

#[test]
fn a_paste_with_newlines_fills_one_field_and_submits_nothing() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("n").sees("[ Create key ]").keys(&pasted("night\nly\r\nexport\n")).sees("night");
    desk.settle(Duration::from_millis(300)).sees("[ Create key ]");
    assert!(!desk.picture().contains("shown only now"));
    assert_eq!(house.script(&["key", "list", "--as", "alice", "--json"], "").trim(), "[]");
}

#[test]
fn a_paste_of_escape_sequences_is_only_text() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("n").sees("[ Create key ]").keys(&pasted("a\x1b[31mb\x1b]52;c;eHh4\x07c"));
    desk.settle(Duration::from_millis(300)).sees("[ Create key ]");
    assert_eq!(desk.clips(), Vec::<String>::new());
}

#[test]
fn a_paste_outside_a_field_does_nothing_but_say_so() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys(&pasted("nD\rq")).sees("pasted into a field only").sees("LAST USED");
    assert_eq!(house.script(&["key", "list", "--as", "alice", "--json"], "").trim(), "[]");
}

/// More than any buffer in between holds at once.
#[test]
fn a_long_paste_arrives_whole_and_the_next_key_at_once() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys(&pasted(&"0123456789".repeat(1000))).sees("pasted into a field only");
    desk.keys("n").sees("[ Create key ]");
}
