//! What is gathered, held back and written.

use jiff::SignedDuration;

use super::*;
use crate::credential::Options;
use crate::hub::{NewCredential, Origin, SetUp};
use crate::secret::Secret;
use crate::time::{Millis, SetClock};

#[test]
fn a_use_is_news_once_a_second() {
    let (reports, _gathering) = Reports::new(Arc::new(Metrics::new()));
    let (one, here) = (Uuid::from_u128(7), "203.0.113.9".parse().ok());
    assert!(reports.is_news(one, 1, Seconds(10), here));
    assert!(!reports.is_news(one, 1, Seconds(10), here));
    assert!(reports.is_news(one, 2, Seconds(10), here), "another secret");
    assert!(reports.is_news(one, 2, Seconds(10), None), "another address");
    assert!(reports.is_news(one, 2, Seconds(11), None), "another second");
}

#[test]
fn what_cannot_be_written_is_kept_within_bounds() {
    let (_reports, mut gathering) = Reports::new(Arc::new(Metrics::new()));
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
    // One from an address, however often it asks; and of strangers from many only so many as leave room for others.
    (0..100).for_each(|n| gathering.keep(denial(n)));
    gathering.keep(Denial { reason: Reason::Network, ..denial(100) });
    let stranger = |n: u8| Denial { client: Some([203, 0, 113, n].into()), ..denial(200) };
    (0..100).for_each(|n| gathering.keep(stranger(n)));
    let kept = &gathering.refusals[&Uuid::nil()];
    assert_eq!((kept.len(), gathering.refused), (20, 20));
    let of = |reason: &str| kept.iter().filter(|refusal| refusal.reason == reason).collect::<Vec<_>>();
    assert_eq!((of("network").len(), of("bad_secret").len()), (1, 19));
    gathering.keep(denial(300));
    gathering.keep(denial(301));
    let newest = gathering.refusals[&Uuid::nil()].back().unwrap();
    assert_eq!((newest.at.0, newest.count), (301, 2));
    gathering.keep(Denial { credential: None, ..denial(1) });
    assert_eq!(gathering.refusals.len(), 1, "of an unknown key nothing is kept");
}

/// A desk that is asked for one key all the time, and when that was last used as the desk knows it.
#[test]
fn a_use_is_written_when_the_known_one_is_old_and_the_last_one_at_the_end() {
    let clock = Arc::new(SetClock::at(Millis(1_786_698_764_000)));
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Acme".to_owned(), name: "alice".to_owned(), password };
    let hub = Hub::in_memory(clock.clone(), &wanted).unwrap();
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    let wanted = NewCredential { kind: Kind::Basic, name: "one".to_owned(), legacy: None, options: Options::default() };
    let id = hub.create(&alice, &wanted).unwrap().row.id;
    let known = || hub.details(&alice, id).unwrap().secrets[0].last_used.as_ref().map(|last| last.at);
    let (_reports, mut gathering) = Reports::new(Arc::new(Metrics::new()));
    let mut written = Vec::new();
    for _ in 0..9 {
        clock.advance(SignedDuration::from_secs(10));
        let at = hub.now().seconds();
        gathering.take(Report::Used(Use { credential: id.0, secret: 1, at, address: None }));
        gathering.write(&hub, &mut || {});
        written.push(at.0 - known().unwrap().0);
    }
    assert_eq!(written, [0, 10, 0, 10, 0, 10, 0, 10, 0], "what the desk shows is less than thirty seconds old");
    clock.advance(SignedDuration::from_secs(10));
    gathering.take(Report::Used(Use { credential: id.0, secret: 1, at: hub.now().seconds(), address: None }));
    gathering.write(&hub, &mut || {});
    assert_eq!((known().unwrap().0, gathering.uses.len()), (hub.now().seconds().0 - 10, 1), "it waits");
    gathering.end(&hub);
    assert_eq!((known(), gathering.uses.len()), (Some(hub.now().seconds()), 0), "but not when the process ends");
}
