//! Counts of requests by day, as verifiers write them and people read them.

use jiff::SignedDuration;
use keydesk::account::Role;
use keydesk::credential::Kind;
use keydesk::hub::{Cancel, HubError, ProcessKind, Setting, UseCount, UsedDay};
use keydesk::time::Day;

use super::support::{Desk, NOW};

fn today() -> Day {
    NOW.seconds().day()
}

fn count(of: uuid::Uuid, day: i64, allowed: i64, refused: i64) -> UseCount {
    UseCount { credential: of, day: Day(today().0 + day), allowed, refused }
}

/// The last so many days, as allowed and refused.
fn days(desk: &Desk, id: keydesk::hub::CredentialId, n: u32) -> Vec<(i64, i64)> {
    let days = desk.hub.usage(&desk.alice(), id, n).unwrap();
    assert_eq!(days.last().map(|used| used.day), Some(desk.hub.now().seconds().day()), "today is the last");
    days.iter().map(|used| (used.allowed, used.refused)).collect()
}

#[test]
fn every_day_of_the_span_is_told_oldest_first() {
    let desk = Desk::in_memory();
    let one = desk.create(Kind::Basic, "one").row.id;
    let note = desk.hub.process_note(ProcessKind::Verifier).unwrap();
    let feed = desk.hub.feed();
    feed.write_counts(&note, 1, &[count(one.0, 0, 3, 1), count(one.0, -2, 5, 0), count(one.0, -40, 9, 9)]).unwrap();
    feed.write_counts(&note, 2, &[count(one.0, 0, 4, 0)]).unwrap();
    assert_eq!(days(&desk, one, 4), [(0, 0), (5, 0), (0, 0), (7, 1)]);
    let first = desk.hub.usage(&desk.alice(), one, 1).unwrap();
    assert_eq!(first, [UsedDay { day: today(), allowed: 7, refused: 1 }]);
    assert_eq!(desk.hub.usage(&desk.user("dora", Role::Advanced), one, 1).unwrap(), first, "who sees it may know");
    let chen = desk.user("chen", Role::Basic);
    assert!(matches!(desk.hub.usage(&chen, one, 1), Err(HubError::Denied(_))));
}

#[test]
fn the_use_of_a_page_is_read_at_once() {
    let desk = Desk::in_memory();
    let [one, two, idle] = ["one", "two", "idle"].map(|name| desk.create(Kind::Basic, name).row.id);
    let note = desk.hub.process_note(ProcessKind::Verifier).unwrap();
    let counts = [count(one.0, 0, 3, 1), count(one.0, -29, 5, 0), count(one.0, -30, 9, 9), count(two.0, -1, 7, 0)];
    desk.hub.feed().write_counts(&note, 1, &counts).unwrap();
    let used = desk.hub.allowed_by_day(&desk.alice(), &[one, two, idle], &Cancel::default()).unwrap();
    assert_eq!((used.len(), used[&one].len()), (2, 30), "what was not used is left out");
    assert_eq!((used[&one][0], used[&one][29], used[&two][28]), (5, 3, 7));
    assert_eq!(used[&one].iter().sum::<i64>(), 8, "days of before are not told");
    assert!(desk.hub.allowed_by_day(&desk.alice(), &[], &Cancel::default()).unwrap().is_empty());
}

#[test]
fn a_batch_that_is_written_again_counts_once() {
    let desk = Desk::in_memory();
    let one = desk.create(Kind::Basic, "one").row.id;
    let feed = desk.hub.feed();
    let [first, second] = [(), ()].map(|()| desk.hub.process_note(ProcessKind::Verifier).unwrap());
    for _ in 0..3 {
        feed.write_counts(&first, 1, &[count(one.0, 0, 3, 1)]).unwrap();
    }
    feed.write_counts(&second, 1, &[count(one.0, 0, 10, 0)]).unwrap();
    feed.write_counts(&first, 2, &[count(one.0, 0, 3, 1)]).unwrap();
    assert_eq!(days(&desk, one, 1), [(16, 2)], "each verifier has batches of its own");
}

#[test]
fn counts_of_strangers_are_not_kept_and_forged_ones_stop_nobody() {
    let desk = Desk::on_disk();
    let one = desk.create(Kind::Basic, "one").row.id;
    let note = desk.hub.process_note(ProcessKind::Verifier).unwrap();
    let nobody = uuid::Uuid::from_u128(7);
    desk.hub.feed().write_counts(&note, 1, &[count(one.0, 0, 3, 1), count(nobody, 0, 5, 5)]).unwrap();
    for forged in [i64::MAX, i64::MIN, -1] {
        desk.sql(&format!("UPDATE used_day SET n = {forged}, refused = {forged}; UPDATE process SET batch = {forged}"));
        desk.hub.feed().write_counts(&note, 2, &[count(one.0, 0, 4, 2)]).unwrap();
        assert_eq!(days(&desk, one, 1), [(4, 2)], "{forged}");
        assert!(desk.hub.overview(&desk.alice()).is_ok(), "{forged}");
    }
    let rows = desk.number("SELECT COUNT(*) FROM used_day WHERE credential <> ''");
    assert_eq!(rows, 1, "nothing is kept of what no credential is");
}

#[test]
fn counts_are_forgotten_after_the_days_of_the_setting() {
    let desk = Desk::on_disk();
    let one = desk.create(Kind::Basic, "one").row.id;
    let note = desk.hub.process_note(ProcessKind::Verifier).unwrap();
    let all: Vec<_> = (0..700).map(|ago| count(one.0, -ago, 1, 0)).collect();
    desk.hub.feed().write_counts(&note, 1, &all).unwrap();
    let kept = || desk.number("SELECT COUNT(*) FROM used_day WHERE credential <> ''");
    let forget = || while desk.hub.feed().forget_old_counts().unwrap() {};
    forget();
    assert_eq!(kept(), 400, "the default");
    desk.hub.set_settings(&desk.alice(), &[(Setting::KeepCounts, "31".to_owned())]).unwrap();
    forget();
    assert_eq!((kept(), days(&desk, one, 60).iter().map(|day| day.0).sum()), (31, 31));
    desk.sql("UPDATE setting SET value = '1' WHERE id = 'keep_counts_days'");
    forget();
    assert_eq!(kept(), 31, "a setting that somebody changed by hand deletes nothing");
}

#[test]
fn the_menu_knows_the_use_of_all_and_who_is_in_sight() {
    let desk = Desk::on_disk();
    let made: Vec<_> = (0..8).map(|n| desk.create(Kind::Basic, &format!("key-{n}")).row.id).collect();
    let mut note = desk.hub.process_note(ProcessKind::Verifier).unwrap();
    (note.gateways, note.per_minute) = ("nginx".to_owned(), 120);
    let all: Vec<_> = made.iter().zip(1..).map(|(id, n)| count(id.0, -(n % 3), 100 * n, n)).collect();
    desk.hub.feed().write_counts(&note, 1, &all).unwrap();
    desk.hub.note_process(&desk.hub.process_note(ProcessKind::Desk).unwrap()).unwrap();
    let usage = || desk.hub.overview(&desk.alice()).unwrap().usage.unwrap();
    let found = usage();
    assert_eq!((found.days.len(), keydesk::hub::sum_of_days(&found.days)), (30, (3_600, 36)));
    let most: Vec<_> = found.most_used.iter().map(|one| (one.name.as_str(), one.allowed)).collect();
    assert_eq!((most.len(), most[0], most[5]), (6, ("key-7", 800), ("key-2", 300)));
    assert_eq!(found.verifiers.len(), 1, "a desk is no verifier");
    let seen = &found.verifiers[0];
    assert_eq!((seen.gateways.as_str(), seen.per_minute, seen.seen_at), ("nginx", 120, NOW.seconds()));
    desk.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(usage().verifiers, []);
    assert_eq!(desk.number("SELECT COUNT(*) FROM process"), 2);
    desk.clock.advance(SignedDuration::from_hours(25));
    desk.hub.note_process(&desk.hub.process_note(ProcessKind::Desk).unwrap()).unwrap();
    assert_eq!(desk.number("SELECT COUNT(*) FROM process"), 1, "a row of a day ago goes");
    let basic = desk.user("chen", Role::Basic);
    assert_eq!(desk.hub.overview(&basic).unwrap().usage, None);
}
