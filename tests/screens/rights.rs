//! Each role and each action: grey is not gone, and pressing it says why.

use keydesk::account::{Right, Role};
use keydesk::hub::{Denied, HubError, TrailQuery};
use keydesk::tui::msg::{Answer, Call};

use super::calls::writes;
use super::desk::Desk;
use super::fixture;

/// Every key of the list that changes something, with the title of the dialog it opens for an Administrator.
const CHANGES: [(&str, &str); 6] = [
    ("F", "Find by secret"),
    ("n", "Create new key · Basic Authentication"),
    ("e", "Edit billing-gateway"),
    ("R", "New secret for billing-gateway"),
    ("d", "Disable billing-gateway?"),
    ("D", "Revoke billing-gateway?"),
];

#[test]
fn an_administrator_may_do_everything() {
    for (key, title) in CHANGES {
        Desk::on_list().press(key).dialog(title);
    }
}

#[test]
fn an_advanced_user_sees_the_list_and_changes_nothing() {
    for (key, _) in CHANGES {
        let mut desk = Desk::on_list_as(Role::Advanced);
        desk.sees("billing-gateway").press(key).dialog("Not available to you");
        desk.says("Only account Administrators can create and manage API keys.").sees("Your role is Advanced User.");
        desk.sees("Please contact your account administrator for assistance: alice, bram.").press("enter").no_dialog();
        assert_eq!(desk.calls.iter().filter(|c| writes(c)).count(), 0);
        assert_eq!(desk.count("refused"), 1);
    }
}

#[test]
fn an_advanced_user_ticks_nothing_and_copies_keys() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.press("space").dialog("Not available to you").says("Administrators").press("esc").sees_no("ticked");
    desk.press("y").sees("Sent to your terminal").press("enter").sees("━━ 1 Facts ━━").press("esc");
    desk.sees("y copy key  / filter  C copy as  x export  ↑↓ move").sees_no("1 Facts");
}

#[test]
fn a_basic_user_is_told_why_and_whom_to_ask() {
    let mut desk = Desk::on_list_as(Role::Basic);
    desk.sees("Not available to you").sees("Only account Administrators can create and manage API keys.");
    desk.sees("Your role is Basic User.").sees("for assistance: alice, bram.");
    desk.sees_no("billing-gateway").sees_no("kdb");
    assert_eq!((desk.count("list"), desk.count("details"), desk.count("refused")), (0, 0, 1));
    desk.press("n D R d x").sees("Basic User");
    assert_eq!(desk.calls.iter().filter(|c| writes(c)).count(), 0);
}

#[test]
fn documentation_is_for_every_role_and_activity_for_administrators() {
    for role in [Role::Advanced, Role::Basic] {
        let mut desk = Desk::on_list_as(role);
        desk.sees("(Activity)").press("tab").sees("curl").press("tab");
        desk.dialog("Not available to you").says("Only account Administrators and Auditors can read the activity log.");
        desk.press("esc").sees("curl");
        assert_eq!(desk.count("trail"), 0);
    }
}

#[test]
fn settings_are_grey_below_administrator_and_say_why() {
    for role in [Role::Advanced, Role::Basic] {
        for (row, words) in [
            ("Users", "see users and roles"),
            ("Activity log", "read the activity log"),
            ("Security", "see the settings of the desk"),
        ] {
            let mut desk = Desk::signed_in_as(role);
            desk.press("enter").sees(&format!("({row})")).selects(row).press("enter");
            desk.dialog("Not available to you").says(words).press("esc").sees("Activity log");
        }
    }
}

#[test]
fn a_demoted_administrator_changes_no_user_and_is_told_why() {
    for key in ["n", "r", "d", "u", "p"] {
        let mut desk = Desk::signed_in_as(Role::Administrator);
        desk.press("enter").selects("Users").press("enter").rest();
        // The session goes on with fewer rights, as after a refusal by the hub.
        let denied = Denied { right: Right::ManageUsers, role: Role::Basic, administrators: vec!["bram".to_owned()] };
        desk.instead = Some(Box::new(move |call| match call {
            Call::Users(_) => Some(Err(HubError::Denied(denied.clone()))),
            Call::Refused(..) => Some(Ok(Answer::Denied(denied.clone()))),
            _ => None,
        }));
        desk.press("ctrl-l").press(key).dialog("Not available to you");
        desk.says("Only account Administrators can manage users and roles.");
        assert_eq!(desk.calls.iter().filter(|c| writes(c)).count(), 0);
    }
}

#[test]
fn a_refusal_is_in_the_trail_once_a_minute_with_its_count() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    for _ in 0..3 {
        desk.press("n").press("esc");
    }
    let query = TrailQuery { limit: 50, ..TrailQuery::default() };
    let rows = desk.hub().trail(&fixture::local(desk.hub(), "alice"), &query).unwrap();
    let refusals: Vec<_> = rows.iter().filter(|r| r.who.as_deref() == Some("dora")).collect();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].count, 3);
}

#[test]
fn own_account_and_menu_are_for_every_role() {
    for role in Role::ALL {
        let mut desk = Desk::signed_in_as(role);
        desk.selects("My account").press("enter").press("enter").dialog("Change password").says("12 or more");
    }
}

#[test]
fn help_names_what_the_role_may_not() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.press("?")
        .dialog("Keys: API tab")
        .says("(D)")
        .press("G")
        .sees("Keys in brackets need another role; press one to see which.");
    Desk::on_list().press("?").sees_no("(D)");
}

#[test]
fn an_auditor_sees_list_details_and_activity_and_changes_nothing() {
    for (key, _) in CHANGES {
        let mut desk = Desk::on_list_as(Role::Auditor);
        desk.sees("billing-gateway").press(key).dialog("Not available to you");
        desk.says("Only account Administrators can create and manage API keys.").sees("Your role is Auditor.");
        desk.press("enter").no_dialog();
        assert_eq!(desk.calls.iter().filter(|c| writes(c)).count(), 0);
        assert_eq!(desk.count("refused"), 1);
    }
    let mut desk = Desk::on_list_as(Role::Auditor);
    desk.sees("Auditor").press("enter 3").rest().sees("━━ 3 History ━━").sees("created Basic key").press("esc");
    desk.press("tab").sees("curl").press("tab").sees("emil");
    assert_eq!(desk.count("refused"), 0);
}

#[test]
fn an_auditor_opens_users_log_and_settings() {
    for (row, sees) in [("Users", "chen"), ("Activity log", "emil"), ("Security", "Verifiers")] {
        let mut desk = Desk::signed_in_as(Role::Auditor);
        desk.press("enter").selects(row).press("enter").no_dialog().sees(sees);
        assert_eq!(desk.count("refused"), 0);
    }
}

#[test]
fn an_auditor_changes_no_user_and_no_setting() {
    for (row, keys) in [("Users", ["n", "r", "d", "u", "p"].as_slice()), ("Security", &["enter"])] {
        for key in keys {
            let mut desk = Desk::signed_in_as(Role::Auditor);
            desk.press("enter").selects(row).press("enter").rest();
            desk.press(key).dialog("Not available to you").says("Only account Administrators can");
            assert_eq!(desk.calls.iter().filter(|c| writes(c)).count(), 0);
        }
    }
}

#[test]
fn an_auditor_verifies_and_exports_the_log() {
    let mut desk = Desk::signed_in_as(Role::Auditor);
    desk.press("enter").selects("Activity log").press("enter").press("v");
    assert_eq!((desk.count("verify"), desk.count("refused")), (1, 0));
    let mut desk = Desk::signed_in_as(Role::Auditor);
    desk.press("enter").selects("Activity log").press("enter").press("x");
    assert_eq!((desk.shows("Export"), desk.count("refused")), (true, 0));
}

#[test]
fn a_refusal_on_the_screen_names_verb_and_credential_in_the_log() {
    let mut desk = Desk::on_list_as(Role::Auditor);
    for key in ["D", "d", "R"] {
        desk.selects("crm-sync").press(key).dialog("Not available to you");
        desk.says("Only account Administrators can create and manage API keys.").press("esc").no_dialog();
    }
    let alice = fixture::local(desk.hub(), "alice");
    let rows = desk.hub().trail(&alice, &TrailQuery { limit: 20, ..Default::default() }).unwrap();
    for deed in ["may not revoke credentials", "may not disable credentials", "may not rotate secrets"] {
        let row = rows.iter().find(|row| row.did.contains(deed)).unwrap_or_else(|| panic!("{deed}: {rows:?}"));
        assert_eq!(row.what, "crm-sync", "{deed}");
    }
}
