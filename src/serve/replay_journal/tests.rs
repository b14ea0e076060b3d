//! The files as they are written, damaged, removed and shared.

use std::os::unix::fs::PermissionsExt as _;

use std::path::Path;

use super::*;
use crate::verify::replay::Proof;
use crate::verify::replay::ReplayOutcome::{self, Before, First};

pub(super) const NOW: i64 = 1_767_225_600;

pub(super) fn one(n: u8, good_until: i64) -> Remembered {
    Remembered { mark: [n; 16], good_until: Seconds(good_until) }
}

pub(super) fn journal() -> (tempfile::TempDir, ReplayJournal) {
    let dir = tempfile::tempdir().unwrap();
    let journal = ReplayJournal::at(dir.path().join("keydesk.db-replay"));
    (dir, journal)
}

/// The guard of a verifier that starts now, and its count of lost records.
pub(super) fn started(journal: &ReplayJournal, now: i64) -> (Guard, u64) {
    let guard = Guard::new(1_000);
    let next = ReplayJournal::at(&journal.directory);
    next.start(&guard, Seconds(now), false);
    (guard, next.lost.load(Relaxed))
}

fn recalled(journal: &ReplayJournal, now: i64) -> usize {
    started(journal, now).0.len()
}

/// What a guard says about new signatures that expire at these seconds.
pub(super) fn fresh(guard: &Guard, now: i64, ends: &[i64]) -> Vec<ReplayOutcome> {
    let proof = |n: usize, end: i64| Proof::new(uuid::Uuid::from_u128(7), &[200, n as u8], Seconds(end));
    ends.iter().enumerate().map(|(n, end)| guard.remember(&proof(n, *end), Seconds(now))).collect()
}

#[test]
fn records_are_read_by_the_next_process_and_private_to_their_owner() {
    let (_dir, journal) = journal();
    journal.start(&Guard::new(10), Seconds(NOW), false);
    (0..5).for_each(|n| journal.record(one(n, NOW + 100 * i64::from(n))));
    assert_eq!(recalled(&journal, NOW), 5);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&journal.directory), mode(&journal.path(NOW / 60))), (0o700, 0o600));
    assert_eq!(journal.lost.load(Relaxed), 0);
}

#[test]
fn expired_files_are_removed_except_the_newest() {
    let (_dir, journal) = journal();
    journal.start(&Guard::new(10), Seconds(NOW), false);
    (0..10).for_each(|n| journal.record(one(n, NOW + 60 * i64::from(n))));
    let (guard, began) = (Guard::new(10), Instant::now());
    journal.maintain_at(&guard, Seconds(NOW + 300), began);
    assert_eq!(segments(&journal.directory).unwrap().first(), Some(&(NOW / 60)), "the clock may be wrong");
    journal.maintain_at(&guard, Seconds(NOW + 310), began + retention());
    assert_eq!(segments(&journal.directory).unwrap().first(), Some(&(NOW / 60 + 4)));
    let (guard, lost) = started(&journal, NOW + 120);
    // The clock stepped back by a lot: signatures of the removed files may have been accepted.
    assert_eq!((guard.len(), lost), (6, 0));
    assert_eq!(fresh(&guard, NOW + 120, &[NOW + 239, NOW + 240]), [Before, First]);
    assert!(segments(&journal.directory).unwrap().contains(&(NOW / 60 + 2)), "and from now on it is remembered again");
}

#[test]
fn a_damaged_file_is_read_and_its_minute_is_refused() {
    let (_dir, journal) = journal();
    journal.start(&Guard::new(10), Seconds(NOW), false);
    (0..10).for_each(|n| journal.record(one(n, NOW + 90)));
    let path = journal.path(NOW / 60 + 1);
    let whole = fs::read(&path).unwrap();
    let ends = [NOW + 59, NOW + 60, NOW + 119, NOW + 120];
    for (bytes, good, hole) in [
        (whole.clone(), 10, false),
        // The request of the last record was never answered.
        (whole[..whole.len() - 7].to_vec(), 9, false),
        (b"not ours at all".to_vec(), 0, false),
        ([&whole[..48], &[0; 100][..], &whole[48..]].concat(), 10, true),
        ([&whole[..30], &whole[31..]].concat(), 9, true),
        (vec![0; 4_096], 0, true),
    ] {
        fs::write(&path, bytes).unwrap();
        // An index that fits, as if the file had never been longer.
        SegmentIndex::default().write(&journal.directory, 0).unwrap();
        let (guard, lost) = started(&journal, NOW);
        assert_eq!((guard.len(), lost), (good, u64::from(hole)));
        let inside = if hole { Before } else { First };
        assert_eq!(fresh(&guard, NOW, &ends), [First, inside, inside, First]);
    }
}

#[test]
fn an_unreadable_file_puts_only_its_own_minute_in_doubt() {
    let (dir, journal) = journal();
    journal.start(&Guard::new(10), Seconds(NOW), false);
    for n in 0..5 {
        journal.record(one(n, NOW + 60 * i64::from(n)));
    }
    for name in ["+5", "05", "9223372036854775807", "notes"] {
        fs::write(journal.directory.join(name), "nobody's").unwrap();
    }
    fs::create_dir(journal.directory.join("+6")).unwrap();
    assert_eq!((recalled(&journal, NOW), started(&journal, NOW).1), (5, 0), "files with other names are ignored");
    // Long ago, around now, and years ahead: directories, a pipe, a dangling link, and a file that is too long.
    let in_place = |minute: i64| journal.path(NOW / 60 + minute);
    fs::create_dir(journal.path(1)).unwrap();
    fs::create_dir(in_place(6)).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, in_place(7), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    std::os::unix::fs::symlink(dir.path().join("nowhere"), in_place(8)).unwrap();
    File::create(in_place(9)).unwrap().set_len(MAX_BYTES + 1).unwrap();
    fs::create_dir(in_place(1_000_000)).unwrap();
    let (guard, lost) = started(&journal, NOW);
    assert_eq!((guard.len(), lost), (5, 6));
    let ends = [5, 6, 7, 8, 9, 10, 999_999, 1_000_000, 1_000_001].map(|minute| NOW + 60 * minute + 30);
    assert_eq!(fresh(&guard, NOW, &ends), [First, Before, Before, Before, Before, First, First, Before, First]);
    assert!(journal.directory.join("+5").exists() && in_place(6).exists(), "left alone");
    // Writing to a pipe does not block, either.
    journal.record(one(9, NOW + 60 * 7));
    assert_eq!(journal.lost.load(Relaxed), 1);
}

#[test]
fn an_unreadable_file_years_ahead_refuses_nothing_else() {
    let (_dir, journal) = journal();
    fs::create_dir_all(journal.path(NOW / 60 + 1_000_000)).unwrap();
    let (guard, lost) = started(&journal, NOW);
    assert_eq!(lost, 1);
    assert_eq!(fresh(&guard, NOW, &[NOW, NOW + 600]), [First, First]);
}

#[test]
fn an_unlistable_directory_puts_every_signature_in_doubt() {
    let (_dir, journal) = journal();
    fs::write(&journal.directory, "in the way").unwrap();
    let (guard, lost) = started(&journal, NOW);
    assert_eq!(lost, 2, "it can be neither read nor written");
    assert_eq!(fresh(&guard, NOW, &[NOW, NOW + 600, NOW + 601]), [Before, Before, First]);
}

/// A running verifier that accepted these.
pub(super) fn running(journal: &ReplayJournal, now: i64, ones: &[Remembered]) -> Guard {
    let guard = Guard::new(1_000);
    journal.start(&guard, Seconds(now), false);
    for one in ones {
        guard.recall(*one);
        journal.record(*one);
    }
    guard
}

#[test]
fn removed_or_replaced_files_are_noticed_and_rewritten() {
    let (dir, journal) = journal();
    let ones: Vec<_> = (0..40).map(|n| one(n, NOW + 10 * i64::from(n))).collect();
    let guard = running(&journal, NOW, &ones);
    let (file, aside) = (journal.path(NOW / 60 + 2), dir.path().join("aside"));
    let written = |journal: &ReplayJournal| {
        journal.maintain(&guard, Seconds(NOW));
        (recalled(journal, NOW), journal.lost.load(Relaxed))
    };
    fs::remove_dir_all(&journal.directory).unwrap();
    assert_eq!(recalled(&journal, NOW), 0);
    assert_eq!(written(&journal), (40, 0), "the directory is gone");
    fs::rename(&journal.directory, &aside).unwrap();
    fs::create_dir(&journal.directory).unwrap();
    assert_eq!(written(&journal), (40, 0), "another is in its place");
    fs::remove_file(&file).unwrap();
    assert_eq!(recalled(&journal, NOW), 34);
    assert_eq!(written(&journal), (40, 0), "one file is gone");
    fs::rename(aside.join((NOW / 60).to_string()), &file).unwrap();
    assert_eq!(written(&journal).0, 40, "another file is in its place");
    // New records go to the new files.
    journal.record(one(100, NOW + 150));
    assert_eq!(recalled(&journal, NOW), 41);
    let files =
        || segments(&journal.directory).unwrap().into_iter().map(|minute| fs::read(journal.path(minute)).unwrap());
    let before: Vec<_> = files().collect();
    journal.maintain(&guard, Seconds(NOW));
    assert!(files().eq(before), "nothing is rewritten if nothing is missing");
}

#[test]
fn records_read_at_the_start_are_rewritten_too() {
    let (_dir, first) = journal();
    running(&first, NOW, &[one(1, NOW + 200), one(2, NOW + 300)]);
    let next = ReplayJournal::at(&first.directory);
    let guard = running(&next, NOW + 10, &[]);
    fs::remove_dir_all(&next.directory).unwrap();
    next.maintain(&guard, Seconds(NOW + 100));
    let (guard, _) = started(&next, NOW + 100);
    assert_eq!(guard.len(), 2);
    assert_eq!(fresh(&guard, NOW + 100, &[NOW + 120]), [First], "the file of this minute is there again");
}

#[test]
fn a_failed_rewrite_is_repeated_until_it_succeeds() {
    let (_dir, journal) = journal();
    let guard = running(&journal, NOW, &[one(1, NOW + 90), one(2, NOW + 200)]);
    fs::remove_dir_all(&journal.directory).unwrap();
    fs::write(&journal.directory, "in the way").unwrap();
    (0..3).for_each(|_| journal.maintain(&guard, Seconds(NOW)));
    assert_eq!(journal.lost.load(Relaxed), 1, "counted once");
    fs::remove_file(&journal.directory).unwrap();
    journal.maintain(&guard, Seconds(NOW));
    assert_eq!(recalled(&journal, NOW), 2);
    // Minutes that have passed meanwhile are not rewritten.
    fs::remove_dir_all(&journal.directory).unwrap();
    journal.maintain(&guard, Seconds(NOW + 150));
    assert_eq!(segments(&journal.directory).unwrap(), [NOW / 60 + 2, NOW / 60 + 3]);
}

#[test]
fn two_verifiers_may_rewrite_a_shared_directory() {
    let (_dir, one_of_two) = journal();
    let old = [one(1, NOW + 90), one(2, NOW + 90), one(3, NOW + 200)];
    let guard = running(&one_of_two, NOW, &old);
    let other = ReplayJournal::at(&one_of_two.directory);
    let others = running(&other, NOW, &[one(4, NOW + 90)]);
    assert_eq!((guard.len(), others.len()), (3, 4), "the other read what the one wrote");
    fs::remove_dir_all(&other.directory).unwrap();
    one_of_two.maintain(&guard, Seconds(NOW));
    other.maintain(&others, Seconds(NOW));
    let bytes = fs::read(other.path(NOW / 60 + 1)).unwrap();
    assert_eq!(bytes.len(), 5 * RECORD_BYTES, "two of them twice");
    let (next, lost) = started(&other, NOW);
    assert_eq!((next.len(), lost), (4, 0));
    assert_eq!(next.remembered().flatten().count(), 4, "and nothing counts twice for a credential's share");
}

#[test]
fn an_unwritable_directory_is_counted_and_delays_nobody() {
    let journal = ReplayJournal::at("/proc/nowhere/keydesk.db-replay");
    journal.start(&Guard::new(10), Seconds(NOW), false);
    journal.record(one(1, NOW));
    assert_eq!(journal.lost.load(Relaxed), 2);
}

#[test]
fn a_record_that_was_not_written_is_doubted_by_the_next() {
    let (_dir, journal) = journal();
    journal.start(&Guard::new(100), Seconds(NOW), false);
    // A directory in place of the file stands in for a full disk.
    let in_the_way = journal.path(minute_of(Seconds(NOW + 250)));
    fs::create_dir(&in_the_way).unwrap();
    journal.record(one(1, NOW + 250));
    journal.record(one(2, NOW + 100));
    fs::remove_dir(&in_the_way).unwrap();
    let (guard, lost) = started(&journal, NOW);
    assert_eq!((guard.len(), lost, guard.in_doubt_until(Seconds(NOW))), (1, 0, Some(Seconds(NOW + 250))));
    assert_eq!(fresh(&guard, NOW, &[NOW + 250, NOW + 251]), [ReplayOutcome::Before, ReplayOutcome::First]);
    assert_eq!(
        started(&journal, NOW + 251).0.in_doubt_until(Seconds(NOW + 251)),
        None,
        "it is over when it has passed"
    );
    fs::write(journal.directory.join("unkept"), "nonsense").unwrap();
    let (guard, lost) = started(&journal, NOW);
    assert_eq!((lost, guard.in_doubt_until(Seconds(NOW))), (1, Some(last_end(Seconds(NOW)))), "what cannot be read");
}

#[test]
fn the_file_of_gaps_is_rewritten_too() {
    let (_dir, journal) = journal();
    let guard = running(&journal, NOW, &[]);
    fs::remove_dir_all(&journal.directory).unwrap();
    journal.maintain(&guard, Seconds(NOW));
    let in_the_way = journal.path(minute_of(Seconds(NOW + 250)));
    fs::create_dir(&in_the_way).unwrap();
    journal.record(one(1, NOW + 250));
    // Once more, with a gap recorded.
    fs::remove_file(journal.directory.join("unkept")).unwrap();
    journal.maintain(&guard, Seconds(NOW));
    fs::remove_dir(&in_the_way).unwrap();
    assert_eq!(started(&journal, NOW).0.in_doubt_until(Seconds(NOW)), Some(Seconds(NOW + 250)));
}

#[test]
fn a_lost_record_is_written_once_that_is_possible() {
    let (_dir, journal) = journal();
    let guard = running(&journal, NOW, &[]);
    let in_the_way = journal.path(minute_of(Seconds(NOW + 250)));
    fs::create_dir(&in_the_way).unwrap();
    let accepted = one(1, NOW + 250);
    guard.recall(accepted);
    journal.record(accepted);
    journal.maintain(&guard, Seconds(NOW));
    fs::remove_dir(&in_the_way).unwrap();
    journal.maintain(&guard, Seconds(NOW));
    assert_eq!(recalled(&journal, NOW), 1);
}

#[test]
fn a_clock_that_was_ahead_removes_and_refuses_nothing() {
    let (_dir, journal) = journal();
    let (ahead, guard) = (NOW + 7 * 3_600, Guard::new(100));
    journal.start(&guard, Seconds(NOW), false);
    (1..4).for_each(|n| journal.record(one(n, NOW + 100 * i64::from(n))));
    let began = Instant::now();
    for seconds in [0, 5, 300] {
        journal.maintain_at(&guard, Seconds(ahead + seconds), began + Duration::from_secs(seconds.unsigned_abs()));
        started(&journal, ahead + seconds);
    }
    let (guard, lost) = started(&journal, NOW + 60);
    assert_eq!((guard.len(), lost), (3, 0));
    assert_eq!(fresh(&guard, NOW + 60, &[NOW + 360]), [ReplayOutcome::First]);
}

#[test]
fn the_next_process_knows_which_files_were_expired() {
    let (_dir, journal) = journal();
    let (ahead, guard) = (NOW + 7 * 3_600, Guard::new(100));
    journal.start(&guard, Seconds(NOW), false);
    (1..4).for_each(|n| journal.record(one(n, NOW + 100 * i64::from(n))));
    let began = Instant::now();
    journal.maintain_at(&guard, Seconds(ahead), began);
    journal.maintain_at(&guard, Seconds(ahead), began + retention());
    assert!(!journal.path(minute_of(Seconds(NOW + 100))).exists());
    for n in 0..3 {
        let (guard, _) = started(&journal, NOW + n);
        assert_eq!(fresh(&guard, NOW + n, &[NOW + 100, NOW + 200]), [ReplayOutcome::Before; 2]);
        assert_eq!((guard.len(), fresh(&guard, NOW + n, &[NOW + 301])), (1, vec![ReplayOutcome::First]));
    }
}

#[test]
fn a_first_start_with_a_wrong_clock_refuses_nobody_later() {
    let (_dir, journal) = journal();
    started(&journal, NOW + 7 * 3_600);
    let (guard, lost) = started(&journal, NOW);
    assert_eq!((fresh(&guard, NOW, &[NOW + 300]), lost), (vec![ReplayOutcome::First], 0));
}

#[test]
fn shortened_or_damaged_files_are_noticed() {
    let (_dir, journal) = journal();
    let ones = [one(1, NOW + 200), one(2, NOW + 200)];
    let guard = running(&journal, NOW, &ones);
    let file = journal.path(minute_of(Seconds(NOW + 200)));
    File::options().write(true).open(&file).unwrap().set_len(0).unwrap();
    journal.maintain(&guard, Seconds(NOW));
    assert_eq!(recalled(&journal, NOW), 2, "written again");
    // A hole hides what was there: the next process doubts the minute, also after the file was removed.
    let mut bytes = fs::read(&file).unwrap();
    bytes[3] ^= 1;
    fs::write(&file, bytes).unwrap();
    let next = ReplayJournal::at(&journal.directory);
    let guard = Guard::new(100);
    next.start(&guard, Seconds(NOW), false);
    fs::remove_file(&file).unwrap();
    next.maintain(&guard, Seconds(NOW));
    let (guard, _) = started(&journal, NOW);
    assert_eq!(fresh(&guard, NOW, &[NOW + 200]), [ReplayOutcome::Before]);
    // A gap that somebody overwrites is restored.
    fs::write(journal.directory.join("unkept"), format!("{:020}", 0)).unwrap();
    next.maintain(&Guard::new(1), Seconds(NOW));
    assert_eq!(fresh(&started(&journal, NOW).0, NOW, &[NOW + 200]), [ReplayOutcome::Before]);
}
