//! SSH keys of people: listed, pasted, removed, of oneself and of others.

use keydesk::account::Role;
use keydesk::hub::{HubError, SshKeyRow};
use keydesk::tui::msg::Call;

use super::desk::Desk;
use super::fixture::{self, PASSWORD, SSH_KEYS};
use super::users::signed_in_long_ago;

const FINGERPRINT: &str = "SHA256:8jsqZeBCXYsEyj5Bnr71zvS7VP2s7KZQmCpOXiv1nVs";
/// The first line of a private key.
const PRIVATE: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";

impl Desk {
    fn on_keys_of(name: &str) -> Self {
        let mut desk = Self::signed_in_as(Role::Administrator);
        desk.goes_to_users().selects(name).press("s");
        desk
    }

    fn on_own_keys(role: Role) -> Self {
        let mut desk = Self::signed_in_as(role);
        desk.selects("My account").press("enter").selects("SSH keys").press("enter");
        desk
    }

    fn keys_of(&self, name: &str) -> Vec<SshKeyRow> {
        self.hub().ssh_keys(&fixture::local(self.hub(), "bram"), Some(name), false).unwrap()
    }

    fn adds_key_of(&self, name: &str, key: usize) {
        self.hub().add_ssh_key(&fixture::local(self.hub(), "bram"), name, &fixture::ssh_key(key)).unwrap();
    }
}

#[test]
fn a_pasted_key_is_added_with_its_limits() {
    let mut desk = Desk::on_keys_of("chen");
    desk.dialog("SSH keys of chen").says("chen has no SSH key.").sees("n add");
    desk.press("n").dialog("New SSH key of chen").says("Paste the line").pastes(SSH_KEYS[0]).sees("alice@laptop");
    desk.press("tab").types("desk").press("tab").types("203.0.113.0/24").press("tab").types("30d");
    desk.dialog("New SSH key of chen").says("30d = ").press("ctrl-s");
    desk.dialog("SSH keys of chen")
        .says("desk")
        .sees(FINGERPRINT)
        .sees("203.0.113.0/24")
        .sees("in 29 d")
        .sees("! expiring");
    desk.sees("chen can sign in with the SSH key desk.");
    let [row] = &desk.keys_of("chen")[..] else { panic!("{:?}", desk.keys_of("chen")) };
    assert_eq!((row.label.as_str(), row.networks.to_string().as_str()), ("desk", "203.0.113.0/24"));
    assert_eq!(row.expires_at, Some(desk.hub().now().plus(30 * 86_400_000).seconds()));
    desk.press("esc").no_dialog().selects("chen").sees("SSH keys    1 key; s shows it");
}

#[test]
fn the_label_is_the_comment_unless_one_is_typed() {
    let mut desk = Desk::on_keys_of("chen");
    desk.press("n").pastes(SSH_KEYS[0]).dialog("New SSH key of chen").says("ssh-ed25519").press("ctrl-s");
    desk.dialog("SSH keys of chen").says("alice@laptop");
    assert_eq!(desk.keys_of("chen")[0].label, "alice@laptop");
}

#[test]
fn what_is_no_key_is_refused_at_its_field() {
    for (typed, said) in [
        ("", "There is no public key."),
        (PRIVATE, "That is a private key"),
        ("ssh-dss AAAA", "DSA keys are too weak"),
        ("no-pty ssh-ed25519 AAAA", "Options are not accepted"),
        ("ssh-ed25519 AAAA", "The ssh-ed25519 key is damaged"),
        ("hello", "That is not an OpenSSH public key."),
    ] {
        let mut desk = Desk::on_keys_of("chen");
        desk.press("n").pastes(typed).press("ctrl-s").dialog("New SSH key of chen").says(said);
        assert_eq!(desk.count("add-ssh-key"), 0, "{typed}");
    }
}

#[test]
fn a_long_rsa_key_fits_into_the_field() {
    let mut desk = Desk::on_keys_of("chen");
    desk.press("n").pastes(&format!("ssh-rsa {}", "A".repeat(2_800))).sees_no("too long");
}

#[test]
fn wrong_limits_and_a_known_key_show_at_their_field() {
    for (tabs, typed, said) in [
        ("tab tab", "203.0.113.0/99", "203.0.113.0/99"),
        ("tab tab tab", "soon", "soon"),
        ("tab tab tab", "2020-01-31", "past"),
    ] {
        let mut desk = Desk::on_keys_of("chen");
        desk.press("n").pastes(SSH_KEYS[0]).press(tabs).types(typed).press("ctrl-s");
        desk.dialog("New SSH key of chen").says(said);
        assert_eq!(desk.keys_of("chen"), []);
    }
    let mut desk = Desk::on_keys_of("chen");
    desk.adds_key_of("dora", 0);
    desk.press("n").pastes(SSH_KEYS[0]).press("ctrl-s").dialog("New SSH key of chen").says("another user has it");
}

#[test]
fn a_key_is_removed_after_the_question() {
    let mut desk = Desk::on_keys_of("chen");
    desk.press("esc");
    desk.adds_key_of("chen", 0);
    desk.waits(1_000).press("s").dialog("SSH keys of chen").says("alice@laptop").press("D");
    let question = "Remove the SSH key alice@laptop?";
    desk.dialog(question).says("It opens nothing any more").press("enter").dialog("SSH keys of chen").says("laptop");
    assert_eq!(desk.keys_of("chen").len(), 1, "the safe answer is focused");
    desk.press("D").dialog(question).says("sessions of chen").press("tab enter");
    desk.dialog("SSH keys of chen").says("chen has no SSH key").sees("opens nothing any more.");
    assert_eq!(desk.keys_of("chen"), []);
}

#[test]
fn everybody_manages_their_own_keys_on_my_account() {
    for role in Role::ALL {
        let name = fixture::name_of(role);
        let mut desk = Desk::on_own_keys(role);
        desk.dialog(&format!("SSH keys of {name}")).says("n adds one");
        desk.press("n").pastes(SSH_KEYS[1]).dialog(&format!("New SSH key of {name}")).says("ssh-ed25519");
        desk.press("ctrl-s").dialog(&format!("SSH keys of {name}")).says("SHA256:");
        desk.press("D").rest();
        let title = desk.title_shown().unwrap();
        desk.dialog(&title).says("It opens nothing any more").press("tab enter");
        desk.dialog(&format!("SSH keys of {name}")).says("no SSH key");
    }
}

#[test]
fn an_auditor_sees_the_keys_of_others_and_changes_none() {
    let mut desk = Desk::signed_in_as(Role::Auditor);
    desk.goes_to_users().selects("chen").press("s").dialog("SSH keys of chen").says("no SSH key").sees_no("n add");
    for key in ["n", "D"] {
        desk.press(key).dialog("Not available to you").says("Only account").press("esc");
    }
    assert_eq!(desk.keys_of("chen"), []);
}

#[test]
fn the_password_is_asked_again_before_a_key_is_added() {
    let mut desk = signed_in_long_ago();
    desk.selects("chen").press("s n").pastes(SSH_KEYS[0]).dialog("New SSH key of chen").says("ssh-ed25519");
    desk.press("ctrl-s").dialog("Your password again").says("5 minutes").types(PASSWORD).says("•••").press("enter");
    desk.dialog("SSH keys of chen").says("alice@laptop");
    assert_eq!(desk.keys_of("chen").len(), 1);
}

#[test]
fn a_new_user_may_have_a_key_and_no_password() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.goes_to_users().press("n").types("erik").press("tab tab → →").says_by_key();
    desk.press("tab ctrl-s").dialog("New user").says("There is no public key.").pastes(SSH_KEYS[0]).press("ctrl-s");
    desk.no_dialog().sees("erik was added and signs in with the SSH key.").waits(7_000);
    desk.selects("erik")
        .sees("SSH keys    SSH key only: 1 key, no password; s shows it")
        .sees("1 only")
        .sees("● active   SSH key only");
    assert_eq!(desk.keys_of("erik").len(), 1);
}

#[test]
fn keys_that_cannot_be_read_say_so() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.goes_to_users().selects("chen");
    desk.instead = Some(Box::new(|call| match call {
        Call::SshKeys(..) => Some(Err(HubError::NotFound("There is no user chen.".to_owned()))),
        _ => None,
    }));
    desk.press("s").dialog("SSH keys of chen").says("Reading ...").sees("There is no user chen.");
}

impl Desk {
    fn says_by_key(&mut self) -> &mut Self {
        self.dialog("New user").says("There is no password: this user signs in over SSH with the key")
    }
}

#[test]
fn every_key_shows_when_and_from_where_it_was_used() {
    let mut desk = Desk::on_keys_of("chen");
    desk.press("esc");
    desk.adds_key_of("chen", 0);
    desk.adds_key_of("chen", 1);
    let row = desk.keys_of("chen").remove(0);
    fixture::session_by_key(desk.hub(), &row, 0);
    desk.waits(1_000).press("s").dialog("SSH keys of chen").sees("LABEL").sees("LAST USED");
    desk.sees("▌   alice@laptop      never     today 09:12      203.0.113.9      ● active");
    desk.sees("Last used  today 09:12 UTC from 203.0.113.9").press("↓").sees("Last used  never");
}

#[test]
fn the_fingerprint_is_copied_by_everybody_who_sees_it() {
    for role in [Role::Administrator, Role::Auditor] {
        let mut desk = Desk::signed_in_as(role);
        desk.adds_key_of("chen", 0);
        desk.goes_to_users().selects("chen").press("s").dialog("SSH keys of chen").sees("y copy fingerprint");
        desk.press("y").sees("fingerprint. Paste to check.");
        assert_eq!(desk.copied, [FINGERPRINT]);
    }
    Desk::on_keys_of("chen").sees_no("y copy").sees_no("D remove").press("y").sees_no("fingerprint");
}

#[test]
fn a_list_that_is_open_follows_what_others_do() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.adds_key_of("chen", 0);
    desk.adds_key_of("chen", 1);
    desk.goes_to_users().selects("chen").press("s ↓").dialog("SSH keys of chen").sees("alice@laptop");
    let [first, second] = [0, 1].map(|n| desk.keys_of("chen")[n].fingerprint.clone());
    desk.hub().remove_ssh_key(&fixture::local(desk.hub(), "bram"), &first).unwrap();
    desk.waits(1_500).sees_no("alice@laptop").press("y");
    assert_eq!(desk.copied, [second], "the same key stays selected");
}

#[test]
fn my_account_counts_the_usable_keys_and_names_them() {
    let mut desk = Desk::signed_in_as(Role::Basic);
    desk.selects("My account").press("enter").sees("SSH keys        none").press("s");
    desk.dialog("SSH keys of chen").says("n adds one").press("n").pastes(SSH_KEYS[0]).press("ctrl-s").press("esc");
    desk.waits(7_000).sees("SSH keys        1 usable  alice@laptop");
    desk.adds_key_of("chen", 2);
    desk.waits(1_500).sees("2 usable  alice@laptop, old desk");
}

#[test]
fn the_palette_leads_to_the_own_ssh_keys() {
    for role in Role::ALL {
        let mut desk = Desk::signed_in_as(role);
        desk.press(":").types("my ssh").dialog("Jump").says("My SSH keys").press("enter");
        desk.dialog(&format!("SSH keys of {}", fixture::name_of(role))).says("n adds one").press("esc").no_dialog();
        desk.sees("My account");
        assert!(desk.selected_line().contains("SSH keys"), "{}", desk.screen());
    }
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.goes_to_users().selects("chen").press(":").types("ssh keys of").dialog("Jump").says("SSH keys of this user");
    desk.press("enter").dialog("SSH keys of chen").says("no SSH key");
}
