//! Paths through the desk that many tests take.

use crate::harness::{Desk, ENTER, TAB};
use crate::house::PASSWORD;

/// What the one-time view shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Issued {
    pub key: String,
    pub secret: String,
}

/// The keys that sign alice in.
pub fn sign_in_keys() -> String {
    format!("alice{TAB}{PASSWORD}{ENTER}")
}

/// From the sign-in to the menu.
#[track_caller]
pub fn sign_in(desk: &mut Desk) {
    desk.sees("Sign in").keys(&sign_in_keys()).sees("Menu").sees("alice · Administrator");
}

/// From the sign-in to the list of Basic keys.
#[track_caller]
pub fn to_the_list(desk: &mut Desk) {
    sign_in(desk);
    desk.keys(ENTER).sees("Activity log").keys(ENTER).sees("1 Basic").sees("NAME");
}

/// From the list to the one-time view of a new key in the section that is open.
#[track_caller]
pub fn create(desk: &mut Desk, name: &str) -> Issued {
    desk.keys("n").sees("Create key").keys(name).sees(name).keys(ENTER);
    desk.sees("shown only now").sees(name);
    issued(desk)
}

/// Copies, and closes the one-time view.
#[track_caller]
pub fn copy_and_close(desk: &mut Desk) {
    desk.keys("c").sees("Sent to your terminal").keys(ENTER).sees_no("shown only now");
}

/// Reads the one-time view: key and secret stand alone on their lines, under what they are called.
#[track_caller]
pub fn issued(desk: &Desk) -> Issued {
    let picture = desk.picture();
    let lines: Vec<&str> = picture.lines().map(str::trim).collect();
    let under = |labels: [&str; 2]| {
        let at = lines.iter().position(|line| labels.iter().any(|label| line.starts_with(label)));
        let at = at.unwrap_or_else(|| panic!("no {labels:?}:\n{picture}"));
        // The band around a secret has lines and blanks.
        let text = lines[at + 1..].iter().find(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric()));
        (*text.unwrap()).to_owned()
    };
    let issued = Issued { key: under(["API Key", "Username"]), secret: under(["API Secret", "Password"]) };
    for text in [&issued.key, &issued.secret] {
        assert!(text.len() >= 5 && text.bytes().all(|b| b.is_ascii_alphanumeric()), "{issued:?}:\n{picture}");
    }
    issued
}
