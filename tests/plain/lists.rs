//! Lists by pages and filters, and the activity log.

use keydesk::credential::{Kind, Verb};

use crate::script::TestDesk;

#[test]
fn lists_page_by_ten_forward_and_back() {
    let table = TestDesk::new();
    for i in 1..=25 {
        table.create(Kind::Basic, &format!("key-{i:02}"));
    }
    let (_, play) = table.play(|play| {
        play.alice()
            .section("Basic Authentication")
            .sees("25 Basic keys")
            .picks("List them.")
            .sees("The first 10 keys, by name.")
            .sees("1. key-01, API key kdb")
            .sees("10. key-10,")
            .sees("11. Next page.")
            .sees_no("Previous page.")
            .picks("Next page.")
            .sees("The next 10 keys.")
            .sees("1. key-11,")
            .picks("Next page.")
            .sees("The last 5 keys.")
            .sees("5. key-25,")
            .sees("6. Previous page.")
            .sees_no("Next page.")
            .picks("Previous page.")
            .sees("1. key-11,")
            .picks("key-13")
            .sees("key-13, Basic Authentication.")
            .back(1)
            // The same page again.
            .sees("1. key-11,")
            .types("13")
            .sees("That is not one of the choices; they go from 0 to 12.")
            .types("?")
            .sees("1. key-11,")
            .back(3)
            .quits()
    });
    assert!(!play.said.contains("11. key"));
}

#[test]
fn filters_by_words_and_terms() {
    let table = TestDesk::new();
    for name in ["crm-sync", "crm-batch", "billing"] {
        table.create(Kind::Basic, name);
    }
    let old = table.create(Kind::Hmac, "crm-old").row;
    table.hub.set_state(&table.alice(), &[old.target()], Verb::Revoke).unwrap();
    table.play(|play| {
        play.alice()
            .section("Basic Authentication")
            .picks("Find some of them by words.")
            .sees("Type words of the name or the key.")
            .types("expires<soon")
            .sees("\"soon\" is not a span")
            .types("foo:bar")
            .sees("There is no term foo: here. Put it in quotes to look for it as a word")
            .types("crm")
            .sees("2 keys, by name.")
            .sees("1. crm-batch,")
            .sees_no("billing")
            .back(1)
            .sees("Basic Authentication, 3 Basic keys.")
            .picks("Find some of them by words.")
            .sees("Type words")
            .types("nothing-like-it")
            .sees("Nothing matches.")
            .back(1)
            .sees("API Settings.")
            .picks("Find keys of every kind by words.")
            .sees("Type words")
            .types("crm state:revoked")
            .sees("1 key, by name.")
            .sees("1. crm-old, HMAC Authentication, API key kdh")
            .sees(", revoked, never used.")
            .back(1)
            .sees("API Settings.")
            .picks("HMAC Authentication: 0 active.")
            .sees("No HMAC keys yet.")
            .picks("List them with the revoked ones.")
            .sees("crm-old")
            .back(3)
            .quits()
    });
}

#[test]
fn the_trail_comes_newest_first_ten_at_a_time() {
    let table = TestDesk::new();
    for i in 1..=12 {
        table.create(Kind::Basic, &format!("key-{i:02}"));
    }
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Activity log.")
            .sees("Activity log.")
            .picks("Hear the newest entries.")
            .sees("2026-08-14 09:12 UTC, alice: signed in.")
            .sees("alice: created Basic key, key-12.")
            .sees_no("key-03")
            .sees("There are older entries.")
            .picks("Hear the next ten.")
            .sees("key-03.")
            .sees("alice: set up the desk, Acme Messaging.")
            .sees("That was the oldest of them.")
            .picks("Only sign-ins and copies.")
            .sees("alice: signed in")
            .sees_no("created Basic key")
            .picks("Only refusals.")
            .sees("There is no entry.")
            .picks("Check that the trail is whole.")
            .sees("The trail is whole:")
            .back(1)
            .quits()
    });
}
