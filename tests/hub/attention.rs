//! Numbers by state, of small and of large desks, and what needs attention.

use jiff::SignedDuration;
use keydesk::account::Role;
use keydesk::credential::{Filter, Kind, Options, Verb, Wanted};
use keydesk::hub::{AttentionItem, Cancel, CredentialOverview, ListQuery, NewCredential, STATES};
use keydesk::time::Seconds;

use super::support::{Desk, NOW, wanted};

fn of(desk: &Desk) -> CredentialOverview {
    desk.hub.overview(&desk.alice()).unwrap().credentials.unwrap()
}

/// A credential with start and expiry, so many days from now.
fn with(name: &str, starts: Option<i64>, expires: Option<i64>) -> NewCredential {
    let at = |days: i64| Seconds(NOW.seconds().0 + days * 86_400);
    let options = Options { not_before: starts.map(at), expires_at: expires.map(at), ..Options::default() };
    NewCredential { options, ..wanted(Kind::Basic, name) }
}

/// One or two credentials in every state but tampered.
fn in_every_state(desk: &Desk) {
    let alice = desk.alice();
    let all = [
        with("plain", None, None),
        with("far", None, Some(90)),
        with("soon", None, Some(30)),
        with("sooner", Some(-3), Some(2)),
        with("later", Some(5), None),
        with("later-and-soon", Some(5), Some(20)),
        with("over", None, Some(1)),
        with("off", None, Some(9)),
        with("gone", None, None),
    ];
    let made = desk.hub.create_many(&alice, &all).unwrap();
    let row = |name: &str| made.iter().find(|issued| issued.row.name == name).unwrap().row.target();
    desk.hub.set_state(&alice, &[row("off")], Verb::Disable).unwrap();
    desk.hub.set_state(&alice, &[row("gone")], Verb::Revoke).unwrap();
    desk.clock.advance(SignedDuration::from_hours(24));
}

fn numbers(desk: &Desk) -> Vec<i64> {
    let states = of(desk).states;
    STATES.map(|state| states.of(Kind::Basic, state)).to_vec()
}

/// What the list finds is what is counted.
fn listed(desk: &Desk) -> Vec<i64> {
    let found = |state: Wanted| {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let query = ListQuery { kind: Some(Kind::Basic), filter, limit: 500, ..ListQuery::default() };
        desk.hub.list(&desk.alice(), &query).unwrap().rows.len() as i64
    };
    let mut all = STATES.map(found).to_vec();
    // The filter finds what works.
    all[0] -= all[1];
    all
}

#[test]
fn every_state_is_counted_as_lists_call_it() {
    let desk = Desk::on_disk();
    in_every_state(&desk);
    assert_eq!(numbers(&desk), [2, 2, 2, 1, 1, 0, 1]);
    assert_eq!(numbers(&desk), listed(&desk));
    desk.sql("UPDATE credential SET expires_at = NULL WHERE name = 'over'");
    desk.sql("UPDATE credential SET state = 'active', listed = 1 WHERE name = 'gone'");
    desk.clock.advance(SignedDuration::from_secs(11));
    assert_eq!(numbers(&desk), [2, 2, 2, 1, 0, 2, 0], "each is counted once, and none as active");
    assert_eq!(numbers(&desk), listed(&desk));
    desk.sql("UPDATE credential SET state = 'revoked', listed = 0 WHERE name = 'plain'");
    desk.clock.advance(SignedDuration::from_secs(11));
    assert_eq!((of(&desk).tampered.total(), listed(&desk)[5]), (3, 3), "nobody hides one as revoked");
}

#[test]
fn a_large_desk_is_counted_by_its_indexes_and_surveyed_aside() {
    let desk = Desk::on_disk();
    in_every_state(&desk);
    let many: Vec<_> = (0..2_100).map(|n| wanted(Kind::Basic, &format!("key-{n:04}"))).collect();
    for part in many.chunks(700) {
        desk.hub.create_many(&desk.alice(), part).unwrap();
    }
    assert_eq!(numbers(&desk), [2_102, 2, 2, 1, 1, 0, 1]);
    desk.sql("UPDATE credential SET expires_at = NULL WHERE name = 'over'");
    desk.sql("UPDATE credential SET note = 'x' WHERE name = 'key-0007'");
    assert_eq!(of(&desk).tampered.total(), 0, "nobody looked yet");
    assert!(desk.hub.survey(&Cancel::default()).unwrap());
    assert_eq!(numbers(&desk), [2_101, 2, 2, 1, 0, 2, 1]);
    assert!(!desk.hub.survey(&Cancel::default()).unwrap(), "nothing new");
}

#[test]
fn what_needs_attention_is_for_those_who_can_act_or_audit() {
    let desk = Desk::on_disk();
    in_every_state(&desk);
    desk.sql("UPDATE credential SET note = 'x' WHERE name = 'plain'");
    desk.clock.advance(SignedDuration::from_secs(11));
    let lines = |name: &str, role: Role| {
        let actor = desk.hub.local_actor(name, &Default::default()).unwrap();
        desk.hub.overview(&actor).unwrap().attention(role)
    };
    for (name, role) in [("emil", Role::Auditor), ("dora", Role::Advanced), ("chen", Role::Basic)] {
        desk.user(name, role);
    }
    let alice = lines("alice", Role::Administrator);
    assert!(matches!(&alice[0], AttentionItem::Tampered(group) if group.name == "plain"), "{alice:?}");
    assert!(matches!(&alice[1], AttentionItem::OneAdministrator(name, _) if name == "alice"), "{alice:?}");
    assert!(matches!(&alice[2], AttentionItem::Expiring(2, row) if row.name == "sooner"), "{alice:?}");
    assert!(matches!(alice[3..], [AttentionItem::Unasked]), "{alice:?}");
    assert_eq!(lines("emil", Role::Auditor), alice, "an Auditor sees everything");
    assert_eq!((lines("dora", Role::Advanced), lines("chen", Role::Basic)), (vec![], vec![]));
}
