//! Where one part of the desk hands over to another: the palette, the page about a credential, ticks, sign-outs.

use keydesk::account::Role;
use keydesk::credential::State;

use super::desk::Desk;
use super::fixture::PASSWORD;

#[test]
fn the_palette_remembers_where_it_led_and_not_where_it_was() {
    let mut desk = Desk::on_list();
    assert!(desk.selected_line().contains("billing-gateway"));
    desk.press(":").types("smsbatch").rest().dialog("Jump").says("smsbatch").press("enter").rest();
    desk.sees("smsbatch   ● active").press(":").dialog("Jump").says("smsbatch").sees_no("billing-gateway");
}

#[test]
fn a_revoked_credential_is_remembered_as_it_is_and_opened() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("enter").rest().sees("1 Facts").press("esc").press("D");
    let four = desk.copied_last_four();
    desk.types(&four).dialog("Revoke crm-sync?").says("for good").press("enter").rest().sees("Revoked crm-sync.");
    desk.press("esc esc").rest().press(":").dialog("Jump").says("crm-sync").sees("■ revoked").press("enter").rest();
    desk.sees("crm-sync   ■ revoked").press("esc").rest();
    assert!(desk.selected_line().contains("crm-sync"), "{}", desk.screen());
}

#[test]
fn a_ready_filter_closes_the_page_about_one_credential() {
    let mut desk = Desk::on_list();
    desk.press("enter").rest().sees("1 Facts").press(":").types("expiring within").dialog("Jump").says("expires<30d");
    desk.press("enter").rest().sees_no("1 Facts").sees("支払い-batch").sees("1 of 1 found");
}

#[test]
fn the_menu_that_the_palette_leads_to_is_read_again() {
    let mut desk = Desk::on_list();
    let before = desk.count("overview");
    desk.press(":").types("/menu").dialog("Jump").says("Menu").press("enter");
    desk.sees("Needs attention");
    assert!(desk.count("overview") > before, "{:?}", desk.calls);
}

#[test]
fn a_hidden_line_stays_hidden_after_signing_out() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("tab").selects("4 credentials were never used").press("d").sees_no("were never used");
    desk.press("tab").selects("Sign out").press("enter").types("alice").press("tab").types(PASSWORD);
    desk.dialog("Acme Messaging").says("Password").press("enter").rest().sees("Settings").sees_no("were never used");
}

#[test]
fn on_the_page_about_one_credential_nothing_is_said_of_ticks() {
    let mut desk = Desk::on_list();
    desk.press("/").types("crm-").press("enter").rest().press("a").sees("1 ticked:").sees("esc untick");
    desk.press("/ ctrl-u").types("billing").press("enter").rest().press("enter").rest().sees("1 Facts");
    desk.sees_no("ticked:").sees_no("esc untick").sees_no("esc clear filter").press("d");
    desk.dialog("Disable billing-gateway?").says("It stops working").sees_no("These are all");
}

#[test]
fn sections_turned_in_haste_need_no_rows() {
    let mut desk = Desk::on_list();
    desk.stalls().press("2 →").sees("▌3 Legacy").answers().rest().sees("smsbatch");
}

#[test]
fn nothing_is_said_of_refusals_before_they_are_read() {
    let mut desk = Desk::on_list();
    desk.press("enter").rest().press("2").rest().sees("No request with this credential was refused.");
    desk.press("J").sees("Reading ...").sees_no("was refused").rest().sees("was refused.");
}

#[test]
fn times_on_the_activity_log_grow_older() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter").selects("Activity log").press("enter").rest().sees("DID");
    desk.waits(2_000);
    desk.app.take_dirty();
    desk.waits(61_000);
    assert!(desk.app.take_dirty(), "a frame is wanted when the minute is over");
}

#[test]
fn the_letter_of_a_button_presses_it_unless_it_ends_something() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("d").dialog("Disable crm-sync?").says("[▸Keep it ]").press("k").no_dialog();
    desk.press("d d").dialog("Disable crm-sync?").says("[▸Disable ]").press("enter").rest();
    assert_eq!(desk.state_of("crm-sync"), State::Disabled);
    desk.waits(7_000).press("d e").no_dialog().rest();
    assert_eq!(desk.state_of("crm-sync"), State::Active);
    desk.waits(7_000).press("e x").dialog("Edit crm-sync").says("crm-syncx").press("shift-tab c").no_dialog();
    desk.press("R m").dialog("New secret for crm-sync").says("[▸Make new secret ]").press("c").no_dialog();
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.press("D").dialog("Not available to you").says("[▸OK ]").press("o").no_dialog();
}

#[test]
fn revoke_stands_behind_what_is_safe() {
    let mut desk = Desk::on_list();
    desk.press("a D").dialog("Revoke 4 keys?").says("[ Keep them ]   [ Disable ]   ( Revoke 4 )");
    desk.types("4").says("[ Revoke 4 ]").sees("enter revoke 4").press("tab").says("[▸Keep them ]").press("r");
    desk.says("[▸Revoke 4 ]").press("k").no_dialog().rest();
    assert_eq!(desk.state_of("crm-sync"), State::Active);
}

#[test]
fn edit_and_rotate_name_the_filter_and_the_number() {
    let mut desk = Desk::on_list();
    desk.press("/").types("by:alice").press("enter").rest().press("a").sees("2 ticked:");
    let said = "These are all 2 of Basic Authentication that / by:alice finds.";
    desk.press("e").dialog("Edit 2 keys").says(said).sees("[ Save 2 ]").sees("ctrl-s save 2").press("esc");
    desk.press("R").dialog("New secrets for 2 credentials").says(said).sees("[ Make 2 new secrets ]");
    desk.sees("enter to the button").press("esc").press("d").dialog("Disable 2 keys?").says(said).sees("[ Disable 2 ]");
}
