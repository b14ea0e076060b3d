//! The demo: filled, signed in, and on no disk.

use std::collections::BTreeSet;

use keydesk::account::{Role, UserState};
use keydesk::credential::{Condition, Kind, State};
use keydesk::demo;
use keydesk::hub::{ListQuery, Origin, SignIn, TrailQuery};
use keydesk::secret::Secret;
use keydesk::time::{DAY, HOUR, MINUTE};

use crate::desk::Desk;

#[test]
fn the_demo_has_every_kind_and_state_and_five_users() {
    let (hub, session) = demo::open(&Origin::default()).unwrap();
    assert_eq!(
        (session.actor.user.as_str(), session.role, session.account.as_str()),
        ("alice", Role::Administrator, "Acme Messaging")
    );
    assert!(!session.must_change_password);
    let query = ListQuery { revoked: true, limit: 100, ..ListQuery::default() };
    let rows = hub.list(&session.actor, &query).unwrap().rows;
    assert!(rows.len() >= 12 && rows.iter().all(|row| !row.tampered));
    for kind in Kind::ALL {
        assert!(rows.iter().any(|row| row.kind == kind), "no {kind}");
    }
    let now = hub.now();
    let word = |c: Condition| match c {
        Condition::Expiring(ms) => {
            if ms < 4 * DAY {
                "soon"
            } else {
                "expiring"
            }
        }
        Condition::Active => "active",
        Condition::NotYet => "not yet",
        Condition::Expired => "expired",
        Condition::Disabled => "disabled",
        Condition::Revoked => "revoked",
    };
    let conditions: BTreeSet<_> = rows.iter().map(|row| word(row.condition(now))).collect();
    assert_eq!(conditions, ["active", "soon", "not yet", "expired", "disabled", "revoked"].into());
    let two = rows.iter().filter(|row| hub.details(&session.actor, row.id).unwrap().secrets.len() == 2).count();
    assert_eq!(two, 1, "one has two live secrets");
    assert!(rows.iter().any(|row| row.last_used.is_none()) && rows.iter().any(|row| row.last_used.is_some()));
    let newest =
        rows.iter().filter_map(|row| row.last_used.as_ref()).map(|used| now.since(used.at.millis())).min().unwrap();
    assert!((0..=3 * MINUTE).contains(&newest), "{newest}");
    assert!(rows.iter().all(|row| now.since(row.created_at) > DAY), "made just now");
    for row in rows.iter().filter(|row| row.state != State::Active) {
        let used = row.last_used.as_ref().expect("what was stopped had been used");
        assert!(used.at.millis() < row.changed_at, "{} was used after it was stopped", row.name);
    }

    let users = hub.users(&session.actor).unwrap();
    let found: Vec<_> = users.iter().map(|u| (u.name.as_str(), u.role, u.state, u.locked_until.is_some())).collect();
    let active = UserState::Active;
    let wanted = [
        ("alice", Role::Administrator, active, false),
        ("bram", Role::Administrator, active, false),
        ("chen", Role::Basic, active, false),
        ("dora", Role::Advanced, active, true),
        ("emil", Role::Auditor, active, false),
    ];
    assert_eq!(found, wanted);
    let trail = hub.trail(&session.actor, &TrailQuery { limit: 500, ..TrailQuery::default() }).unwrap();
    assert!(trail.len() > 25, "{}", trail.len());
    assert!(trail.iter().zip(&trail[1..]).all(|(new, old)| new.at >= old.at), "the trail's times run backwards");
    assert!(trail.iter().any(|row| row.did.contains("refused")), "no refusal in the trail");
    let report = hub.verify_trail(&session.actor, None, &mut |_, _| {}).unwrap();
    assert_eq!(report.broken, None);
}

#[test]
fn demo_users_can_sign_in_and_the_clock_runs() {
    let (hub, session) = demo::open(&Origin::default()).unwrap();
    for name in ["alice", "bram", "chen"] {
        let tried = hub.sign_in(name, &Secret::from_text(demo::PASSWORD), &Origin::default()).unwrap();
        assert!(matches!(tried, SignIn::Welcome(s) if !s.must_change_password), "{name}");
    }
    let last = session.last.expect("alice was here before");
    assert!((10 * HOUR..30 * HOUR).contains(&hub.now().since(last.at)));
    let real = keydesk::time::Clock::now(&keydesk::time::SystemClock);
    assert!(real.since(hub.now()).abs() < MINUTE);
}

/// Without a terminal it says so; either way nothing is on the disk.
#[test]
fn the_demo_writes_no_file() {
    let desk = Desk::empty();
    desk.run(&["demo"]);
    assert!(desk.files().is_empty(), "{:?}", desk.files());
}
