//! Users.

use keydesk::account::{Role, UserState};
use keydesk::hub::{Conflict, HubError, Origin, OwnSignIn, SignIn, SignInOutcome};
use keydesk::secret::Secret;

use super::support::{Desk, seen};

#[test]
fn the_last_administrator_stays() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    for refused in [
        desk.hub.set_role(&alice, &seen(&desk.hub, "alice"), Role::Basic),
        desk.hub.set_user_state(&alice, &seen(&desk.hub, "alice"), UserState::Disabled),
    ] {
        assert!(matches!(refused, Err(HubError::Conflict(Conflict::LastAdministrator { .. }))), "{refused:?}");
    }
    let bram = desk.user("bram", Role::Administrator);
    assert!(desk.hub.set_role(&alice, &seen(&desk.hub, "alice"), Role::Basic).is_ok());
    assert!(desk.hub.set_role(&bram, &seen(&desk.hub, "bram"), Role::Basic).is_err());
}

#[test]
fn of_two_administrators_who_demote_each_other_one_stays() {
    for _ in 0..10 {
        let desk = Desk::on_disk();
        let (alice, bram, other) = (desk.alice(), desk.user("bram", Role::Administrator), desk.reopened());
        std::thread::scope(|scope| {
            scope.spawn(|| desk.hub.set_role(&alice, &seen(&desk.hub, "bram"), Role::Basic));
            scope.spawn(|| other.set_role(&bram, &seen(&other, "alice"), Role::Basic));
        });
        let chief = ["alice", "bram"].map(|name| desk.hub.local_actor(name, &Default::default()).unwrap());
        let able = chief.iter().filter(|actor| desk.hub.users(actor).is_ok()).count();
        assert_eq!(able, 1, "one of the two lost, one is left");
    }
}

#[test]
fn user_names_are_never_reused() {
    let desk = Desk::in_memory();
    desk.user("dora", Role::Advanced);
    desk.hub.set_user_state(&desk.alice(), &seen(&desk.hub, "dora"), UserState::Disabled).unwrap();
    let again = desk.hub.add_user(&desk.alice(), "dora", Role::Basic, &Secret::from_text("another horse battery"));
    assert!(matches!(again, Err(HubError::Conflict(Conflict::Taken { .. }))));
    let bram = desk.user("bram", Role::Administrator);
    desk.hub.set_role(&bram, &seen(&desk.hub, "dora"), Role::Basic).unwrap();
    desk.hub.set_role(&bram, &seen(&desk.hub, "dora"), Role::Advanced).unwrap();
    desk.hub.set_role(&desk.alice(), &seen(&desk.hub, "bram"), Role::Basic).unwrap();
    desk.create(keydesk::credential::Kind::Basic, "one");
    let users = desk.hub.users(&desk.alice()).unwrap();
    let seen: Vec<_> = users.iter().map(|u| (u.name.as_str(), u.role, u.state, u.made)).collect();
    assert_eq!(
        seen,
        [
            ("alice", Role::Administrator, UserState::Active, 1),
            ("bram", Role::Basic, UserState::Active, 0),
            ("dora", Role::Advanced, UserState::Disabled, 0)
        ]
    );
    assert_eq!(users.iter().map(|u| u.changed_by.as_str()).collect::<Vec<_>>(), ["alice", "alice", "bram"]);
}

#[test]
fn only_usable_keys_count_as_made_by_a_user() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let soon = keydesk::credential::Options {
        expires_at: Some(keydesk::time::Seconds(desk.hub.now().seconds().0 + 60)),
        ..Default::default()
    };
    let kind = keydesk::credential::Kind::Basic;
    let disabled = desk.create(kind, "disabled").row;
    desk.create(kind, "live");
    let expires = keydesk::hub::NewCredential { options: soon, ..super::support::wanted(kind, "expires") };
    desk.hub.create(&alice, &expires).unwrap();
    let made = || desk.hub.users(&alice).unwrap()[0].made;
    assert_eq!(made(), 3);
    desk.hub.set_state(&alice, &[disabled.target()], keydesk::credential::Verb::Disable).unwrap();
    assert_eq!(made(), 2);
    desk.clock.advance(jiff::SignedDuration::from_secs(60));
    assert_eq!(made(), 1);
}

#[test]
fn bad_names_and_passwords_are_refused_with_a_sentence() {
    let desk = Desk::in_memory();
    for (name, password) in
        [("Eve", "another horse battery"), ("", "another horse battery"), ("eve", "short"), ("eve", "eeeeeeeeeeeeeeee")]
    {
        let refused = desk.hub.add_user(&desk.alice(), name, Role::Basic, &Secret::from_text(password)).unwrap_err();
        assert_eq!(refused.exit_code(), 2, "{name:?}: {refused}");
        assert!(!refused.to_string().contains(password));
    }
    assert_eq!(desk.hub.users(&desk.alice()).unwrap().len(), 1);
    assert_eq!(desk.hub.set_role(&desk.alice(), &seen(&desk.hub, "eve"), Role::Basic).unwrap_err().exit_code(), 4);
}

#[test]
fn the_second_change_of_a_user_names_the_first() {
    let desk = Desk::in_memory();
    let (alice, bram) = (desk.alice(), desk.user("bram", Role::Administrator));
    desk.user("chen", Role::Advanced);
    let read = seen(&desk.hub, "chen");
    let told = |did: &str| {
        let new = Secret::from_text("one that alice made up");
        for refused in
            [desk.hub.set_role(&alice, &read, Role::Administrator), desk.hub.set_password(&alice, &read, &new)]
        {
            let said = refused.unwrap_err().to_string();
            assert_eq!(said, format!("{did} chen a moment ago. Look at it as it is now, then decide again."));
        }
    };
    desk.hub.set_role(&bram, &read, Role::Basic).unwrap();
    told("bram changed the role of");
    // Setting the role that a user already has is no conflict.
    assert_eq!(desk.hub.set_role(&alice, &read, Role::Basic).unwrap().changed_by, "bram");
    desk.hub.set_user_state(&bram, &seen(&desk.hub, "chen"), UserState::Disabled).unwrap();
    told("bram disabled");
    desk.hub.set_user_state(&bram, &seen(&desk.hub, "chen"), UserState::Active).unwrap();
    // A lock and its end do not change the row and do not hide its last change.
    for _ in 0..5 {
        let wrong = Secret::from_text("not the password");
        assert!(desk.hub.sign_in("chen", &wrong, &Origin::default()).is_ok());
    }
    desk.hub.unlock_user(&alice, "chen").unwrap();
    told("bram enabled");
    desk.hub.set_password(&bram, &seen(&desk.hub, "chen"), &Secret::from_text("one that bram made up")).unwrap();
    told("bram set the password of");
    let late = desk.hub.set_user_state(&alice, &read, UserState::Disabled).unwrap_err();
    assert_eq!(late.exit_code(), 5);
    let chen = desk.hub.user(&alice, "chen", keydesk::hub::UserOperation::See).unwrap();
    assert_eq!((chen.role, chen.state, chen.changed_by.as_str()), (Role::Basic, UserState::Active, "bram"));
}

#[test]
fn every_user_may_read_only_their_own_row() {
    let desk = Desk::in_memory();
    let chen = desk.user("chen", Role::Basic);
    assert_eq!(desk.hub.user(&chen, "chen", keydesk::hub::UserOperation::See).unwrap().role, Role::Basic);
    assert!(matches!(desk.hub.user(&chen, "alice", keydesk::hub::UserOperation::See), Err(HubError::Denied(_))));
    assert!(
        matches!(desk.hub.user(&chen, "nobody", keydesk::hub::UserOperation::See), Err(HubError::Denied(_))),
        "nor are they told who exists"
    );
}

#[test]
fn users_see_their_own_sign_ins_and_nobody_elses() {
    let desk = Desk::in_memory();
    let (wrong, new) = (Secret::from_text("not the password"), Secret::from_text("another horse battery"));
    let chen = desk.user("chen", Role::Basic);
    desk.user("dora", Role::Basic);
    let far = Origin { address: Some("203.0.113.9".parse().unwrap()), ..Origin::default() };
    assert_eq!(desk.hub.own_sign_ins(&chen).unwrap(), []);
    assert!(matches!(desk.hub.sign_in("chen", &new, &far), Ok(SignIn::Welcome(_))));
    desk.hub.sign_in("chen", &wrong, &far).unwrap();
    desk.hub.sign_in("chen", &wrong, &far).unwrap();
    desk.hub.sign_in("dora", &wrong, &far).unwrap();
    desk.clock.advance(jiff::SignedDuration::from_mins(2));
    for _ in 0..4 {
        desk.hub.sign_in("chen", &wrong, &Origin::default()).unwrap();
    }
    let seen = |rows: Vec<OwnSignIn>| -> Vec<_> { rows.iter().map(|row| row.outcome).collect() };
    let rows = desk.hub.own_sign_ins(&chen).unwrap();
    assert_eq!(
        seen(rows.clone()),
        [
            SignInOutcome::Locked(1),
            SignInOutcome::WrongPassword(3),
            SignInOutcome::WrongPassword(2),
            SignInOutcome::SignedIn
        ]
    );
    assert_eq!((rows[3].via.as_deref(), rows[3].address.as_deref()), (Some("password"), Some("203.0.113.9")));
    assert_eq!((rows[2].address.as_deref(), rows[1].address.as_deref()), (Some("203.0.113.9"), None));
    assert_eq!(
        seen(desk.hub.own_sign_ins(&desk.alice()).unwrap()),
        [],
        "an Administrator's own, too, are theirs alone"
    );
}
