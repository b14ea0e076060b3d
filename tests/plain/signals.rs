//! Keys and signals that end or stop the program, the line that drops, and the lock.

use std::sync::Arc;
use std::time::Duration;

use keydesk::config::ExitAction;
use keydesk::hub::{DeskPaths, Hub, OpenOutcome, Origin, Setting};
use keydesk::plain;
use keydesk::time::{Clock, Millis, SystemClock};
use keydesk::vault::MasterKeyPlace;
use rustix::process::Signal;

use crate::harness::{ENTER, ctrl};
use crate::house::{BINARY, House, PASSWORD};
use crate::need::need;
use crate::pty_user::Line;

/// Signed in, at the choices of a new secret.
fn with_a_secret(house: &House) -> Line {
    let mut line = Line::open(house);
    line.signs_in("alice").section("Basic Authentication").creates("nightly-export").sees("mark to repeat: ");
    line
}

#[test]
fn ctrl_d_and_ctrl_c_leave_cleanly() {
    let house = House::with_desk();
    for (key, code) in [(ctrl('d'), 0), (ctrl('c'), 130)] {
        let mut line = Line::open(&house);
        line.signs_in("alice").sees("mark to repeat: ").keys(&key).sees("You are signed out. Good-bye.");
        assert_eq!(line.desk.ended(), code);
        assert!(line.desk.has_its_modes());
        // At a password too, where the echo is off.
        let mut line = Line::open(&house);
        line.sees("quits keydesk: ").types("alice").sees("name again: ").keys(&key);
        assert_eq!(line.desk.ended(), code);
        assert!(line.desk.has_its_modes());
        assert!(line.text().ends_with("\r\n"), "the shell's prompt stands on a line of its own");
    }
    let log = house.script(&["audit", "list", "--as", "alice"], "");
    assert_eq!(log.matches("signed out").count(), 2, "{log}");
}

#[test]
fn ctrl_c_asks_before_it_drops_an_unsaved_secret() {
    let house = House::with_desk();
    let mut line = with_a_secret(&house);
    line.keys(&ctrl('c')).sees("Close without copying? It cannot be shown again.").picks("Close it.");
    line.sees("no longer kept here. If it is not saved, rotate the key.").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 130);
}

#[test]
fn signals_end_it_at_once_and_restore_the_terminal() {
    let house = House::with_desk();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let mut line = Line::open(&house);
        line.sees("quits keydesk: ").types("alice").sees("name again: ");
        assert!(!line.desk.has_its_modes(), "the echo is off");
        assert_eq!(line.desk.signal(signal).ended(), code);
        assert!(line.desk.has_its_modes());
    }
}

#[test]
fn a_secret_on_screen_at_the_end_is_reported_at_sign_in() {
    let house = House::with_desk();
    let told = |name: &str| {
        let mut line = Line::open(&house);
        line.signs_in("alice").sees(&format!("The line dropped while the secret of {name} was shown.")).picks("Quit");
        assert_eq!(line.desk.ended(), 0);
    };
    assert_eq!(with_a_secret(&house).desk.signal(Signal::TERM).ended(), 143);
    told("nightly-export");
    // No signal at all: the line is cut, and whoever started the program ignores SIGHUP.
    let mut cut = Line::of(house.run(&["sh", "-c", &format!("trap '' HUP; exec {BINARY} --plain")], &[]));
    cut.signs_in("alice").section("Basic Authentication").creates("crm-sync").sees("mark to repeat: ");
    let busy = cut.desk.cut().processor_time_until_end();
    assert!(busy < Duration::from_secs(2), "it ran on without a terminal: {busy:?}");
    told("crm-sync");
}

#[test]
fn ctrl_z_and_fg() {
    if !need("bash") {
        return;
    }
    let house = House::with_desk();
    let mut line = Line::of(house.run(&["bash", "--norc", "--noprofile", "-i"], &[("PS1", "$ ")]));
    line.sees("$ ").types(&format!("{BINARY} --plain")).signs_in("alice").sees("mark to repeat: ").keys(&ctrl('z'));
    line.sees("Stopped").sees("$ ").types("fg").sees("Type a number from 1 to 9").sees("mark to repeat: ");
    line.types("8").sees("You are signed out.").sees("quits keydesk: ").types("alice").sees("name again: ");
    // Where nothing shows it does not stop: the shell would get a terminal that shows nothing.
    line.keys(&ctrl('z'))
        .keys(ENTER)
        .sees("ctrl-z does not stop keydesk while")
        .sees("name again: ")
        .types(PASSWORD)
        .sees("Menu.");
    line.picks("Quit").sees("Good-bye.").sees("$ ").types("stty -a").sees(" icanon").sees(" echo ").sees("$ ");
    line.types("exit");
    line.desk.ended();
}

/// Ten times as fast as the machine's: a lock time of a minute is six seconds.
struct Hasty(Millis);

impl Clock for Hasty {
    fn now(&self) -> Millis {
        self.0.plus(10 * SystemClock.now().since(self.0))
    }
}

fn places(house: &House) -> DeskPaths {
    let home = house.dir.path();
    DeskPaths::new(home.join("data/keydesk.db"), MasterKeyPlace::file(home.join(".config/keydesk/master.key")))
}

/// Names the house of the program that [`it_warns_locks_and_wipes`] starts.
const HASTY: &str = "KEYDESK_TEST_HASTY";

/// No test: what [`it_warns_locks_and_wipes`] starts on a terminal, since the program's own clock is the machine's.
#[test]
fn the_idle_timer_follows_the_clock() {
    if std::env::var_os(HASTY).is_none() {
        return;
    }
    let home = std::env::var("HOME").unwrap();
    let places = DeskPaths::new(
        format!("{home}/data/keydesk.db"),
        MasterKeyPlace::file(format!("{home}/.config/keydesk/master.key")),
    );
    let appearance = format!("{home}/.config/keydesk/appearance.toml").into();
    let clock = Arc::new(Hasty(SystemClock.now()));
    let after = plain::run(&places, &Origin::default(), appearance, crate::script::VERIFIER, false, clock).unwrap();
    let ExitAction::Exit(code) = after else { panic!("{after:?}") };
    std::process::exit(code.into());
}

#[test]
fn an_idle_desk_warns_locks_and_wipes_the_secret() {
    let house = House::with_desk();
    let OpenOutcome::Ready(hub) = Hub::open(&places(&house), Arc::new(SystemClock)).unwrap() else { panic!("no desk") };
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    hub.set_settings(&alice, &[(Setting::LockTime, "1".to_owned())]).unwrap();
    drop(hub);
    let own = std::env::current_exe().unwrap();
    let child = [own.to_str().unwrap(), "--exact", "signals::the_idle_timer_follows_the_clock", "--nocapture"];
    let mut line = Line::of(house.run(&child, &[(HASTY, "1")]));
    line.signs_in("alice").section("Basic Authentication").creates("nightly-export");
    line.sees("keydesk locks in ").sees("because nobody answered. Press Enter to stay signed in").types("");
    line.sees("mark to repeat: ").sees("keydesk locks in ");
    line.sees("The API secret of nightly-export is no longer kept here.");
    line.sees("keydesk is locked, because nobody answered for 1 minute.").sees("Type the password of alice");
    line.sees("name again: ").types(PASSWORD).sees("Menu.").picks("Quit").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
    assert!(!line.text().contains("kds"), "nobody asked to see it");
}

#[test]
fn ctrl_z_does_not_stop_while_a_secret_is_shown() {
    let house = House::with_desk();
    let mut line = with_a_secret(&house);
    line.keys(&ctrl('z')).keys(ENTER).sees("ctrl-z does not stop keydesk while a password or a new secret is at hand.");
    line.sees("mark to repeat: ")
        .types("0")
        .sees("Close without copying?")
        .picks("Close it.")
        .sees("no longer kept here.");
    line.back(2).picks("Quit").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
}
