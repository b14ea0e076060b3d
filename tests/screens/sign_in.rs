//! Set-up, sign-in, the lock, one's own password.

use keydesk::account::Role;
use keydesk::hub::{Conflict, HubError, SignIn};
use keydesk::tui::Start;
use keydesk::tui::msg::{Answer, Call};

use super::desk::Desk;
use super::fixture::{self, Copy, PASSWORD};

fn at_sign_in() -> Desk {
    Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() })
}

pub fn set_up() -> Desk {
    let copy = Copy::filled();
    let mut session = Some(fixture::session(&copy.hub, "alice", Role::Administrator));
    let mut desk = Desk::start(Some(copy), Start::SetUp);
    desk.instead = Some(Box::new(move |call| match call {
        Call::SetUp(wanted) => Some(Ok(Answer::SetUp(wanted.account.clone()))),
        Call::SignIn { name, .. } if name == "alice" => {
            session.take().map(|session| Ok(Answer::SignIn(SignIn::Welcome(session))))
        }
        _ => None,
    }));
    desk
}

#[test]
fn signing_in_lands_on_the_menu() {
    let mut desk = at_sign_in();
    desk.sees("not signed in").types("alice").press("tab").types(PASSWORD);
    desk.sees("•••").sees_no(PASSWORD);
    desk.dialog("Acme Messaging").says("Password").press("enter");
    desk.sees("alice · Administrator").sees("▌  Settings").sees("This is your first sign-in");
}

#[test]
fn a_wrong_password_shows_tries_left_and_keeps_the_name() {
    let mut desk = at_sign_in();
    desk.types("alice").press("tab").types("not the password");
    desk.dialog("Acme Messaging").says("alice").press("enter");
    desk.sees("× Name or password is wrong. 4 tries are left, then it waits 15 minutes.").sees("alice");
    desk.sees_no("••");
}

#[test]
fn an_unknown_name_gets_the_same_words() {
    let mut desk = at_sign_in();
    desk.types("nobody").press("tab").types("not the password");
    desk.dialog("Acme Messaging").says("nobody").press("enter");
    desk.sees("× Name or password is wrong. 4 tries are left, then it waits 15 minutes.");
}

#[test]
fn five_wrong_passwords_lock_the_name_until_the_pause_ends() {
    let mut desk = at_sign_in();
    desk.types("alice").press("tab");
    for _ in 0..5 {
        desk.types("not the password").dialog("Acme Messaging").says("alice").press("enter");
    }
    desk.sees("this name is locked until 09:27 UTC").sees("15 minutes");
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter");
    desk.sees("locked until 09:27 UTC");
    desk.waits(60_000).sees("14 minutes");
    desk.waits(14 * 60_000).sees("The pause is over");
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter");
    desk.sees("alice · Administrator");
}

#[test]
fn an_empty_form_is_not_sent() {
    let mut desk = at_sign_in();
    desk.press("tab").dialog("Acme Messaging").says("Password").press("enter").sees("Type your name.");
    desk.types("alice").dialog("Acme Messaging").says("alice").press("enter");
    desk.dialog("Acme Messaging").says("alice").press("enter").sees("Type your password.");
    assert_eq!(desk.count("sign in"), 0);
}

#[test]
fn set_up_checks_before_it_sends_and_signs_in() {
    let mut desk = set_up();
    desk.sees("~/.config/keydesk/master.key").sees("~/.local/share/keydesk/keydesk.db").sees("its first Administrator");
    desk.sees("· 12 or more").sees_no("✗").types("Acme Messaging").press("tab").types("Alice").sees("alice");
    desk.press("tab").types("short").sees("· 12 or more").press("tab").sees("✗ 12 or more").types("short");
    desk.dialog("Set up").says("✗ 12 or more").press("enter");
    assert_eq!(desk.count("set up"), 0);
    desk.press("ctrl-u").types("correct horse battery").press("tab ctrl-u");
    desk.types("correct horse batterx").dialog("Set up").says("✗ the same twice").press("enter");
    desk.sees("The two passwords differ");
    desk.press("backspace").types("y").dialog("Set up").says("✓ the same twice").press("enter");
    assert_eq!((desk.count("set up"), desk.count("sign in")), (1, 1));
    desk.sees("alice · Administrator").sees("▌  Settings");
}

#[test]
fn a_name_that_is_none_is_told_when_the_field_is_left() {
    let mut desk = set_up();
    desk.press("tab").sees("The account needs a name").types("4").sees_no("A user name has").press("tab");
    desk.sees("A user name has 1 to 32 of a-z").press("shift-tab ctrl-u").types("alice").press("tab");
    desk.sees_no("A user name has");
}

#[test]
fn ctrl_s_sends_from_any_field() {
    let mut desk = at_sign_in();
    desk.types("alice").press("tab").types(PASSWORD).press("shift-tab ctrl-s").sees("alice · Administrator");
    desk.press("enter enter").rest().press("n").types("nightly").press("tab tab tab ctrl-s");
    desk.dialog("The secret, once").says("nightly");
}

#[test]
fn a_second_set_up_is_refused_with_a_reason() {
    let mut desk = set_up();
    desk.instead = Some(Box::new(|_| Some(Err(HubError::Conflict(Conflict::SetUpDone)))));
    desk.types("Acme").press("tab").types("alice").press("tab").types(PASSWORD).press("tab").types(PASSWORD);
    desk.dialog("Set up").says("✓ the same twice").press("enter");
    desk.sees("This desk is set up already.");
}

#[test]
fn enter_goes_from_field_to_field() {
    let mut desk = set_up();
    desk.types("Acme").dialog("Set up").says("Acme").press("enter").types("alice").sees("alice");
    desk.sees("enter next, at the end set up").sees("ctrl-s set up");
}

#[test]
fn esc_does_nothing_at_sign_in_and_ctrl_c_leaves() {
    let mut desk = at_sign_in();
    desk.press("esc ctrl-g esc").sees("not signed in");
    assert!(!desk.quit);
    desk.press("ctrl-c");
    assert!(desk.quit);
}

#[test]
fn the_lock_key_locks_and_unlocking_leads_back() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("L").sees("Locked").sees("Your screen and your forms are kept").sees("alice");
    desk.sees_no("crm-sync").sees_no("kdb");
    assert_eq!(desk.count("sign out"), 1);
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    assert!(desk.selected_line().contains("crm-sync"));
}

#[test]
fn a_wrong_password_does_not_unlock() {
    let mut desk = Desk::on_list();
    desk.press("L").types("not the password").dialog("Acme Messaging").says("alice").press("enter");
    desk.sees("4 tries are left").sees("Locked");
}

#[test]
fn only_who_locked_the_screen_unlocks_it() {
    let mut desk = Desk::on_list();
    desk.press("n").types("half a name").press("L");
    // In a field L is a letter; the button row is not.
    desk.sees("half a nameL").press("tab tab L").sees("Locked").sees("Name       alice");
    desk.types("bram").press("tab shift-tab").sees("Name       alice").sees("••••");
    desk.press("ctrl-u").types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.dialog("Create new key · Basic Authentication").says("half a nameL");
}

#[test]
fn the_last_minute_is_counted_on_every_screen() {
    for keys in ["", "n", "?", "esc esc", "enter"] {
        let mut desk = Desk::on_list();
        if !keys.is_empty() {
            desk.press(keys);
        }
        desk.waits(539_000).sees_no("Locks in").waits(1_000).sees("! Locks in 60 s. Any key keeps you signed in.");
        desk.waits(12_000).sees("! Locks in 48 s.").sees("help");
        let before = desk.title_shown();
        desk.press("esc").sees_no("Locks in");
        assert_eq!(desk.title_shown(), before, "the key that stops the count does nothing else");
        desk.waits(600_000).sees("Locked");
    }
}

#[test]
fn the_key_that_stops_the_count_is_not_typed() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").waits(550_000).sees("Locks in 50 s").types("x").sees_no("nightlyx").types("x");
    desk.sees("nightlyx").waits(590_000).pastes("y").sees_no("nightlyxy").waits(545_000).press("ctrl-c");
    assert!(!desk.quit);
    desk.dialog("Create new key · Basic Authentication").says("nightlyx");
}

#[test]
fn a_desk_that_locks_after_a_minute_counts_half_of_it() {
    let copy = Copy::filled();
    let mut session = fixture::session(&copy.hub, "alice", Role::Administrator);
    session.idle_lock = 60_000;
    let mut desk = Desk::at_menu(copy, session);
    desk.waits(29_000).sees_no("Locks in").waits(2_000).sees("Locks in 29 s").waits(30_000).sees("Locked");
}

#[test]
fn ten_minutes_without_a_key_lock_and_a_form_is_kept() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly-export");
    desk.waits(599_000).sees("nightly-export").waits(1_000).sees("Locked").sees_no("nightly-export");
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.dialog("Create new key · Basic Authentication").says("nightly-export");
}

#[test]
fn a_key_that_comes_after_the_time_finds_the_desk_locked() {
    let mut desk = Desk::on_list();
    desk.clock.advance(jiff::SignedDuration::from_secs(601));
    desk.press("D").sees("Locked");
}

#[test]
fn what_is_typed_on_while_it_locks_is_no_password() {
    let mut desk = Desk::on_list();
    desk.clock.advance(jiff::SignedDuration::from_secs(601));
    desk.press("D").types("4f2a").sees("Locked").dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.sees("What you typed while it locked was not used.").sees_no("tries are left").sees_no("••");
    desk.waits(1_001).types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest().sees("crm-sync");
    assert_eq!(desk.count("sign in"), 1);
}

#[test]
fn a_clock_that_steps_back_still_locks() {
    let mut desk = Desk::on_list();
    desk.clock.advance(jiff::SignedDuration::from_hours(-48));
    desk.press("↓").waits(599_000).sees("crm-sync").waits(2_000).sees("Locked");
}

#[test]
fn a_password_typed_into_a_form_is_wiped_by_the_lock() {
    let mut desk = Desk::on_list();
    desk.press("3 n").types("smsnight").press("tab").types("Abcdef1").sees("✓ 6 to 50");
    desk.waits(600_000).sees("Locked");
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.sees("smsnight").sees("The password was wiped when the desk locked");
}

#[test]
fn late_replies_do_not_show_on_the_lock_screen() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("d tab").stalls().press("enter").waits(600_000).sees("Locked").answers();
    desk.sees_no("crm-sync").types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.no_dialog();
    assert_eq!(desk.state_of("crm-sync"), keydesk::credential::State::Disabled);
}

#[test]
fn signing_out_leads_to_the_sign_in() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.selects("Sign out").press("enter").sees("not signed in");
    assert_eq!(desk.count("sign out"), 1);
}

#[test]
fn a_disabled_administrator_is_out_within_a_second_with_the_secret() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter enter").rest().press("n").types("nightly-export");
    desk.dialog("Create new key · Basic Authentication").says("shown once").press("enter");
    desk.dialog("The secret, once").says("shown only now");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub()
        .set_user_state(&bram, &fixture::seen(desk.hub(), "alice"), keydesk::account::UserState::Disabled)
        .unwrap();
    desk.waits(1_000).sees("Your user was disabled").sees("not signed in").sees_no("kds");
    assert!(desk.app.secrets_shown().is_none());
}

#[test]
fn ones_own_password_is_changed_from_my_account() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.selects("My account").press("enter").sees("Line by line").press("enter");
    desk.types("not the old one").press("tab").types("another horse battery").press("tab");
    desk.types("another horse battery");
    desk.dialog("Change password").says("✓ the same twice").press("enter");
    desk.sees("That is not your password.");
    desk.press("ctrl-u").types(PASSWORD).press("tab tab");
    desk.dialog("Change password").says("✓ 12 or more").press("enter").no_dialog().sees("Your password was changed");
    desk.press("L").types("another horse battery").dialog("Acme Messaging").says("alice").press("enter");
    desk.sees("alice · Administrator");
}

#[test]
fn a_password_set_by_another_comes_first_and_esc_signs_out() {
    let desk = || {
        let mut desk = at_sign_in();
        desk.types("chen").press("tab").types(PASSWORD);
        desk.dialog("Acme Messaging").says("chen").press("enter");
        desk
    };
    let mut first = desk();
    first.dialog("Change password").says("Your password was set by somebody else").press("esc");
    first.sees("not signed in");
    assert_eq!(first.count("overview"), 0);
    let mut second = desk();
    second.dialog("Change password").says("New").sees_no("Old").types("a new horse battery").press("tab");
    second.types("a new horse battery");
    second.dialog("Change password").says("✓ the same twice").press("enter");
    second.no_dialog().sees("chen · Basic User").sees("Your password was changed");
}

#[test]
fn the_name_that_was_used_last_stands_ready() {
    let mut desk = Desk::where_alice_sat(Copy::filled());
    desk.sees("Name       alice").types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter");
    desk.sees("alice · Administrator");
    assert!(desk.names_saved.is_empty(), "it is saved already");
    desk.selects("Sign out").press("enter").sees("Name       alice").press("shift-tab ctrl-u").types("Bram");
    desk.press("tab").types(PASSWORD).dialog("Acme Messaging").says("bram").press("enter");
    assert_eq!(desk.names_saved, ["bram"]);
}

#[test]
fn where_names_are_not_remembered_none_is_saved() {
    let mut desk = at_sign_in();
    desk.types("alice").press("tab").types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter");
    assert!(desk.names_saved.is_empty());
    desk.selects("Sign out").press("enter").sees_no("alice");
}
