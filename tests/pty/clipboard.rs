//! Copying where the terminal does it (OSC 52), and where nothing can.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::PATIENCE;
use crate::house::House;
use crate::need::need;
use crate::walk::{create, issued, to_the_list};

#[test]
fn key_secret_and_both_reach_the_terminal() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("SSH_CONNECTION", "203.0.113.9 50000 192.0.2.1 22"), ("DISPLAY", ":9")]);
    to_the_list(&mut desk);
    let made = create(&mut desk, "nightly-export");
    for (key, text) in
        [("k", made.key.clone()), ("s", made.secret.clone()), ("c", format!("{}\n{}", made.key, made.secret))]
    {
        desk.keys(key).clip(|clip| clip == text);
        desk.sees("Sent to your terminal (OSC 52)").sees("Paste to check");
    }
    assert_eq!(desk.clips().len(), 3);
    assert_eq!(issued(&desk), made, "copying changes nothing on the screen");
}

#[test]
fn a_masked_secret_is_copied_whole_and_stays_masked() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    let made = create(&mut desk, "nightly-export");
    desk.keys("m").sees_no(&made.secret);
    desk.keys("s").clip(|clip| clip == made.secret);
    desk.sees("Sent to your terminal").sees_no(&made.secret);
}

#[test]
fn without_a_clipboard_it_says_what_to_do() {
    let house = House::with_desk();
    // The other terminal that cannot copy is a dumb one, where the desk opens line by line.
    let mut desk = house.open_with(&[("TERM", "linux")]);
    desk.keys(&format!("{}{}{}", crate::walk::sign_in_keys(), "\r", "\r")).sees("LAST USED");
    desk.keys("n").sees("[ Create key ]").keys("batch").sees("batch").keys("\r").sees("shown only now");
    desk.keys("c").sees("cannot copy").sees("by hand");
    assert_eq!(desk.clips(), Vec::<String>::new());
}

/// A display of its own; it ends with the test.
struct Display {
    server: std::process::Child,
    name: String,
}

impl Display {
    fn start() -> Self {
        // The server writes the number that it found free.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "64x64x8", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(server.stdout.take().unwrap()), &mut number).unwrap();
        Self { server, name: format!(":{}", number.trim()) }
    }

    /// What a paste on the desktop would give.
    fn pasted(&self) -> String {
        let args = ["-selection", "clipboard", "-out"];
        let output = Command::new("xclip").args(args).env("DISPLAY", &self.name).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_local_desktop_clipboard_keeps_the_copy_for_the_session() {
    if !need("Xvfb xclip") {
        return;
    }
    let (house, display) = (House::with_desk(), Display::start());
    let mut desk = house.open_with(&[("DISPLAY", &display.name)]);
    to_the_list(&mut desk);
    let made = create(&mut desk, "nightly-export");
    desk.keys("s").sees("Copied");
    assert_eq!(display.pasted(), made.secret);
    desk.keys("k");
    let end = Instant::now() + PATIENCE;
    while display.pasted() != made.key {
        assert!(Instant::now() < end, "the key did not arrive");
        std::thread::sleep(Duration::from_millis(20));
    }
    desk.keys("\r").sees_no("shown only now");
    assert_eq!(display.pasted(), made.key, "closing the view does not take it away");
    assert_eq!(desk.clips(), Vec::<String>::new(), "the terminal was not bothered");
}

#[test]
fn a_display_that_is_not_there_falls_back_to_the_terminal() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("DISPLAY", ":4242")]);
    to_the_list(&mut desk);
    let made = create(&mut desk, "nightly-export");
    desk.keys("s").clip(|clip| clip == made.secret);
    desk.sees("Sent to your terminal (OSC 52)");
}
