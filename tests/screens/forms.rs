//! Forms: neutral until a field was left, warnings that send all the same, choices with a date, tags of several.

use keydesk::credential::Kind;

use super::desk::Desk;
use super::fixture;

const CREATE: &str = "Create new key · Basic Authentication";

#[test]
fn an_expiry_is_chosen_and_its_date_is_told() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("tab → tab tab tab").sees("(•) never").press("→ →");
    desk.sees("(•) 90d").sees("90d = 12 Nov 2026 09:12 UTC").types("2027-01-31").sees("(•) other 2027-01-31");
    desk.sees("2027-01-31 = 31 Jan 2027 00:00 UTC").press("↑").sees("(•) 1y").sees("1y = 14 Aug 2027 09:12 UTC");
    desk.dialog(CREATE).says("nightly").press("ctrl-s").dialog("The secret, once").says("nightly");
    let made = desk.row_of("nightly").options.expires_at.unwrap();
    assert_eq!(made.0, fixture::NOW.seconds().0 + 365 * 86_400);
}

#[test]
fn other_without_a_date_is_not_sent() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("tab → tab tab tab").types("o").sees("(•) other").press("tab");
    desk.sees("Write a span such as 45d, or a date such as 2027-01-31; or choose never.")
        .dialog(CREATE)
        .says("nightly");
    desk.press("ctrl-s").dialog(CREATE).says("Write a span");
    assert_eq!(desk.count("create"), 0);
}

#[test]
fn an_address_for_a_network_is_a_warning_and_is_sent() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("tab → tab tab tab tab tab").types("10.0.0.0").sees_no("one address");
    desk.press("tab").sees("! That is one address. For its network write 10.0.0.0/8.");
    desk.dialog(CREATE).says("nightly").press("enter").dialog("The secret, once").says("nightly");
    assert_eq!(desk.row_of("nightly").options.networks.to_string(), "10.0.0.0/32");
}

#[test]
fn an_error_stands_at_its_field_when_it_is_left() {
    let mut desk = Desk::on_list();
    desk.press("n").sees_no("✗").press("tab").sees("✗ A name is needed").press("shift-tab").types("x");
    desk.sees_no("✗").press("tab → tab tab").types("a,,b:c").sees_no("✗").press("tab").sees("✗");
    desk.dialog(CREATE).says("Tags").press("esc").no_dialog();
}

#[test]
fn closed_options_of_an_hmac_key_name_what_it_signs_with() {
    let mut desk = Desk::on_list();
    desk.press("2 n").sees("SHA 1 256 384 512, digest required, no owner, no tags");
    desk.press("tab → tab tab tab tab tab tab tab space");
    desk.press("shift-tab shift-tab shift-tab shift-tab shift-tab shift-tab shift-tab ←");
    desk.sees("SHA 256 384 512, digest required");
}

#[test]
fn tags_of_several_are_added_and_taken_away() {
    let mut desk = Desk::on_list();
    let alice = fixture::local(desk.hub(), "alice");
    for (name, tags) in [("crm-sync", "crm env=prod"), ("billing-gateway", "crm trial")] {
        let edit = keydesk::hub::CredentialEdit {
            tags: tags.parse().unwrap(),
            without_tags: true,
            ..keydesk::hub::CredentialEdit::default()
        };
        desk.hub().edit(&alice, &[desk.row_of(name).target()], &edit).unwrap();
    }
    desk.press("ctrl-l").rest().selects("billing-gateway").press("space").selects("crm-sync").press("space e");
    desk.sees("all have crm, 1 have env=prod, 1 have trial").press("tab").types("+pager -trial");
    let title = desk.title_shown().unwrap();
    desk.dialog(&title).says("+ adds a tag, - takes one away").press("ctrl-s").no_dialog();
    let tags = |name: &str| desk.row_of(name).options.tags.to_string();
    assert_eq!((tags("crm-sync").as_str(), tags("billing-gateway").as_str()), ("crm env=prod pager", "crm pager"));
    assert!(desk.names(Kind::Basic).contains(&"crm-sync".to_owned()));
}

#[test]
fn a_name_that_another_has_is_told_while_a_key_is_renamed() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("e ctrl-u").types("billing-gateway").sees_no("already").rest();
    desk.sees("! A Basic credential has this name already.").types("-eu").rest().sees_no("already");
}
