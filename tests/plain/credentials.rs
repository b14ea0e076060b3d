//! Create with options, rotate, disable, revoke, rename, change; two administrators at once; who may not.

use std::sync::Arc;

use keydesk::account::Role;
use keydesk::credential::{BodyDigest, Kind, Overlap, State, Verb};
use keydesk::hub::CredentialEdit;

use crate::script::{Script, TestDesk, between};

/// From the menu to the details of the only key of a section.
pub fn details(play: Script, title: &str, name: &str) -> Script {
    play.section(title).picks("List them.").sees("by name. Choose one").picks(name).sees(&format!("{name}, {title}."))
}

#[test]
fn a_refused_key_keeps_the_options_that_were_typed() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        play.alice()
            .section("HMAC Authentication")
            .picks("Create new key.")
            .sees("new HMAC key")
            .types("a\u{202e}b")
            .sees("U+202E")
            .types("webhooks-prod")
            .sees("Expires: never. Not valid before: no limit. Allowed networks: any. Note: none. Algorithms: all.")
            .picks("Set options first.")
            .sees("Options. Choose one to change it.")
            .picks("Expires: never.")
            .sees("a span such as 90d")
            .types("soon")
            .sees("\"soon\" is not a time")
            .types("2026-09-01")
            .sees("1. Expires: 2026-09-01 00:00 UTC.")
            .picks("Not valid before")
            .sees("from when on")
            .types("90d")
            .sees("2. Not valid before: 2026-11-12 09:12 UTC.")
            .picks("Allowed networks")
            .sees("203.0.113.0/24")
            .types("203.0.113.7/24")
            .sees("Did you mean 203.0.113.0/24?")
            .types("203.0.113.0/24")
            .sees("3. Allowed networks: 203.0.113.0/24.")
            .picks("Algorithms")
            .sees("hmac-sha1: allowed; choose to forbid it.")
            .picks("hmac-sha1")
            .sees("hmac-sha1: forbidden; choose to allow it.")
            .back(1)
            .sees("Algorithms: hmac-sha256 hmac-sha384 hmac-sha512.")
            .picks("Body digest")
            .sees("One published client never signs one.")
            .picks("It need not.")
            .sees("Body digest: optional.")
            .picks("Note")
            .sees("a note for people")
            .types("for the shop")
            .sees("Note: for the shop.")
            .back(1)
            .sees("Ready to create")
            .picks("Create the key now.")
            .sees("It would expire before it becomes valid.")
            .sees("Note: for the shop.")
            .picks("Set options first.")
            .sees("Options.")
            .picks("Not valid before")
            .sees("or the word none")
            .types("none")
            .sees("Not valid before: no limit.")
            .back(1)
            .sees("Ready to create")
            .picks("Create the key now.")
            .sees("webhooks-prod, HMAC Authentication, is created.")
            .picks("Copy it")
            .sees("Sent to your terminal")
            .picks("Done.")
            .sees("HMAC Authentication, 1 HMAC key.")
            .back(2)
            .quits()
    });
    let row = table.find(between(&play.said, "The API key is:\n", "\n"));
    assert!(row.key.starts_with("kdh"));
    assert_eq!(row.options.networks.to_string(), "203.0.113.0/24");
    assert_eq!(row.options.note.as_str(), "for the shop");
    assert_eq!(row.options.algorithms.to_string(), "hmac-sha256 hmac-sha384 hmac-sha512");
    assert_eq!((row.options.not_before, row.options.body_digest), (None, BodyDigest::Optional));
    assert_eq!(row.options.expires_at.unwrap().rfc3339(), "2026-09-01T00:00:00Z");
}

#[test]
fn the_last_algorithm_stays() {
    let table = TestDesk::new();
    table.play(|play| {
        let play = play.alice().section("HMAC Authentication").picks("Create new key.").sees("new HMAC key").types("w");
        let play = play.sees("Ready").picks("Set options first.").sees("Options.").picks("Algorithms");
        let play = ["hmac-sha1:", "hmac-sha256:", "hmac-sha384:", "hmac-sha512:"]
            .into_iter()
            .fold(play, |play, name| play.sees("Algorithms that it may sign with.").picks(name));
        play.sees("One algorithm has to stay allowed.")
            .sees("hmac-sha512: allowed")
            .back(3)
            .sees("Nothing was created.")
            .back(2)
            .quits()
    });
}

#[test]
fn a_name_in_use_is_reported() {
    let table = TestDesk::new();
    table.create(Kind::Basic, "crm-sync");
    table.play(|play| {
        play.alice()
            .section("Basic Authentication")
            .picks("Create new key.")
            .sees("new Basic key")
            .types("crm-sync")
            .sees("There is a Basic key with the name crm-sync already.")
            .picks("Type another name.")
            .sees("new Basic key")
            .types("0")
            .sees("Nothing was created.")
            .back(2)
            .quits()
    });
}

#[test]
fn rotate_with_overlap_and_stop_the_old_secret() {
    let table = TestDesk::new();
    let key = table.create(Kind::Basic, "crm-sync").row.key;
    let (_, play) = table.play(|play| {
        details(play.alice(), "Basic Authentication", "crm-sync")
            .sees(&format!("The API key is {key}."))
            .sees("The state is: active.")
            .picks("Rotate: make a new secret.")
            .sees("How long does the old one keep working?")
            .sees("Not at all: it leaked, stop it now.")
            .picks("For 24 hours, until 2026-08-15 09:12 UTC.")
            .sees("The old secret works until 2026-08-15 09:12 UTC.")
            .sees("crm-sync, Basic Authentication, has a new secret.")
            .picks("Copy it")
            .sees("Sent to")
            .picks("Done.")
            .sees("The old API secret works until 2026-08-15 09:12 UTC, never used.")
            .picks("Stop the old secret now.")
            .sees("The old secret is stopped. Only the new one works.")
            .sees_no("The old API secret works")
            .sees_no("Stop the old secret now.")
            .back(4)
            .quits()
    });
    assert_eq!(table.hub.details(&table.alice(), table.find(&key).id).unwrap().secrets.len(), 1);
    assert_eq!(play.copied.len(), 1);
}

#[test]
fn disable_enable_rename_change_and_revoke() {
    let table = TestDesk::new();
    let key = table.create(Kind::Hmac, "webhooks").row.key;
    let last = &key[16..];
    table.play(|play| {
        details(play.alice(), "HMAC Authentication", "webhooks")
            .picks("Disable")
            .sees("webhooks is disabled.")
            .sees("The state is: disabled.")
            .picks("Enable it again.")
            .sees("webhooks is enabled.")
            .picks("Rename.")
            .sees("Type the new name of webhooks")
            .types("two  blanks")
            .sees("two spaces in a row")
            .types("webhooks-prod")
            .sees("webhooks is named webhooks-prod now.")
            .picks("Change expiry")
            .sees("Options of webhooks-prod.")
            .picks("Algorithms: all.")
            .picks("hmac-sha1: allowed")
            .sees("hmac-sha1: forbidden; choose to allow it.")
            .back(1)
            .sees("Algorithms: hmac-sha256 hmac-sha384 hmac-sha512.")
            .picks("Body digest: required.")
            .picks("It need not.")
            .sees("Body digest: optional.")
            .picks("Expires: never.")
            .sees("a span such as")
            .types("3d")
            .sees("Expires: 2026-08-17 09:12 UTC.")
            .back(1)
            .sees("webhooks-prod is changed.")
            .sees("The state is: active, expires in 3 days.")
            .picks("Change expiry")
            .sees("Options of")
            .back(1)
            .sees("Nothing was changed.")
            .picks("Copy the key")
            .sees("Sent to your terminal (OSC 52): the API key.")
            .picks("Hear its history.")
            .sees("alice: renamed HMAC key, webhooks-prod")
            .sees("alice: created HMAC key, webhooks.")
            .picks("Revoke")
            .sees("stops working within a second, everywhere, and cannot come back")
            .sees("type the last 4 characters of its API key")
            .types("nope")
            .sees("Those are not its last characters. Nothing was revoked.")
            .types("0")
            .sees("webhooks-prod was kept.")
            .picks("Revoke")
            .sees("last 4 characters")
            .types(last)
            .sees("webhooks-prod is revoked.")
            .sees("The state is: revoked.")
            .sees_no("Rotate")
            .sees_no("Rename")
            .back(1)
            // The list was empty without it, and is left.
            .sees("There is none.")
            .back(2)
            .quits()
    });
    assert_eq!(table.find(&key).state, State::Revoked);
}

#[test]
fn the_slower_of_two_administrators_is_told() {
    let table = TestDesk::new();
    let row = table.create(Kind::Basic, "crm-sync").row;
    let bram = table.user("bram", Role::Administrator);
    let hub = Arc::clone(&table.hub);
    let target = row.target();
    table.play(|play| {
        details(play.alice(), "Basic Authentication", "crm-sync")
            .does(move || {
                let edit = CredentialEdit { name: Some("crm-sync-2".to_owned()), ..CredentialEdit::default() };
                hub.edit(&bram, &[target], &edit).unwrap();
            })
            .picks("Disable")
            .sees("bram renamed crm-sync-2 a moment ago. Look at it as it is now, then decide again.")
            .sees("crm-sync-2, Basic Authentication.")
            .sees("The state is: active.")
            .picks("Disable")
            .sees("crm-sync-2 is disabled.")
            .back(4)
            .quits()
    });
    assert_eq!(table.find(&row.key).state, State::Disabled);
}

#[test]
fn a_key_revoked_meanwhile_stays_revoked() {
    let table = TestDesk::new();
    let row = table.create(Kind::Basic, "crm-sync").row;
    let (bram, hub, target) = (table.user("bram", Role::Administrator), Arc::clone(&table.hub), row.target());
    table.play(|play| {
        details(play.alice(), "Basic Authentication", "crm-sync")
            .does(move || drop(hub.set_state(&bram, &[target], Verb::Revoke).unwrap()))
            .picks("Rotate")
            .sees("How long")
            .picks("Not at all")
            .sees("bram revoked crm-sync a moment ago. Look at it as it is now, then decide again.")
            .sees("The state is: revoked.")
            .back(1)
            .sees("There is none.")
            .back(2)
            .quits()
    });
}

#[test]
fn a_leaked_secret_finds_its_key() {
    let table = TestDesk::new();
    let issued = table.create(Kind::Basic, "crm-sync");
    let secret = issued.secret.unwrap().expose_text().unwrap().to_owned();
    let (_, play) = table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("API Settings")
            .sees("API Settings.")
            .picks("Find the key that a leaked secret belongs to.")
            .sees("Paste the leaked secret; it is not shown.")
            .hides("kdsNothingThatEverWasASecretxx")
            .sees("No credential has or had this secret. Check that it was copied whole.")
            .picks("Find the key that a leaked")
            .sees("Paste")
            .hides(&secret)
            .sees(&format!("crm-sync, API key {}, active, never used.", issued.row.key))
            .sees("It is the current secret.")
            .picks("Rotate it now.")
            .sees("crm-sync, Basic Authentication, has a new secret.")
            .sees_no("The old secret works until")
            .picks("Copy it")
            .sees("Sent")
            .picks("Done.")
            .sees("API Settings.")
            .back(1)
            .quits()
    });
    assert!(!play.said.contains(&secret));
    assert_ne!(play.copied[0], secret);
}

#[test]
fn a_leaked_old_secret_is_not_confused_with_the_current_one() {
    let table = TestDesk::new();
    let issued = table.create(Kind::Basic, "crm-sync");
    let secret = issued.secret.unwrap().expose_text().unwrap().to_owned();
    table.hub.rotate(&table.alice(), issued.row.target(), Overlap::Week).unwrap();
    table.play(|play| {
        let find = |play: Script| {
            play.sees("API Settings.")
                .picks("Find the key that a leaked")
                .sees("Paste")
                .hides(&secret)
                .sees("crm-sync, API key")
        };
        let found = find(play.alice().sees("Menu.").picks("API Settings"))
            .sees("It is an old secret, which works until 21 Aug 2026 09:12 UTC.")
            .sees_no("Rotate")
            .picks("Stop the old secret now.")
            .sees("The old secret is stopped. Only the new one works.");
        find(found)
            .sees("It is an old secret, which stopped working on 14 Aug 2026 09:12 UTC.")
            .sees("There is nothing to do.")
            .sees("The state is: active.")
            .back(2)
            .quits()
    });
    assert_eq!(table.hub.details(&table.alice(), issued.row.id).unwrap().secrets.len(), 1);
}

#[test]
fn rotating_twice_says_which_secret_stops() {
    let table = TestDesk::new();
    let row = table.create(Kind::Basic, "crm-sync").row;
    table.hub.rotate(&table.alice(), row.target(), Overlap::Week).unwrap();
    table.play(|play| {
        details(play.alice(), "Basic Authentication", "crm-sync")
            .picks("Rotate")
            .sees("The secret from 14 Aug 2026, which would have worked until 21 Aug 2026 09:12 UTC, stops now.")
            .picks("For 24 hours")
            .sees("The old secret works until 2026-08-15 09:12 UTC.")
            .sees("The secret from 14 Aug 2026, which would have worked until 21 Aug 2026 09:12 UTC, stopped now.")
            .picks("Done.")
            .sees("Close without copying?")
            .picks("Close it.")
            .sees("crm-sync, Basic Authentication.")
            .back(4)
            .quits()
    });
}
