//! Sign-in, wrong passwords, pauses.

use jiff::SignedDuration;
use keydesk::account::{Role, UserState};
use keydesk::credential::{Overlap, Verb};
use keydesk::hub::{DisplayEvent, Hub, HubError, LossCause, Origin, SessionOver, SignIn, TrailQuery, UnsavedSecret};
use keydesk::secret::Secret;

use super::support::{Desk, PASSWORD, password, seen};

fn from(address: &str) -> Origin {
    Origin { unix: Some("bob".to_owned()), address: Some(address.parse().unwrap()) }
}

fn wrong(hub: &Hub, name: &str) -> String {
    match hub.sign_in(name, &Secret::from_text("wrong wrong wrong"), &from("192.0.2.44")).unwrap() {
        SignIn::Wrong { left, pause } => format!("{left} left, then {} min", pause / 60_000),
        SignIn::Locked { until } => format!("locked for {} min", until.since(hub.now()) / 60_000),
        SignIn::Welcome(_) => panic!("signed in"),
    }
}

#[test]
fn the_last_sign_in_is_shown() {
    let desk = Desk::in_memory();
    let SignIn::Welcome(first) = desk.hub.sign_in("alice", &password(), &from("203.0.113.9")).unwrap() else {
        panic!()
    };
    assert_eq!((first.role, first.last, first.must_change_password), (Role::Administrator, None, false));
    assert_eq!((first.account.as_str(), first.idle_lock), ("Acme Messaging", 600_000));
    let SignIn::Welcome(second) = desk.hub.sign_in("alice", &password(), &from("203.0.113.10")).unwrap() else {
        panic!()
    };
    assert_eq!(second.last.unwrap().address.as_deref(), Some("203.0.113.9"));
}

#[test]
fn unknown_names_and_wrong_passwords_get_the_same_words() {
    let desk = Desk::in_memory();
    for said in [
        "4 left, then 15 min",
        "3 left, then 15 min",
        "2 left, then 15 min",
        "1 left, then 15 min",
        "locked for 15 min",
    ] {
        assert_eq!(wrong(&desk.hub, "alice"), said);
        assert_eq!(wrong(&desk.hub, "nobody"), said);
        assert_eq!(wrong(&desk.hub, "hunter2 typed into the wrong field"), said);
    }
    let right = desk.hub.sign_in("alice", &password(), &from("192.0.2.44")).unwrap();
    assert!(matches!(right, SignIn::Locked { .. }), "the right password too");

    desk.clock.advance(SignedDuration::from_mins(15));
    for _ in 0..4 {
        wrong(&desk.hub, "alice");
    }
    assert_eq!(wrong(&desk.hub, "alice"), "locked for 30 min", "the pause doubles");
    desk.clock.advance(SignedDuration::from_mins(30));
    assert!(matches!(desk.hub.sign_in("alice", &password(), &from("192.0.2.44")).unwrap(), SignIn::Welcome(_)));
    assert_eq!(wrong(&desk.hub, "alice"), "4 left, then 15 min", "a right one forgets them");
}

#[test]
fn trying_ten_thousand_names_locks_no_user_out() {
    let desk = Desk::on_disk();
    let at = desk.hub.now().0;
    desk.sql(&format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) \
         INSERT INTO throttle SELECT 'tried' || n, 1, 1, 0, NULL, {at}, x'00' FROM n"
    ));
    for n in 0..5 {
        assert_eq!(wrong(&desk.hub, &format!("nobody{n}")), "4 left, then 15 min");
    }
    assert_eq!(wrong(&desk.hub, "alice"), "4 left, then 15 min", "the same words for both");
    for n in 0..5 {
        wrong(&desk.hub, &format!("somebody{n}"));
    }
    assert_eq!(wrong(&desk.hub, "alice"), "3 left, then 15 min", "a user's tries are not forgotten");
    assert!(matches!(desk.hub.sign_in("alice", &password(), &from("192.0.2.44")).unwrap(), SignIn::Welcome(_)));
}

#[test]
fn unknown_names_are_not_recorded_as_typed() {
    let desk = Desk::on_disk();
    let typed = "MyBankPassword-7731";
    for _ in 0..6 {
        wrong(&desk.hub, typed);
    }
    let rows = desk.hub.trail(&desk.alice(), &TrailQuery { limit: 100, ..TrailQuery::default() }).unwrap();
    assert!(rows.iter().any(|row| row.what == "(unknown), 19 characters" && row.count == 5), "{rows:#?}");
    let folders = desk.folders();
    drop(desk.hub);
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(typed.len()).any(|w| w == typed.as_bytes()));
        assert!(!bytes.windows(PASSWORD.len()).any(|w| w == PASSWORD.as_bytes()));
    }
}

#[test]
fn an_administrator_unlocks_a_user() {
    let desk = Desk::in_memory();
    desk.user("dora", Role::Advanced);
    for _ in 0..5 {
        wrong(&desk.hub, "dora");
    }
    let users = desk.hub.users(&desk.alice()).unwrap();
    assert!(users.iter().any(|user| user.name == "dora" && user.locked_until.is_some()));
    assert_eq!(desk.hub.overview(&desk.alice()).unwrap().site.unwrap().locked, 1);
    assert_eq!(desk.hub.unlock_user(&desk.alice(), "dora").unwrap().locked_until, None);
    let right = Secret::from_text("another horse battery");
    let SignIn::Welcome(session) = desk.hub.sign_in("dora", &right, &Origin::default()).unwrap() else { panic!() };
    assert!(session.must_change_password, "the password was set by another");
}

#[test]
fn a_password_set_by_another_must_be_changed_first() {
    let desk = Desk::in_memory();
    desk.user("bram", Role::Administrator);
    let given = Secret::from_text("another horse battery");
    let SignIn::Welcome(session) = desk.hub.sign_in("bram", &given, &Origin::default()).unwrap() else { panic!() };
    assert!(matches!(desk.hub.counts(&session.actor), Err(HubError::PasswordMustChange)));
    let new = Secret::from_text("my own horse battery");
    let short = desk.hub.change_own_password(&session.actor, &given, &Secret::from_text("short"));
    assert!(matches!(short, Err(HubError::Invalid { .. })));
    let same = desk.hub.change_own_password(&session.actor, &given, &given);
    assert!(matches!(same, Err(HubError::Invalid { .. })));
    let actor = desk.hub.change_own_password(&session.actor, &given, &new).unwrap();
    assert!(desk.hub.counts(&actor).is_ok(), "this session goes on");
    assert!(matches!(desk.hub.counts(&session.actor), Err(HubError::SessionOver(SessionOver::Changed))));
    assert!(matches!(desk.hub.sign_in("bram", &given, &Origin::default()).unwrap(), SignIn::Wrong { .. }));
    let SignIn::Welcome(session) = desk.hub.sign_in("bram", &new, &Origin::default()).unwrap() else { panic!() };
    assert!(!session.must_change_password);
}

#[test]
fn only_the_right_password_reveals_that_a_user_is_disabled() {
    let desk = Desk::in_memory();
    desk.user("dora", Role::Advanced);
    desk.hub.set_user_state(&desk.alice(), &seen(&desk.hub, "dora"), UserState::Disabled).unwrap();
    assert_eq!(wrong(&desk.hub, "dora"), "4 left, then 15 min");
    let right = desk.hub.sign_in("dora", &Secret::from_text("another horse battery"), &Origin::default());
    assert!(matches!(right, Err(HubError::SessionOver(SessionOver::Disabled))));
}

#[test]
fn a_hundred_concurrent_tries_count_as_a_hundred() {
    let desk = Desk::on_disk();
    let hub = &desk.hub;
    let tried = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    if !wrong(hub, "alice").starts_with("locked") {
                        tried.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(tried.into_inner(), 4, "four free tries, the fifth locks, whoever comes when");
}

#[test]
fn the_next_sign_in_reports_unsaved_secrets() {
    let desk = Desk::in_memory();
    let SignIn::Welcome(session) = desk.hub.sign_in("alice", &password(), &Origin::default()).unwrap() else {
        panic!()
    };
    let row = desk.create(keydesk::credential::Kind::Basic, "nightly-export").row;
    desk.hub.record_display_event(&session.actor, row.id, DisplayEvent::Dropped).unwrap();
    let sign_in = || match desk.hub.sign_in("alice", &password(), &Origin::default()).unwrap() {
        SignIn::Welcome(session) => session.dropped,
        other => panic!("{other:?}"),
    };
    let lost = sign_in();
    assert_eq!(lost, [UnsavedSecret { id: row.id, version: 1, how: LossCause::LineDropped }]);
    assert_eq!(sign_in(), lost, "told until it is rotated or revoked");
    let still = || desk.hub.still_unsaved(&desk.alice(), &lost).unwrap();
    assert_eq!(still().iter().map(|lost| lost.row.name.as_str()).collect::<Vec<_>>(), ["nightly-export"]);
    let rotated = desk.hub.rotate(&desk.alice(), row.target(), Overlap::None).unwrap();
    assert!(still().is_empty() && sign_in().is_empty(), "it has another secret");
    desk.hub.record_display_event(&session.actor, row.id, DisplayEvent::Copied).unwrap();
    desk.hub.record_display_event(&session.actor, row.id, DisplayEvent::Dropped).unwrap();
    assert!(sign_in().is_empty(), "it was copied before the line dropped");
    let again = [UnsavedSecret { id: row.id, version: rotated.version, how: LossCause::Wiped }];
    assert_eq!(desk.hub.still_unsaved(&desk.alice(), &again).unwrap().len(), 1);
    desk.hub.set_state(&desk.alice(), &[rotated.row.target()], Verb::Revoke).unwrap();
    assert!(desk.hub.still_unsaved(&desk.alice(), &again).unwrap().is_empty(), "nobody can use it");
    let chen = desk.user("chen", Role::Basic);
    assert!(matches!(desk.hub.still_unsaved(&chen, &again), Err(HubError::Denied(_))));
}

#[test]
fn a_replaced_secret_is_not_reported_as_unsaved() {
    let desk = Desk::in_memory();
    let SignIn::Welcome(session) = desk.hub.sign_in("alice", &password(), &Origin::default()).unwrap() else {
        panic!()
    };
    let kind = keydesk::credential::Kind::Basic;
    let (replaced, again) = (desk.create(kind, "replaced").row, desk.create(kind, "dropped again").row);
    for row in [&replaced, &again] {
        desk.hub.record_display_event(&session.actor, row.id, DisplayEvent::Dropped).unwrap();
        desk.hub.rotate(&session.actor, row.target(), Overlap::None).unwrap();
    }
    desk.hub.record_display_event(&session.actor, again.id, DisplayEvent::Dropped).unwrap();
    let SignIn::Welcome(session) = desk.hub.sign_in("alice", &password(), &Origin::default()).unwrap() else {
        panic!()
    };
    assert_eq!(session.dropped, [UnsavedSecret { id: again.id, version: 2, how: LossCause::LineDropped }]);
}
