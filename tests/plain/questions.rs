//! What every question keeps to.

use keydesk::account::Role;
use keydesk::credential::Kind;

use crate::script::TestDesk;

/// A walk past every menu: what is said holds no control character, and nothing wider than its terminal.
#[test]
fn only_text_in_lines_that_fit() {
    let table = TestDesk::new();
    table.user("bram", Role::Administrator);
    table.create(Kind::Hmac, "支払い-batch");
    let (_, play) = table.play(|play| {
        play.alice()
            .section("HMAC Authentication")
            .picks("Create new key.")
            .sees("Type a name")
            .types("?")
            .sees("Type a name")
            .types("x".repeat(65).as_str())
            .sees("at most 64 fit")
            .types("")
            .sees("Nothing was created.")
            .picks("List them.")
            .sees("支払い-batch")
            .picks("支払い-batch")
            .sees("Revoke")
            .back(4)
            .quits()
    });
    for line in play.said.lines() {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(keydesk::text::width(line.trim_end()) <= 79, "{line:?}");
    }
}

/// A question ends in what is expected, and a blank, so that the answer stands apart.
#[test]
fn every_question_says_how_to_answer() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        play.sees("quits keydesk: ")
            .types("alice")
            .sees("asks for the name again: ")
            .hides(crate::support::PASSWORD)
            .sees("Type a number from 1 to 9, or a question mark to repeat: ")
            .types("10")
            .sees("That is not one of the choices; they go from 1 to 9.")
            .types("kdsABC")
            .sees("That is not one of the choices")
            .types("0")
            .sees_no("0. ")
            .sees("9 Quit keydesk.")
            .picks("Users")
            .sees("Users: 1")
            .picks("Add a user.")
            .sees("An empty line goes back: ")
            .types("")
            .sees("Users: 1")
            .back(1)
            .quits()
    });
    assert!(!play.said.contains("kdsABC"), "what was typed is not repeated: it may be a secret");
}

#[test]
fn a_line_that_is_not_utf8_is_asked_again() {
    let table = TestDesk::new();
    table.play(|play| {
        play.sees("user name")
            .types_bytes(b"al\xffice")
            .sees("That is not UTF-8 text. Please type it again.")
            .types("alice")
            .sees("Type your password")
            .types_bytes(b"\xfe\xff")
            .sees("That is not UTF-8 text.")
            .hides(crate::support::PASSWORD)
            .sees("Menu.")
            .types_bytes(b"\xff")
            .sees("That is not one of the choices")
            .types("9")
    });
}
