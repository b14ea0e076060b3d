//! The palette: to any credential, user, screen, ready filter or action.

use keydesk::account::Role;
use keydesk::credential::State;
use keydesk::tui::msg::{Call, Effect};

use super::desk::Desk;
use super::fixture;

impl Desk {
    /// Goes where the selected row of the palette leads.
    fn goes(&mut self) -> &mut Self {
        self.dialog("Jump").says("begin with >").press("enter").rest()
    }
}

#[test]
fn a_few_letters_lead_to_a_credential_from_anywhere() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press(":").dialog("Jump").says("begin with > for actions").types("wbhkst").rest().sees("webhooks-staging");
    desk.goes().sees("1 Facts").sees("webhooks-staging   ● active").press("esc").rest();
    assert!(desk.selected_line().contains("webhooks-staging"), "{}", desk.screen());
}

#[test]
fn what_matches_is_counted_and_chosen_by_arrows() {
    let mut desk = Desk::on_list();
    desk.press("ctrl-p").types("prod").rest().sees("webhooks-prod").sees(" of 7").press("esc").no_dialog();
    desk.press(":").types("web").rest().press("ctrl-n").goes().sees("1 Facts").sees("webhooks-staging   ● active");
}

#[test]
fn enter_waits_for_the_first_answer() {
    let mut desk = Desk::on_list();
    desk.press(":").stalls().types("smsbatch");
    desk.send(keydesk::tui::msg::Msg::Key(super::desk::chord("enter"))).answers().rest();
    desk.sees("1 Facts").sees("smsbatch   ● active");
}

#[test]
fn the_next_letter_cancels_the_search_before_it() {
    let mut desk = Desk::on_list();
    desk.press(":").stalls().types("cr");
    let searches = desk.queue.iter().filter(|e| matches!(e, Effect::Call(_, Call::Jump(..)))).count();
    let cancelled = desk.queue.iter().filter(|e| matches!(e, Effect::Cancel(_))).count();
    assert!(searches == 2 && cancelled >= 1, "{searches}, {cancelled}");
    desk.types("m").answers().rest().sees("crm-sync");
}

#[test]
fn every_part_of_many_credentials_is_looked_at() {
    let mut desk = Desk::with(fixture::with_keys(4_500), Role::Administrator);
    desk.press(":").types("key-4321").rest().sees("key-4321").sees(" of 4500");
    assert!(desk.count("jump") >= 2, "in parts");
}

#[test]
fn signs_lead_to_actions_users_and_screens() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press(":").types(">disable").sees("disable or enable").goes();
    desk.dialog("Disable crm-sync?").says("until it is enabled again").press("esc");
    desk.press(":").types("@chen").rest().sees("Basic User").goes().sees("chen");
}

#[test]
fn screens_and_ready_filters_are_opened() {
    let mut desk = Desk::on_list();
    desk.press(":").types("/activity").sees("Activity log").goes().sees("Settings › Activity log");
    desk.press(":").types("expiring within").sees("expires<30d").goes().sees("支払い-batch");
    desk.sees_no("crm-sync ");
}

#[test]
fn without_words_it_has_the_last_places_and_the_actions() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("enter").rest().sees("1 Facts").press("esc").press(":");
    desk.dialog("Jump").says("crm-sync").sees("create new key");
}

#[test]
fn the_key_is_copied_without_leaving() {
    let mut desk = Desk::on_list();
    desk.press(":").types("crm-sync").rest().press("ctrl-y");
    assert_eq!(desk.copied.last(), Some(&desk.row_of("crm-sync").key));
    desk.dialog("Jump");
}

#[test]
fn roles_find_what_they_may_see() {
    let mut desk = Desk::signed_in_as(Role::Basic);
    desk.press(":").types("crm").rest().sees("Nothing matches.").sees_no("crm-sync");
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.press(":").types(">revoke").sees("revoke, for good").goes().dialog("Not available to you");
    assert_eq!(desk.state_of("crm-sync"), State::Active);
}
