//! Type-ahead: held while a dialog waits, replayed if the expected view opens, dropped with a note if not.

use keydesk::account::Role;
use keydesk::credential::Kind;
use keydesk::hub::{HubError, SignIn};
use keydesk::tui::Start;
use keydesk::tui::msg::{Answer, Call, CopyOutcome};

use super::desk::Desk;
use super::fixture::{Copy, PASSWORD};

const DROPPED: &str = "What you typed ahead was not used.";

#[test]
fn a_creation_typed_blind_makes_one_key_of_that_name() {
    let mut desk = Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() });
    desk.stalls();
    desk.types("alice").press("tab").types(PASSWORD).press("enter");
    // Nothing was answered yet.
    desk.press("enter enter n").types("nightly-export").press("enter s");
    desk.sees("Checking ...");
    desk.answers().rest();
    desk.dialog("The secret, once").says("nightly-export");
    assert_eq!(desk.names(Kind::Basic).iter().filter(|n| *n == "nightly-export").count(), 1);
    assert_eq!(desk.copied.len(), 1);
}

#[test]
fn keys_typed_after_a_wrong_password_do_nothing() {
    let mut desk = Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() });
    desk.stalls();
    desk.types("alice").press("tab").types("not the password").press("enter enter enter n").types("x").press("enter");
    desk.answers().sees("4 tries are left").sees(DROPPED);
    assert_eq!((desk.count("sign in"), desk.count("create")), (1, 0));
}

#[test]
fn keys_typed_after_a_locked_name_do_nothing() {
    let mut desk = Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() });
    let until = desk.clock_now().plus(60_000);
    desk.instead = Some(Box::new(move |call| match call {
        Call::SignIn { .. } => Some(Ok(Answer::SignIn(SignIn::Locked { until }))),
        _ => None,
    }));
    desk.stalls().types("alice").press("tab").types("x").press("enter ctrl-l enter D");
    desk.answers().sees("locked until").sees(DROPPED);
}

impl Desk {
    fn clock_now(&self) -> keydesk::time::Millis {
        use keydesk::time::Clock as _;
        self.clock.now()
    }
}

#[test]
fn keys_typed_after_an_error_do_nothing() {
    let mut desk = Desk::on_list();
    desk.instead = Some(Box::new(|call| match call {
        Call::Create(..) => Some(Err(HubError::Unavailable("The disk is full.".to_owned()))),
        _ => None,
    }));
    desk.press("n").types("nightly").stalls().press("enter").sees("Saving ...").press("enter enter enter");
    desk.answers().sees("The disk is full.").sees(DROPPED);
    assert_eq!(desk.count("create"), 1);
}

#[test]
fn keys_typed_after_a_conflict_do_nothing() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("d tab").stalls().press("enter D").types("xxxx").press("enter");
    let bram = super::fixture::local(desk.hub(), "bram");
    let page = desk.hub().list(&bram, &keydesk::hub::ListQuery { limit: 9, ..Default::default() }).unwrap();
    let row = page.rows.into_iter().find(|r| r.name == "crm-sync").unwrap();
    desk.hub().set_state(&bram, &[row.target()], keydesk::credential::Verb::Revoke).unwrap();
    desk.answers().dialog("Not changed").says("crm-sync").sees(DROPPED);
}

#[test]
fn keys_typed_after_a_refusal_do_nothing() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.press("n").types("nightly").dialog("Not available to you").says("Administrators").press("enter");
    desk.no_dialog();
    assert_eq!(desk.count("create"), 0);
}

#[test]
fn a_second_enter_sends_nothing_twice() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").stalls().press("enter enter enter");
    desk.answers();
    // The second Enter was for the view: OK asks, because nothing was copied. The third was not typed for that.
    desk.dialog("Close without copying?").says("It cannot be shown again.").sees(DROPPED);
    assert_eq!(desk.count("create"), 1);
}

#[test]
fn a_failed_copy_drops_the_ok_typed_after_it() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.outcome = CopyOutcome::Impossible("Nothing here can copy.".to_owned());
    desk.stalls().press("c enter").answers();
    desk.dialog("The secret, once").says("Nothing here can copy.").sees(DROPPED);
}

#[test]
fn a_successful_copy_lets_the_ok_through() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.stalls().press("c enter").answers().no_dialog();
    assert_eq!(desk.copied.len(), 1);
}

#[test]
fn ctrl_c_is_never_held_back() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").stalls().press("enter ctrl-c");
    desk.answers();
    assert!(desk.quit);
}

#[test]
fn debug_output_shows_nothing_typed_ahead() {
    let mut desk = Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() });
    desk.stalls().types("alice").press("tab").types("wrong").press("enter").types(PASSWORD).pastes("pasted secret");
    let debug = format!("{:?}", desk.app);
    assert!(debug.contains("Held(..)"));
    assert!(!debug.contains("Char('c')") && !debug.contains("pasted secret") && !debug.contains("alice"));
}

#[test]
fn a_paste_typed_ahead_goes_into_the_field_it_was_meant_for() {
    let mut desk = Desk::start(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() });
    desk.stalls().types("alice").press("tab").types(PASSWORD).press("enter enter enter n").pastes("nightly-export\n");
    desk.answers().dialog("Create new key · Basic Authentication").says("nightly-export");
    assert_eq!(desk.count("create"), 0);
}

#[test]
fn the_lock_drops_keys_typed_ahead_and_a_late_secret() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").stalls().press("enter").types("xyz");
    desk.waits(600_000).sees("Locked").answers();
    assert!(desk.app.secrets_shown().is_none());
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.no_dialog().sees("nightly").press("esc esc").sees("nightly: secret wiped before it was copied");
}
