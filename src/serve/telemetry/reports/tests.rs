//! What the report writer aggregates, holds back and writes.

use jiff::SignedDuration;

use super::*;
use crate::credential::Options;
use crate::hub::{NewCredential, Origin, SetUp};
use crate::secret::Secret;
use crate::time::{Millis, SetClock};

#[test]
fn a_use_is_new_once_a_second() {
    let (reports, _writer) = Reports::new(Arc::new(Metrics::new()));
    let (one, here) = (Uuid::from_u128(7), "203.0.113.9".parse().ok());
    assert!(reports.is_new(one, 1, Seconds(10), here));
    assert!(!reports.is_new(one, 1, Seconds(10), here));
    assert!(reports.is_new(one, 2, Seconds(10), here), "another secret");
    assert!(reports.is_new(one, 2, Seconds(10), None), "another address");
    assert!(reports.is_new(one, 2, Seconds(11), None), "another second");
}

#[test]
fn what_cannot_be_written_is_kept_within_bounds() {
    let (_reports, mut writer) = Reports::new(Arc::new(Metrics::new()));
    let denial = |n: i64| Denial {
        at: Seconds(n),
        reason: Reason::BadSecret,
        component: None,
        clock_offset: None,
        credential: Some((Uuid::nil(), Kind::Basic, "kdb".to_owned())),
        client: None,
        endpoint: "nginx",
        diagnosis: None,
        mistake: None,
    };
    // Equal refusals are one with a count; and refusals from many addresses leave room for other reasons.
    (0..100).for_each(|n| writer.keep(denial(n)));
    writer.keep(Denial { reason: Reason::Network, ..denial(100) });
    let stranger = |n: u8| Denial { client: Some([203, 0, 113, n].into()), ..denial(200) };
    (0..100).for_each(|n| writer.keep(stranger(n)));
    let kept = &writer.refusals[&Uuid::nil()];
    assert_eq!((kept.len(), writer.refused), (20, 20));
    let of = |reason: &str| kept.iter().filter(|refusal| refusal.reason == reason).collect::<Vec<_>>();
    assert_eq!((of("network").len(), of("bad_secret").len()), (1, 19));
    writer.keep(denial(300));
    writer.keep(denial(301));
    let newest = writer.refusals[&Uuid::nil()].back().unwrap();
    assert_eq!((newest.at.0, newest.count), (301, 2));
    writer.keep(Denial { credential: None, ..denial(1) });
    assert_eq!(writer.refusals.len(), 1, "nothing is kept of an unknown key");
}

#[test]
fn a_use_is_written_when_due_and_the_last_one_at_shutdown() {
    let clock = Arc::new(SetClock::at(Millis(1_786_698_764_000)));
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Acme".to_owned(), name: "alice".to_owned(), password };
    let hub = Hub::in_memory(clock.clone(), &wanted).unwrap();
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    let wanted = NewCredential { kind: Kind::Basic, name: "one".to_owned(), legacy: None, options: Options::default() };
    let id = hub.create(&alice, &wanted).unwrap().row.id;
    let stored = || hub.details(&alice, id).unwrap().secrets[0].last_used.as_ref().map(|last| last.at);
    let (_reports, mut writer) = Reports::new(Arc::new(Metrics::new()));
    let mut ages = Vec::new();
    for _ in 0..9 {
        clock.advance(SignedDuration::from_secs(10));
        let at = hub.now().seconds();
        writer.receive(Report::Used(UsageReport { credential: id.0, secret: 1, at, address: None }));
        writer.write(&hub, &mut || {});
        ages.push(at.0 - stored().unwrap().0);
    }
    assert_eq!(ages, [0, 10, 0, 10, 0, 10, 0, 10, 0], "what the desk shows is less than thirty seconds old");
    clock.advance(SignedDuration::from_secs(10));
    writer.receive(Report::Used(UsageReport { credential: id.0, secret: 1, at: hub.now().seconds(), address: None }));
    writer.write(&hub, &mut || {});
    assert_eq!((stored().unwrap().0, writer.uses.len()), (hub.now().seconds().0 - 10, 1), "it waits");
    writer.end(&hub);
    assert_eq!((stored(), writer.uses.len()), (Some(hub.now().seconds()), 0), "but not when the process ends");
}
