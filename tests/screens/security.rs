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
    desk.sees("Lock after").sees("10 minutes").sees("10 minutes is the default; it was never changed");
    desk.press("enter").dialog("Lock after").says("10 minutes is the default").press("ctrl-u").types("30");
    desk.dialog("Lock after").says("Minutes").press("enter").no_dialog();
    desk.sees("The time is set. It counts from the next sign-in.").rest().sees("30 minutes");
    desk.sees("yours locks after 10 minutes");
    assert_eq!(desk.lock_time(), 30);
}

#[test]
fn how_long_counts_are_kept_is_shown_and_changed() {
    let mut desk = Desk::on_security();
    desk.sees("Keep counts").sees("400 days").sees("of requests, by credential and day").selects("Keep counts");
    desk.press("enter").sees("400 days is the default").press("ctrl-u").types("0").press("tab").sees("1 to 3650");
    desk.press("shift-tab ctrl-u").types("90").press("ctrl-s").no_dialog().rest().sees("90 days");
    let set = desk.hub().security(&fixture::local(desk.hub(), "bram")).unwrap();
    assert_eq!(set.of(keydesk::hub::Setting::KeepCounts).unwrap().value, "90");
}

#[test]
fn an_invalid_lock_time_is_told_when_the_field_is_left() {
    for typed in ["soon", "0"] {
        let mut desk = Desk::on_security();
        desk.press("enter ctrl-u").types(typed).press("tab").sees("A desk locks after 1 to 1440 minutes.");
        desk.dialog("Lock after").says(typed).press("shift-tab enter");
        desk.dialog("Lock after").says("A desk locks after 1 to 1440 minutes.").press("esc").no_dialog();
        assert_eq!(desk.lock_time(), 10);
    }
}

#[test]
fn a_setting_that_was_not_touched_is_not_sent() {
    let mut desk = Desk::on_security();
    desk.press("enter").dialog("Lock after").says("Minutes").press("ctrl-s").no_dialog().sees("Nothing was changed.");
    assert_eq!(desk.count("set settings"), 0);
}

#[test]
fn an_error_keeps_the_form() {
    let mut desk = Desk::on_security();
    desk.instead = Some(Box::new(|call| match call {
        Call::SetSettings(..) => Some(Err(HubError::Unavailable("The disk is full.".to_owned()))),
        _ => None,
    }));
    desk.press("enter ctrl-u").types("30").dialog("Lock after").says("30").press("enter");
    desk.dialog("Lock after").says("The disk is full.");
}

#[test]
fn what_is_fixed_and_the_master_key_are_shown() {
    let mut desk = Desk::on_security();
    desk.sees("12 or more").sees("5, then 15 minutes").sees("14 Aug 2026").sees("0 days ago; copy it elsewhere");
    desk.sees("~/.config/keydesk/master.key");
}

#[test]
fn addresses_and_what_verifiers_follow_are_set_and_recorded() {
    let mut desk = Desk::on_security();
    desk.sees("https://api.example.com").sees("60 seconds").sees("Replay guard").sees("off");
    desk.selects("Address").press("enter ctrl-u").types("api.acme.test");
    desk.dialog("Address of the API").says("is the default").press("enter");
    desk.dialog("Address of the API").says("begins with https://").press("ctrl-u");
    desk.types("https://api.acme.test").dialog("Address of the API").says("api.acme.test").press("enter");
    desk.no_dialog().rest().sees("https://api.acme.test");
    desk.selects("Staleness")
        .press("enter ctrl-u")
        .types("30")
        .dialog("Staleness")
        .says("Seconds")
        .press("enter")
        .rest();
    desk.selects("Replay guard").press("enter →").dialog("Replay guard").says("(•) node").press("enter").rest();
    desk.selects("Algorithms").press("enter ctrl-u").types("hmac-sha256").dialog("Algorithms").says("Sign with");
    desk.press("enter").no_dialog().rest().sees("30 seconds").sees("node").sees("hmac-sha256");
    let policy = desk.hub().feed().policy(&EffectivePolicy::default()).unwrap().policy;
    assert_eq!((policy.staleness, policy.replay), (30, Replay::Node));
    desk.press("esc").selects("Activity log").press("enter").rest().sees("setting replay").selects("replay");
    desk.press("enter")
        .sees("Replay guard")
        .sees("off")
        .sees("node")
        .press("esc")
        .selects("api address")
        .press("enter");
    desk.sees("api.example.com").sees("https://api.acme.test");
}
