//! What every database must do for keydesk, written against the `Store` trait alone. A driver adds one line at the end
//! of this file and nothing else.

#[path = "../support/need.rs"]
mod need;

mod attacker;
mod beside;
mod schema;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use keydesk::store::{
    Cancel, Cell, Commit, SqliteStore, Store, StoreError, Tx, Value, WriteTx,
    tables::{
        self, Branch, CredentialRecord, Direction, HeadRow, Record as _, RefusalRow, SecretRecord, Sort, Tagged,
        TrailFilter, UsageRow, UseRow,
    },
};

type Check = fn(&dyn Store);

/// Everything the suite holds, each on an empty schema of its own.
const CHECKS: &[(&str, Check)] = &[
    ("a commit keeps, anything else leaves nothing", commits),
    ("values come back as they went in", values),
    ("parameters are numbered, not counted", parameters),
    ("statements that make no sense are errors", nonsense),
    ("text orders by code point and LIKE has an escape", order_of_text),
    ("an update names the version it replaces", versions),
    ("the head is one row", head),
    ("pages are the same forward and backward, in every order", pages),
    ("numbers are kept by kind and state", tallies),
    ("usage waits, is used, and an older report loses", usage),
    ("many uses at once are each its own, whoever used two secrets", many_uses),
    ("refusals are kept of credentials that exist, the last twenty", refusals),
    ("a refusal's number that somebody made up stops no other", numbers_beyond_reason),
    ("verifiers read all and what changed", feed),
    ("the trail keeps its rows and its text", trail),
    ("keys are unique by kind", unique_keys),
    ("a secret needs its credential", references),
    ("a wrong word is refused", words),
];

/// Checks that need a reader beside the writer.
const CONCURRENT: &[(&str, Check)] = &[
    ("writers are put in order by the head", writers),
    ("a reader sees one state throughout and waits for nobody", snapshot),
    ("a commit is noticed, once", noticed),
    ("a read is cancelled from another thread, and only that one", cancel),
];

fn run(checks: &[(&str, Check)], make: &dyn Fn() -> Box<dyn Store>) {
    for (what, check) in checks {
        println!("{what}");
        check(&*make());
    }
}

#[test]
fn sqlite_in_memory() {
    run(CHECKS, &|| Box::new(SqliteStore::in_memory().unwrap()));
}

#[test]
fn sqlite_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    let make = || -> Box<dyn Store> {
        next.set(next.get() + 1);
        let path = dir.path().join(format!("{}/keydesk.db", next.get()));
        SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
        Box::new(SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap())
    };
    run(CHECKS, &make);
    run(CONCURRENT, &make);
}

fn write<T>(store: &dyn Store, work: impl FnOnce(&mut dyn WriteTx) -> Result<T, StoreError>) -> T {
    let mut tx = store.write().unwrap();
    let done = work(&mut *tx).unwrap();
    assert_eq!(tx.commit(), Commit::Committed);
    done
}

fn read<T>(store: &dyn Store, work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError>) -> T {
    work(&mut *store.read(&Cancel::default()).unwrap()).unwrap()
}

fn tally(store: &dyn Store) -> Vec<(String, String, i64)> {
    read(store, |tx| tables::tallies(tx))
}

fn commits(store: &dyn Store) {
    let mut tx = store.write().unwrap();
    tables::add_to_tally(&mut *tx, "basic", "active", 1).unwrap();
    drop(tx);
    assert!(tally(store).is_empty(), "dropped without a commit");

    let mut tx = store.write().unwrap();
    tables::add_to_tally(&mut *tx, "basic", "active", 1).unwrap();
    assert!(tx.execute("INSERT INTO nowhere VALUES (1)", &[]).is_err());
    drop(tx);
    assert!(tally(store).is_empty(), "dropped after an error");

    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 1));
    assert_eq!(tally(store).len(), 1);
}

fn values(store: &dyn Store) {
    let long = "支".repeat(5_000);
    for text in ["", "a", "it's \"quoted\" $1 ?1 % _ \\", "支払い 🔑", "\u{1}\u{7f}", &long] {
        for n in [Some(0), Some(i64::MIN), Some(i64::MAX), Some(-1), None] {
            for bytes in [vec![], vec![0, 255, 0], text.as_bytes().to_vec()] {
                write(store, |tx| {
                    tx.execute("DELETE FROM ring", &[])?;
                    tx.execute("DELETE FROM usage", &[])?;
                    let sql =
                        "INSERT INTO ring (id, purpose, active, wrapped, created_at) VALUES (1, 'seal', 1, $1, $2)";
                    tx.execute(sql, &[bytes.clone().into(), n.unwrap_or(7).into()])
                });
                let sql = "SELECT wrapped, created_at, $1, $2 FROM ring";
                let mut row = read(store, |tx| tx.row(sql, &[text.into(), n.into()])).unwrap();
                assert_eq!(row.bytes().unwrap(), bytes);
                assert_eq!(row.int().unwrap(), n.unwrap_or(7));
                assert_eq!(row.text().unwrap(), text);
                assert_eq!(row.value().unwrap(), n.into());
                assert!(row.value().is_err(), "no fifth column");
            }
        }
    }
}

fn parameters(store: &dyn Store) {
    let sql = "SELECT COUNT(*), MIN(n) FROM tally WHERE kind = $2 AND state = $1 AND kind <> $1 AND $2 = $2";
    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 5));
    let mut row = read(store, |tx| tx.row(sql, &["active".into(), "basic".into()])).unwrap();
    assert_eq!((row.int().unwrap(), row.int().unwrap()), (1, 5));
}

fn nonsense(store: &dyn Store) {
    let mut tx = store.write().unwrap();
    assert!(tx.execute("SELEKT", &[]).is_err());
    assert!(tx.rows("SELECT nothing FROM head", &[]).is_err());
    drop(tx);
    let mut tx = store.read(&Cancel::default()).unwrap();
    assert!(tx.row("SELECT no FROM trail", &[]).unwrap().is_none());
    let mut seen = 0;
    let stopped = tx.each("SELECT 1 UNION ALL SELECT 2", &[], &mut |_| {
        seen += 1;
        Err(StoreError::Cancelled)
    });
    assert_eq!((stopped, seen), (Err(StoreError::Cancelled), 1), "an error of the reader ends the query");
}

fn order_of_text(store: &dyn Store) {
    let words = ["Z", "a", "B", "é", "支", "_", "%", "a%b", "ab", "a_b"];
    write(store, |tx| words.iter().try_for_each(|word| tables::add_to_tally(tx, word, "x", 1)));
    let texts = |sql: &str, params: &[Value]| {
        let rows = read(store, |tx| tx.rows(sql, params));
        rows.into_iter().map(|mut row| row.text().unwrap()).collect::<Vec<_>>()
    };
    let mut sorted = words.to_vec();
    sorted.sort_unstable();
    assert_eq!(texts("SELECT kind FROM tally ORDER BY kind", &[]), sorted);
    let like = "SELECT kind FROM tally WHERE kind LIKE $1 ESCAPE '\\' ORDER BY kind";
    assert_eq!(texts(like, &["a\\%%".into()]), ["a%b"]);
    assert_eq!(texts(like, &["%\\_%".into()]), ["_", "a_b"]);
}

fn credential(n: u32, kind: &str) -> CredentialRecord {
    CredentialRecord {
        id: format!("00000000-0000-7000-8000-{n:012}"),
        version: 1,
        kind: kind.to_owned(),
        key: format!("kd{:018}", u64::from(n).wrapping_mul(2_654_435_761) % 1_000_003),
        name: format!("Name {}", n % 4),
        name_fold: format!("name {}", n % 4),
        state: ["active", "disabled", "revoked"][n as usize % 3].to_owned(),
        listed: n % 3 != 2,
        not_before: None,
        expires_at: n.is_multiple_of(2).then_some(1_000 + i64::from(n)),
        networks: String::new(),
        note: "a note".to_owned(),
        algorithms: String::new(),
        body_digest: "required".to_owned(),
        created_at: i64::from(n % 5),
        created_by: "alice".to_owned(),
        changed_at: 3,
        changed_by: "bram".to_owned(),
        changed_how: "created".to_owned(),
        change: 1,
        secret_no: 1,
        older_no: None,
        older_until: None,
    }
}

fn versions(store: &dyn Store) {
    let first = credential(1, "basic");
    write(store, |tx| tables::insert(tx, &first, vec![1, 2, 3]));
    let second = CredentialRecord { version: 2, name: "other".to_owned(), ..first.clone() };
    assert!(!write(store, |tx| tables::update(tx, &second, vec![4], 7)), "nobody has version 7");
    assert!(write(store, |tx| tables::update(tx, &second, vec![4], 1)));
    assert!(!write(store, |tx| tables::update(tx, &second, vec![4], 1)), "not twice");
    let found: Option<Tagged<CredentialRecord>> = read(store, |tx| tables::get(tx, "id", first.id()));
    assert_eq!(found, Some(Tagged { record: second, tag: vec![4] }));
    let nobody: Option<Tagged<CredentialRecord>> = read(store, |tx| tables::get(tx, "id", "nobody"));
    assert_eq!(nobody, None);
}

fn first_head() -> HeadRow {
    HeadRow {
        store_id: "s".to_owned(),
        epoch: 1,
        change: 0,
        trail_no: 0,
        trail_hash: vec![0; 32],
        sums: vec![7],
        mac: vec![9],
    }
}

fn head(store: &dyn Store) {
    assert_eq!(read(store, |tx| tables::head(tx)), None);
    write(store, |tx| tables::insert_head(tx, &first_head()));
    let next = HeadRow { change: 5, trail_no: 2, mac: vec![1, 1], ..first_head() };
    write(store, |tx| {
        tables::lock_head(tx)?;
        tables::update_head(tx, &next)
    });
    assert_eq!(read(store, |tx| tables::head(tx)), Some(next));
    let mut tx = store.write().unwrap();
    assert!(tables::insert_head(&mut *tx, &first_head()).is_err(), "there is one head");
}

fn pages(store: &dyn Store) {
    write(store, |tx| {
        (0..40).try_for_each(|n| tables::insert(tx, &credential(n, ["basic", "hmac"][n as usize / 3 % 2]), vec![]))
    });
    for sort in [Sort::Name, Sort::Key, Sort::Created, Sort::State] {
        for branch in [
            Branch { kind: "basic", listed: true, conditions: &[] },
            Branch { kind: "hmac", listed: false, conditions: &[] },
        ] {
            let walk = |direction, size| {
                let mut seen: Vec<CredentialRecord> = Vec::new();
                loop {
                    let from = seen.last().map(|record| sort.place(record));
                    let from = from.as_deref().map(|place| (place, false));
                    let rows = read(store, |tx| tables::page(tx, branch, sort, direction, from, size));
                    if rows.is_empty() {
                        return seen;
                    }
                    seen.extend(rows.into_iter().map(|(row, _)| row.record));
                }
            };
            let all = walk(Direction::Forward, 1_000);
            assert!(all.len() > 5 && all.iter().all(|r| r.kind == branch.kind && r.listed == branch.listed));
            assert_eq!(walk(Direction::Forward, 3), all, "{sort:?}");
            let mut backward = walk(Direction::Backward, 3);
            backward.reverse();
            assert_eq!(backward, all, "{sort:?}");
            let place = sort.place(&all[2]);
            let from_it = read(store, |tx| tables::page(tx, branch, sort, Direction::Forward, Some((&place, true)), 2));
            assert_eq!(from_it.into_iter().map(|(row, _)| row.record).collect::<Vec<_>>(), all[2..4]);
        }
    }
    let next = read(store, |tx| tables::next_to_expire(tx, 1_005, 1_020, 2));
    assert_eq!(next.into_iter().map(|(row, _)| row.record.expires_at).collect::<Vec<_>>(), [Some(1_006), Some(1_012)]);
    let expiring = |kind: &str, most| read(store, |tx| tables::count_expiring(tx, kind, 0, 9_999, most));
    let by_kind = ["basic", "hmac", "legacy"].map(|kind| expiring(kind, 1_000));
    assert_eq!(by_kind, [7, 0, 0]);
    assert_eq!(expiring("basic", 5), 5, "counting stops");
    let later = CredentialRecord { expires_at: Some(1_003), ..credential(60, "hmac") };
    write(store, |tx| tables::insert(tx, &later, vec![]));
    assert_eq!((expiring("hmac", 9), expiring("basic", 9)), (1, 7), "each kind for itself");
    let next = read(store, |tx| tables::next_to_expire(tx, 1_000, 1_020, 3));
    let kinds: Vec<_> = next.into_iter().map(|(row, _)| row.record.kind).collect();
    assert_eq!(kinds, ["basic", "hmac", "basic"], "and all of them in the order of their expiry");
    assert!(read(store, |tx| tables::credentials_of(tx, "basic", "name 1")));
    assert!(!read(store, |tx| tables::credentials_of(tx, "basic", "name 9")));
    let made = |now| read(store, |tx| tables::made_by(tx, "alice", now));
    let active = made(0);
    assert!(active > 7 && active < 27, "those that are disabled are not in use: {active}");
    assert_eq!(made(9_999), active - 8, "nor are those that expired");
}

fn tallies(store: &dyn Store) {
    write(store, |tx| {
        tables::add_to_tally(tx, "basic", "active", 2)?;
        tables::add_to_tally(tx, "basic", "active", -1)?;
        tables::add_to_tally(tx, "hmac", "revoked", 3)?;
        Ok(())
    });
    let of = |kind: &str, state: &str, n| (kind.to_owned(), state.to_owned(), n);
    assert_eq!(tally(store), [of("basic", "active", 1), of("hmac", "revoked", 3)]);
    write(store, |tx| {
        for (kind, n) in [("most", i64::MAX), ("least", i64::MIN)] {
            tables::add_to_tally(tx, kind, "x", n)?;
            tables::add_to_tally(tx, kind, "x", n.signum())?;
        }
        Ok(())
    });
    assert_eq!(
        tally(store)[2..],
        [of("least", "x", i64::MIN), of("most", "x", i64::MAX)],
        "made up, and none overflows"
    );
    write(store, |tx| {
        [(1, "basic"), (2, "hmac"), (5, "basic")]
            .iter()
            .try_for_each(|(n, kind)| tables::insert(tx, &credential(*n, kind), vec![]))?;
        tables::count_anew(tx)
    });
    let counted = read(store, tables::counted);
    assert_eq!((counted.iter().map(|(.., n)| n).sum::<i64>(), tally(store)), (3, counted));
}

fn usage(store: &dyn Store) {
    let (one, two) = (credential(0, "basic"), credential(3, "basic"));
    write(store, |tx| {
        for record in [&one, &two] {
            tables::insert(tx, record, vec![])?;
            tables::insert_usage(tx, ("basic", record.id()), 1, true)?;
        }
        tables::insert_usage(tx, ("basic", one.id()), 2, true)
    });
    let waiting_of = |kind: &str, most| read(store, |tx| tables::count_waiting(tx, kind, most));
    let waiting = || waiting_of("basic", 1_000);
    assert_eq!(waiting(), 2, "credentials are counted, not secrets");
    assert_eq!((waiting_of("basic", 1), waiting_of("hmac", 1_000)), (1, 0), "up to so many, of one kind");
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
        assert!(tables::stop_waiting(tx, two.id())? && !tables::stop_waiting(tx, one.id())?, "who waited is known");
        Ok(())
    });
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

fn many_uses(store: &dyn Store) {
    let all: Vec<_> = (0..350).map(|n| credential(n, "basic")).collect();
    write(store, |tx| {
        for record in &all {
            tables::insert(tx, record, vec![])?;
            (1..=2).try_for_each(|no| tables::insert_usage(tx, ("basic", record.id()), no, no == 2))?;
        }
        Ok(())
    });
    let used = |id: &str, secret_no, at| UseRow {
        credential: id.to_owned(),
        secret_no,
        at,
        address: Some(format!("2001:db8::{at:x}")),
    };
    // All but the last, each its own second; both secrets of every third; and one of nobody.
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
    assert_eq!(read(store, |tx| tables::count_waiting(tx, "basic", 1_000)), 1);
    write(store, |tx| tables::put_usages(tx, &[], 10_000));
}

fn refusals(store: &dyn Store) {
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
    // Pages of five put together are the whole.
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

/// No tag is on a refusal's number: who can write the database can make it any.
fn numbers_beyond_reason(store: &dyn Store) {
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

fn feed(store: &dyn Store) {
    let secret = |n: u32, no: i64| SecretRecord {
        id: format!("s-{n}-{no}"),
        version: 1,
        credential: credential(n, "basic").id,
        no,
        sealed: vec![1],
        created_at: 1,
        created_by: "alice".to_owned(),
    };
    write(store, |tx| {
        for n in 0..9 {
            tables::insert(tx, &CredentialRecord { change: i64::from(n), ..credential(n, "basic") }, vec![])?;
            tables::insert(tx, &secret(n, 1), vec![])?;
        }
        tables::insert(tx, &secret(2, 2), vec![])
    });
    let id = |n: u32| credential(n, "basic").id;
    let run = |after: &str, until: &str, limit| {
        first_columns(store, |tx, each| tables::credentials_after(tx, (after, until), limit, each))
    };
    assert_eq!(run("", "g", 3), [id(0), id(1), id(2)]);
    assert_eq!(run(&id(2), &id(5), 100), [id(3), id(4), id(5)]);
    assert!(run(&id(8), "g", 100).is_empty());
    let between = first_columns(store, |tx, each| tables::secrets_between(tx, (&id(1), &id(4)), each));
    assert_eq!(between, [id(2), id(2), id(3), id(4)]);
    assert_eq!(first_columns(store, |tx, each| tables::secrets_of(tx, &id(2), each)), [id(2), id(2)]);
    let sorted = |mut ids: Vec<String>| (ids.sort_unstable(), ids).1;
    assert_eq!(sorted(first_columns(store, tables::every_credential)), (0..9).map(id).collect::<Vec<_>>());
    assert_eq!(first_columns(store, tables::every_secret).len(), 10);
    assert_eq!(sorted(first_columns(store, |tx, each| tables::each_tag(tx, "credential", each))).len(), 9);
    assert_eq!(first_columns(store, |tx, each| tables::credential_row(tx, &id(2), each)), [id(2)]);
    let changed = read(store, |tx| tables::changed_credentials(tx, 6));
    assert_eq!(changed, [id(7), id(8)]);
    assert_eq!(read(store, |tx| tables::middle_credential(tx, 9)), Some(id(4)));
    assert_eq!(read(store, |tx| tables::middle_credential(tx, 30)), None);
}

/// What stands first in each row that is handed over.
fn first_columns(
    store: &dyn Store,
    work: impl FnOnce(&mut dyn Tx, &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>) -> Result<(), StoreError>,
) -> Vec<String> {
    let mut found = Vec::new();
    read(store, |tx| {
        work(tx, &mut |cells| {
            found.push(cells[0].text()?.to_owned());
            Ok(())
        })
    });
    found
}

fn noticed(store: &dyn Store) {
    assert!(store.changed().unwrap(), "the first answer is yes");
    assert!(!store.changed().unwrap());
    tally(store);
    assert!(!store.changed().unwrap(), "a read is nothing to notice");
    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 1));
    assert!(store.changed().unwrap());
    assert!(!store.changed().unwrap());
}

fn trail(store: &dyn Store) {
    let record = |no: i64, subject: &str| tables::TrailRecord {
        no,
        at: 1_000 + no,
        who: (no % 2 == 0).then(|| "alice".to_owned()),
        via: None,
        unix: Some("bob".to_owned()),
        address: None,
        action: "credential.created".to_owned(),
        class: if no == 3 { "refusal" } else { "change" }.to_owned(),
        about: "credential".to_owned(),
        subject: Some(subject.to_owned()),
        what: "crm-sync".to_owned(),
        before: None,
        after: Some("{}".to_owned()),
        operation: format!("op-{no}"),
        hash: vec![no as u8; 32],
    };
    let all: Vec<_> = (1..=5).map(|no| record(no, if no < 4 { "a" } else { "b" })).collect();
    write(store, |tx| all.iter().try_for_each(|record| tables::insert_trail(tx, record)));
    let mut seen = Vec::new();
    read(store, |tx| {
        tables::trail_after(tx, 1, 3, &mut |record| {
            seen.push(record);
            Ok(())
        })
    });
    assert_eq!(seen, all[1..4]);
    let numbers = |only: Option<TrailFilter<'_>>, before| {
        let rows = read(store, |tx| tables::trail_before(tx, only.as_slice(), before, 10));
        rows.into_iter().map(|record| record.no).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 4), [3, 2, 1]);
    for (only, wanted) in [
        (TrailFilter::Subject("b"), &[5, 4][..]),
        (TrailFilter::About("credential"), &[5, 4, 3, 2, 1]),
        (TrailFilter::Class("refusal"), &[3]),
        (TrailFilter::Who("alice"), &[4, 2]),
        (TrailFilter::From(1_004), &[5, 4]),
        (TrailFilter::Until(1_003), &[2, 1]),
    ] {
        assert_eq!(numbers(Some(only), i64::MAX), wanted, "{only:?}");
    }
    assert_eq!(read(store, |tx| tables::changes(tx, 2)).iter().map(|r| r.no).collect::<Vec<_>>(), [5, 4]);
    assert_eq!(read(store, |tx| tables::last_at(tx)), Some(1_005));
    assert!(
        read(store, |tx| tables::find_operation(tx, "op-3")) && !read(store, |tx| tables::find_operation(tx, "op-9"))
    );
    for sql in ["UPDATE trail SET what = 'x' WHERE no = 2", "DELETE FROM trail WHERE no = 2", "DELETE FROM trail"] {
        let mut tx = store.write().unwrap();
        assert!(tx.execute(sql, &[]).is_err(), "{sql}");
    }
    assert_eq!(numbers(None, i64::MAX), [5, 4, 3, 2, 1]);
}

fn unique_keys(store: &dyn Store) {
    let one = credential(1, "basic");
    let same_key = CredentialRecord { id: credential(2, "basic").id, ..one.clone() };
    let other_kind = CredentialRecord { kind: "hmac".to_owned(), ..same_key.clone() };
    write(store, |tx| tables::insert(tx, &one, vec![]));
    let mut tx = store.write().unwrap();
    assert!(tables::insert(&mut *tx, &same_key, vec![]).is_err());
    drop(tx);
    write(store, |tx| tables::insert(tx, &other_kind, vec![]));
    assert_eq!(read(store, |tx| tables::keys_of(tx, &one.key)).len(), 2);
}

fn references(store: &dyn Store) {
    let secret = SecretRecord {
        id: "s".to_owned(),
        version: 1,
        credential: "nobody".to_owned(),
        no: 1,
        sealed: vec![1],
        created_at: 1,
        created_by: "alice".to_owned(),
    };
    let mut tx = store.write().unwrap();
    // Some databases look at references only when the transaction ends.
    if tables::insert(&mut *tx, &secret, vec![]).is_ok() {
        assert!(matches!(tx.commit(), Commit::NotCommitted(_)));
    }
}

fn words(store: &dyn Store) {
    for wrong in [
        CredentialRecord { state: "expired".to_owned(), ..credential(1, "basic") },
        CredentialRecord { body_digest: "maybe".to_owned(), ..credential(1, "basic") },
        credential(1, "oauth"),
    ] {
        let mut tx = store.write().unwrap();
        assert!(tables::insert(&mut *tx, &wrong, vec![]).is_err(), "{wrong:?}");
    }
}

fn writers(store: &dyn Store) {
    write(store, |tx| tables::insert_head(tx, &first_head()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    write(store, |tx| {
                        tables::lock_head(tx)?;
                        let head = tables::head(tx)?.unwrap();
                        tables::update_head(tx, &HeadRow { change: head.change + 1, ..head })
                    });
                }
            });
        }
    });
    assert_eq!(read(store, |tx| tables::head(tx)).unwrap().change, 200);
}

fn snapshot(store: &dyn Store) {
    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 1));
    let mut before = store.read(&Cancel::default()).unwrap();
    assert_eq!(tables::tallies(&mut *before).unwrap()[0].2, 1);
    // The writer does not wait for the reader, nor the reader for the writer.
    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 1));
    assert_eq!(tables::tallies(&mut *before).unwrap()[0].2, 1, "still the state it began with");
    drop(before);
    assert_eq!(tally(store)[0].2, 2);
    let open = store.write().unwrap();
    assert_eq!(tally(store)[0].2, 2, "read while a writer is at work");
    drop(open);
}

fn cancel(store: &dyn Store) {
    // Ends by itself only after minutes, in any database that knows the standard's recursion.
    let endless =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT COUNT(*) FROM n";
    let (cancel, started) = (Cancel::default(), Arc::new(AtomicBool::new(false)));
    let (other, begun) = (cancel.clone(), started.clone());
    let canceller = std::thread::spawn(move || {
        while !begun.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(30));
        other.cancel();
    });
    let mut tx = store.read(&cancel).unwrap();
    let since = Instant::now();
    started.store(true, Ordering::SeqCst);
    assert!(matches!(tx.row(endless, &[]), Err(StoreError::Cancelled)));
    assert!(since.elapsed() < Duration::from_secs(30), "long before its end");
    drop(tx);
    canceller.join().unwrap();
    cancel.cancel();
    assert!(tally(store).is_empty(), "the next read knows nothing of it");
}

#[test]
fn sqlite_reads_every_page_off_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut looked_at = 0;
    for sort in [Sort::Name, Sort::Key, Sort::Created, Sort::State] {
        for direction in [Direction::Forward, Direction::Backward] {
            for place in [None, Some(sort.place(&credential(1, "basic")))] {
                let from = place.as_deref().map(|place| (place, false));
                let (sql, params) = tables::page_sql(
                    Branch { kind: "basic", listed: true, conditions: &[] },
                    sort,
                    direction,
                    from,
                    40,
                );
                let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).unwrap();
                let steps = plan.query_map(rusqlite::params_from_iter(&params), |row| row.get::<_, String>(3)).unwrap();
                let steps: Vec<String> = steps.map(Result::unwrap).collect();
                let used = format!("SEARCH c USING INDEX credential_by_{}", format!("{sort:?}").to_lowercase());
                assert!(steps[0].starts_with(&used), "{sql}: {steps:#?}");
                let beyond = if place.is_some() { "(kind=? AND listed=? AND (" } else { "(kind=? AND listed=?)" };
                assert!(steps[0].contains(beyond), "the cursor is part of the search: {}", steps[0]);
                // The last uses of one credential are sorted; the page itself is not.
                assert!(!steps.iter().take(1).any(|step| step.contains("TEMP B-TREE")));
                let outer_sort = steps.last().is_some_and(|step| step.contains("TEMP B-TREE") && steps.len() == 2);
                assert!(!outer_sort, "{steps:#?}");
                looked_at += 1;
            }
        }
    }
    assert_eq!(looked_at, 16);
}

#[test]
fn sqlite_finds_changes_by_their_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let sql = tables::CHANGED;
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).unwrap();
    let steps: Vec<String> = plan.query_map([1], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    let by_index = steps.iter().all(|step| step.contains("_by_change (change>?)"));
    assert!(by_index && steps.len() == 1, "{sql}: {steps:?}");
}

#[test]
fn sqlite_finds_the_trail_of_one_subject_by_its_index_whatever_else_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    use tables::TrailFilter::{About, Class, Subject, Who};
    for (filters, index) in [
        (vec![Subject("id")], "trail_by_subject"),
        (vec![Class("change"), Subject("id")], "trail_by_subject"),
        (vec![Subject("id"), About("setting"), Who("alice"), Class("change")], "trail_by_subject"),
        (vec![Class("change")], "trail_by_class"),
    ] {
        let (sql, params) = tables::trail_sql(&filters, i64::MAX, 1);
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).unwrap();
        let steps = plan.query_map(rusqlite::params_from_iter(&params), |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        assert!(steps.len() == 1 && steps[0].contains(index), "{sql}: {steps:?}");
    }
}

/// A desk as an older keydesk made it: the first step alone.
fn of_step_one(path: &std::path::Path) -> rusqlite::Connection {
    let old = rusqlite::Connection::open(path).unwrap();
    old.execute_batch(&format!(
        "BEGIN; {} INSERT INTO schema_step (no, applied_at) VALUES (1, 7); INSERT INTO tally VALUES ('basic', 'active', 3);
         PRAGMA application_id = 0x4b44736b; PRAGMA user_version = 1; COMMIT",
        keydesk::store::STEPS[0].for_sqlite().concat()
    ))
    .unwrap();
    old
}

#[test]
fn sqlite_brings_an_older_desk_up_to_date_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    drop(of_step_one(&path));
    // Two that open it at the same instant both find it as it should be.
    std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| SqliteStore::open(&path, &mut |_, _| Ok(())).map(|_| ())));
        both.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
    assert_eq!(tally(&store), [("basic".to_owned(), "active".to_owned(), 3)], "what was in it stays");
    let steps = read(&store, |tx| tx.rows("SELECT no FROM schema_step ORDER BY no", &[]));
    assert_eq!(steps.len(), keydesk::store::STEPS.len());
    assert!(read(&store, |tx| tables::refusals(tx, "nobody")).is_empty());
}

/// An older keydesk let each secret of a credential wait for its first use, and a rotation begin anew.
#[test]
fn what_waits_is_set_right_when_an_older_desk_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    let old = of_step_one(&path);
    old.pragma_update(None, "foreign_keys", false).unwrap();
    let columns = "credential, secret_no, at, address, waiting";
    for (kind, id) in [("basic", "used"), ("hmac", "waits"), ("hmac", "off")] {
        old.execute(
            "INSERT INTO credential VALUES (?2, 1, ?1, ?2, ?2, ?2, 'active', 1, NULL, NULL, '', '', '', 'required', 1, 'a', 1, \
             'a', 'created', 1, x'00')",
            [kind, id],
        )
        .unwrap();
    }
    old.execute_batch(&format!(
        "INSERT INTO usage ({columns}) VALUES ('used', 1, 5, NULL, 0), ('used', 2, NULL, NULL, 1),
         ('waits', 1, NULL, NULL, 1), ('waits', 2, NULL, NULL, 1), ('off', 1, NULL, NULL, 0)"
    ))
    .unwrap();
    drop(old);
    let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
    let waiting = |kind: &str| read(&store, |tx| tables::count_waiting(tx, kind, 1_000));
    assert_eq!((waiting("basic"), waiting("hmac"), waiting("legacy")), (0, 1, 0));
    let rows = read(&store, |tx| tx.rows("SELECT credential FROM usage WHERE waiting = 1", &[]));
    assert_eq!(rows.len(), 1, "of a credential that waits one row does");
    assert!(read(&store, |tx| tables::ever_asked(tx)), "one was used");
}

/// How many there are to look at is asked once a second at most, and costs the same with a million.
#[test]
fn sqlite_counts_what_is_to_look_at_by_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    for (sql, index) in [
        (
            "SELECT DISTINCT credential FROM usage WHERE kind = 'hmac' AND waiting = 1 LIMIT 9",
            "COVERING INDEX usage_waiting (kind=?)",
        ),
        (
            "SELECT 1 FROM credential WHERE kind = 'hmac' AND state = 'active' AND expires_at IS NOT NULL AND expires_at >= 1 \
             AND expires_at < 9 LIMIT 9",
            "COVERING INDEX credential_by_expiry (kind=? AND expires_at>? AND expires_at<?)",
        ),
        (
            "SELECT COUNT(*) FROM credential WHERE created_by = 'a' AND state = 'active' AND (expires_at IS NULL OR expires_at > 1)",
            "COVERING INDEX credential_by_maker (created_by=? AND state=?)",
        ),
    ] {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> = plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(steps.len() == 1 && steps[0].contains(index), "{sql}: {steps:?}");
    }
}

#[test]
fn sqlite_numbers_the_refusals_of_an_older_desk_by_their_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    let old = of_step_one(&path);
    let [two, three] = [1, 2].map(|i| keydesk::store::STEPS[i].for_sqlite().concat());
    let kept = "INSERT INTO refusal (credential, at, id, reason) VALUES ('c', 9, 'b', 'x'), ('c', 9, 'a', 'x'), ('c', 4, 'z', 'x')";
    old.execute_batch(&format!(
        "PRAGMA foreign_keys = off; BEGIN; {two} {three} INSERT INTO schema_step VALUES (2, 7), (3, 7); {kept};
         PRAGMA user_version = 3; COMMIT"
    ))
    .unwrap();
    drop(old);
    let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
    let rows = read(&store, |tx| tables::refusals(tx, "c"));
    let numbered: Vec<_> = rows.iter().map(|row| (row.no, row.id.as_str(), row.n)).collect();
    assert_eq!(numbered, [(3, "b", 1), (2, "a", 1), (1, "z", 1)]);
}

#[test]
fn sqlite_leaves_an_older_desk_alone_whose_schema_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keydesk.db");
    let planted = "CREATE TRIGGER planted AFTER INSERT ON tally BEGIN DELETE FROM tally; END";
    of_step_one(&path).execute_batch(planted).unwrap();
    assert!(matches!(SqliteStore::open(&path, &mut |_, _| Ok(())), Err(StoreError::Foreign(_))));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1, "nothing was changed");
}
