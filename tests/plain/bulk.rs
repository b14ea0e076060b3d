//! Many at once, search at a list, and a short menu: what makes a desk of hundreds bearable when it is read aloud.

use keydesk::credential::{Kind, State};

use crate::script::TestDesk;
use crate::support::PASSWORD;

fn crm() -> TestDesk {
    let table = TestDesk::new();
    for i in 1..=12 {
        table.create(Kind::Basic, &format!("crm-{i:02}"));
    }
    table.create(Kind::Hmac, "crm-hooks");
    table.create(Kind::Basic, "billing");
    table
}

fn states(table: &TestDesk, wanted: State) -> usize {
    let query = keydesk::hub::ListQuery { revoked: true, limit: 100, ..Default::default() };
    table.hub.list(&table.alice(), &query).unwrap().rows.iter().filter(|row| row.state == wanted).count()
}

#[test]
fn all_that_a_filter_finds_are_disabled_and_enabled_again() {
    let table = crm();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("API Settings")
            .picks("Find keys of every kind by words.")
            .sees("Type words")
            .types("crm")
            .sees("The first 10 keys, by name.")
            .picks("Change all that are found.")
            .sees("13 credentials found. What is to be done?")
            .picks("Disable them")
            .sees("13 credentials: crm-01, crm-02, crm-03 and 10 more.")
            .picks("Yes, disable all 13.")
            .sees("13 credentials are disabled.")
            .picks("Change all that are found.")
            .picks("Enable them again.")
            .picks("Yes, enable all 13.")
            .sees("13 credentials are enabled.")
            .picks("Change all that are found.")
            .picks("Enable them again.")
            .picks("Yes, enable all 13.")
            .sees("0 credentials are enabled. 13 needed no change.")
            .back(2)
            .quits()
    });
    assert_eq!(states(&table, State::Active), 14);
}

#[test]
fn revoking_many_wants_their_number() {
    let table = crm();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("API Settings")
            .picks("Find keys of every kind by words.")
            .sees("Type words")
            .types("crm")
            .picks("Change all that are found.")
            .picks("Revoke them: stop them for good.")
            .sees("Revoke 13 credentials: crm-01, crm-02, crm-03 and 10 more?")
            .sees("type their number, 13")
            .types("12")
            .sees("Nothing was changed.")
            .picks("Change all that are found.")
            .picks("Revoke them")
            .sees("type their number, 13")
            .types("13")
            .sees("13 credentials are revoked.")
            .sees("Nothing matches.")
            .back(1)
            .quits()
    });
    assert_eq!((states(&table, State::Revoked), states(&table, State::Active)), (13, 1));
}

#[test]
fn owner_and_tags_are_given_to_all_that_are_found() {
    let table = crm();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("API Settings")
            .picks("Find keys of every kind by words.")
            .sees("Type words")
            .types("crm")
            .picks("Change all that are found.")
            .picks("Change expiry, networks, owner or tags of all.")
            .sees("What should all 13 have?")
            .picks("Set the owner.")
            .sees("Type its owner")
            .types("team-crm")
            .picks("Set the tags.")
            .sees("Type its tags")
            .types("crm env=prod")
            .sees("Done: change them.")
            .types("0")
            .sees("13 credentials are edited.")
            .back(2)
            .quits()
    });
    let query = keydesk::hub::ListQuery { limit: 100, ..Default::default() };
    let rows = table.hub.list(&table.alice(), &query).unwrap().rows;
    let labelled =
        rows.iter().filter(|row| row.options.owner.as_str() == "team-crm" && row.options.tags.iter().count() == 2);
    assert_eq!(labelled.count(), 13);
}

#[test]
fn a_word_at_a_list_searches_it() {
    let table = crm();
    table.user("bram", keydesk::account::Role::Basic);
    table.play(|play| {
        play.alice()
            .section("Basic Authentication")
            .picks("List them.")
            .sees("words to search for")
            .types("crm-11")
            .sees("1 key, by name.")
            .sees("1. crm-11,")
            .picks("crm-11")
            .sees("crm-11, Basic Authentication.")
            .back(1)
            .sees("1. crm-11,")
            .types("no-such-thing")
            .sees("Nothing matches.")
            .back(4)
            .picks("Users")
            .sees("Users: 2 users.")
            .types("Bra")
            .sees("bram, Basic User")
            .back(1)
            .sees("Users: 2 users.")
            .types("zoe")
            .sees("No user has such a name.")
            .back(1)
            .quits()
    });
}

#[test]
fn the_menu_is_one_line_after_the_first_time() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .sees("9. Quit keydesk.")
            .picks("My account")
            .back(1)
            .sees("Menu. 1 API Settings, 2 Users and roles, 3 Activity log,")
            .sees_no("1. API Settings")
            .types("?")
            .sees("1. API Settings: see, create and manage API keys.")
            .quits()
    });
}

/// From the menu to the secret on the clipboard, counted in lines that are typed.
#[test]
fn a_new_key_takes_six_lines() {
    let table = TestDesk::new();
    let lines = ["1", "1", "1", "nightly-export", "1", "1"];
    let (_, play) = table.play(|play| {
        let play = play.sees("user name").types("alice").sees("password").hides(PASSWORD).sees("Menu.");
        let play = lines.iter().fold(play, |play, line| play.sees("Type").types(line));
        play.sees("Sent to your terminal (OSC 52)").back(3).quits()
    });
    assert_eq!(lines.len(), 6);
    assert!(play.copied.len() == 1 && play.copied[0].starts_with("kds"), "the secret is on the clipboard");
}

#[test]
fn new_secrets_of_many_are_handed_out_one_after_the_other() {
    let table = TestDesk::new();
    for name in ["crm-1", "crm-2", "billing"] {
        table.create(Kind::Basic, name);
    }
    let (_, play) = table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("API Settings")
            .picks("Find keys of every kind by words.")
            .sees("Type words")
            .types("crm")
            .picks("Change all that are found.")
            .picks("Rotate them: make a new secret for each.")
            .sees("New secrets for 2: crm-1, crm-2. How long do the old ones keep working?")
            .picks("Not at all")
            .sees("Secret 1 of 2.")
            .picks("Copy it")
            .sees("Sent to your terminal")
            .back(1)
            .sees("Secret 2 of 2.")
            .picks("Copy it")
            .sees("Sent to your terminal")
            .back(3)
            .quits()
    });
    assert_eq!(play.copied.len(), 2);
    assert_eq!(table.trail().iter().filter(|row| row.contains("rotated Basic key crm-")).count(), 2);
}
