//! The list: sections, order, details, paging over any number of keys.

use keydesk::account::Role;
use keydesk::credential::Kind;
use keydesk::hub::HubError;
use keydesk::tui::msg::{Call, CopyOutcome, Effect};

use super::calls::call_name;
use super::desk::Desk;
use super::fixture::{self, Copy};

/// A desk with this many Basic keys `key-0000`, `key-0001` and so on, on their list.
fn with_keys(count: usize) -> Desk {
    let mut desk = Desk::with(fixture::with_keys(count), Role::Administrator);
    desk.press("enter enter").rest();
    desk
}

fn selected(desk: &Desk) -> String {
    desk.selected_line()
        .trim_start_matches(['▌', '·', '✓', ' '])
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn sections_are_jumped_to_by_number() {
    let mut desk = Desk::on_list();
    desk.sees("billing-gateway").press("2").rest().sees("webhooks-prod").sees_no("billing-gateway");
    desk.press("3").rest().sees("smsbatch").press("1").rest().sees("billing-gateway");
}

#[test]
fn rows_say_name_key_state_and_times() {
    let mut desk = Desk::on_list();
    desk.sees("billing-gateway")
        .sees("● active")
        .sees("2 min ago")
        .sees("yesterday")
        .sees("! expiring  in 3 d")
        .sees("never");
    desk.sees("○ disabled").sees("10 Jan");
}

#[test]
fn the_details_follow_the_selection() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").rest().sees(" crm-sync   ● active").sees("nightly CRM import");
}

#[test]
fn a_held_arrow_key_reads_details_once() {
    let mut desk = with_keys(40);
    let before = desk.count("details");
    for _ in 0..20 {
        desk.press("↓");
    }
    assert_eq!(desk.count("details"), before);
    desk.rest();
    assert_eq!(desk.count("details"), before + 1);
}

#[test]
fn enter_shows_all_about_a_key() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("enter").no_dialog().sees("━━ 1 Facts ━━").sees("Basic Authentication");
    desk.sees("API Settings › crm-sync")
        .sees("2 of 4")
        .sees("Last used")
        .sees("203.0.113.40")
        .sees("Starts")
        .press("J")
        .rest()
        .sees("API Settings › old-gateway")
        .press("K K")
        .rest();
    desk.sees("API Settings › billing-gateway").press("q").sees("LAST USED");
}

#[test]
fn the_key_is_copied_with_honest_words() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("y").sees("✓ Sent to your terminal (OSC 52): key.");
    assert!(desk.copied[0].starts_with("kdb") && desk.copied[0].len() == 20);
    desk.outcome = CopyOutcome::Impossible("This terminal cannot copy. Select the key by hand.".to_owned());
    desk.press("y").sees("! This terminal cannot copy. Select the key by hand.");
}

#[test]
fn revoked_keys_show_when_asked_for() {
    let mut desk = Desk::on_list();
    desk.selects("old-gateway").press("D");
    let last = desk.copied_last_four();
    desk.types(&last).dialog("Revoke old-gateway?").says("for good").press("enter").rest();
    desk.sees_no("old-gateway ").press(".").waits(6_000).sees("old-gateway").sees("■ revoked");
    desk.sees("revoked too");
    desk.press(".").rest().sees_no("old-gateway ");
}

impl Desk {
    /// What the dialog says must be typed.
    pub fn copied_last_four(&self) -> String {
        let screen = self.screen();
        let asked = screen.split("Type ").nth(1).unwrap();
        asked.split(',').next().unwrap().to_owned()
    }
}

/// A number that is cut would be another number.
#[test]
fn a_million_of_each_kind_is_counted_in_full() {
    let copy = Copy::filled();
    let database = rusqlite::Connection::open(copy.dir.path().join("data/keydesk.db")).unwrap();
    database.execute_batch("UPDATE tally SET n = 0; UPDATE tally SET n = 1000000 WHERE state = 'active'").unwrap();
    let session = fixture::session(&copy.hub, "alice", Role::Administrator);
    let mut desk = Desk::at_menu(copy, session);
    desk.press("enter enter").rest().sees("1 Basic 1,000,000    2 HMAC 1,000,000    3 Legacy 1,000,000");
}

#[test]
fn the_order_is_chosen_by_letter_and_an_arrow_shows_it() {
    let mut desk = Desk::on_list();
    desk.sees("NAME ↑").selects("crm-sync").press("o").dialog("Order").says("u  last use").press("c").rest();
    assert!(desk.selected_line().contains("crm-sync"), "the selected row stays selected");
    desk.sees_no("NAME ↑").press("g").rest();
    assert!(desk.selected_line().contains("billing-gateway"), "{}", desk.screen());
    desk.press("o u").rest().sees("LAST USED ↓").press("g").rest();
    assert!(desk.selected_line().contains("billing-gateway"), "{}", desk.screen());
    // The same again turns it round.
    desk.press("o u").rest().sees("LAST USED ↑").press("g").rest();
    assert!(desk.selected_line().contains("支払い-batch"), "{}", desk.screen());
    desk.press("o").dialog("Order").says("n  name").press("esc").no_dialog().press("o ↑ ↑ ↑ ↑");
    desk.dialog("Order").says("n  name").press("enter").rest().sees("NAME ↑");
}

#[test]
fn the_next_to_expire_come_first() {
    let mut desk = Desk::on_list();
    desk.press("o e").rest().press("g").rest();
    assert!(desk.selected_line().contains("支払い-batch"), "{}", desk.screen());
    desk.press("o e").rest().press("G").rest();
    assert!(desk.selected_line().contains("支払い-batch"), "{}", desk.screen());
}

#[test]
fn brackets_and_arrows_walk_the_sections() {
    let mut desk = Desk::on_list();
    desk.press("]").rest().sees("webhooks-prod").press("→").rest().sees("smsbatch").press("]").rest();
    desk.sees("billing-gateway").press("[").rest().sees("smsbatch").press("←").rest().sees("webhooks-prod");
}

#[test]
fn every_key_of_a_long_list_is_passed_once() {
    let mut desk = with_keys(700);
    for i in 0..700 {
        assert_eq!(selected(&desk), format!("key-{i:04}"));
        desk.press("↓");
    }
    assert_eq!(selected(&desk), "key-0699");
    for i in (0..700).rev() {
        assert_eq!(selected(&desk), format!("key-{i:04}"));
        desk.press("↑");
    }
    // A few hundred rows at most, however long the list is.
    let kept = format!("{:?}", desk.app).matches("CredentialRow").count();
    assert!(kept <= 202, "{kept} rows are kept");
}

#[test]
fn first_and_last_are_one_key_away_in_a_long_list() {
    let mut desk = with_keys(700);
    desk.press("G");
    assert_eq!(selected(&desk), "key-0699");
    desk.press("PgUp");
    assert_eq!(selected(&desk), "key-0686");
    desk.press("g");
    assert_eq!(selected(&desk), "key-0000");
    desk.press("PgDn PgDn");
    assert_eq!(selected(&desk), "key-0026");
}

#[test]
fn moves_made_before_the_rows_arrive_are_made_up_for() {
    let mut desk = with_keys(700);
    desk.stalls();
    for _ in 0..300 {
        desk.press("↓");
    }
    desk.answers();
    assert_eq!(selected(&desk), "key-0300");
}

#[test]
fn moves_made_before_the_first_rows_arrive_count_too() {
    for (keys, name) in [("j j j", "key-0003"), ("j j k", "key-0001"), ("k", "key-0000"), ("G", "key-0699")] {
        let mut desk = with_keys(700);
        desk.press("2 1").rest().press("2").stalls().press("1").press(keys).answers();
        assert_eq!(selected(&desk), name, "{keys}");
    }
}

#[test]
fn a_read_that_is_overtaken_is_cancelled() {
    let mut desk = Desk::on_list();
    // Another section needs no rows of this one, so it need not wait.
    desk.stalls().press("2 3");
    let lists: Vec<_> =
        desk.queue.iter().filter(|e| matches!(e, Effect::Call(_, c) if call_name(c) == "list")).collect();
    let cancelled = desk.queue.iter().filter(|e| matches!(e, Effect::Cancel(_))).count();
    assert_eq!(lists.len(), 2);
    assert!(cancelled >= 1);
    desk.answers().rest().sees("smsbatch");
}

#[test]
fn a_new_key_is_seen_among_a_thousand() {
    let mut desk = with_keys(700);
    desk.press("n").types("key-0350-new");
    desk.dialog("Create new key · Basic Authentication").says("key-0350-new").press("enter").press("s");
    desk.dialog("The secret, once").says("key-0350-new").press("enter").rest();
    assert_eq!(selected(&desk), "key-0350-new");
    desk.press("↑");
    assert_eq!(selected(&desk), "key-0350");
}

#[test]
fn keys_wait_for_the_rows_they_are_about() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter").stalls().press("enter").sees("Reading the list").press("↓ ↓ D").no_dialog();
    desk.answers().rest();
    let third = desk.names(Kind::Basic)[2].clone();
    desk.dialog(&format!("Revoke {third}?")).says(&third);
}

#[test]
fn keys_typed_for_one_section_act_on_its_rows() {
    let mut desk = Desk::on_list();
    desk.stalls().press("3 D").no_dialog();
    desk.answers().rest();
    let first = desk.names(Kind::Legacy)[0].clone();
    desk.dialog(&format!("Revoke {first}?")).says(&first);
}

#[test]
fn keys_typed_for_a_list_that_cannot_be_read_do_nothing() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.instead = Some(Box::new(|call| match call {
        Call::List(..) => Some(Err(HubError::Unavailable("The database is locked.".to_owned()))),
        _ => None,
    }));
    desk.press("enter").stalls().press("enter n").types("nightly").answers();
    desk.no_dialog().sees("The database is locked.").sees("What you typed ahead was not used.");
}

#[test]
fn documentation_of_the_selected_key_and_activity() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("tab").sees("Basic Authentication   kdb").sees("curl");
    desk.press("tab").rest().sees("created").sees("entries about credentials");
    desk.press("tab").rest().sees("crm-sync").press("shift-tab").rest().sees("entries about");
}

#[test]
fn details_stand_beside_a_wide_list() {
    let mut desk = Desk::on_list();
    desk.sized(120, 40).selects("crm-sync").rest().sees("│  crm-sync").sees("Networks    any");
}

#[test]
fn a_list_that_cannot_be_read_says_why_and_comes_back() {
    use keydesk::hub::HubError;
    use keydesk::tui::msg::Call;
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.instead = Some(Box::new(|call| match call {
        Call::List(..) => Some(Err(HubError::Unavailable("The database is locked.".to_owned()))),
        Call::Pulse(..) => Some(Err(HubError::Unavailable("The database is locked.".to_owned()))),
        _ => None,
    }));
    desk.press("enter enter").sees("The list could not be read. The database is locked.").sees("× The database");
    // The key that takes the error away does nothing else.
    desk.press("n").no_dialog().sees_no("× The");
    desk.waits(3_000).sees_no("× The");
    desk.instead = None;
    desk.waits(2_000).sees("billing-gateway").sees("The store answers again.");
}
