//! New secrets for several keys at once, and the one-time view that pages through them.

use keydesk::account::Role;
use keydesk::credential::Overlap;
use keydesk::hub::{CredentialRow, ListQuery};
use keydesk::tui::msg::CopyOutcome;

use super::desk::Desk;
use super::fixture;

/// On the one-time view of three new secrets.
fn three() -> Desk {
    let mut desk = Desk::with(fixture::with_keys(5), Role::Administrator);
    desk.press("enter enter").rest().press("space space space R").dialog("New secrets for 3 credentials");
    desk.says("key-0000, key-0001, key-0002")
        .sees("How long shall the old secrets go on working?")
        .press("enter")
        .rest()
        .press("enter")
        .rest();
    desk.dialog("The secret, once").says("1 of 3 →").sees("0 of 3 copied");
    desk
}

fn rows(desk: &Desk) -> Vec<CredentialRow> {
    let alice = fixture::local(desk.hub(), "alice");
    desk.hub().list(&alice, &ListQuery { limit: 9, ..ListQuery::default() }).unwrap().rows
}

#[test]
fn one_confirmation_makes_them_all_in_one_transaction() {
    let desk = three();
    assert_eq!(desk.count("rotate"), 1);
    let alice = fixture::local(desk.hub(), "alice");
    let secrets: Vec<_> =
        rows(&desk).iter().map(|row| desk.hub().details(&alice, row.id).unwrap().secrets.len()).collect();
    assert_eq!(secrets, [2, 2, 2, 1, 1]);
}

#[test]
fn c_copies_one_and_turns_the_page() {
    let mut desk = three();
    desk.sees("key-0000")
        .press("c")
        .sees("2 of 3 →")
        .sees("1 of 3 copied")
        .press("c")
        .sees("3 of 3 →")
        .sees("2 of 3 copied");
    desk.press("c").sees("3 of 3 →").press("← ←").sees("1 of 3 →").press("→").sees("2 of 3 →").sees("3 of 3 copied");
    assert_eq!(desk.copied.len(), 3);
    let keys: Vec<_> = desk.copied.iter().map(|text| text.lines().next().unwrap().to_owned()).collect();
    assert_eq!(keys[1], rows(&desk)[1].key);
    desk.dialog("The secret, once").says("3 of 3 copied").press("enter").no_dialog();
    assert_eq!(desk.count("seen"), 3, "the log knows of each");
}

#[test]
fn a_copies_all_one_line_each() {
    let mut desk = three();
    desk.press("a").sees("all 3");
    let copied = desk.copied.last().unwrap().clone();
    let lines: Vec<Vec<_>> = copied.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.iter().map(|line| line[0]).collect::<Vec<_>>(), ["key-0000", "key-0001", "key-0002"]);
    assert!(lines.iter().all(|line| line[1].starts_with("kdb") && line[2].starts_with("kds")));
    desk.dialog("The secret, once").says("shown only now").press("enter").no_dialog();
}

#[test]
fn ok_asks_while_one_was_not_copied() {
    let mut desk = three();
    desk.press("c c").dialog("The secret, once").says("2 of 3 copied").press("enter");
    desk.dialog("Close without copying?").says("key-0002").press("enter").sees("3 of 3 →").press("s");
    desk.dialog("The secret, once").says("shown only now").press("enter").no_dialog();
}

#[test]
fn a_copy_that_may_be_lost_turns_no_page() {
    let mut desk = three();
    desk.outcome = CopyOutcome::Impossible("This terminal cannot copy.".to_owned());
    desk.press("c").sees("1 of 3 →").sees("This terminal cannot copy.");
}

#[test]
fn no_secret_of_any_page_stays_behind() {
    let mut desk = three();
    desk.press("a").dialog("The secret, once").says("shown only now").press("enter").no_dialog();
    let copied = desk.copied.last().unwrap().clone();
    let state = format!("{:?}", desk.app);
    for secret in copied.lines().map(|line| line.rsplit('\t').next().unwrap()) {
        assert!(!state.contains(secret));
    }
}

#[test]
fn locking_drops_the_secrets_that_were_not_copied() {
    let mut desk = three();
    desk.press("c").sees("1 of 3 copied").waits(700_000).sees("Locked");
    let lost = format!("{:?}", desk.app).matches("UnsavedSecret").count();
    assert_eq!(lost, 2, "the copied one is not lost");
}

#[test]
fn many_new_secrets_need_more_than_one_enter() {
    let mut desk = Desk::with(fixture::with_keys(300), Role::Administrator);
    desk.press("enter enter").rest().press("A").rest().press("R").dialog("New secrets for 300 credentials");
    desk.says("they leaked: stop them now").sees("enter to the button").sees_no("make 300");
    desk.press("enter").rest().dialog("New secrets for 300 credentials").says("[▸Make 300 new secrets ]");
    desk.press("esc R ctrl-s").rest().dialog("New secrets for 300 credentials").says("[▸Make 300 new secrets ]");
    assert_eq!(desk.count("rotate"), 0);
    desk.press("enter").rest().dialog("The secret, once").says("1 of 300");
}

#[test]
fn a_secret_that_stops_now_needs_more_than_one_enter() {
    let mut desk = Desk::on_list();
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().rotate(&bram, desk.row_of("crm-sync").target(), Overlap::Week).unwrap();
    desk.waits(1_500).selects("crm-sync").press("R").rest().dialog("New secret for crm-sync").says("stops now");
    desk.press("enter").rest().dialog("New secret for crm-sync").says("[▸Make new secret ]");
    assert_eq!(desk.count("rotate"), 0);
}
