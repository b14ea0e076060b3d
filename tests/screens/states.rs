//! Rotate, disable, enable, revoke.

use keydesk::credential::{Kind, Overlap, State};
use keydesk::hub::ListQuery;
use keydesk::tui::msg::{Call, Effect};

use super::desk::Desk;
use super::fixture;

impl Desk {
    pub fn state_of(&self, name: &str) -> State {
        let actor = fixture::local(self.hub(), "alice");
        let query = ListQuery { limit: 200, revoked: true, ..ListQuery::default() };
        let page = self.hub().list(&actor, &query).unwrap();
        page.rows.into_iter().find(|row| row.name == name).unwrap().state
    }
}

#[test]
fn disabling_asks_and_keeping_is_focused() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("d").dialog("Disable crm-sync?").says("until it is enabled again").press("enter");
    desk.no_dialog();
    assert_eq!(desk.state_of("crm-sync"), State::Active);
    desk.press("d").press("tab").dialog("Disable crm-sync?").says("within a second").press("enter");
    desk.no_dialog().sees("Disabled crm-sync.").rest().sees("○ disabled");
    assert_eq!(desk.state_of("crm-sync"), State::Disabled);
}

#[test]
fn the_same_key_enables_what_is_disabled() {
    let mut desk = Desk::on_list();
    desk.selects("old-gateway").sees("d enable").press("d").press("tab");
    desk.dialog("Enable old-gateway?").says("with the secret it has").press("enter").sees("Enabled old-gateway.");
    assert_eq!(desk.state_of("old-gateway"), State::Active);
}

#[test]
fn revoking_needs_the_last_four_characters() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("D").dialog("Revoke crm-sync?").says("( Revoke )").press("enter");
    desk.sees("to confirm, or press esc.").types("nope").dialog("Revoke crm-sync?").says("( Revoke )").press("enter");
    assert_eq!(desk.state_of("crm-sync"), State::Active);
    let four = desk.copied_last_four();
    desk.press("ctrl-u").types(&four).dialog("Revoke crm-sync?").says("[ Revoke ]").press("enter");
    desk.no_dialog().sees("Revoked crm-sync.");
    assert_eq!(desk.state_of("crm-sync"), State::Revoked);
}

#[test]
fn esc_keeps_the_key() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("D");
    let four = desk.copied_last_four();
    desk.types(&four).press("esc").no_dialog();
    assert_eq!(desk.state_of("crm-sync"), State::Active);
}

#[test]
fn the_revoke_dialog_offers_to_disable_instead() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("D").press("tab tab").dialog("Revoke crm-sync?").says("[▸Disable ]").press("enter");
    desk.sees("Disabled crm-sync.");
    assert_eq!(desk.state_of("crm-sync"), State::Disabled);
}

#[test]
fn several_are_revoked_by_their_number_in_one_transaction() {
    let mut desk = Desk::on_list();
    desk.selects("billing-gateway").press("space").selects("支払い-batch").press("space").sees("2 ticked").press("D");
    desk.dialog("Revoke 2 keys?").says("billing-gateway").sees("支払い-batch").types("3").press("enter");
    assert_eq!(desk.state_of("billing-gateway"), State::Active);
    desk.press("ctrl-u").types("2").dialog("Revoke 2 keys?").says("They stop working").press("enter");
    desk.sees("Revoked 2 keys.").sees_no("ticked");
    assert_eq!(desk.count("set state"), 1);
    assert_eq!((desk.state_of("billing-gateway"), desk.state_of("支払い-batch")), (State::Revoked, State::Revoked));
}

#[test]
fn rotating_offers_how_long_the_old_secret_lives() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("R").dialog("New secret for crm-sync").says("(•) 24 hours");
    desk.sees("until 15 Aug 2026 09:12 UTC").sees("Last used").press("↓").sees("(•) 7 days").press("↑ ↑ ↑");
    desk.sees("(•) not at all").press("↓").dialog("New secret for crm-sync").says("(•) 1 hour").press("enter");
    desk.dialog("The secret, once").says("the old one works until 14 Aug 2026 10:12 UTC").press("s");
    assert!(desk.copied[0].starts_with("kds"));
    desk.dialog("The secret, once").says("crm-sync").press("enter").rest();
    desk.sees("the old one works until today 10:12, used");
}

#[test]
fn rotating_in_an_overlap_says_which_secret_stops_before_and_after() {
    let mut desk = Desk::on_list();
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().rotate(&bram, desk.row_of("crm-sync").target(), Overlap::Week).unwrap();
    let stops = "The secret from 2 Aug 2026, which would have worked until 21 Aug 2026 09:12 UTC, stops now.";
    desk.waits(1_500).selects("crm-sync").press("R").rest().sized(60, 16).sees(stops).sees("(•) 24 hours");
    desk.sized(80, 24).sees(stops).dialog("New secret for crm-sync").says("(•) 24 hours").press("enter enter");
    desk.dialog("The secret, once").says("the old one works until 15 Aug 2026 09:12 UTC");
    desk.sees("which would have worked until 21 Aug 2026 09:12 UTC, stopped now.").sees("API Key").sees("[▸OK ]");
    // What belongs together is visible together, even in the smallest window.
    desk.sized(60, 16).sees("crm-sync").sees("stopped now.").sees("API Secret").sees("[▸OK ]");
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("R").rest().dialog("New secret for crm-sync").says("24 hours").sees_no("stops now");
}

#[test]
fn an_old_secret_of_a_disabled_key_is_said_not_to_work() {
    let mut desk = Desk::on_list();
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().rotate(&bram, desk.row_of("crm-sync").target(), Overlap::Week).unwrap();
    desk.waits(1_500).selects("crm-sync").rest().waits(500).rest().sees("the old one works until");
    desk.press("d tab").dialog("Disable crm-sync?").says("until it is enabled").press("enter").rest().waits(7_000);
    desk.rest().selects("crm-sync").rest();
    desk.sees("old: would work until 21 Aug 09:12, but the credential is disabled").sees_no("stops it");
    desk.press("enter").rest().sees("would work until 21 Aug 09:12 UTC, but the credential is disabled").press("R");
    desk.dialog("New secret for crm-sync").says("It is disabled: its secrets are refused until it is enabled.");
    desk.press("enter").dialog("New secret for crm-sync").says("[▸Make new secret ]").press("enter").rest();
    desk.dialog("The secret, once").says("Its secrets are refused: the credential is disabled.");
    desk.sees("the old one would work until 15 Aug 2026");
}

#[test]
fn a_used_key_is_not_called_never_used_after_a_rotation() {
    let mut desk = Desk::on_list();
    desk.selects("billing-gateway").press("R").dialog("New secret for billing-gateway").says("Last used 2 min ago");
    desk.press("enter").dialog("The secret, once").says("billing-gateway").press("s enter").rest();
    assert!(desk.selected_line().contains("2 min ago"), "{}", desk.screen());
}

#[test]
fn an_expiring_key_says_so_and_counts_as_active() {
    for (columns, rows) in [(80, 24), (60, 16)] {
        let mut desk = Desk::on_list();
        desk.sized(columns, rows).sees("! expiring").selects("支払い-batch").press("enter").rest();
        desk.sees("API Settings › 支払い-batch").sees("! expiring");
    }
}

#[test]
fn errors_in_a_form_have_their_own_glyph() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("D").types("nope").dialog("Revoke crm-sync?").says("( Revoke )").press("enter");
    desk.sees("✗ Type ");
}

#[test]
fn the_chosen_overlap_is_the_one_that_is_sent() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync")
        .press("R ↑ ↑")
        .dialog("New secret for crm-sync")
        .says("(•) not at all")
        .stalls()
        .press("enter");
    let sent = desk.queue.iter().find_map(|effect| match effect {
        Effect::Call(_, Call::Rotate(_, _, overlap)) => Some(*overlap),
        _ => None,
    });
    assert_eq!(sent, Some(Overlap::None));
}

#[test]
fn a_new_legacy_password_is_made_by_rotating() {
    let mut desk = Desk::on_list();
    desk.press("3").rest().press("R").dialog("New secret for smsbatch").says("24 hours").press("enter");
    desk.dialog("The secret, once").says("Password").press("s");
    assert_eq!(desk.copied[0].len(), 24);
}

#[test]
fn revoked_is_final_and_says_so() {
    let mut desk = Desk::on_list();
    desk.selects("old-gateway").press("D");
    let four = desk.copied_last_four();
    desk.types(&four).dialog("Revoke old-gateway?").says("for good").press("enter").press(".").rest();
    desk.selects("old-gateway");
    desk.sees_no("R rotate").sees_no("D revoke");
    desk.press("?").dialog("Keys: API tab").says("Revoked is final").sees("(R)").press("esc").no_dialog();
    for key in ["R", "d", "D"] {
        desk.press(key).no_dialog().sees("old-gateway is revoked, which is final.");
    }
    assert_eq!(desk.names(Kind::Basic).len(), 4);
}
