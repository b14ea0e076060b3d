//! Details with the credential's own history.

use keydesk::account::Role;
use keydesk::credential::Verb;

use super::desk::Desk;
use super::fixture;

#[test]
fn details_end_with_what_was_done_to_this_key_and_nothing_else() {
    let mut desk = Desk::on_list();
    desk.bram_renames("crm-sync", "crm-sync-eu");
    desk.waits(1_500).selects("crm-sync-eu").press("enter 3").rest().sees("━━ 3 History ━━").sees("1 of 2");
    desk.sees("today 09:12      bram     renamed Basic key").sees("2 Aug 09:12      bram     created Basic key");
    desk.sees("Changed    name crm-sync → crm-sync-eu")
        .press("G")
        .sees("2 of 2")
        .press("enter")
        .dialog("Entry 7")
        .says("Hash")
        .sees_no("Go to the credential");
    // The arrows go on in the history, from inside the sheet too.
    let newest = desk.screen().contains("1 of 2");
    assert!(!newest);
    desk.press("↑").dialog("Entry 14").says("renamed").press("↓").dialog("Entry 7").says("created");
    desk.press("esc").sees("━━ 3 History ━━");
    desk.sees_no("disabled Basic key");
}

#[test]
fn a_change_by_another_shows_while_it_is_read() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("enter 3").rest().sees("created Basic key").sees_no("disabled Basic key");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_state(&bram, &[desk.row_of("crm-sync").target()], Verb::Disable).unwrap();
    desk.waits(1_500).sees("bram     disabled Basic key");
}

#[test]
fn the_history_scrolls_and_says_that_there_is_more() {
    let mut desk = Desk::on_list();
    for i in 0..30 {
        let (from, to) = (format!("crm-{i}"), format!("crm-{}", i + 1));
        desk.bram_renames(if i == 0 { "crm-sync" } else { &from }, &to);
    }
    desk.waits(1_500).selects("crm-30").press("enter 3").rest().sees("1 of 31").sees_no("created Basic key");
    desk.press("G").sees("created Basic key").sees("31 of 31").press("g").sees("1 of 31").sees_no("created Basic key");
}

#[test]
fn users_who_may_not_read_the_trail_see_no_history() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.selects("crm-sync").press("enter").rest().sees("Networks").sees("(3 History)").press("3").rest();
    desk.sees("Advanced User").sees_no("created Basic key");
    assert_eq!(desk.count("trail"), 0);
}
