//! Users: added, given a role or a password, disabled, enabled, unlocked; and reauthentication.

use keydesk::account::{Role, UserState};
use keydesk::hub::{HubError, Origin, SignIn, UserRow, Via};
use keydesk::secret::Secret;
use keydesk::tui::Start;
use keydesk::tui::msg::Call;

use super::desk::Desk;
use super::fixture::{self, Copy, PASSWORD};

const ANOTHER: &str = "another horse battery";

impl Desk {
    fn on_users() -> Self {
        let mut desk = Self::signed_in_as(Role::Administrator);
        desk.goes_to_users();
        desk
    }

    pub fn goes_to_users(&mut self) -> &mut Self {
        self.press("enter").selects("Users").press("enter").rest()
    }

    fn user(&self, name: &str) -> UserRow {
        let bram = fixture::local(self.hub(), "bram");
        self.hub().users(&bram).unwrap().into_iter().find(|row| row.name == name).unwrap()
    }

    fn can_sign_in(&self, name: &str, password: &str) -> bool {
        let tried = self.hub().sign_in(name, &Secret::from_text(password), &Origin::default());
        matches!(tried, Ok(SignIn::Welcome(_)))
    }

    fn fills_in_erik(&mut self) -> &mut Self {
        self.press("n").types("erik").press("tab tab → tab").types(ANOTHER).press("tab").types(ANOTHER)
    }
}

/// Five wrong passwords.
fn lock(desk: &Desk, name: &str) {
    for _ in 0..5 {
        desk.hub().sign_in(name, &Secret::from_text("wrong"), &Origin::default()).unwrap();
    }
}

#[test]
fn every_user_is_listed_with_level_state_and_keys() {
    let mut desk = Desk::on_users();
    desk.sees("4 users").sees("chen").sees("Basic User").sees("● active").sees("Advanced User");
    desk.selects("bram").sees("2 usable; enter shows them");
    assert!(desk.selected_line().contains("Administrator"), "{}", desk.screen());
}

#[test]
fn a_new_user_is_added_and_must_change_the_password() {
    let mut desk = Desk::on_users();
    desk.fills_in_erik().dialog("New user").says("✓ the same twice").press("ctrl-s").no_dialog();
    desk.sees("erik was added and chooses an own password at the first sign-in.").waits(7_000).sees("5 users");
    assert!(desk.selected_line().contains("erik"), "{}", desk.screen());
    let erik = desk.user("erik");
    assert_eq!((erik.role, erik.must_change_password), (Role::Basic, true));
    assert!(desk.can_sign_in("erik", ANOTHER));
}

#[test]
fn errors_of_a_new_user_show_at_their_field() {
    for (name, password, again, said) in [
        ("4erik", ANOTHER, ANOTHER, "A user name has 1 to 32"),
        ("erik", "short", "short", "12"),
        ("erik", ANOTHER, "another horse", "same"),
        ("bram", ANOTHER, ANOTHER, "The user name bram is taken already"),
    ] {
        let mut desk = Desk::on_users();
        desk.press("n").types(name).press("tab tab → tab").types(password).press("tab").types(again);
        desk.dialog("New user").says("Basic User").press("ctrl-s").dialog("New user").says(said);
        assert_eq!(desk.hub().users(&fixture::local(desk.hub(), "alice")).unwrap().len(), 4);
    }
}

#[test]
fn a_user_gets_another_role() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("r ↓").dialog("Role of chen").says("chen is a Basic User now.");
    // The first ↓ moved to the buttons; left and right choose.
    desk.press("↑ →").says("(•) Advanced User").press("enter").no_dialog().sees("chen is an Advanced User now.");
    assert_eq!(desk.user("chen").role, Role::Advanced);
    desk.press("r").dialog("Role of chen").says("chen is an Advanced User now.").press("enter");
    desk.sees("chen is an Advanced User already.");
}

#[test]
fn disabling_a_user_names_their_keys_and_shows_them() {
    let mut desk = Desk::on_users();
    desk.selects("bram").press("d").dialog("Disable bram?").says("2 usable credentials were created by this user.");
    desk.press("tab tab enter").dialog("Keys made by bram").says("crm-sync").sees("webhooks-prod").sees_no("billing");
    desk.sees("webhooks-prod ").sees("● active").sees("… ");
    desk.sees("enter goes to the selected key").sees("/ by:bram");
    desk.press("esc").dialog("Disable bram?").says("They keep working").press("← enter").no_dialog();
    desk.sees("bram is disabled and signed out everywhere.").waits(7_000).sees("1 disabled");
    assert!(desk.selected_line().contains("○ disabled"), "{}", desk.screen());
    assert!(!desk.can_sign_in("bram", PASSWORD));
    desk.sees("d enable").press("d").dialog("Enable bram?").says("as Administrator").press("tab enter");
    desk.sees("bram can sign in again.");
    assert!(desk.can_sign_in("bram", PASSWORD));
}

#[test]
fn the_safe_answer_is_focused() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("d").dialog("Disable chen?").says("No usable credential").press("enter").no_dialog();
    assert_eq!(desk.user("chen").state, UserState::Active);
}

#[test]
fn a_locked_name_is_unlocked() {
    let mut desk = Desk::on_users();
    desk.selects("dora").press("u").sees("dora is not locked: there is nothing to unlock.").no_dialog();
    lock(&desk, "dora");
    desk.waits(1_000).sees("! locked").sees("for 15 minutes more, after wrong passwords").waits(7_000).sees("1 locked");
    desk.press("u").dialog("Unlock dora?").says("Five wrong passwords").press("tab enter").no_dialog();
    desk.sees("dora can sign in again.").sees_no("! locked");
    assert!(desk.can_sign_in("dora", PASSWORD));
}

#[test]
fn passwords_of_others_are_set_and_ones_own_is_changed() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("p → tab").types(ANOTHER).press("tab").types(ANOTHER);
    desk.dialog("New password for chen").says("Hand it over yourself.").press("enter").no_dialog();
    desk.sees("must change it at the next sign-in");
    assert!(desk.can_sign_in("chen", ANOTHER));
    desk.selects("alice").press("p").dialog("Change password").says("Old");
}

#[test]
fn the_last_administrator_cannot_be_removed() {
    let mut desk = Desk::empty();
    desk.goes_to_users()
        .press("d")
        .dialog("Disable alice?")
        .says("This is you: your own session ends.")
        .press("tab enter");
    desk.dialog("Not changed").says("alice is the last Administrator who can sign in. Make another one first.");
    desk.press("enter").no_dialog().sees("● active");
    desk.press("r ← ← ←").dialog("Role of alice").says("(•) Basic User").press("enter");
    desk.dialog("Not changed").says("the last Administrator");
}

#[test]
fn demoting_oneself_signs_out() {
    let mut desk = Desk::on_users();
    desk.selects("alice").press("r ←").dialog("Role of alice").says("(•) Auditor").press("enter");
    desk.waits(1_000).sees("Your role or password was changed. Sign in again.");
}

#[test]
fn the_second_to_change_a_user_is_told_and_changes_nothing() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("r →").dialog("Role of chen").says("(•) Advanced User");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_user_state(&bram, &fixture::seen(desk.hub(), "chen"), UserState::Disabled).unwrap();
    desk.press("enter");
    desk.dialog("Not changed").says("bram disabled chen a moment ago. Look at it as it is now").press("enter");
    assert!(desk.selected_line().contains("○ disabled"), "{}", desk.screen());
    assert_eq!((desk.count("change user"), desk.user("chen").role), (1, Role::Basic));
}

/// alice signed in with her password, longer than 5 minutes ago.
pub fn signed_in_long_ago() -> Desk {
    let copy = Copy::filled();
    let mut session = fixture::session(&copy.hub, "alice", Role::Administrator);
    session.actor.via = Via::Password;
    let mut desk = Desk::start(Some(copy), Start::Session(Box::new(session)));
    desk.goes_to_users();
    desk
}

#[test]
fn the_password_is_asked_again_and_then_it_is_done() {
    let mut desk = signed_in_long_ago();
    desk.fills_in_erik().dialog("New user").says("erik").press("ctrl-s");
    desk.dialog("Your password again").says("not typed in the last 5 minutes").types("wrong").says("•••••");
    desk.press("enter").dialog("Your password again").says("That is not your password.").press("ctrl-u");
    desk.types(PASSWORD).says("••••").press("enter").no_dialog().sees("erik was added");
    // For 5 minutes it is not asked for again.
    desk.selects("chen").press("d").dialog("Disable chen?").says("chen").press("tab enter").no_dialog();
    assert_eq!(desk.user("chen").state, UserState::Disabled);
}

#[test]
fn without_the_password_nothing_is_done_and_the_form_stays() {
    let mut desk = signed_in_long_ago();
    desk.fills_in_erik().dialog("New user").says("erik").press("ctrl-s").dialog("Your password again").says("Password");
    desk.press("esc").dialog("New user").says("erik").press("esc").no_dialog().sees("4 users");
    assert_eq!(desk.count("confirm"), 0);
}

#[test]
fn a_lock_wipes_what_was_typed_for_others() {
    let mut desk = Desk::on_users();
    desk.fills_in_erik().waits(601_000);
    assert!(!format!("{:?}", desk.app).contains(ANOTHER));
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter");
    desk.dialog("New user").says("erik").sees("✗ 12 or more");
}

#[test]
fn an_error_keeps_the_form() {
    let mut desk = Desk::on_users();
    desk.instead = Some(Box::new(|call| match call {
        Call::ChangeUser(..) => Some(Err(HubError::Unavailable("The disk is full.".to_owned()))),
        _ => None,
    }));
    desk.fills_in_erik().dialog("New user").says("erik").press("ctrl-s").dialog("New user").says("The disk is full.");
    desk.instead = None;
    desk.press("ctrl-s").no_dialog().sees("erik was added");
}

#[test]
fn another_administrators_changes_show_within_a_second() {
    let mut desk = Desk::on_users();
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().add_user(&bram, "zoe", Role::Basic, &fixture::password()).unwrap();
    desk.waits(1_000).sees("5 users").sees("zoe");
}

#[test]
fn enter_leads_from_the_keys_of_a_user_to_one() {
    let mut desk = Desk::on_users();
    desk.selects("bram").press("enter").dialog("Keys made by bram").says("go to it").press("↓");
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.starts_with("▌   ")).unwrap();
    let name = line.split("▌").nth(1).unwrap().split_whitespace().nth(1).unwrap().to_owned();
    desk.press("enter").no_dialog().rest().sees("Settings › API Settings");
    assert!(desk.selected_line().contains(&name), "{name}: {}", desk.screen());
    desk.press("esc").sees("LAST SIGN-IN (UTC)");
}

/// A password in the four groups that keydesk makes.
fn made_password(desk: &Desk) -> String {
    let is_one = |word: &&str| word.len() == 23 && word.matches('-').count() == 3;
    desk.screen().split_whitespace().find(is_one).unwrap().to_owned()
}

#[test]
fn a_first_password_is_made_and_shown_once() {
    let mut desk = Desk::on_users();
    desk.press("n").types("frida").press("tab tab").sees("(•) make one").sees("shown once, on the next page");
    desk.press("tab").types("audit of spring 2027").dialog("New user").says("frida").press("enter");
    desk.dialog("The secret, once").says("frida is added").sees("Basic User").sees("Not copied yet");
    desk.sees("Nobody can show the password again. If it gets lost, set another.")
        .sees_no("Revoke it")
        .sees_no("C copy as");
    let password = made_password(&desk);
    desk.press("C").dialog("The secret, once").says("A password is for a person").press("m").sees_no(&password);
    desk.press("m s")
        .says("(OSC 52): password.")
        .press("k")
        .says("(OSC 52): name.")
        .press("c")
        .says("name and password");
    assert_eq!(desk.copied, [password.clone(), "frida".to_owned(), format!("frida\n{password}")]);
    assert_eq!(desk.count("seen"), 0, "no credential was copied");
    desk.dialog("The secret, once").says("frida").press("enter").no_dialog().sees("5 users").sees_no(&password);
    desk.sees("Note        audit of spring 2027");
    assert!(desk.selected_line().contains("frida"), "{}", desk.screen());
    let frida = desk.user("frida");
    assert!(frida.must_change_password && desk.can_sign_in("frida", &password));
    assert!(!format!("{:?}", desk.app).contains(&password));
}

#[test]
fn a_new_password_for_a_user_is_made_and_shown_once() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("p").dialog("New password for chen").says("(•) make one").press("enter");
    desk.dialog("The secret, once").says("chen has a new password").sees("changed at the next sign-in");
    let password = made_password(&desk);
    desk.press("enter").dialog("Close without copying?").says("It cannot be shown again.").press("enter");
    desk.dialog("The secret, once").says("chen").press("c").says("Paste to check").press("esc").no_dialog();
    assert!(desk.can_sign_in("chen", &password) && !desk.can_sign_in("chen", PASSWORD));
}

#[test]
fn a_lock_wipes_a_password_that_nobody_copied_and_says_so() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("p").dialog("New password for chen").says("make one").press("enter");
    desk.dialog("The secret, once").says("chen");
    let password = made_password(&desk);
    desk.waits(600_000).sees("Locked").sees_no(&password).sees_no("Password wiped").types(PASSWORD);
    desk.dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.dialog("Password wiped").says("The password of chen was wiped before it was copied.").sees_no(&password);
    assert!(!format!("{:?}", desk.app).contains(&password));
}

#[test]
fn a_password_that_comes_after_the_lock_is_dropped_and_told() {
    let mut desk = Desk::on_users();
    desk.selects("chen").press("p").dialog("New password for chen").says("make one").stalls().press("enter");
    desk.waits(600_000).answers().sees("Locked").types(PASSWORD);
    desk.dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.dialog("Password wiped").says("Press p in Users to make another.").press("enter").no_dialog();
    assert!(desk.app.secrets_shown().is_none());
}

#[test]
fn the_note_of_a_user_is_edited_and_taken_away() {
    let mut desk = Desk::on_users();
    desk.selects("bram").press("e").types("backend team, deputy of alice");
    desk.dialog("Note on bram").says("deputy of alice").press("enter").no_dialog().sees("The note on bram is saved.");
    desk.waits(7_000).sees("Note        backend team, deputy of alice");
    assert_eq!(desk.user("bram").note, "backend team, deputy of alice");
    desk.sized(120, 40).rest();
    assert!(desk.selected_line().ends_with("backend team, deputy of alice"), "{}", desk.selected_line());
    desk.sized(80, 24).rest();
    desk.press("e ctrl-u").dialog("Note on bram").says("none").press("enter").sees("bram has no note now.");
    assert_eq!(desk.user("bram").note, "");
    desk.press("esc").selects("Activity log").press("enter").rest().sees("changed  note on bram");
}

#[test]
fn users_are_filtered_by_words_and_terms() {
    let mut desk = Desk::on_users();
    lock(&desk, "dora");
    desk.waits(1_000).press("/").types("state:locked").sees("1 of 1 found, 4 in all").sees("dora").sees_no("chen");
    desk.press("enter u").dialog("Unlock dora?").says("Five wrong passwords").press("tab enter").no_dialog();
    desk.sees("dora").waits(7_000).sees("4 users");
    desk.press("/")
        .types("role:king")
        .sees("\"king\" is not a role.")
        .press("enter")
        .press("ctrl-u")
        .types("role:basic");
    desk.sees_no("is not a role").press("enter").sees("chen").sees_no("bram").press("esc");
    desk.sees("bram").press("/").types("nobody").sees("Nobody matches nobody.").press("enter");
    desk.sees("n new").sees_no("keys made").sees_no("r role").press("esc").sees("4 users").sees("r role");
}

#[test]
fn an_auditor_filters_users_and_changes_none() {
    let mut desk = Desk::signed_in_as(Role::Auditor);
    desk.goes_to_users().press("/").types("bram").press("enter").sees("bram").sees_no("dora");
    desk.press("e").dialog("Not available to you").says("Administrators");
}
