//! The activity log: searched by words, an entry in full, its end kept and compared.

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{LogFilter, TrailQuery};

use crate::script::TestDesk;

#[test]
fn words_search_the_log_from_its_menu() {
    let table = TestDesk::new();
    table.create(Kind::Basic, "billing");
    table.create(Kind::Hmac, "webhooks");
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Activity log.")
            .sees("Activity log.")
            .types("webhooks")
            .sees("created HMAC key, webhooks.")
            .sees_no("billing")
            .types("who:nobody-here")
            .sees("There is no entry.")
            .types("foo:bar")
            .sees("There is no term foo:")
            .back(1)
            .quits()
    });
}

#[test]
fn an_entry_is_heard_with_what_it_changed_and_from_where() {
    let table = TestDesk::new();
    let row = table.create(Kind::Basic, "billing").row;
    table.hub.set_state(&table.alice(), &[row.target()], Verb::Disable).unwrap();
    let filter = LogFilter::parse("did:disabled", table.hub.now()).unwrap();
    let query = TrailQuery { filter, limit: 1, ..TrailQuery::default() };
    let no = table.hub.trail(&table.alice(), &query).unwrap()[0].no.to_string();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Activity log.")
            .picks("Hear all about one entry.")
            .sees("number of the entry")
            .types("x")
            .sees("Type the number of an entry")
            .types(&no)
            .sees("disabled Basic key, billing")
            .sees("before active, after disabled.")
            .picks("Hear all about one entry.")
            .sees("number of the entry")
            .types("999")
            .sees("There is no entry 999.")
            .back(1)
            .quits()
    });
}

#[test]
fn the_end_of_the_log_is_copied_and_compared() {
    let table = TestDesk::new();
    table.create(Kind::Basic, "billing");
    let kept = table.hub.verify_trail(&table.alice(), None, &mut |_, _| ()).unwrap();
    let kept = format!("{}:{}", kept.no, kept.hash);
    let other = format!("{}:{}", kept.split(':').next().unwrap(), "0".repeat(64));
    let (_, play) = table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Activity log.")
            .sees_no("Copy the line")
            .picks("Check that the trail is whole.")
            .sees("Checking.")
            .sees("The trail is whole:")
            .sees("Keep it elsewhere")
            .picks("Copy the line of the last check.")
            .picks("Compare the trail with a line that you kept.")
            .sees("NO:HASH")
            .types("12")
            .sees("That is not such a line")
            .types(&kept)
            .sees("It continues the line that you kept.")
            .picks("Compare the trail with a line that you kept.")
            .sees("NO:HASH")
            .types(&other)
            .sees("another hash")
            .sees_no("It continues")
            .back(1)
            .quits()
    });
    assert!(play.copied[0].split_once(':').is_some_and(|(_, hash)| hash.len() == 64), "{:?}", play.copied);
}
