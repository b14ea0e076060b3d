//! The manual page, as the programs see it that show and check such pages.

use std::fs;
use std::process::{Command, Stdio};

use crate::desk::{Desk, need};

/// What a program says of the page; `None` if it is not there, which is a failure under `CI=true`.
fn said(program: &str, args: &[&str]) -> Option<String> {
    let desk = Desk::empty();
    let path = desk.path().join("keydesk.1");
    fs::write(&path, desk.run(&["man"]).done().out).unwrap();
    if !need(program) {
        return None;
    }
    let output = Command::new(program).args(args).arg(&path).stdin(Stdio::null()).output().unwrap();
    Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn mandoc_accepts_the_manual() {
    if let Some(said) = said("mandoc", &["-T", "lint", "-W", "all"]) {
        assert_eq!(said, "");
    }
}

#[test]
fn the_manual_shows_every_option() {
    let Some(shown) = said("mandoc", &["-T", "ascii"]) else { return };
    // Bold and underlined letters are struck twice.
    let mut plain = String::new();
    for c in shown.chars() {
        match c {
            '\u{8}' => drop(plain.pop()),
            c => plain.push(c),
        }
    }
    for option in ["--data-dir", "--overlap none|1h|24h|7d", "--password-stdin", "--expect NO:HASH", "EXIT STATUS"] {
        assert!(plain.contains(option), "{option} is not in {plain}");
    }
}
