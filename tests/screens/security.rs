//! Security: when a desk locks, and what is known of the master key.

use keydesk::{
    account::Role,
    hub::HubError,
    tui::msg::{Call, Reply},
};

use super::desk::Desk;
use super::fixture;

impl Desk {
    fn on_security() -> Self {
        let mut desk = Self::signed_in_as(Role::Administrator);
        desk.press("enter").selects("Security").press("enter").rest();
        desk
    }

    fn lock_time(&self) -> i64 {
        self.hub().security(&fixture::local(self.hub(), "bram")).unwrap().idle_lock_minutes
    }
}

#[test]
fn the_lock_time_is_set_for_the_sessions_to_come() {
    let mut desk = Desk::on_security();
    desk.sees("It locks after 10 minutes without a key. Press e to change that.");
    desk.press("e ctrl-u").types("30").dialog("Lock time").says("30").press("enter").no_dialog();
    desk.sees("The lock time is set.").sees("It locks after 30 minutes").sees("it locks after 10 minutes.");
    assert_eq!(desk.lock_time(), 30);
}

#[test]
fn a_time_that_is_none_is_told_at_the_field() {
    for (typed, said) in [("soon", "That is not a number of minutes."), ("0", "A desk locks after 1 to 1440 minutes.")]
    {
        let mut desk = Desk::on_security();
        desk.press("e ctrl-u").types(typed).dialog("Lock time").says(typed).press("enter");
        desk.dialog("Lock time").says(said).press("esc").no_dialog();
        assert_eq!(desk.lock_time(), 10);
    }
}

#[test]
fn an_error_keeps_the_form() {
    let mut desk = Desk::on_security();
    desk.instead = Some(Box::new(|call| match call {
        Call::SetIdleLock(..) => Some(Reply::Done(Err(HubError::Unavailable("The disk is full.".to_owned())))),
        _ => None,
    }));
    desk.press("e ctrl-u").types("30").dialog("Lock time").says("30").press("enter");
    desk.dialog("Lock time").says("The disk is full.");
}

#[test]
fn the_place_and_the_age_of_the_master_key_are_told() {
    let mut desk = Desk::on_security();
    desk.sees("Made on 14 Aug 2026, 0 days ago.").sees("It is in ~/.config/keydesk/master.key.");
}
