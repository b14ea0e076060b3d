//! Every action where one looks: in the details of a credential as on the list, and what a lock asks.

use keydesk::credential::State;

use super::desk::Desk;
use super::fixture::PASSWORD;

/// On the details of crm-sync.
fn on_details() -> Desk {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("enter").rest().sees("1 Facts");
    desk
}

#[test]
fn details_take_the_keys_of_the_list() {
    for (key, title) in [
        ("e", "Edit crm-sync"),
        ("R", "New secret for crm-sync"),
        ("d", "Disable crm-sync?"),
        ("D", "Revoke crm-sync?"),
    ] {
        let mut desk = on_details();
        desk.press(key);
        assert_eq!(desk.title_shown().as_deref(), Some(title), "{}", desk.screen());
        desk.press("esc").no_dialog().sees("1 Facts");
    }
}

#[test]
fn details_are_about_one_key_whatever_is_ticked() {
    let mut desk = Desk::on_list();
    desk.selects("billing-gateway").press("space").selects("crm-sync").press("enter").rest().sees("1 Facts");
    desk.press("d tab").dialog("Disable crm-sync?").says("until it is enabled again").press("enter").rest();
    assert_eq!((desk.state_of("crm-sync"), desk.state_of("billing-gateway")), (State::Disabled, State::Active));
    desk.press("esc").waits(7_000).sees("1 ticked");
}

#[test]
fn capital_j_and_k_walk_from_details_to_details() {
    let mut desk = on_details();
    desk.press("J").rest().sees("old-gateway   ○ disabled").press("K").rest().sees("crm-sync   ● active");
}

#[test]
fn l_opens_the_log_at_the_entries_of_a_key() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("l").rest().sees("Activity log").sees("crm-sync").sees_no("webhooks-prod");
    desk.press("esc esc").rest().sees("billing-gateway");
    on_details().press("l").rest().no_dialog().sees("Activity log").sees_no("webhooks-prod");
}

/// On the one-time view of a new key, nothing copied.
fn on_secret() -> Desk {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.dialog("The secret, once").says("nightly");
    desk
}

#[test]
fn locking_over_an_uncopied_secret_asks_first() {
    let mut desk = on_secret();
    desk.press("L").dialog("The secret is not copied yet").says("Keep open").press("enter");
    desk.dialog("The secret, once").says("nightly").press("L tab tab");
    desk.dialog("The secret is not copied yet").says("Lock and lose it").press("enter").rest().sees("Locked");
    assert!(desk.app.secrets_shown().is_none() && desk.copied.is_empty());
}

#[test]
fn it_can_be_copied_before_the_lock() {
    let mut desk = on_secret();
    desk.press("L tab").dialog("The secret is not copied yet").says("Copy both, lock").press("enter").rest();
    desk.sees("Locked");
    assert!(desk.copied.last().is_some_and(|text| text.contains("\nkds")), "{:?}", desk.copied.len());
    assert!(!format!("{:?}", desk.app).contains("UnsavedSecret"), "nothing was lost");
}

#[test]
fn a_copy_before_the_lock_is_forgotten_with_the_session() {
    let mut desk = on_secret();
    desk.press("L tab").dialog("The secret is not copied yet").says("Copy both, lock").stalls().press("enter");
    desk.waits(600_000).answers().sees("Locked").types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter");
    desk.rest().no_dialog().press("n").types("another");
    desk.dialog("Create new key · Basic Authentication").says("another").press("enter").press("c");
    desk.dialog("The secret, once").says("another").sees_no("Locked");
}

#[test]
fn a_copied_secret_is_locked_without_a_question() {
    let mut desk = on_secret();
    desk.press("c L").rest().sees("Locked");
}
