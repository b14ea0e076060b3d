//! The filter line: words and terms over the list, read while they are typed.

use keydesk::account::Role;
use keydesk::credential::{Kind, Options};
use keydesk::tui::msg::Effect;

use super::calls::call_name;
use super::desk::Desk;
use super::fixture::{self, Copy};

#[test]
fn words_narrow_the_list_while_they_are_typed() {
    let mut desk = Desk::on_list();
    desk.press("/").sees("words, expires<30d").types("crm-").rest().sees("crm-sync").sees_no("billing-gateway");
    desk.sees("1 of 1 found").press("enter").sees("─ / crm- ─");
    desk.press("esc").sees("billing-gateway").sees_no("/ crm").sees_no("found");
    assert!(desk.selected_line().contains("crm-sync"), "what was found stays selected\n{}", desk.screen());
}

#[test]
fn the_empty_field_shows_terms_and_help_shows_all_of_them() {
    let mut desk = Desk::on_list();
    desk.press("/").sees("(words, expires<30d expires>30d unused>90d").sees("F1 terms)");
    desk.press("F1").dialog("Keys: Filter").says("state:disabled active, expiring, not-yet,");
    desk.press("esc").no_dialog().types("x").sees("/ x").sees_no("F1 terms)").press("esc ?");
    desk.dialog("Keys: API tab").says("tick all found");
    let mut desk = Desk::on_list();
    desk.sized(60, 16).press("/").sees("(words, expires<30d expires>30d; F1 terms)").sees_no("…");
}

#[test]
fn terms_find_by_expiry_use_maker_and_state() {
    for (typed, found, left_out) in [
        ("expires<30d", "支払い-batch", "crm-sync"),
        ("unused>20d", "支払い-batch", "crm-sync"),
        ("by:bram", "crm-sync", "billing-gateway"),
        ("state:disabled", "old-gateway", "crm-sync"),
        ("BILLING by:alice", "billing-gateway", "支払い-batch"),
    ] {
        let mut desk = Desk::on_list();
        desk.press("/").types(typed).press("enter").rest().sees(found).sees_no(&format!("{left_out} "));
    }
}

#[test]
fn a_kind_that_is_asked_for_opens_its_section() {
    let mut desk = Desk::on_list();
    desk.press("/").types("kind:hmac").press("enter").rest().sees("webhooks-prod").sees("1 of 2 found");
    desk.press("1").rest().sees("Nothing Basic matches kind:hmac. esc clears the filter.");
    desk.press("esc").rest().sees("billing-gateway");
}

#[test]
fn a_wrong_term_says_why_and_leaves_the_rows() {
    let mut desk = Desk::on_list();
    desk.press("/").types("expires<soon").sees("\"soon\" is not a span. Write 30d, 12h or 45m").sees("crm-sync");
    desk.press("enter").sees("to the rows").press("ctrl-u").sees_no("is not a span");
    desk.types("expires<soon crm").sees("is not a span").rest().sees("crm-sync").sees_no("billing-gateway");
    desk.press("ctrl-u").types("nothing-like-it");
    desk.press("enter").sees("Nothing Basic matches nothing-like-it. esc clears the filter.");
    desk.press("R").no_dialog().sees("Press esc to clear the filter").press("esc").rest().sees("crm-sync");
}

#[test]
fn a_term_that_does_not_exist_is_told_with_the_next_step() {
    let mut desk = Desk::on_list();
    desk.press("/").types("foo:bar").sees("There is no term foo: here. Put it in quotes to look for it as a word");
    desk.sees("expires<").sees("env=prod.").sees("billing-gateway").press("enter").sees("to the rows");
    desk.press("ctrl-u").types("\"foo:bar\"").rest().sees("Nothing Basic matches");
}

#[test]
fn letters_go_into_the_field_and_esc_takes_it_away() {
    let mut desk = Desk::on_list();
    desk.press("/").types("nRD").no_dialog().sees("/ nRD").press("esc").no_dialog().sees("billing-gateway");
    desk.press("esc").sees("Settings").press("enter").rest().press("/").pastes("crm-\n").sees("/ crm-").sees("1 found");
    desk.press("F1").dialog("Keys: Filter").says("clear the filter");
}

#[test]
fn typing_never_waits_and_each_letter_overtakes_the_one_before() {
    let mut desk = Desk::on_list();
    desk.press("/").stalls().types("crm").sees("/ crm").sees("billing-gateway");
    let lists = desk.queue.iter().filter(|e| matches!(e, Effect::Call(_, c) if call_name(c) == "list")).count();
    let cancelled = desk.queue.iter().filter(|e| matches!(e, Effect::Cancel(_))).count();
    assert_eq!((lists, cancelled), (3, 2));
    desk.answers().rest().sees_no("billing-gateway").sees("crm-sync");
}

#[test]
fn keys_pressed_after_the_filter_wait_for_the_rows_it_finds() {
    let mut desk = Desk::on_list();
    desk.press("/").stalls().types("crm-").press("enter R").no_dialog();
    desk.answers().dialog("New secret for crm-sync").says("24 hours");
}

#[test]
fn a_secret_in_the_field_is_refused_and_taken_out() {
    let mut desk = Desk::on_list();
    let issued = {
        let alice = fixture::local(desk.hub(), "alice");
        desk.hub().create(&alice, &fixture::wanted(Kind::Basic, "leaky", Options::default())).unwrap()
    };
    let secret = issued.secret.unwrap().expose_text().unwrap().to_owned();
    desk.press("/").pastes(&secret).sees("That is an API secret.").sees_no(&secret);
    assert!(!format!("{:?}", desk.app).contains(&secret));
}

#[test]
fn the_filter_stays_through_sections_order_lock_and_a_change_by_another() {
    let mut desk = Desk::on_list();
    desk.press("/").types("by:bram").press("enter o c 2").rest().sees("webhooks-prod").sees_no("webhooks-staging");
    desk.press("1").rest().sees("crm-sync").sees_no("billing-gateway");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().create(&bram, &fixture::wanted(Kind::Basic, "brand-new", Options::default())).unwrap();
    desk.waits(1_500).sees("brand-new").sees_no("billing-gateway").sees("of 3 found");
}

#[test]
fn a_found_row_stays_selected_among_a_thousand() {
    let copy = Copy::bare();
    let alice = fixture::local(&copy.hub, "alice");
    let wanted: Vec<_> =
        (0..450).map(|i| fixture::wanted(Kind::Basic, &format!("key-{i:04}"), Options::default())).collect();
    copy.hub.create_many(&alice, &wanted).unwrap();
    let mut desk = Desk::with(copy, Role::Administrator);
    desk.press("enter enter").rest().press("/").types("key-03").press("enter").rest().sees("1 of 100 found");
    desk.press("↓ esc").rest();
    assert!(desk.selected_line().contains("key-0301"), "{}", desk.screen());
    desk.press("↑ ↑");
    assert!(desk.selected_line().contains("key-0299"), "{}", desk.screen());
}

#[test]
fn only_users_who_see_the_list_may_filter_it() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.press("/").types("crm").press("enter").rest().sees("crm-sync").sees_no("billing-gateway");
    Desk::on_list_as(Role::Basic).press("/").types("crm").sees_no("/ crm");
}
