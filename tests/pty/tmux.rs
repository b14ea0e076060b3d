//! Inside a real tmux with its default settings.

use std::process::Command;
use std::time::Duration;

use crate::harness::{Desk, ENTER, ctrl};
use crate::house::{BINARY, House};
use crate::need::need;
use crate::walk::{create, to_the_list};

/// A tmux server of its own; it ends with the test.
struct Tmux<'a> {
    house: &'a House,
    client: Desk,
}

impl<'a> Tmux<'a> {
    fn start(house: &'a House) -> Self {
        Self::start_as(house, &[BINARY])
    }

    fn start_as(house: &'a House, program: &[&str]) -> Self {
        // No configuration file: most users have the defaults.
        let tmux = ["tmux", "-L", "desk", "-f", "/dev/null", "new-session", "-x", "80", "-y", "24"];
        let directory = house.dir.path().to_str().unwrap();
        let client = house.run(&[&tmux, program].concat(), &[("TMUX_TMPDIR", directory)]);
        Self { house, client }
    }

    /// As sudo starts a program: with little of the environment, and with TERM.
    fn start_by_sudo(house: &'a House, term: &str) -> Self {
        let term = format!("TERM={term}");
        Self::start_as(house, &["env", "-u", "TMUX", "-u", "TMUX_PANE", "-u", "TERM_PROGRAM", &term, BINARY])
    }

    /// What tmux has in its pane.
    fn pane(&mut self) -> String {
        self.client.settle(Duration::from_millis(200));
        self.tmux(&["capture-pane", "-p"])
    }

    fn tmux(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.args(["-L", "desk"]).args(args).env("TMUX_TMPDIR", self.house.dir.path());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn a_copy_reaches_the_terminal_around_tmux_and_leaves_nothing_in_it() {
    if !need("tmux") {
        return;
    }
    let house = House::with_desk();
    let mut tmux = Tmux::start(&house);
    to_the_list(&mut tmux.client);
    let made = create(&mut tmux.client, "nightly-export");
    tmux.client.keys("c").sees("through tmux. Paste as usual, not by prefix ].");
    tmux.client.clip(|clip| clip == format!("{}\n{}", made.key, made.secret));
    assert_eq!(tmux.tmux(&["list-buffers"]), "", "a paste buffer has the secret");
    tmux.client.keys(ENTER).sees_no("shown only now");
    let everything = tmux.tmux(&["capture-pane", "-p", "-S", "-"]);
    assert!(everything.contains(&made.key) && !everything.contains(&made.secret), "{everything}");
}

/// Who asked for it pastes inside tmux: the buffer is there, and `prefix ]` pastes it.
#[test]
fn a_buffer_that_is_asked_for_stays_in_tmux() {
    if !need("tmux") {
        return;
    }
    let house = House::with_desk();
    let mut tmux = Tmux::start_as(&house, &[BINARY, "--keep-tmux-buffer"]);
    to_the_list(&mut tmux.client);
    let made = create(&mut tmux.client, "nightly-export");
    let both = format!("{}\n{}", made.key, made.secret);
    tmux.client.keys("c").sees("or by prefix ]");
    tmux.client.clip(|clip| clip == both);
    assert_eq!(tmux.tmux(&["show-buffer"]), both);
    tmux.client.keys(ENTER).sees_no("shown only now").keys("/").sees("esc clear").keys(&format!("{}]", ctrl('b')));
    tmux.client.sees(&format!("/ {}", made.key));
}

/// sudo takes TMUX away. tmux drops the copy then, by its default setting: keydesk must not report success.
#[test]
fn a_copy_that_tmux_drops_says_what_lets_it_through() {
    if !need("tmux") {
        return;
    }
    for (term, words) in [("tmux-256color", "but tmux drops it unless"), ("screen", "GNU screen always does.")] {
        let house = House::with_desk();
        let mut tmux = Tmux::start_by_sudo(&house, term);
        to_the_list(&mut tmux.client);
        let made = create(&mut tmux.client, "nightly-export");
        tmux.client.keys("c").sees(words).sees_no("Sent to your terminal");
        tmux.client.keys(ENTER).sees("Close without copying?").keys(ENTER).sees_no("Close without copying?");
        assert!(tmux.client.clips().is_empty());
        // The setting that the message names lets it through.
        tmux.tmux(&["set", "-s", "set-clipboard", "on"]);
        tmux.client.keys("c").clip(|clip| clip == format!("{}\n{}", made.key, made.secret));
    }
}

#[test]
fn gnu_screen_passes_no_copy_on_and_that_is_said() {
    if !need("screen") {
        return;
    }
    let house = House::with_desk();
    house.fill(1);
    let sockets = house.dir.path().join("sockets");
    std::fs::create_dir(&sockets).unwrap();
    std::fs::set_permissions(&sockets, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let vars = [("SCREENDIR", sockets.to_str().unwrap())];
    let mut desk = house.run(&["screen", "-c", "/dev/null", BINARY], &vars);
    to_the_list(&mut desk);
    desk.sees("key 000").keys("y").sees("GNU screen passes no copy on").sees_no("Sent");
    assert!(desk.clips().is_empty());
}

/// tmux waits half a second after esc for more input; ctrl-g cancels at once.
#[test]
fn ctrl_g_cancels() {
    if !need("tmux") {
        return;
    }
    let house = House::with_desk();
    let mut tmux = Tmux::start(&house);
    to_the_list(&mut tmux.client);
    tmux.client.keys("n").sees("[ Create key ]").keys("\x07").sees_no("[ Create key ]").sees("LAST USED");
}

#[test]
fn a_resized_window_is_repainted() {
    if !need("tmux") {
        return;
    }
    let house = House::with_desk();
    let mut tmux = Tmux::start(&house);
    tmux.client.sees("Sign in").resize(100, 30).until("the frame at the new width", |screen| {
        screen
            .rows(0, 100)
            .next()
            .is_some_and(|head| head.trim_end().ends_with("signed in") && head.trim_end().len() > 95)
    });
}

/// What the terminal was told to move by itself must look as if it had been drawn.
#[test]
fn a_list_that_scrolls_looks_like_one_that_was_drawn() {
    if !need("tmux") {
        return;
    }
    let house = House::with_desk();
    house.fill(60);
    let mut tmux = Tmux::start(&house);
    to_the_list(&mut tmux.client);
    tmux.client.sees("▌  key 000");
    for (key, last) in [("j", 40), ("k", 5)] {
        let walk: Vec<usize> = if key == "j" { (1..=last).collect() } else { (last..40).rev().collect() };
        for row in walk {
            tmux.client.keys(key).sees(&format!("▌  key {row:03}"));
        }
        let scrolled = tmux.pane();
        tmux.client.keys(&crate::harness::ctrl('l')).settle(Duration::from_millis(300));
        assert_eq!(scrolled, tmux.pane());
    }
}
