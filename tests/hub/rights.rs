//! Rights of the roles for every call, and the record of a refusal.

use keydesk::account::{Right, Role, UserState};
use keydesk::credential::{Kind, Overlap, Verb};
use keydesk::hub::{Actor, Cancel, CountQuery, HubError, ListQuery, SessionOver, TrailQuery, UserTarget};
use keydesk::secret::Secret;

use super::support::{Desk, seen, wanted};

type Call<'a> = (&'static str, Right, Box<dyn Fn(&Actor) -> Result<(), HubError> + 'a>);

/// Every call with its right.
fn calls<'a>(desk: &'a Desk) -> Vec<Call<'a>> {
    let hub = &desk.hub;
    let row = desk.create(Kind::Basic, "target").row;
    let (target, id) = (row.target(), row.id);
    let eve = || UserTarget { name: "eve".to_owned(), version: 1 };
    let new = || Secret::from_text("a third horse battery");
    macro_rules! call {
        ($name:literal, $right:ident, $actor:ident => $call:expr) => {
            ($name, Right::$right, Box::new(move |$actor: &Actor| $call.map(|_| ())) as Box<dyn Fn(&Actor) -> _>)
        };
    }
    vec![
        call!("create", ManageCredentials, a => hub.create(a, &wanted(Kind::Basic, "new"))),
        call!("rotate", ManageCredentials, a => hub.rotate(a, target, Overlap::None)),
        call!("disable", ManageCredentials, a => hub.set_state(a, &[target], Verb::Disable)),
        call!("revoke", ManageCredentials, a => hub.set_state(a, &[target], Verb::Revoke)),
        call!("taken", ManageCredentials, a => hub.name_in_use(a, Kind::Basic, "x", "")),
        call!("list", SeeCredentials, a => hub.list(a, &ListQuery::default())),
        call!("counts", SeeCredentials, a => hub.counts(a)),
        call!("count found", SeeCredentials, a => hub.count_found(a, &CountQuery::default(), &Cancel::default())),
        call!("use by day", SeeCredentials, a => hub.allowed_by_day(a, &[id], &Cancel::default())),
        call!("tampering", ReadTrail, a => hub.tampering(a, id)),
        call!("details", SeeCredentials, a => hub.details(a, id)),
        call!("find", SeeCredentials, a => hub.find(a, "nothing", None).or_else(|e| match e {
            HubError::NotFound(_) => hub.counts(a).map(|_| desk.create(Kind::Basic, "found").row),
            other => Err(other),
        })),
        call!("user", SeeUsers, a => hub.user(a, "alice", keydesk::hub::UserOperation::See)),
        call!("users", SeeUsers, a => hub.users(a)),
        call!("add user", ManageUsers, a => hub.add_user(a, "eve", Role::Basic, &new())),
        call!("set role", ManageUsers, a => hub.set_role(a, &eve(), Role::Advanced)),
        call!("set password", ManageUsers, a => hub.set_password(a, &eve(), &new())),
        call!("unlock", ManageUsers, a => hub.unlock_user(a, "eve")),
        call!("disable user", ManageUsers, a => hub.set_user_state(a, &eve(), UserState::Disabled)),
        call!("see SSH keys", SeeUsers, a => hub.ssh_keys(a, None, true)),
        call!("add SSH key", ManageUsers, a => hub.add_ssh_key(a, "alice", &super::ssh_keys::any_key())),
        call!("own SSH keys", OwnAccount, a => hub.ssh_keys(a, Some(a.user.as_str()), false)),
        call!("trail", ReadTrail, a => hub.trail(a, &TrailQuery::default())),
        call!("verify", ReadTrail, a => hub.verify_trail(a, None, &mut |_, _| ())),
        call!("explain", Explain, a => hub.explain(a, Some(id))),
        call!("refused requests", ReadTrail, a => hub.refused_requests(a, &Default::default())),
        call!("settings", SeeSite, a => hub.security(a)),
        call!("change settings", ManageSite, a => hub.set_settings(a, &[])),
        call!("accept the store", ManageSite, a => hub.accept_store(a, false)),
        call!("overview", OwnAccount, a => hub.overview(a)),
        call!("own sign-ins", OwnAccount, a => hub.own_sign_ins(a)),
        call!("pulse", OwnAccount, a => hub.pulse(a)),
    ]
}

#[test]
fn every_call_by_every_role() {
    let desk = Desk::in_memory();
    let auditor = desk.user("emil", Role::Auditor);
    let advanced = desk.user("dora", Role::Advanced);
    let basic = desk.user("chen", Role::Basic);
    for (name, right, call) in calls(&desk) {
        for (actor, role) in [(&basic, Role::Basic), (&advanced, Role::Advanced), (&auditor, Role::Auditor)] {
            let outcome = call(actor);
            match keydesk::account::allows(role, right) {
                true => assert!(outcome.is_ok(), "{name} by {role}: {outcome:?}"),
                false => {
                    let Err(HubError::Denied(denied)) = &outcome else { panic!("{name} by {role}: {outcome:?}") };
                    assert_eq!((denied.role, denied.right), (role, right), "{name}");
                    assert_eq!(denied.administrators, ["alice"]);
                    assert_eq!(outcome.unwrap_err().exit_code(), 3);
                }
            }
        }
    }
    for (name, _, call) in calls(&desk).into_iter().take(1) {
        assert!(call(&desk.alice()).is_ok(), "{name} by an Administrator");
    }
}

#[test]
fn every_user_may_set_their_own_password() {
    let desk = Desk::in_memory();
    let chen = desk.user("chen", Role::Basic);
    desk.user("eve", Role::Basic);
    let new = keydesk::secret::Secret::from_text("one that chen made up");
    let unconfirmed = Actor { via: keydesk::hub::Via::Password, ..chen.clone() };
    assert!(matches!(
        desk.hub.set_password(&unconfirmed, &seen(&desk.hub, "chen"), &new),
        Err(HubError::PasswordNeeded)
    ));
    assert!(matches!(desk.hub.set_password(&chen, &seen(&desk.hub, "eve"), &new), Err(HubError::Denied(_))));
    assert!(!desk.hub.set_password(&chen, &seen(&desk.hub, "chen"), &new).unwrap().must_change_password);
    assert!(matches!(desk.hub.overview(&chen), Err(HubError::SessionOver(_))), "their sessions end");
}

#[test]
fn refusals_use_the_words_of_the_help_page() {
    let desk = Desk::in_memory();
    let chen = desk.user("chen", Role::Basic);
    let said = desk.hub.create(&chen, &wanted(Kind::Basic, "x")).unwrap_err().to_string();
    assert_eq!(
        said,
        "Only account Administrators can create and manage API keys. Your role is Basic User. \
         Please contact your account administrator for assistance: alice."
    );
}

#[test]
fn refusals_are_recorded_once_a_minute_with_a_count() {
    let desk = Desk::in_memory();
    let chen = desk.user("chen", Role::Basic);
    let target = desk.create(Kind::Basic, "crm-sync").row;
    let refusals = || {
        let rows = desk.hub.trail(&desk.alice(), &TrailQuery { limit: 100, ..TrailQuery::default() }).unwrap();
        rows.into_iter().filter(|row| row.action.starts_with("refused")).collect::<Vec<_>>()
    };
    for _ in 0..7 {
        desk.hub.set_state(&chen, &[target.target()], Verb::Revoke).unwrap_err();
    }
    let rows = refusals();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].count, rows[0].who.as_deref(), rows[0].what.as_str()), (7, Some("chen"), "crm-sync"));
    assert_eq!(rows[0].did, "was refused: may not revoke credentials");
    desk.hub.create(&chen, &wanted(Kind::Basic, "x")).unwrap_err();
    assert_eq!(refusals().len(), 2, "another reason, another row");
    desk.clock.advance(jiff::SignedDuration::from_mins(1));
    desk.hub.create(&chen, &wanted(Kind::Basic, "x")).unwrap_err();
    assert_eq!(refusals().len(), 3, "another minute, another row");
    assert_eq!(desk.hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken, None);
}

#[test]
fn a_demoted_or_disabled_administrator_stops_at_the_next_action() {
    let desk = Desk::in_memory();
    let (alice, bram) = (desk.alice(), desk.user("bram", Role::Administrator));
    desk.hub.create(&bram, &wanted(Kind::Basic, "before")).unwrap();
    desk.hub.set_role(&alice, &seen(&desk.hub, "bram"), Role::Advanced).unwrap();
    let late = desk.hub.create(&bram, &wanted(Kind::Basic, "after"));
    assert!(matches!(late, Err(HubError::SessionOver(SessionOver::Changed))), "{late:?}");
    assert!(matches!(desk.hub.pulse(&bram), Err(HubError::SessionOver(_))));

    let again = desk.hub.local_actor("bram", &Default::default()).unwrap();
    assert!(matches!(desk.hub.create(&again, &wanted(Kind::Basic, "x")), Err(HubError::Denied(_))));
    desk.hub.set_user_state(&alice, &seen(&desk.hub, "bram"), UserState::Disabled).unwrap();
    assert!(matches!(desk.hub.overview(&again), Err(HubError::SessionOver(SessionOver::Disabled))));
    assert!(desk.hub.local_actor("bram", &Default::default()).is_err());
}

#[test]
fn sensitive_changes_want_the_password_again() {
    let desk = Desk::in_memory();
    let origin = Default::default();
    let keydesk::hub::SignIn::Welcome(session) =
        desk.hub.sign_in("alice", &super::support::password(), &origin).unwrap()
    else {
        panic!()
    };
    let add = |actor: &Actor, name: &str| {
        desk.hub.add_user(actor, name, Role::Basic, &Secret::from_text("another horse battery"))
    };
    assert!(add(&session.actor, "one").is_ok(), "right after the sign-in");
    desk.clock.advance(jiff::SignedDuration::from_secs(301));
    assert!(matches!(add(&session.actor, "two"), Err(HubError::PasswordNeeded)));
    let wrong = desk.hub.confirm_password(&session.actor, &Secret::from_text("wrong wrong wrong"));
    assert!(matches!(wrong, Err(HubError::WrongPassword)));
    let again = desk.hub.confirm_password(&session.actor, &super::support::password()).unwrap();
    assert!(add(&again, "two").is_ok());
}

#[test]
fn sessions_follow_the_lock_time_setting() {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    assert_eq!(desk.hub.security(&alice).unwrap().idle_lock_minutes(), 10);
    for wrong in [0, -5, 1441] {
        assert_eq!(super::support::set_lock_time(&desk.hub, &alice, wrong).unwrap_err().exit_code(), 2);
    }
    super::support::set_lock_time(&desk.hub, &alice, 5).unwrap();
    super::support::set_lock_time(&desk.hub, &alice, 3).unwrap();
    let sign_in = || desk.hub.sign_in("alice", &super::support::password(), &Default::default());
    let keydesk::hub::SignIn::Welcome(session) = sign_in().unwrap() else { panic!() };
    assert_eq!(session.idle_lock, 3 * 60_000);
    desk.sql("UPDATE setting SET value = '1440'");
    let keydesk::hub::SignIn::Welcome(session) = sign_in().unwrap() else { panic!() };
    assert_eq!(session.idle_lock, 3 * 60_000, "changed behind our back it is not followed, nor a longer default");
    let security = desk.hub.security(&alice).unwrap();
    assert_eq!((security.tampered().count(), security.settings.len()), (7, 7), "and said to be so");
    let rows = desk.hub.trail(&alice, &TrailQuery { limit: 5, ..TrailQuery::default() }).unwrap();
    assert!(rows.iter().any(|row| row.action == "tampered"));
    super::support::set_lock_time(&desk.hub, &alice, 12).unwrap();
    assert_eq!(desk.hub.security(&alice).unwrap().idle_lock_minutes(), 12, "and can be set again");
    let chen = desk.user("chen", Role::Basic);
    assert!(matches!(super::support::set_lock_time(&desk.hub, &chen, 5), Err(HubError::Denied(_))));
    assert!(matches!(desk.hub.security(&chen), Err(HubError::Denied(_))));
}
