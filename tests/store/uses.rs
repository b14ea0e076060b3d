//! Uses and refusals that verifiers report.

use keydesk::store::Store;
use keydesk::store::tables::{self, Branch, Direction, Record as _, RefusalRow, Sort, UsageRow, UseRow};

use super::{credential, read, write};

/// How many credentials of a kind wait for their first use.
pub fn waiting(store: &dyn Store, kind: &str) -> i64 {
    let sql = "SELECT COUNT(DISTINCT credential) FROM usage WHERE kind = $1 AND waiting = 1";
    read(store, |tx| tx.row(sql, &[kind.into()])).unwrap().int().unwrap()
}

pub fn usage(store: &dyn Store) {
    let (one, two) = (credential(0, "basic"), credential(3, "basic"));
    write(store, |tx| {
        for record in [&one, &two] {
            tables::insert(tx, record, vec![])?;
            tables::insert_usages(tx, &[("basic", record.id(), 1, true)])?;
        }
        tables::insert_usages(tx, &[("basic", one.id(), 2, true)])
    });
    let waiting = || waiting(store, "basic");
    assert_eq!(waiting(), 2, "credentials are counted, not secrets");
    let used = |secret_no, at, address: &str| UsageRow { secret_no, at: Some(at), address: Some(address.to_owned()) };
    let use_of = |id: &str, row: UsageRow| UseRow {
        credential: id.to_owned(),
        secret_no: row.secret_no,
        at: row.at.unwrap(),
        address: row.address,
    };
    let put = |row: UsageRow, latest| write(store, |tx| tables::put_usages(tx, &[use_of(one.id(), row)], latest));
    put(used(2, 50, "203.0.113.1"), 100);
    assert_eq!(waiting(), 1, "a use of any secret is enough");
    put(used(2, 40, "203.0.113.2"), 50);
    put(used(9, 60, "203.0.113.3"), 100);
    let rows = read(store, |tx| tables::usages(tx, one.id()));
    assert_eq!(rows, [used(2, 50, "203.0.113.1"), UsageRow { secret_no: 1, at: None, address: None }]);
    put(used(2, 40, "203.0.113.4"), 49);
    let rows = read(store, |tx| tables::usages(tx, one.id()));
    assert_eq!(rows[0], used(2, 40, "203.0.113.4"), "a use of a time that is still to come gives way to any");
    put(used(1, 900, "203.0.113.5"), 1_000);
    put(used(2, 45, "203.0.113.6"), 100);
    let rows = read(store, |tx| tables::usages(tx, one.id()));
    assert_eq!(rows, [used(2, 45, "203.0.113.6"), used(1, 44, "203.0.113.5")], "of another secret too");
    write(store, |tx| {
        tables::insert_later_usage(tx, ("basic", two.id()), 2)?;
        tables::insert_later_usage(tx, ("basic", one.id()), 3)
    });
    assert_eq!(waiting(), 1, "its newest secret waits for a credential that was never used");
    write(store, |tx| tables::stop_waiting(tx, two.id()));
    assert_eq!(waiting(), 0);
    write(store, |tx| {
        tables::wait_again(tx, two.id())?;
        tables::wait_again(tx, one.id())
    });
    assert_eq!(waiting(), 1, "only what was never used waits again");
    let branch = Branch { kind: "basic", listed: true, conditions: &[] };
    let page = read(store, |tx| tables::page(tx, branch, Sort::Key, Direction::Forward, None, 10));
    let last: Vec<_> = page.into_iter().filter_map(|(row, last)| last.map(|last| (row.record.id, last))).collect();
    assert_eq!(last, [(one.id.clone(), used(2, 45, "203.0.113.6"))]);
    write(store, |tx| tables::lock_asked(tx));
    assert!(!read(store, |tx| tables::ever_asked(tx)), "a change of the desk asks for nothing");
    write(store, |tx| {
        tables::note_asked(tx, 7)?;
        tables::lock_asked(tx)?;
        tables::note_asked(tx, 8)
    });
    assert!(read(store, |tx| tables::ever_asked(tx)));
    let first = read(store, |tx| tx.row("SELECT at FROM asked", &[]));
    assert_eq!(first.unwrap().int(), Ok(7), "when it first did");
}

pub fn many_uses(store: &dyn Store) {
    let all: Vec<_> = (0..350).map(|n| credential(n, "basic")).collect();
    write(store, |tx| {
        for record in &all {
            tables::insert(tx, record, vec![])?;
            (1..=2).try_for_each(|no| tables::insert_usages(tx, &[("basic", record.id(), no, no == 2)]))?;
        }
        Ok(())
    });
    let used = |id: &str, secret_no, at| UseRow {
        credential: id.to_owned(),
        secret_no,
        at,
        address: Some(format!("2001:db8::{at:x}")),
    };
    // All but the last, each at its own second; both secrets of every third; and one of an unknown credential.
    let mut uses = vec![used("nobody", 1, 5)];
    for (n, record) in (0..).zip(&all[..349]) {
        uses.push(used(record.id(), 1, 100 + n));
        uses.extend((n % 3 == 0).then(|| used(record.id(), 2, 1_000 + n)));
    }
    write(store, |tx| tables::put_usages(tx, &uses, 10_000));
    let row =
        |secret_no, at: Option<i64>| UsageRow { secret_no, at, address: at.map(|at| format!("2001:db8::{at:x}")) };
    for (n, record) in (0..).zip(&all) {
        let second = (n % 3 == 0 && n < 349).then_some(1_000 + n);
        let wanted = [row(2, second), row(1, (n < 349).then_some(100 + n))];
        assert_eq!(read(store, |tx| tables::usages(tx, record.id())), wanted, "{n}");
    }
    assert_eq!(waiting(store, "basic"), 1);
    write(store, |tx| tables::put_usages(tx, &[], 10_000));
}

pub fn refusals(store: &dyn Store) {
    let one = credential(0, "basic");
    write(store, |tx| tables::insert(tx, &one, vec![]));
    let row = |n: i64| RefusalRow {
        no: n + 1,
        at: 100 - n / 2,
        id: format!("{n:04}"),
        n: 1,
        reason: "clock_skew".to_owned(),
        component: (n % 2 == 0).then(|| "date".to_owned()),
        clock_offset: Some(-n),
        address: None,
        mistake: (n % 3 == 0).then(|| "It signed PUT as POST.".to_owned()),
    };
    let of = |id: &str, row: RefusalRow| (id.to_owned(), row);
    let mut all: Vec<_> = (0..25).map(|n| of(one.id(), row(n))).collect();
    all.insert(9, of("nobody", row(7)));
    write(store, |tx| tables::insert_refusals(tx, &all));
    let kept = || read(store, |tx| tables::refusals(tx, one.id()));
    assert_eq!(kept(), (0..25).rev().map(row).collect::<Vec<_>>(), "by their number, whatever the clock said");
    assert!(read(store, |tx| tables::refusals(tx, "nobody")).is_empty());
    assert_eq!(write(store, |tx| tables::next_refusal(tx)), 26);
    let again = RefusalRow { no: 26, at: 900, n: 7, clock_offset: Some(3), ..row(5) };
    write(store, |tx| {
        tables::repeat_refusals(tx, &[of("nobody", row(1)), of(one.id(), again.clone())])?;
        tables::forget_refusals(tx, &(0..5).map(|n| (one.id.clone(), row(n).id)).collect::<Vec<_>>())
    });
    let left: Vec<_> = std::iter::once(again).chain((6..25).rev().map(row)).collect();
    assert_eq!(kept(), left);
    let two = credential(1, "hmac");
    write(store, |tx| {
        tables::insert(tx, &two, vec![])?;
        tables::insert_refusals(tx, &[of(two.id(), RefusalRow { no: 30, ..row(9) }), of(two.id(), row(40))])
    });
    let page = |before: Option<i64>, limit| read(store, |tx| tables::newest_refusals(tx, None, before, limit));
    let all = page(None, 99);
    let ids: Vec<_> = all.iter().map(|row| row.refusal.id.as_str()).collect();
    assert_eq!((ids.len(), &ids[..4]), (22, &["0040", "0009", "0005", "0024"][..]));
    assert_eq!((all[0].key.as_str(), all[0].kind.as_str()), (two.key.as_str(), "hmac"));
    // All pages of five together are the whole list.
    let mut together = page(None, 5);
    while let Some(last) = together.last().map(|row| row.refusal.no) {
        let more = page(Some(last), 5);
        if more.is_empty() {
            break;
        }
        together.extend(more);
    }
    assert_eq!(together, all);
    let of_one = read(store, |tx| tables::newest_refusals(tx, Some(two.id()), Some(41), 9));
    assert_eq!(of_one.iter().map(|row| row.refusal.id.as_str()).collect::<Vec<_>>(), ["0009"]);
}

/// The number of a refusal has no tag: whoever can write the database can forge it.
pub fn numbers_beyond_reason(store: &dyn Store) {
    let one = credential(0, "basic");
    write(store, |tx| tables::insert(tx, &one, vec![]));
    let row = |no: i64, id: &str| RefusalRow {
        no,
        at: 7,
        id: id.to_owned(),
        n: 1,
        reason: "bad_secret".to_owned(),
        component: None,
        clock_offset: None,
        address: None,
        mistake: None,
    };
    let ids = |rows: Vec<RefusalRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    for forged in [i64::MAX, i64::MAX - 1, 1 << 53, (1 << 53) - 1, 1 << 40, 0, -1, i64::MIN] {
        write(store, |tx| {
            tx.execute("DELETE FROM refusal", &[])?;
            let all: Vec<_> = (1..).zip(["a", "b", "c"]).map(|(no, id)| (one.id.clone(), row(no, id))).collect();
            tables::insert_refusals(tx, &all)?;
            tx.execute("UPDATE refusal SET no = $1 WHERE id = 'b'", &[forged.into()])
        });
        let all = read(store, |tx| tables::newest_refusals(tx, None, None, 9));
        assert_eq!(all.len(), 3, "{forged}: every one is shown");
        let before = ids(read(store, |tx| tables::refusals(tx, one.id())));
        for id in ["d", "e", "f"] {
            write(store, |tx| {
                let no = tables::next_refusal(tx)?;
                tables::insert_refusals(tx, &[(one.id.clone(), row(no, id))])
            });
        }
        let after = ids(read(store, |tx| tables::refusals(tx, one.id())));
        assert_eq!(after[..3], ["f", "e", "d"], "{forged}: the newest come first");
        assert_eq!(after[3..], before, "{forged}: and the others stay in their order");
    }
}
