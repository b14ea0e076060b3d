//! Security: when a desk locks, and what is known of the master key.

use keydesk::account::Role;
use keydesk::hub::{EffectivePolicy, HubError, Replay};
use keydesk::tui::msg::Call;

use super::desk::Desk;
use super::fixture;

impl Desk {
    fn on_security() -> Self {
        let mut desk = Self::signed_in_as(Role::Administrator);
        desk.press("enter").selects("Security").press("enter").rest();
        desk
    }

    fn lock_time(&self) -> i64 {
        self.hub().security(&fixture::local(self.hub(), "bram")).unwrap().idle_lock_minutes()
    }
}

#[test]
fn the_lock_time_is_set_for_the_sessions_to_come() {
    let mut desk = Desk::on_security();
    desk.sees("It locks after 10 minutes without a key (default). Press e to change that.");
    desk.press("e ctrl-u").types("30").dialog("Lock time").says("30").press("enter").no_dialog();
    desk.sees("The lock time is set.")
        .sees("It locks after 30 minutes without a key. ")
        .sees("it locks after 10 minutes.");
    assert_eq!(desk.lock_time(), 30);
}

#[test]
fn an_invalid_lock_time_is_reported_at_its_field() {
    for (typed, said) in
        [("soon", "A desk locks after 1 to 1440 minutes."), ("0", "A desk locks after 1 to 1440 minutes.")]
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
        Call::SetSettings(..) => Some(Err(HubError::Unavailable("The disk is full.".to_owned()))),
        _ => None,
    }));
    desk.press("e ctrl-u").types("30").dialog("Lock time").says("30").press("enter");
    desk.dialog("Lock time").says("The disk is full.");
}

#[test]
fn the_master_key_shows_its_path_and_age() {
    let mut desk = Desk::on_security();
    desk.sees("Made on 14 Aug 2026, 0 days ago.").sees("It is in ~/.config/keydesk/master.key.");
}

#[test]
fn api_address_and_verifier_policy_are_set_and_recorded() {
    let mut desk = Desk::on_security();
    desk.sees("Address of the API: https://api.example.com (default).").sees("Staleness: 60 (default).");
    desk.sees("Replay guard: off (default).");
    desk.press("a ctrl-u").types("api.acme.test").dialog("Address of the API").says("Upstream").press("enter enter");
    desk.dialog("Address of the API").says("begins with https://").press("ctrl-u");
    desk.types("https://api.acme.test").dialog("Address of the API").says("api.acme.test").press("enter enter");
    desk.no_dialog().rest().sees("Address of the API: https://api.acme.test.");
    desk.press("v ctrl-u").types("30").press("tab →").dialog("Verifiers").says("node").press("tab ctrl-u");
    desk.types("hmac-sha256").dialog("Verifiers").says("hmac-sha256").press("enter").no_dialog().rest();
    desk.sees("Staleness: 30.").sees("Replay guard: node.").sees("Algorithms: hmac-sha256.");
    let policy = desk.hub().feed().policy(&EffectivePolicy::default()).unwrap().policy;
    assert_eq!((policy.staleness, policy.replay), (30, Replay::Node));
    desk.press("esc").selects("Activity log").press("enter").rest().sees("changed setting").selects("replay");
    desk.sees("Replay guard: off → node").selects("api address").sees("api.example.com → https://api.acme.test");
}
