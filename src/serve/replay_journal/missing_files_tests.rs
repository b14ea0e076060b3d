//! Files that are missing when a verifier starts, and links in their place.

use super::tests::{NOW, fresh, journal, one, running, started};
use super::*;
use crate::verify::replay::ReplayOutcome::{Before, First};

#[test]
fn files_removed_while_it_was_down_are_doubted_until_they_expire() {
    let all = [0, 59, 60, 119, 120, 600, 601].map(|end| NOW + end);
    let doubted = |ends: [bool; 7]| ends.map(|doubt| if doubt { Before } else { First }).to_vec();
    type Harm = fn(&ReplayJournal);
    let cases: [(&str, Harm, [bool; 7]); 7] = [
        ("nothing", |_| (), [false; 7]),
        (
            "the directory",
            |journal| fs::remove_dir_all(&journal.directory).unwrap(),
            [true, true, true, true, true, true, false],
        ),
        (
            "all that is in it",
            |journal| {
                for entry in fs::read_dir(&journal.directory).unwrap() {
                    fs::remove_file(entry.unwrap().path()).unwrap();
                }
            },
            [true, true, true, true, true, true, false],
        ),
        (
            "the list",
            |journal| fs::remove_file(journal.directory.join("list")).unwrap(),
            [true, true, true, true, true, true, false],
        ),
        (
            "a minute",
            |journal| fs::remove_file(journal.path(NOW / 60 + 1)).unwrap(),
            [false, false, true, true, false, false, false],
        ),
        ("a record", |journal| cut(journal, RECORD_BYTES as u64), [false, false, true, true, false, false, false]),
        (
            "the list's end",
            |journal| fs::write(journal.directory.join("list"), "29453760 0\n").unwrap(),
            [true, true, true, true, true, true, false],
        ),
    ];
    for (what, harm, wanted) in cases {
        let (_dir, journal) = journal();
        let guard = running(&journal, NOW, &[one(1, NOW + 90), one(2, NOW + 90), one(3, NOW + 200)]);
        journal.maintain(&guard, Seconds(NOW));
        harm(&journal);
        for again in 0..3 {
            let (guard, next) = (Guard::new(1_000), ReplayJournal::at(&journal.directory));
            next.start(&guard, Seconds(NOW), true);
            assert_eq!(fresh(&guard, NOW, &all), doubted(wanted), "{what}, {again}");
            assert!(next.lost.load(Relaxed) == u64::from(wanted[2]) || again > 0, "{what}");
        }
        let (guard, next) = (Guard::new(1_000), ReplayJournal::at(&journal.directory));
        next.start(&guard, Seconds(NOW + 601), true);
        assert_eq!(guard.in_doubt_until(Seconds(NOW + 601)), None, "{what}: it is over");
    }
}

fn cut(journal: &ReplayJournal, by: u64) {
    let file = File::options().write(true).open(journal.path(NOW / 60 + 1)).unwrap();
    file.set_len(file.metadata().unwrap().len() - by).unwrap();
}

#[test]
fn a_first_start_doubts_nothing() {
    let (_dir, journal) = journal();
    let (guard, lost) = started(&journal, NOW);
    assert_eq!((lost, fresh(&guard, NOW, &[NOW, NOW + 600])), (0, vec![First, First]));
}

#[test]
fn a_link_is_never_written_through() {
    let (dir, journal) = journal();
    let key = dir.path().join("key");
    fs::write(&key, [7; 32]).unwrap();
    let guard = running(&journal, NOW, &[]);
    let link = |place: PathBuf| {
        let _ = fs::remove_file(&place);
        std::os::unix::fs::symlink(&key, place).unwrap();
    };
    for name in ["list", "unkept", &(NOW / 60).to_string(), &(NOW / 60 + 2).to_string()] {
        link(journal.directory.join(name));
    }
    // A hard link is the same file.
    fs::hard_link(&key, journal.path(NOW / 60 + 3)).unwrap();
    [150, 190].iter().for_each(|end| journal.record(one(9, NOW + end)));
    journal.maintain(&guard, Seconds(NOW));
    assert_eq!(fs::read(&key).unwrap(), [7; 32]);
    fs::remove_dir_all(&journal.directory).unwrap();
    fs::create_dir(dir.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(dir.path().join("elsewhere"), &journal.directory).unwrap();
    journal.record(one(8, NOW + 300));
    journal.maintain(&guard, Seconds(NOW));
    assert_eq!(started(&journal, NOW).1, 2, "it is no directory of its own");
    assert_eq!(fs::read_dir(dir.path().join("elsewhere")).unwrap().count(), 0);
}
