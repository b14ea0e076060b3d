//! Sessions that an SSH key opened: how they end, and what they may.

use keydesk::account::Role;
use keydesk::credential::Note;
use keydesk::hub::{NewSshKey, NewUser, SshKeyRow};
use keydesk::time::Seconds;
use keydesk::tui::Start;
use keydesk::tui::theme::Theme;

use super::desk::Desk;
use super::fixture::{self, Copy, PASSWORD};

const MINUTE: i64 = 60_000;
const KEY_GONE: &str = "The SSH key that opened this session was removed or has expired.";

fn frida(copy: &Copy) -> SshKeyRow {
    let new = NewUser {
        name: "frida".to_owned(),
        role: Role::Administrator,
        password: None,
        ssh_key: Some(fixture::ssh_key(0)),
        note: Note::default(),
    };
    copy.hub.add_user_with(&fixture::local(&copy.hub, "bram"), &new).unwrap();
    copy.hub.ssh_keys(&fixture::local(&copy.hub, "bram"), Some("frida"), false).unwrap().remove(0)
}

impl Desk {
    /// alice, who has a password, came by her key alice@laptop.
    fn by_key(new: &NewSshKey) -> Self {
        let copy = Copy::filled();
        let row = copy.hub.add_ssh_key(&fixture::local(&copy.hub, "bram"), "alice", new).unwrap();
        let session = fixture::session_by_key(&copy.hub, &row, 0);
        Self::at_menu(copy, session)
    }

    /// frida, an Administrator without a password, came by her key.
    pub fn of_frida(copy: Copy, theme: Theme) -> Self {
        let row = frida(&copy);
        let session = fixture::session_by_key(&copy.hub, &row, 0);
        Self::themed(Some(copy), Start::Session(Box::new(session)), theme)
    }

    #[track_caller]
    fn ended_with(&self, code: u8, words: &str) {
        let (ended, why) = self.ended.as_ref().unwrap_or_else(|| panic!("it goes on:\n{}", self.screen()));
        assert_eq!(*ended, code, "{why}");
        assert!(why.contains(words), "{why}");
    }

    #[track_caller]
    fn goes_on(&mut self) -> &mut Self {
        assert_eq!(self.ended, None);
        self
    }
}

#[test]
fn locking_ends_the_session_and_says_why() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    desk.press("L").ended_with(0, "The session is over: the desk was locked. Connect again.");
    assert_eq!(desk.count("sign out"), 1);
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    desk.selects("Lock").press("enter").ended_with(0, "the desk was locked");
}

#[test]
fn the_idle_time_ends_the_session_and_says_why() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    desk.waits(10 * MINUTE - 1_000).goes_on().sees("Locks in 1 s.").waits(1_000);
    desk.ended_with(0, "The session is over: no key was pressed for 10 minutes. Connect again.");
}

#[test]
fn a_new_secret_is_wiped_when_the_idle_time_ends_the_session() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    desk.press("enter enter n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    assert!(desk.app.secrets_shown().is_some());
    desk.waits(10 * MINUTE).ended_with(0, "no key was pressed");
    assert!(desk.app.secrets_shown().is_none());
}

#[test]
fn the_end_of_the_key_ends_the_session() {
    let expires_at = Some(Seconds(fixture::NOW.seconds().0 + 120));
    let mut desk = Desk::by_key(&NewSshKey { expires_at, ..fixture::ssh_key(0) });
    desk.waits(2 * MINUTE - 1_000).goes_on().waits(1_000).ended_with(3, KEY_GONE);
}

#[test]
fn another_role_or_a_removed_key_ends_the_session() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_role(&bram, &fixture::seen(desk.hub(), "alice"), Role::Basic).unwrap();
    desk.waits(1_500).ended_with(3, "Your role or password was changed.");
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    let fingerprint = desk.hub().ssh_keys(&bram, Some("alice"), false).unwrap()[0].fingerprint.clone();
    desk.hub().remove_ssh_key(&bram, &fingerprint).unwrap();
    desk.waits(1_500).ended_with(3, KEY_GONE);
}

#[test]
fn other_keys_may_come_and_go() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    let bram = fixture::local(desk.hub(), "bram");
    let other = desk.hub().add_ssh_key(&bram, "alice", &fixture::ssh_key(1)).unwrap();
    desk.waits(1_500).goes_on();
    desk.hub().remove_ssh_key(&bram, &other.fingerprint).unwrap();
    desk.waits(1_500).goes_on().sees("Menu");
}

#[test]
fn exports_go_to_the_machine_that_asks_for_them() {
    for way in ["enter enter", "enter ↓ ↓ enter"] {
        let mut desk = Desk::by_key(&fixture::ssh_key(0));
        desk.press(way).rest().press("x").no_dialog();
        desk.sees("goes to your machine: ssh keydesk@HOST");
        assert_eq!(desk.count("export"), 0);
        assert_eq!(std::fs::read_dir(desk.exports.path()).unwrap().count(), 0);
    }
}

#[test]
fn who_has_a_password_gives_it_before_a_sensitive_change() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    desk.goes_to_users().selects("chen").press("s n").pastes(fixture::SSH_KEYS[1]).press("ctrl-s");
    desk.dialog("Your password again").says("5 minutes").types(PASSWORD).says("•••").press("enter");
    desk.dialog("SSH keys of chen").says("● active");
}

#[test]
fn a_new_connection_stands_for_the_password_for_five_minutes() {
    for (waits, said) in [(0, "● active"), (6 * MINUTE, "this SSH connection is older than 5 minutes")] {
        let mut desk = Desk::of_frida(Copy::filled(), Theme::default());
        desk.waits(waits).goes_to_users().selects("chen").press("s n").pastes(fixture::SSH_KEYS[1]).press("ctrl-s");
        desk.sees(said).sees_no("Your password again");
    }
}

#[test]
fn the_key_of_this_session_is_removed_after_a_warning() {
    let mut desk = Desk::by_key(&fixture::ssh_key(0));
    let warning = "You signed in with it: this session ends too.";
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().add_ssh_key(&bram, "alice", &fixture::ssh_key(1)).unwrap();
    desk.selects("My account").press("enter s ↓ D").sees_no(warning).press("esc ↑ D");
    desk.dialog("Remove the SSH key alice@laptop?").says(warning).sees_no("only way in").press("enter").goes_on();
    desk.press("D").dialog("Remove the SSH key alice@laptop?").says(warning).press("tab enter");
    desk.dialog("Your password again").says("5 minutes").types(PASSWORD).says("•••").press("enter");
    desk.waits(1_500).ended_with(3, KEY_GONE);
}

#[test]
fn the_only_way_in_is_removed_after_a_warning() {
    let mut desk = Desk::of_frida(Copy::filled(), Theme::default());
    desk.selects("My account").press("enter").sees("Change password none").sees("1 usable").press("s D");
    desk.dialog("Remove the SSH key alice@laptop?").says("frida has no password and no other usable key").press("esc");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().add_ssh_key(&bram, "frida", &fixture::ssh_key(1)).unwrap();
    desk.waits(1_500).press("D").dialog("Remove the SSH key alice@laptop?").says("ends too").sees_no("only way in");
}

#[test]
fn who_has_no_password_cannot_change_it_and_is_told() {
    let mut desk = Desk::of_frida(Copy::filled(), Theme::default());
    desk.selects("My account").press("enter").selects("Change password").press("enter").no_dialog();
    desk.sees("You have no password: you sign in by SSH key.");
}
