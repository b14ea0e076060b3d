//! Users.

use keydesk::{
    account::{Role, UserState},
    hub::{Conflict, HubError},
    secret::Secret,
};

use super::support::Desk;

#[test]
fn the_last_administrator_stays() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    for refused in
        [desk.hub.set_role(&alice, "alice", Role::Basic), desk.hub.set_user_state(&alice, "alice", UserState::Disabled)]
    {
        assert!(matches!(refused, Err(HubError::Conflict(Conflict::LastAdministrator { .. }))), "{refused:?}");
    }
    let bram = desk.user("bram", Role::Administrator);
    assert!(desk.hub.set_role(&alice, "alice", Role::Basic).is_ok());
    assert!(desk.hub.set_role(&bram, "bram", Role::Basic).is_err());
}

#[test]
fn two_who_demote_each_other_at_the_same_instant() {
    for _ in 0..10 {
        let desk = Desk::on_disk();
        let (alice, bram, other) = (desk.alice(), desk.user("bram", Role::Administrator), desk.reopened());
        std::thread::scope(|scope| {
            scope.spawn(|| desk.hub.set_role(&alice, "bram", Role::Basic));
            scope.spawn(|| other.set_role(&bram, "alice", Role::Basic));
        });
        let chief = ["alice", "bram"].map(|name| desk.hub.local_actor(name, &Default::default()).unwrap());
        let able = chief.iter().filter(|actor| desk.hub.users(actor).is_ok()).count();
        assert_eq!(able, 1, "one of the two lost, one is left");
    }
}

#[test]
fn names_are_never_reused_and_rows_say_what_is_known() {
    let desk = Desk::in_memory();
    desk.user("dora", Role::Advanced);
    desk.hub.set_user_state(&desk.alice(), "dora", UserState::Disabled).unwrap();
    let again = desk.hub.add_user(&desk.alice(), "dora", Role::Basic, &Secret::from_text("another horse battery"));
    assert!(matches!(again, Err(HubError::Conflict(Conflict::Taken { .. }))));
    let bram = desk.user("bram", Role::Administrator);
    desk.hub.set_role(&bram, "dora", Role::Basic).unwrap();
    desk.hub.set_role(&bram, "dora", Role::Advanced).unwrap();
    desk.hub.set_role(&desk.alice(), "bram", Role::Basic).unwrap();
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
    assert_eq!(desk.hub.set_role(&desk.alice(), "eve", Role::Basic).unwrap_err().exit_code(), 4);
}
