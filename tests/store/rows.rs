//! Rows: what is kept, in what order, and what is refused.

use keydesk::store::tables::{self, CredentialRecord, HeadRow, Record as _, SecretRecord, Tagged};
use keydesk::store::{Cancel, Commit, Query, Store, StoreError, Tx, Value, WriteTx};

use super::lists::tally;
use super::{credential, read, refused, write};

pub fn commits(store: &dyn Store) {
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

pub fn values(store: &dyn Store) {
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

pub fn parameters(store: &dyn Store) {
    let sql = "SELECT COUNT(*), MIN(n) FROM tally WHERE kind = $2 AND state = $1 AND kind <> $1 AND $2 = $2";
    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 5));
    let mut row = read(store, |tx| tx.row(sql, &["active".into(), "basic".into()])).unwrap();
    assert_eq!((row.int().unwrap(), row.int().unwrap()), (1, 5));
}

pub fn nonsense(store: &dyn Store) {
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

pub fn order_of_text(store: &dyn Store) {
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

pub fn versions(store: &dyn Store) {
    let first = credential(1, "basic");
    write(store, |tx| tables::insert(tx, &first, vec![1, 2, 3]));
    let second = CredentialRecord { version: 2, name: "other".to_owned(), ..first.clone() };
    let vanished = |was| {
        let why = refused(store, |tx| tables::update(tx, &second, vec![4], was));
        assert!(matches!(&why, StoreError::Broken(said) if said == "a row of credential vanished"), "{why:?}");
    };
    vanished(7);
    write(store, |tx| tables::update(tx, &second, vec![4], 1));
    vanished(1);
    let found: Option<Tagged<CredentialRecord>> = read(store, |tx| tables::get(tx, "id", first.id()));
    assert_eq!(found, Some(Tagged { record: second, tag: vec![4] }));
    let nobody: Option<Tagged<CredentialRecord>> = read(store, |tx| tables::get(tx, "id", "nobody"));
    assert_eq!(nobody, None);
}

pub fn first_head() -> HeadRow {
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

pub fn head(store: &dyn Store) {
    assert_eq!(read(store, |tx| tables::head(tx)), None);
    write(store, |tx| tables::insert_head(tx, &first_head()));
    let next = HeadRow { change: 5, trail_no: 2, mac: vec![1, 1], ..first_head() };
    write(store, |tx| {
        tables::lock_head(tx)?;
        tables::update_head(tx, &next)
    });
    assert_eq!(read(store, |tx| tables::head(tx)), Some(next));
    refused(store, |tx| tables::insert_head(tx, &first_head()));
}

pub fn unique_keys(store: &dyn Store) {
    let one = credential(1, "basic");
    let same_key = CredentialRecord { id: credential(2, "basic").id, ..one.clone() };
    let other_kind = CredentialRecord { kind: "hmac".to_owned(), ..same_key.clone() };
    write(store, |tx| tables::insert(tx, &one, vec![]));
    refused(store, |tx| tables::insert(tx, &same_key, vec![]));
    write(store, |tx| tables::insert(tx, &other_kind, vec![]));
    let with_key = |kind| read(store, |tx| tables::credential_with_key(tx, kind, &one.key)).map(|row| row.record);
    assert_eq!(with_key("basic"), Some(one.clone()));
    assert_eq!(with_key("hmac"), Some(other_kind.clone()));
    assert_eq!(with_key("legacy"), None);
}

pub fn references(store: &dyn Store) {
    let secret = SecretRecord {
        id: "s".to_owned(),
        version: 1,
        credential: "nobody".to_owned(),
        no: 1,
        sealed: vec![1],
        created_at: 1,
        created_by: "alice".to_owned(),
    };
    refused(store, |tx| tables::insert(tx, &secret, vec![]));
}

pub fn words(store: &dyn Store) {
    for wrong in [
        CredentialRecord { state: "expired".to_owned(), ..credential(1, "basic") },
        CredentialRecord { body_digest: "maybe".to_owned(), ..credential(1, "basic") },
        credential(1, "oauth"),
    ] {
        refused(store, |tx| tables::insert(tx, &wrong, vec![]));
    }
}

pub fn asked_ahead(store: &dyn Store) {
    write(store, |tx| tables::insert_head(tx, &first_head()));
    let count = Query::new("SELECT COUNT(*) FROM tally WHERE state = $1", [Value::from("x")]);
    let nothing = Query::new("SELECT kind FROM tally WHERE state = $1", [Value::from("x")]);
    let counted = |tx: &mut dyn Tx| count.row(tx).unwrap().unwrap().int().unwrap();
    let mut tx = store.write_with(vec![tables::lock_head_query(), count.clone(), nothing.clone()]).unwrap();
    assert_eq!(tables::lock_head(&mut *tx).unwrap(), Some(first_head()));
    assert_eq!(counted(&mut *tx), 0);
    tables::add_to_tally(&mut *tx, "basic", "x", 1).unwrap();
    assert_eq!((counted(&mut *tx), nothing.rows(&mut *tx).unwrap().len()), (1, 1), "of what was written");
    tx.prefetch(vec![count.clone(), nothing.clone()]).unwrap();
    tables::add_to_tally(&mut *tx, "hmac", "x", 1).unwrap();
    assert_eq!((nothing.rows(&mut *tx).unwrap().len(), counted(&mut *tx)), (2, 2));
    assert_eq!(tx.commit(), Commit::Committed);
    let mut tx = store.read_with(&Cancel::default(), vec![count.clone(), nothing.clone()]).unwrap();
    assert_eq!((nothing.rows(&mut *tx).unwrap().len(), counted(&mut *tx), counted(&mut *tx)), (2, 2, 2));
}

pub fn queued(store: &dyn Store) {
    let one = credential(1, "basic");
    write(store, |tx| tables::insert(tx, &one, vec![1]));
    let next = CredentialRecord { version: 2, ..one.clone() };
    let version = || read(store, |tx| tables::version_of::<CredentialRecord>(tx, "id", one.id()));
    type Wrong = fn(&mut dyn WriteTx, &CredentialRecord) -> Result<(), StoreError>;
    let wrong: [Wrong; 4] = [
        |tx, one| tables::insert(tx, one, vec![]),
        |tx, one| tables::update(tx, one, vec![], 9),
        |tx, _| tables::remove::<CredentialRecord>(tx, "nobody"),
        |tx, _| tx.queue("UPDATE nonsense SET a = 1", &[]),
    ];
    for wrong in wrong {
        // The error is told by the statement, by one behind it, or by the commit.
        refused(store, |tx| {
            tables::update(tx, &next, vec![2], 1)?;
            wrong(tx, &next)?;
            tables::add_to_tally(tx, "basic", "x", 1)
        });
        refused(store, |tx| {
            wrong(tx, &next)?;
            tables::update(tx, &next, vec![2], 1)?;
            tx.row("SELECT 1", &[]).map(drop)
        });
        assert_eq!(version(), Some(1));
    }
    assert_eq!(read(store, |tx| tables::tallies(tx)), []);
}

pub fn many(store: &dyn Store) {
    let told = |locked: Option<i64>| -> Vec<Vec<Value>> {
        let row = |i: i64| {
            let locked = locked.filter(|_| i % 2 == 0);
            vec![format!("it's, \"{i}\" {{}} \\ 支").into(), i.into(), locked.into(), i.to_be_bytes().to_vec().into()]
        };
        (0..2_603).map(row).collect()
    };
    let insert = "WITH told (id, n, locked, tag) AS ({rows}) \
                  INSERT INTO throttle (id, version, failed, pauses, locked_until, at, tag) \
                  SELECT told.id, $2, told.n, $1, CAST(told.locked AS BIGINT), told.n, told.tag FROM told";
    for locked in [Some(7), None] {
        write(store, |tx| {
            tx.execute("DELETE FROM throttle", &[])?;
            tx.queue_rows(insert, &[0.into(), 1.into()], told(locked))
        });
        let sql = "SELECT id, at, locked_until, tag FROM throttle ORDER BY at";
        let mut kept = read(store, |tx| tx.rows(sql, &[]));
        let kept = kept.iter_mut().map(|row| (0..4).map(|_| row.value().unwrap()).collect::<Vec<_>>());
        assert!(kept.eq(told(locked)), "as they were told");
    }
    write(store, |tx| tx.queue_rows("UPDATE nonsense SET a = 1 FROM ({rows}) AS told", &[], Vec::new()));
    // None of them is kept if one may not be.
    let twice = [told(None), told(None)].concat();
    refused(store, |tx| {
        tx.execute("DELETE FROM throttle", &[])?;
        tx.queue_rows(insert, &[0.into(), 1.into()], twice)
    });
    assert_eq!(read(store, |tx| tables::throttles(tx)), 2_603);
}

/// Rows as [`Tx::each_of_many`] hands them over.
fn of_many(tx: &mut dyn Tx, sql: &str, params: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut rows = Vec::new();
    tx.each_of_many(sql, params, &mut |row| {
        rows.push(row.iter().copied().map(Value::from).collect());
        Ok(())
    })?;
    Ok(rows)
}

pub fn asked_again(store: &dyn Store) {
    let long = "支".repeat(60_000);
    let words = ["", "a", "it's \"quoted\" $1 ?1 % _ \\", "支払い 🔑", "\u{1}\u{7f}", "$2'; --", &long];
    write(store, |tx| {
        words.iter().try_for_each(|word| tables::add_to_tally(tx, word, "x", word.len() as i64))?;
        (0..9).try_for_each(|n| {
            let expires_at = (n % 2 == 0).then_some(i64::MIN);
            tables::insert(tx, &CredentialRecord { expires_at, ..credential(n, "basic") }, vec![0xff; n as usize])
        })
    });
    let by_word = "SELECT kind, n FROM tally WHERE kind = $1 AND n >= $2 AND $1 <> $3";
    let by_tag = "SELECT id, expires_at, listed, tag FROM credential WHERE tag >= $1 ORDER BY id LIMIT $2";
    read(store, |tx| {
        for word in words {
            let params = [word.into(), (-1).into(), "another".into()];
            let row = vec![word.into(), Value::from(word.len() as i64)];
            assert_eq!(of_many(tx, by_word, &params)?, [row], "{word:.9}");
        }
        assert!(of_many(tx, by_word, &["a".into(), Value::Null, "b".into()])?.is_empty());
        for n in (0..=9).chain([3]) {
            let params = [vec![0xff; n].into(), 4.into()];
            let rows = tx.rows(by_tag, &params)?;
            let row = |mut row: keydesk::store::Row| (0..4).map(|_| row.value()).collect::<Result<Vec<_>, _>>();
            let rows: Vec<_> = rows.into_iter().map(row).collect::<Result<_, _>>()?;
            assert_eq!(of_many(tx, by_tag, &params)?, rows, "{n}");
            assert_eq!(rows.len(), 4.min(9 - n));
        }
        Ok(())
    });
}

pub fn left(store: &dyn Store) {
    write(store, |tx| (0..300).try_for_each(|n| tables::add_to_tally(tx, "x", &n.to_string(), n)));
    let sql = "SELECT state, n FROM tally WHERE n >= $1 ORDER BY n";
    let mut tx = store.read(&Cancel::default()).unwrap();
    assert_eq!(of_many(&mut *tx, sql, &[298.into()]).unwrap().len(), 2);
    let mut seen = 0;
    let stopped = tx.each_of_many(sql, &[0.into()], &mut |_| {
        seen += 1;
        Err(StoreError::Cancelled)
    });
    assert_eq!((stopped, seen), (Err(StoreError::Cancelled), 1));
    drop(tx);
    let mut tx = store.read(&Cancel::default()).unwrap();
    let loud = "SELECT state, ABS(n) FROM tally WHERE ABS(n + $1) > 0";
    assert_eq!(of_many(&mut *tx, loud, &[1.into()]).unwrap().len(), 300);
    assert!(
        matches!(of_many(&mut *tx, loud, &[i64::MIN.into()]), Err(StoreError::Broken(_))),
        "a number that overflows"
    );
    drop(tx);
    assert_eq!(read(store, |tx| of_many(tx, sql, &[0.into()])).len(), 300);
}
