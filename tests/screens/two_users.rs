//! Two Administrators at once: the second sees what changed and the current row.

use keydesk::account::Role;
use keydesk::credential::{State, Verb};
use keydesk::hub::ListQuery;

use super::desk::Desk;
use super::fixture;

/// bram changes the state of a key while alice looks at it.
fn bram_sets(desk: &Desk, name: &str, verb: Verb) {
    let bram = fixture::local(desk.hub(), "bram");
    let page = desk.hub().list(&bram, &ListQuery { limit: 200, ..ListQuery::default() }).unwrap();
    let row = page.rows.into_iter().find(|row| row.name == name).unwrap();
    desk.hub().set_state(&bram, &[row.target()], verb).unwrap();
}

#[test]
fn a_change_by_another_shows_within_a_second() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync");
    bram_sets(&desk, "crm-sync", Verb::Disable);
    assert!(desk.selected_line().contains("active"));
    desk.waits(1_000);
    assert!(desk.selected_line().contains("○ disabled"), "{}", desk.screen());
}

#[test]
fn the_second_to_decide_is_told_and_nothing_happens() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("D");
    let four = desk.copied_last_four();
    bram_sets(&desk, "crm-sync", Verb::Disable);
    desk.types(&four).dialog("Revoke crm-sync?").says("for good").press("enter");
    desk.dialog("Not changed").says("bram disabled crm-sync a moment ago.").press("enter").no_dialog().rest();
    assert_eq!(desk.state_of("crm-sync"), State::Disabled);
    assert!(desk.selected_line().contains("○ disabled"));
}

#[test]
fn rotating_a_key_revoked_meanwhile_is_refused() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("R");
    bram_sets(&desk, "crm-sync", Verb::Revoke);
    desk.dialog("New secret for crm-sync").says("24 hours").press("enter");
    desk.dialog("Not changed").says("crm-sync").press("esc").rest().sees_no("crm-sync");
}

#[test]
fn among_several_the_changed_one_is_left_out_and_named() {
    let mut desk = Desk::on_list();
    desk.selects("billing-gateway").press("space").selects("crm-sync").press("space").press("D");
    bram_sets(&desk, "crm-sync", Verb::Disable);
    desk.types("2").dialog("Revoke 2 keys?").says("crm-sync").press("enter");
    desk.dialog("Not changed").says("bram disabled crm-sync a moment ago.").sees("Revoked billing-gateway.");
    assert_eq!((desk.state_of("crm-sync"), desk.state_of("billing-gateway")), (State::Disabled, State::Revoked));
}

#[test]
fn a_demoted_administrator_is_out_within_a_second() {
    let mut desk = Desk::on_list();
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_role(&bram, &fixture::seen(desk.hub(), "alice"), Role::Basic).unwrap();
    desk.waits(1_000).sees("not signed in").sees("Your role or password was changed.");
}

#[test]
fn a_demoted_administrator_is_out_at_their_next_action() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_role(&bram, &fixture::seen(desk.hub(), "alice"), Role::Basic).unwrap();
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.sees("not signed in").sees("Sign in again.");
    assert!(!desk.names_as_bram().contains(&"nightly".to_owned()));
}

impl Desk {
    fn names_as_bram(&self) -> Vec<String> {
        let bram = fixture::local(self.hub(), "bram");
        let page = self.hub().list(&bram, &ListQuery { limit: 200, ..ListQuery::default() }).unwrap();
        page.rows.into_iter().map(|row| row.name).collect()
    }
}
