//! Reports of uses and refusals by verifiers, and forged numbers.

use std::collections::BTreeSet;

use keydesk::account::Role;
use keydesk::credential::Kind;
use keydesk::hub::{HubError, Issued, Refusal, RefusedRequestQuery, UsageReport};
use keydesk::time::Seconds;

use super::feed::all;
use super::support::{Desk, NOW, refusal};

#[test]
fn counters_of_any_value_do_no_harm() {
    let desk = Desk::on_disk();
    let made = BTreeSet::from([Kind::Basic, Kind::Hmac, Kind::Legacy].map(|kind| desk.create(kind, "three").row.id.0));
    for n in [i64::MIN, -1, 0, 2, 1 << 62, i64::MAX] {
        desk.sql(&format!("UPDATE tally SET n = {n}"));
        assert!(desk.hub.feed().count().unwrap() <= 1 << 24, "{n}");
        assert_eq!(all(&desk.hub).iter().map(|fed| fed.id).collect::<BTreeSet<_>>(), made, "{n}");
    }
}

#[test]
fn a_last_use_in_the_future_is_replaced_by_any_other() {
    let desk = Desk::on_disk();
    let row = desk.create(Kind::Basic, "one").row;
    let use_at = |at: Seconds| {
        let used = UsageReport { credential: row.id.0, secret: 1, at, address: None };
        desk.hub.feed().write_uses(&[used]).unwrap();
        desk.hub.details(&desk.alice(), row.id).unwrap().row.last_used.unwrap().at
    };
    let days = |n: i64| Seconds(NOW.seconds().0 + n * 86_400);
    // The clock is ahead, which nobody can notice yet.
    desk.clock.advance(jiff::SignedDuration::from_hours(60 * 24));
    assert_eq!(use_at(days(60)), days(60));
    desk.clock.advance(jiff::SignedDuration::from_hours(-60 * 24));
    assert_eq!(use_at(days(0)), days(0));
    assert_eq!(use_at(days(60)), days(0), "noted before the clock was set right, and written after");
    assert_eq!(use_at(Seconds(days(0).0 + 30)), Seconds(days(0).0 + 30));
    assert_eq!(use_at(Seconds(days(0).0 + 10)), Seconds(days(0).0 + 30), "by so little any clock is ahead");
}

#[test]
fn uses_and_refusals_are_stored_only_for_existing_credentials() {
    let desk = Desk::in_memory();
    let one = desk.create(Kind::Basic, "one");
    let (feed, nobody) = (desk.hub.feed(), uuid(7));
    let at = |n: i64| Seconds(NOW.seconds().0 + n);
    let used =
        |credential, secret, n| UsageReport { credential, secret, at: at(n), address: "203.0.113.9".parse().ok() };
    let pulse = desk.hub.pulse(&desk.alice()).unwrap();
    feed.write_uses(&[used(one.row.id.0, 1, 5), used(nobody, 1, 6), used(one.row.id.0, 7, 9)]).unwrap();
    feed.write_uses(&[used(one.row.id.0, 1, 3)]).unwrap();
    let details = desk.hub.details(&desk.alice(), one.row.id).unwrap();
    assert_eq!(details.row.last_used.map(|used| used.at), Some(at(5)), "an older report loses");
    let refusal = |credential, n: i64| Refusal {
        credential,
        at: at(n),
        reason: "clock_skew".to_owned(),
        component: Some("date".to_owned()),
        clock_offset: Some(-420),
        address: None,
        mistake: None,
        count: 1,
    };
    let many: Vec<_> = (0..30).map(|n| refusal(one.row.id.0, n)).chain([refusal(nobody, 1)]).collect();
    feed.write_refusals(&many).unwrap();
    feed.write_refusals(&[refusal(one.row.id.0, 30), refusal(one.row.id.0, 9_000)]).unwrap();
    let kept = desk.hub.details(&desk.alice(), one.row.id).unwrap().refusals;
    let alike = Refusal { count: 31, ..refusal(one.row.id.0, 30) };
    assert_eq!(kept, [refusal(one.row.id.0, 9_000), alike], "what is alike within an hour is one");
    assert_eq!(desk.hub.pulse(&desk.alice()).unwrap(), pulse, "neither wakes anybody");
    let reader = desk.user("bram", Role::Advanced);
    let of_one = RefusedRequestQuery { of: Some(one.row.id), limit: 200, ..RefusedRequestQuery::default() };
    assert!(
        matches!(desk.hub.refused_requests(&reader, &of_one), Err(HubError::Denied(_))),
        "history is for Administrators"
    );
    assert!(matches!(desk.hub.refused_requests(&reader, &RefusedRequestQuery::default()), Err(HubError::Denied(_))));
    let seen = desk.hub.details(&reader, one.row.id).unwrap();
    assert!(seen.refusals.is_empty(), "the details that she may see are without them");
}

/// Somebody who knows a key sends requests from a thousand addresses; only one refusal matters to its owner.
#[test]
fn a_flood_does_not_evict_the_refusals_that_matter() {
    let desk = Desk::in_memory();
    let one = desk.create(Kind::Hmac, "one");
    let refusal = |n: u32, reason: &str| Refusal {
        credential: one.row.id.0,
        at: Seconds(NOW.seconds().0 + i64::from(n)),
        reason: reason.to_owned(),
        component: None,
        clock_offset: None,
        address: Some(std::net::IpAddr::from((0xc633_6400 + n).to_be_bytes())),
        mistake: None,
        count: 1,
    };
    let kept = || desk.hub.details(&desk.alice(), one.row.id).unwrap().refusals;
    desk.hub.feed().write_refusals(&[refusal(0, "clock_skew"), refusal(1, "network")]).unwrap();
    for batch in 0..10 {
        let flood: Vec<_> = (0..100).map(|n| refusal(2 + 100 * batch + n, "bad_signature")).collect();
        desk.hub.feed().write_refusals(&flood).unwrap();
    }
    let of = |reason: &str| kept().iter().filter(|refusal| refusal.reason == reason).count();
    assert_eq!((kept().len(), of("clock_skew"), of("network"), of("bad_signature")), (20, 1, 1, 18));
    // The clock steps back by a day: later refusals still count as newer and are kept.
    let mut late = refusal(5_000, "bad_signature");
    late.at = Seconds(NOW.seconds().0 - 86_400);
    desk.hub.feed().write_refusals(&[late.clone()]).unwrap();
    assert_eq!(kept()[0], late);
    let page = |before| {
        let query = RefusedRequestQuery { before, limit: 3, ..RefusedRequestQuery::default() };
        desk.hub.refused_requests(&desk.alice(), &query).unwrap()
    };
    let newest = page(None);
    assert_eq!(newest[0].refusal, late);
    let second = page(Some(newest[0].place()));
    assert_eq!(second[..2], newest[1..]);
    assert_eq!((newest[0].key.as_str(), newest[0].refusal.words().as_str()), (&*one.row.key, "wrong signature"));
}

#[test]
fn forged_refusal_numbers_do_not_stop_new_refusals() {
    let desk = Desk::on_disk();
    let (one, two) = (desk.create(Kind::Basic, "one"), desk.create(Kind::Basic, "two"));
    let refusal = |of: &Issued, reason: &str| refusal(of.row.id, reason);
    desk.hub.feed().write_refusals(&[refusal(&one, "bad_secret"), refusal(&one, "network")]).unwrap();
    desk.sql(
        "UPDATE refusal SET no = 9223372036854775807, at = 9223372036854775807, n = 9223372036854775807 \
         WHERE reason = 'bad_secret'",
    );
    let hub = desk.reopened();
    for (of, reason) in [(&two, "expired"), (&one, "expired"), (&one, "bad_secret"), (&one, "bad_secret")] {
        hub.feed().write_refusals(&[refusal(of, reason)]).unwrap();
    }
    let all = hub
        .refused_requests(&desk.alice(), &RefusedRequestQuery { limit: 9, ..RefusedRequestQuery::default() })
        .unwrap();
    let told: Vec<_> = all.iter().map(|one| (one.key.as_str(), one.refusal.reason.as_str())).collect();
    let (one, two) = (one.row.key.as_str(), two.row.key.as_str());
    let forged_last = [(one, "bad_secret"), (one, "expired"), (two, "expired"), (one, "bad_secret"), (one, "network")];
    assert_eq!(told, forged_last);
    assert_eq!(all[0].refusal.count, 2);
}

#[test]
fn an_unreadable_refusal_does_not_stop_reports() {
    let desk = Desk::on_disk();
    let keys = ["one", "two", "three"].map(|name| desk.create(Kind::Basic, name));
    let all = keys.each_ref().map(|key| refusal(key.row.id, "bad_secret"));
    desk.hub.feed().write_refusals(&all).unwrap();
    desk.sql(&format!("UPDATE refusal SET component = CAST(x'ff' AS TEXT) WHERE credential = '{}'", keys[1].row.id));
    let hub = desk.reopened();
    hub.feed().write_refusals(&all).unwrap();
    let counts = keys.each_ref().map(|key| hub.details(&desk.alice(), key.row.id).unwrap().refusals[0].count);
    assert_eq!(counts, [2, 1, 2], "what cannot be read is gone");
}

#[test]
fn every_reason_of_a_verifier_has_words_and_a_next_step() {
    for reason in keydesk::verify::Reason::all() {
        let refusal = Refusal {
            credential: uuid(7),
            at: Seconds(0),
            reason: reason.to_string(),
            component: Some("date".to_owned()),
            clock_offset: None,
            address: None,
            mistake: None,
            count: 1,
        };
        assert!(!refusal.words().contains(['_', '{']), "{reason}: {}", refusal.words());
        assert!(!refusal.advice().is_empty(), "{reason}");
    }
}

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}
