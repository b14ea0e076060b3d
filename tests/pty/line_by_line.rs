//! To line-by-line mode and back: keydesk re-executes itself in one process, and nothing of the session is left.

use crate::harness::{Desk, ENTER, TAB, ctrl};
use crate::house::{BINARY, House, PASSWORD};
use crate::walk::sign_in;

/// From the menu of the screen to line-by-line mode, with the confirmation.
#[track_caller]
fn to_the_lines(desk: &mut Desk) {
    desk.keys("j\r").sees("Line by line").keys("jjjj\r").sees("Go on line by line?").keys(&format!("{TAB}{ENTER}"));
    desk.until("the terminal as it was", |screen| !screen.alternate_screen() && !screen.bracketed_paste());
}

/// From the menu line by line to the screen.
#[track_caller]
fn to_the_screen(desk: &mut Desk) {
    desk.sees("5. My account").keys("5\r").sees("4. Open keydesk on the full screen").keys("4\r");
    desk.sees("0. Stay line by line.").keys("1\r");
    desk.until("the whole screen", |screen| screen.alternate_screen() && screen.bracketed_paste());
}

#[test]
fn line_by_line_from_my_account_there_and_back() {
    let house = House::with_desk();
    let mut desk = house.open();
    sign_in(&mut desk);
    let pid = desk.pid();
    to_the_lines(&mut desk);
    desk.sees("keydesk, the desk of Acme Messaging.").sees("Type your user name").keys("alice\r");
    desk.sees("name again: ").keys(&format!("{PASSWORD}\r")).sees("Signed in to Acme Messaging as alice.");
    to_the_screen(&mut desk);
    sign_in(&mut desk);
    assert_eq!(desk.pid(), pid, "one process after the other would leave the first one's memory");
    desk.keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
    assert!(desk.has_its_modes());
    // Each mode signed its user out when it was left.
    let trail = house.script(&["audit", "list", "--as", "alice"], "");
    assert_eq!((trail.matches(" signed in ").count(), trail.matches(" signed out ").count()), (3, 3), "{trail}");
}

#[test]
fn the_choice_holds_the_next_time_until_another_is_made() {
    let house = House::with_desk();
    let mut desk = house.open();
    sign_in(&mut desk);
    to_the_lines(&mut desk);
    desk.sees("Type your user name").keys(&ctrl('d'));
    assert_eq!(desk.ended(), 0);
    let mut desk = house.open();
    desk.sees("Type your user name").keys("alice\r").sees("name again: ").keys(&format!("{PASSWORD}\r"));
    to_the_screen(&mut desk);
    desk.sees("Sign in").keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
    let mut desk = house.open();
    desk.until("the whole screen", vt100::Screen::alternate_screen).keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
}

#[test]
fn the_demo_goes_line_by_line_and_back_and_writes_nothing() {
    let house = House::empty();
    let mut desk = house.run(&[BINARY, "demo"], &[]);
    desk.sees("alice · Administrator");
    to_the_lines(&mut desk);
    desk.sees("This is the demo: nothing is kept. Its users' password is: ")
        .sees("Signed in to Acme Messaging as alice.");
    to_the_screen(&mut desk);
    desk.sees("alice · Administrator").keys(&ctrl('c'));
    assert_eq!(desk.ended(), 0);
    assert_eq!(std::fs::read_dir(house.dir.path()).unwrap().count(), 0, "the demo wrote something");
}
