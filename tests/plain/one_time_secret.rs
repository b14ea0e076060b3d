//! A new secret: copied, shown, spelled, closed, lost.

use keydesk::clipboard::{CopyOutcome, Multiplexer};
use keydesk::credential::Kind;

use crate::script::{Script, TestDesk, between};
use crate::support::PASSWORD;

/// From the menu to the choices of a new Basic key's secret.
fn new_secret(play: Script) -> Script {
    play.section("Basic Authentication")
        .picks("Create new key.")
        .sees("Type a name that says what uses the new Basic key")
        .types("nightly-export")
        .sees("Ready to create the Basic key nightly-export.")
        .sees("The API secret is given once, right after.")
        .picks("Create the key now.")
        .sees("nightly-export, Basic Authentication, is created.")
        .sees("The API key is: kdb")
        .sees("this is the only time that you can")
}

const SECTION: &str = "Basic Authentication, 1 Basic key";

#[test]
fn a_copy_shows_nothing_and_is_in_the_trail() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        new_secret(play.alice())
            .picks("Copy it to the clipboard. It is not shown.")
            .sees("Sent to your terminal (OSC 52): the API secret. Paste to check")
            .picks("Done.")
            .sees("The API secret is no longer kept here.")
            .sees(SECTION)
            .back(2)
            .quits()
    });
    assert!(play.copied[0].starts_with("kds") && play.copied[0].len() == 30);
    assert!(!play.said.contains(&play.copied[0]) && play.revealed.is_empty());
    assert!(table.trail().iter().any(|row| row == "alice copied secret nightly-export"), "{:?}", table.trail());
}

#[test]
fn the_shown_and_the_spelled_secret_are_the_same() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        new_secret(play.alice())
            .sees("Shown text stays in the scrollback")
            .picks("Show it.")
            .sees("The API secret is: kds")
            .picks("Spell it")
            .sees("Group 1 of 6: small k, small d, small s, ")
            .sees("Group 6 of 6: ")
            .picks("Done.")
            .sees("no longer kept")
            .back(2)
            .quits()
    });
    let (shown, spelled) = play.revealed.split_first().unwrap();
    let letter = |words: &str| words.trim_end_matches('.').chars().last().unwrap();
    let again: String =
        spelled.iter().flat_map(|line| line.split_once(": ").unwrap().1.split(", ").map(letter)).collect();
    assert_eq!(again, *shown);
    assert_eq!(play.said.matches(shown.as_str()).count(), 1, "it is shown where it was asked for, and nowhere else");
    assert!(!format!("{:?}", table.trail()).contains(shown.as_str()));
    let found = table.hub.find_by_secret(
        &table.alice(),
        &keydesk::secret::Secret::from_text(shown),
        &keydesk::hub::Cancel::default(),
        &mut |_| {},
    );
    assert_eq!(found.unwrap().unwrap().row.name, "nightly-export");
}

#[test]
fn closing_without_copying_asks_first() {
    let table = TestDesk::new();
    let asks = "Close without copying? It cannot be shown again.";
    for leave in [|play: Script| play.picks("Done."), |play: Script| play.types("0"), |play: Script| play.types("")] {
        let (_, play) = table.play(|play| {
            let play = leave(new_secret(play.alice().sees("Menu.")).sees("0. Done.").sees_no("4. Done."))
                .sees(asks)
                .picks("Keep it open.");
            leave(play.sees("this is the only time").sees("1. Copy"))
                .sees(asks)
                .picks("Close it.")
                .sees("no longer kept")
                .back(2)
                .quits()
        });
        assert!(play.revealed.is_empty() && play.copied.is_empty());
        let id = table.find(between(&play.said, "The API key is:\n", "\n"));
        table.hub.set_state(&table.alice(), &[id.target()], keydesk::credential::Verb::Revoke).unwrap();
    }
}

#[test]
fn leaving_by_ctrl_d_asks_once() {
    let table = TestDesk::new();
    let asks = "Close without copying? It cannot be shown again.";
    let (code, _) = table.play(|play| {
        new_secret(play.alice())
            .interrupts()
            .sees(asks)
            .picks("Keep it open.")
            .sees("this is the only time")
            .ends()
            .sees(asks)
            .ends()
            .sees("The API secret of nightly-export is no longer kept here. If it is not saved, rotate the key.")
            .sees("Good-bye.")
    });
    assert_eq!(code, 0);
}

/// What cannot be copied does not count as copied.
#[test]
fn a_copy_that_tmux_may_drop_does_not_count() {
    let table = TestDesk::new();
    let (_, play) = table.play(|mut play| {
        play.outcome = CopyOutcome::SentInto { around: Multiplexer::Tmux, over_ssh: false };
        new_secret(play.alice())
            .picks("Copy it")
            .sees("Sent (OSC 52): the API secret, but tmux drops it unless its setting is: set -s set-clipboard on.")
            .picks("Done.")
            .sees("Close without copying?")
            .picks("Close it.")
            .sees("no longer kept")
            .back(2)
            .quits()
    });
    assert_eq!(play.copied.len(), 1);
    assert!(table.trail().iter().any(|row| row == "alice copied secret nightly-export"), "{:?}", table.trail());
}

#[test]
fn a_terminal_that_cannot_copy_says_so() {
    let table = TestDesk::new();
    let (_, play) = table.play(|mut play| {
        play.outcome = CopyOutcome::Impossible("This terminal (TERM=dumb) cannot copy.".to_owned());
        new_secret(play.alice())
            .picks("Copy it")
            .sees("This terminal (TERM=dumb) cannot copy.")
            .picks("Done.")
            .sees("Close without copying?")
            .picks("Close it.")
            .sees("no longer kept")
            .back(2)
            .quits()
    });
    assert!(play.copied.is_empty());
    assert!(!table.trail().iter().any(|row| row.contains("copied secret")));
}

#[test]
fn the_lock_wipes_the_secret() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        new_secret(play.alice())
            .waits(540)
            .sees("keydesk locks in 60 seconds")
            .waits(60)
            .sees("The API secret of nightly-export is no longer kept here. If it is not saved, rotate the key.")
            .sees("keydesk is locked, because nobody answered for 10 minutes.")
            .sees("password of alice")
            .hides(PASSWORD)
            .sees_no("the secret of nightly-export was shown")
            .quits()
    });
    assert!(play.revealed.is_empty());
}

#[test]
fn a_dropped_line_is_reported_at_the_next_sign_in() {
    let table = TestDesk::new();
    let (code, _) = table.play(|play| new_secret(play.alice()).loses_the_line());
    assert_eq!(code, 129);
    table.play(|play| {
        play.alice()
            .sees("The line dropped while the secret of nightly-export was shown. If it is not saved, or others could see it, rotate")
            .quits()
    });
}

#[test]
fn a_legacy_password_is_typed_or_generated() {
    let table = TestDesk::new();
    let legacy = "Legacy API Credentials";
    let (_, play) = table.play(|play| {
        play.alice()
            .section(legacy)
            .sees("No Legacy credentials yet. Choose 1 to create the first one.")
            .picks("Create new key.")
            .sees("For REST, make a Basic or HMAC key.")
            .types("Sms")
            .sees("5 to 255 lower-case letters")
            .types("smsbatch")
            .sees("The password:")
            .picks("Type one.")
            .sees("with an upper-case and a lower-case letter")
            .hides("lowercase1")
            .sees("with an upper-case and a lower-case letter. Choose another")
            .hides("Lowercase1")
            .sees("again")
            .hides("Lowercase1")
            .sees("Ready to create the Legacy credential smsbatch with the password you typed.")
            .sees_no("given once")
            .picks("Create the key now.")
            .sees("The username is: smsbatch")
            .sees("The password is the one you typed.")
            .sees("Legacy API Credentials, 1 Legacy credential.")
            .picks("Create new key.")
            .sees("Type the username")
            .types("smsbatch")
            .sees("The username smsbatch is taken already. Choose another.")
            .types("smsother")
            .sees("The password:")
            .picks("Let keydesk generate one.")
            .sees("with a generated password")
            .picks("Create the key now.")
            .sees("The username is: smsother")
            .sees("Take the password now")
            .picks("Show it.")
            .sees("The password is:")
            .picks("Done.")
            .sees("The password is no longer kept here.")
            .back(2)
            .quits()
    });
    assert_eq!(play.revealed[0].len(), 24);
    assert!(!play.said.contains("Lowercase1"));
    assert_eq!(table.find("smsbatch").kind, Kind::Legacy);
}
