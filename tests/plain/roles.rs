//! What each role finds in the menus of keys, and the samples that all of them read.

use keydesk::account::Role;
use keydesk::credential::Kind;

use crate::credentials::details;
use crate::script::TestDesk;

#[test]
fn a_basic_user_is_refused_with_the_words_of_the_help() {
    let table = TestDesk::new();
    table.user("chen", Role::Basic);
    let session = table.session("chen");
    let refusal = "Only account Administrators can create and manage API keys. Your role is Basic User. \
                   Please contact your account administrator for assistance: alice.";
    table.play_as(Some(session), |play| {
        play.sees("Your role is Basic User.")
            .sees("API Settings: see, create and manage API keys. Not for Basic Users.")
            .sees("Users and roles. Administrators and Auditors only.")
            .picks("API Settings")
            .sees(refusal)
            .sees("Menu.")
            .picks("Users")
            .sees("Only account Administrators and Auditors can see users and roles.")
            .picks("Activity log")
            .sees("Only account Administrators and Auditors can read the activity log.")
            .picks("Security")
            .sees("Only account Administrators and Auditors can see the settings of the desk.")
            .picks("My account")
            .sees("You are chen, Basic User.")
            .back(1)
            .quits()
    });
    assert!(table.trail().iter().any(|row| row.starts_with("chen was refused")), "{:?}", table.trail());
}

#[test]
fn an_advanced_user_sees_and_changes_nothing() {
    let table = TestDesk::new();
    table.create(Kind::Basic, "crm-sync");
    table.user("dora", Role::Advanced);
    let session = table.session("dora");
    let refusal = "Only account Administrators can create and manage API keys. Your role is Advanced User.";
    table.play_as(Some(session), |play| {
        let play = play
            .section("Basic Authentication")
            .picks("Create new key. Administrators only.")
            .sees(refusal)
            .picks("List them.")
            .sees("by name")
            .picks("crm-sync")
            .sees("crm-sync, Basic Authentication.");
        let play = ["Rotate", "Disable", "Revoke", "Rename", "Change expiry"]
            .into_iter()
            .fold(play, |play, deed| play.picks(deed).sees(refusal).sees("crm-sync, Basic Authentication."));
        play.picks("Hear its history. Administrators and Auditors only.")
            .sees("Only account Administrators and Auditors can read the activity log.")
            .back(4)
            .quits()
    });
}

#[test]
fn an_auditor_hears_everything_and_changes_nothing() {
    let table = TestDesk::new();
    table.create(Kind::Basic, "crm-sync");
    table.user("emil", Role::Auditor);
    let session = table.session("emil");
    let refusal = "Only account Administrators can create and manage API keys. Your role is Auditor.";
    table.play_as(Some(session), |play| {
        let play =
            play.sees("Your role is Auditor.").section("Basic Authentication").picks("List them.").picks("crm-sync");
        let play = ["Rotate", "Disable", "Revoke", "Rename", "Change expiry"]
            .into_iter()
            .fold(play, |play, deed| play.picks(deed).sees(refusal).sees("crm-sync, Basic Authentication."));
        play.picks("Hear its history.")
            .sees("created")
            .back(4)
            .picks("Users and roles.")
            .sees("Users: 2 users.")
            .picks("Add a user. Administrators only.")
            .sees("Only account Administrators can manage users and roles. Your role is Auditor.")
            .picks("alice")
            .picks("Change the role. Administrators only.")
            .sees("Only account Administrators can manage users and roles.")
            .back(2)
            .picks("Activity log.")
            .picks("Check that the trail is whole.")
            .sees("The trail is whole")
            .back(1)
            .picks("Security")
            .sees("Security.")
            .picks("Change the lock time. Administrators only.")
            .sees("Only account Administrators can change the settings of the desk.")
            .back(1)
            .quits()
    });
}

#[test]
fn samples_name_a_key_only_to_roles_that_see_keys() {
    let table = TestDesk::new();
    let key = table.create(Kind::Hmac, "webhooks").row.key;
    let (_, play) = table.play(|play| {
        details(play.alice(), "HMAC Authentication", "webhooks")
            .picks("Samples that call the API with it.")
            .sees("read -rs KEYDESK_API_SECRET; export KEYDESK_API_SECRET")
            .picks("Python.")
            .sees(&key)
            .sees("Common refusals: ")
            .picks("Copy this sample to the clipboard.")
            .sees("Sent to your terminal (OSC 52): the sample.")
            .back(5)
            .quits()
    });
    assert!(play.copied[0].contains(&key) && play.copied[0].lines().count() > 3);
    table.user("chen", Role::Basic);
    let session = table.session("chen");
    table.play_as(Some(session), |play| {
        play.sees("Menu.")
            .picks("Documentation")
            .sees("how to call the API")
            .picks("HMAC Authentication.")
            .sees("The secret is in none of them.")
            .picks("Python.")
            .sees_no(&key)
            .sees("KEYDESK_API_SECRET")
            .back(3)
            .quits()
    });
}
