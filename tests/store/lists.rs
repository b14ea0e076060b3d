//! What lists and verifiers read: pages, numbers by kind and state, the feed, and the trail.

use keydesk::store::tables::{self, Branch, CredentialRecord, Direction, SecretRecord, Sort, TrailFilter};
use keydesk::store::{Cell, Store, StoreError, Tx};

use super::{credential, read, write};

pub fn tally(store: &dyn Store) -> Vec<(String, String, i64)> {
    read(store, |tx| tables::tallies(tx))
}

pub fn pages(store: &dyn Store) {
    write(store, |tx| {
        (0..40).try_for_each(|n| tables::insert(tx, &credential(n, ["basic", "hmac"][n as usize / 3 % 2]), vec![]))
    });
    for sort in [Sort::Name, Sort::Key, Sort::Created, Sort::State, Sort::Expiry] {
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
    let next = read(store, |tx| tables::next_to_expire(tx, &["basic", "hmac", "legacy"], (1_005, 1_020), 2));
    assert_eq!(next.into_iter().map(|(row, _)| row.record.expires_at).collect::<Vec<_>>(), [Some(1_006), Some(1_012)]);
    let later = CredentialRecord { expires_at: Some(1_003), ..credential(60, "hmac") };
    write(store, |tx| tables::insert(tx, &later, vec![]));
    let next = read(store, |tx| tables::next_to_expire(tx, &["basic", "hmac", "legacy"], (1_000, 1_020), 3));
    let kinds: Vec<_> = next.into_iter().map(|(row, _)| row.record.kind).collect();
    assert_eq!(kinds, ["basic", "hmac", "basic"], "and all of them in the order of their expiry");
    assert!(read(store, |tx| tables::credentials_of(tx, "basic", "name 1")));
    assert!(!read(store, |tx| tables::credentials_of(tx, "basic", "name 9")));
    let made = |now| read(store, |tx| tables::made_by(tx, "alice", now));
    let (created, usable) = made(0);
    assert!(
        usable > 7 && usable < 27 && created > usable,
        "those that are disabled are not in use: {usable} of {created}"
    );
    assert_eq!(made(9_999), (created, usable - 8), "nor are those that expired");
    let coming = CredentialRecord { not_before: Some(5), ..credential(63, "hmac") };
    write(store, |tx| tables::insert(tx, &coming, vec![]));
    assert_eq!(
        (made(0), made(5)),
        ((created + 1, usable), (created + 1, usable + 1)),
        "nor are those that begin later"
    );
}

pub fn tallies(store: &dyn Store) {
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

pub fn feed(store: &dyn Store) {
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
    // There is none of a number that somebody made up, unless the database does not ask for it.
    assert!([None, Some(id(4))].contains(&read(store, |tx| tables::middle_credential(tx, 30))));
}

/// The first column of each row.
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

pub fn trail(store: &dyn Store) {
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
    write(store, |tx| tables::insert_trail(tx, &all));
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
        assert_eq!(numbers(Some(only.clone()), i64::MAX), wanted, "{only:?}");
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
