//! Users: added, changed, and never the last Administrator; the password asked again.

use keydesk::account::{Role, UserState};
use keydesk::config::Frontend;
use keydesk::credential::Kind;
use keydesk::hub::{Origin, SignIn};
use keydesk::secret::Secret;

use crate::script::{Script, TestDesk};
use crate::support::{PASSWORD, wanted};

const FIRST: &str = "another horse battery";

#[test]
fn adding_a_user_asks_for_the_own_password_again() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .waits(301)
            .picks("Users")
            .sees("Users: 1 user.")
            .sees("alice, Administrator, active, last sign-in on 2026-08-14 09:12 UTC by password, created 0 credentials, 0 usable.")
            .picks("Add a user.")
            .sees("user name of the new user")
            .types("Bram")
            .sees("begins with a letter")
            .types("bram")
            .sees("Role of bram.")
            .picks("Advanced User: sees credentials, changes nothing.")
            .sees("a first password for bram, 12 characters or more")
            .hides("bram")
            .sees("12 characters or more")
            .hides(FIRST)
            .sees("again")
            .hides(FIRST)
            .sees("This needs your own password again, because it was not asked for in the last 5 minutes.")
            .hides(FIRST)
            .sees("That is not your password.")
            .hides("")
            .sees("Nothing was changed.")
            .sees("Users: 1 user.")
            .picks("Add a user.")
            .sees("new user")
            .types("bram")
            .sees("Role")
            .picks("Advanced User")
            .sees("a first password")
            .hides(FIRST)
            .sees("again")
            .hides(FIRST)
            .sees("your own password")
            .hides(PASSWORD)
            .sees("bram is added as an Advanced User. At the first sign-in the password must be changed.")
            .sees("Users: 2 users.")
            // Once given it is enough for a while.
            .picks("bram")
            .sees("bram, Advanced User, active, never signed in")
            .picks("Change the role.")
            .sees("New role of bram, who is an Advanced User now.")
            .picks("Administrator")
            .sees_no("your own password")
            .sees("bram is an Administrator now. Sessions of bram have ended.")
            .back(2)
            .quits()
    });
    assert!(table.trail().iter().any(|row| row == "alice added user bram"));
}

#[test]
fn users_are_disabled_enabled_unlocked_and_get_passwords() {
    let table = TestDesk::new();
    let bram = table.user("bram", Role::Administrator);
    table.hub.create(&bram, &wanted(Kind::Basic, "brams-key")).unwrap();
    for _ in 0..5 {
        table.hub.sign_in("bram", &Secret::from_text("a wrong password"), &Origin::default()).unwrap();
    }
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Users")
            .sees("bram, Administrator, locked until 2026-08-14 09:27 UTC")
            .picks("bram")
            .sees("created 1 credential, 1 usable.")
            .picks("Unlock")
            .sees("bram is unlocked and can sign in.")
            .sees("bram, Administrator, active")
            .sees_no("Unlock: ")
            .picks("Disable")
            .sees("bram is disabled and has no session any more.")
            .sees("1 usable credential was created by bram, and may be known to that person.")
            .picks("List them.")
            .sees("1 key, by name.")
            .sees("brams-key")
            .back(1)
            .sees("bram, Administrator, disabled")
            .picks("Enable again.")
            .sees("bram is enabled and can sign in.")
            .picks("Set a new password.")
            .sees("a new password for bram")
            .hides(FIRST)
            .sees("again")
            .hides(FIRST)
            .sees("bram has a new password, which must be changed at the next sign-in.")
            .back(2)
            .quits()
    });
    let signed_in = table.hub.sign_in("bram", &Secret::from_text(FIRST), &Origin::default()).unwrap();
    assert!(matches!(signed_in, SignIn::Welcome(session) if session.must_change_password));
}

#[test]
fn the_last_administrator_stays() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .sees("Only one Administrator can sign in: alice.")
            .sees("Menu.")
            .picks("Users")
            .sees("Users: 1")
            .picks("alice")
            .sees("alice, Administrator")
            .picks("Disable")
            .sees("alice is the last Administrator who can sign in. Make another one first.")
            .picks("Change the role.")
            .sees("New role of alice")
            .picks("Basic User")
            .sees("alice is the last Administrator")
            .back(2)
            .quits()
    });
    let users = table.hub.users(&table.alice()).unwrap();
    assert_eq!((users[0].role, users[0].state), (Role::Administrator, UserState::Active));
}

#[test]
fn demoting_oneself_ends_the_session() {
    let table = TestDesk::new();
    table.user("bram", Role::Administrator);
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Users")
            .sees("Users: 2")
            .picks("alice")
            .sees("alice, Administrator")
            .picks("Change the role.")
            .sees("New role of alice")
            .picks("Basic User")
            .sees("alice is a Basic User now.")
            .sees("Your role or password was changed. Sign in again.")
            .alice()
            .sees("Your role is Basic User.")
            .quits()
    });
}

#[test]
fn every_role_may_read_its_own_sign_ins() {
    let table = TestDesk::new();
    let wrong = Secret::from_text("not the password");
    table.user("chen", Role::Basic);
    table.hub.sign_in("chen", &wrong, &Origin::default()).unwrap();
    let chen = table.session("chen");
    table.play_as(Some(chen), |play| {
        play.sees("Menu.")
            .picks("My account")
            .picks("Hear your last sign-ins.")
            .sees("refused: wrong password.")
            .sees("If one was not you, change your password")
            .back(1)
            .quits()
    });
}

#[test]
fn the_full_screen_is_opened_only_after_a_warning() {
    let table = TestDesk::new();
    let offered = |play: Script| {
        let play = play.alice().picks("My account").picks("Open keydesk on the full screen");
        play.sees("draws boxes and moves the cursor").sees("nothing of this session stays in memory")
    };
    let (_, play) = table.play(|play| offered(play).picks("Open it on the full screen.").sees("You are signed out."));
    assert_eq!(play.opens, Some(Frontend::Screen));
    let (_, play) = table.play(|mut play| {
        play.no_screen = Some("TERM is dumb: this terminal cannot.");
        offered(play).picks("Open it on the full screen.").sees("TERM is dumb").back(1).quits()
    });
    assert_eq!(play.opens, None);
}
