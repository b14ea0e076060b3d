//! Set-up, sign-in, the lock, the way out.

use std::sync::Arc;

use jiff::SignedDuration;
use keydesk::account::{Role, UserState};
use keydesk::config::ExitAction;
use keydesk::hub::{OpenOutcome, Origin};
use keydesk::plain::set_up_and_converse;
use keydesk::secret::Secret;
use keydesk::time::SetClock;

use crate::script::{Script, TestDesk};
use crate::support::{NOW, PASSWORD, places, seen};

#[test]
fn set_up_asks_until_answers_are_valid_and_works_once() {
    let dir = tempfile::tempdir().unwrap();
    let (places, clock) = (places(&dir), Arc::new(SetClock::at(NOW)));
    let set_up = |script: Script| {
        let mut play = script;
        set_up_and_converse(&mut play, &places, clock.clone(), &Origin::default(), crate::script::VERIFIER)
            .map_err(|why| why.to_string())
    };
    // Left at the first question and at the last: nothing is made.
    assert_eq!(
        set_up(Script::new(&clock).sees("This desk is new").sees("master.key").types("")),
        Ok(ExitAction::Exit(0))
    );
    assert!(!places.store.file().unwrap().exists() && !places.master_key.path.exists());

    let whole = |play: Script| {
        play.sees("Type the name of the account")
            .types("Acme  Messaging")
            .sees("two spaces in a row")
            .types("Acme Messaging")
            .sees("Type your own user name")
            .types("Alice")
            .sees("begins with a letter")
            .types("alice")
            .sees("12 characters or more")
            .hides("short")
            .sees("12 characters or more")
            .hides(PASSWORD)
            .sees("same password again")
            .hides("something else altogether")
            .sees("The two passwords differ")
            .hides(PASSWORD)
            .sees("same password again")
            .hides(PASSWORD)
            .sees("account Acme Messaging with the first Administrator alice")
    };
    let code = set_up(
        whole(Script::new(&clock)).picks("Set up now").sees("Now sign in").alice().sees("first sign-in").quits(),
    );
    assert_eq!(code, Ok(ExitAction::Exit(0)));
    assert!(matches!(keydesk::hub::Hub::open(&places, clock.clone()), Ok(OpenOutcome::Ready(_))));

    // Somebody else was faster.
    let said = set_up(whole(Script::new(&clock)).picks("Set up now")).unwrap_err();
    assert!(said.contains("set up already"), "{said}");
}

#[test]
fn wrong_names_and_passwords_look_alike_and_five_lock() {
    let table = TestDesk::new();
    for name in ["alice", "nobody"] {
        let mut script = Script::new(&table.clock).sees("keydesk, the desk of Acme Messaging.");
        for left in ["4 tries", "3 tries", "2 tries", "1 try"] {
            script = script.sees("Type your user name").types(name).sees("not shown").hides("a wrong password");
            script = script.sees(&format!("Name or password is wrong. {left} left before a pause of 15 minutes."));
        }
        let script = script
            .sees("Type your user name")
            .types(name)
            .sees("not shown")
            .hides("a wrong password")
            .sees("Too many wrong passwords: this name is locked until 09:27 UTC, for 15 minutes.")
            .sees("An Administrator can unlock it.")
            .types(name)
            .sees("not shown")
            .hides(PASSWORD)
            .sees("Too many wrong passwords")
            .types("");
        let (code, play) = table.play(|_| script);
        assert_eq!(code, 0);
        assert!(!play.said.contains("a wrong password"));
    }
}

#[test]
fn empty_lines_lead_back_to_the_name_and_out() {
    let table = TestDesk::new();
    let script = |play: Script| {
        play.sees("user name")
            .types("bob")
            .sees("Type your password")
            .hides("")
            .sees("user name")
            .types("?")
            .sees("user name")
    };
    assert_eq!(table.play(|play| script(play).types("")).0, 0);
    assert_eq!(table.play(|play| script(play).ends()).0, 0);
    assert_eq!(table.play(|play| script(play).interrupts()).0, 130);
    assert_eq!(table.play(|play| script(play).loses_the_line()).0, 129);
}

#[test]
fn a_password_set_by_an_administrator_must_be_changed() {
    let table = TestDesk::new();
    let first = "another horse battery";
    table.hub.add_user(&table.alice(), "bram", Role::Administrator, &Secret::from_text(first)).unwrap();
    let signs_in =
        |play: Script, password: &str| play.sees("user name").types("bram").sees("Type your password").hides(password);
    // Who does not want to is not let in.
    let (_, play) = table.play(|play| {
        signs_in(play, first)
            .sees("set by somebody else")
            .sees("your new password, 12 characters or more")
            .hides("")
            .sees("You are not signed in.")
            .types("")
    });
    assert!(!play.said.contains("Menu."));
    table.play(|play| {
        signs_in(play, first)
            .sees("your new password")
            .hides(first)
            .sees("same password again")
            .hides(first)
            .sees("That is the password you have")
            .hides(PASSWORD)
            .sees("same password again")
            .hides(PASSWORD)
            .sees("Your password is changed.")
            .quits()
    });
    table.play(|play| signs_in(play, PASSWORD).sees_no("somebody else").quits());
}

#[test]
fn every_way_out_is_recorded_in_the_trail() {
    let table = TestDesk::new();
    for (end, code) in
        [(Script::ends as fn(Script) -> Script, 0), (Script::interrupts, 130), (|play: Script| play.picks("Quit"), 0)]
    {
        let (left, _) = table.play(|play| end(play.alice().sees("Menu.")).sees("You are signed out. Good-bye."));
        assert_eq!(left, code);
        assert!(table.trail()[0].contains("alice signed out"), "{:?}", table.trail());
    }
    // Signing out is not leaving.
    table
        .play(|play| play.alice().sees("Menu.").picks("Sign out").sees("You are signed out.").sees("user name").ends());
    let (code, play) = table.play(|play| play.alice().sees("Menu.").loses_the_line());
    assert_eq!(code, 129);
    assert!(!play.said.ends_with("Good-bye.\n"), "nobody is there to be told");
}

#[test]
fn lock_asks_for_the_same_name() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Lock")
            .sees("keydesk is locked.")
            .sees("password of alice")
            .hides("not the password")
            .sees("Name or password is wrong. 4 tries left")
            .types("alice")
            .sees("Type your password")
            .hides(PASSWORD)
            .sees("Your last sign-in was on 2026-08-14 09:12 UTC.")
            .quits()
    });
    assert_eq!(play.said.matches("Signed in to Acme Messaging as alice.").count(), 2);
}

#[test]
fn it_warns_a_minute_before_it_locks() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        play.alice()
            .sees("Menu.")
            .waits(539)
            .sees_no("keydesk locks")
            .waits(1)
            .sees("keydesk locks in 60 seconds, because nobody answered. Press Enter to stay signed in")
            .types("")
            .sees("Type a number from 1 to 9")
            .waits(539)
            .sees_no("keydesk locks")
            .waits(61)
            .sees("keydesk locks in 60 seconds")
            .sees("keydesk is locked, because nobody answered for 10 minutes.")
            .sees("password of alice")
            .hides(PASSWORD)
            .quits()
    });
    assert_eq!(play.said.matches("keydesk locks in").count(), 2);
}

/// The line that was begun is no answer to anything any more, and the warning is no question.
#[test]
fn an_answer_after_the_idle_warning_counts() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .waits(560)
            .sees("keydesk locks in")
            .picks("My account")
            .sees("You are alice")
            .back(1)
            .quits()
    });
}

#[test]
fn a_revoked_session_ends_within_a_second() {
    let table = TestDesk::new();
    let bram = table.user("bram", Role::Administrator);
    let hub = Arc::clone(&table.hub);
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .does(move || drop(hub.set_user_state(&bram, &seen(&hub, "alice"), UserState::Disabled).unwrap()))
            .waits(1)
            .sees("Your user was disabled. Ask an Administrator")
            .sees("Type your user name")
            .types("alice")
            .sees("not shown")
            .hides(PASSWORD)
            .sees("Your user was disabled")
            .ends()
    });
}

#[test]
fn a_stopped_process_asks_its_question_again() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| play.alice().sees("Menu.").stops_and_goes_on().sees("from 1 to 9").types("9"));
    assert_eq!(play.said.matches("Type a number from 1 to 9").count(), 2);
}

#[test]
fn changing_the_own_password_keeps_the_session() {
    let table = TestDesk::new();
    let new = "a new horse and battery";
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("My account")
            .sees("You are alice, Administrator.")
            .picks("Change your password")
            .sees("the password that you have now")
            .hides("not the one I have")
            .sees("your new password")
            .hides(new)
            .sees("again")
            .hides(new)
            .sees("That is not your password. Nothing was changed")
            .picks("Change your password")
            .sees("that you have now")
            .hides(PASSWORD)
            .sees("your new password")
            .hides(new)
            .sees("again")
            .hides(new)
            .sees("Your password is changed.")
            .back(1)
            .sees("Menu.")
            .picks("Security")
            .sees("locks after 10 minutes")
            .back(1)
            .quits()
    });
}

#[test]
fn the_lock_time_is_changed() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Security")
            .sees("The master key was made on 2026-08-14.")
            .picks("Change the lock time")
            .sees("1 to 1440")
            .types("soon")
            .sees("Choose a number of that range")
            .types("2000")
            .sees("1 to 1440 minutes")
            .types("3")
            .sees("The lock time is changed")
            .sees("locks after 3 minutes")
            .back(1)
            .sees("Menu.")
            .picks("Sign out")
            .alice()
            .sees("Menu.")
            .waits(120)
            .sees("keydesk locks in 60 seconds")
            .waits(60)
            .sees("nobody answered for 3 minutes")
            .hides("")
            .sees("user name")
            .ends()
    });
}

/// Who types first after the machine slept is not known.
#[test]
fn an_answer_after_the_idle_time_locks() {
    let table = TestDesk::new();
    let clock = Arc::clone(&table.clock);
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .does(move || clock.advance(SignedDuration::from_mins(10)))
            .picks("Users")
            .sees_no("Users:")
            .sees("keydesk is locked, because nobody answered for 10 minutes.")
            .hides("")
            .sees("user name")
            .ends()
    });
}

/// People type passwords where a name is asked for.
#[test]
fn a_mistyped_user_name_is_not_repeated() {
    let table = TestDesk::new();
    let (_, play) = table.play(|play| {
        play.sees("user name").types(PASSWORD).sees("Type your password").hides("").sees("user name").ends()
    });
    assert!(!play.said.contains(PASSWORD));
    table.play(|play| play.sees("user name").types(PASSWORD).sees("not shown").hides("x").sees("is wrong").types(""));
    assert!(!format!("{:?}", table.trail()).contains(PASSWORD));
}
