//! How many last uses a second are written, in the way of today and in the one of before; run by hand.
//!
//! `cargo bench --bench uses -- DIR [USES]` with a desk that `fill` made. It writes into it.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use keydesk::store::tables::{self, UseRow};
use keydesk::store::{Cancel, Commit, SqliteStore, Store, StoreError, Value, WriteTx};

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [dir, count @ ..] = args.as_slice() else {
        // `cargo test --benches` and `cargo bench` without arguments come here.
        println!("usage: cargo bench --bench uses -- DIR [USES]");
        return ExitCode::SUCCESS;
    };
    let count = count.first().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    match measure(&Path::new(dir).join("data/keydesk.db"), count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("uses: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a batch inside a transaction.
type Way = fn(&mut dyn WriteTx, &[UseRow], i64) -> Result<(), StoreError>;

fn measure(database: &Path, count: usize) -> Result<(), StoreError> {
    let store = SqliteStore::open(database, &mut |_, _| Ok(()))?;
    let ids = ids(&store, count)?;
    let ways: [(&str, Way, usize); 4] = [
        ("before: two statements each, 50 in a transaction", one_by_one, 50),
        ("before, 256 in a transaction", one_by_one, 256),
        ("today's statement, 50 in a transaction", at_once, 50),
        ("today: one statement, 256 in a transaction", at_once, 256),
    ];
    let mut took = vec![Vec::new(); ways.len()];
    // Later each time, so that each is written.
    let (mut at, mut longest) = (1_800_000_000, vec![0_u128; ways.len()]);
    for _ in 0..ROUNDS {
        for (i, (_, way, batch)) in ways.iter().enumerate() {
            at += 1;
            let uses: Vec<_> = ids.iter().map(|id| used(id, at)).collect();
            let began = Instant::now();
            for batch in uses.chunks(*batch) {
                let one = Instant::now();
                let mut tx = store.write()?;
                tables::note_asked(&mut *tx, at)?;
                way(&mut *tx, batch, i64::MAX)?;
                if tx.commit() != Commit::Committed {
                    return Err(StoreError::Unknown);
                }
                longest[i] = longest[i].max(one.elapsed().as_micros());
            }
            took[i].push(began.elapsed());
        }
    }
    println!("| {} uses of different credentials | a second | one transaction, us | the longest, us |", ids.len());
    println!("| --- | --- | --- | --- |");
    for (i, ((name, _, batch), took)) in ways.iter().zip(&mut took).enumerate() {
        took.sort();
        let median = took[ROUNDS / 2].as_secs_f64();
        let each = median * 1e6 / ids.len().div_ceil(*batch) as f64;
        println!("| {name} | {:.0} | {each:.0} | {} |", ids.len() as f64 / median, longest[i]);
    }
    Ok(())
}

fn used(id: &str, at: i64) -> UseRow {
    UseRow { credential: id.to_owned(), secret_no: 1, at, address: Some("203.0.113.9".to_owned()) }
}

/// From all over the table, in order, as a verifier writes them.
fn ids(store: &dyn Store, count: usize) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    store.read(&Cancel::default())?.each("SELECT id FROM credential ORDER BY id", &[], &mut |row| {
        ids.push(row[0].text()?.to_owned());
        Ok(())
    })?;
    let step = (ids.len() / count.max(1)).max(1);
    Ok(ids.into_iter().step_by(step).take(count).collect())
}

fn at_once(tx: &mut dyn WriteTx, uses: &[UseRow], latest: i64) -> Result<(), StoreError> {
    tables::put_usages(tx, uses, latest)
}

/// As it was done before.
fn one_by_one(tx: &mut dyn WriteTx, uses: &[UseRow], latest: i64) -> Result<(), StoreError> {
    let put = "UPDATE usage SET at = CASE WHEN secret_no = $2 THEN $3 ELSE $3 - 1 END, \
               address = CASE WHEN secret_no = $2 THEN $4 ELSE address END \
               WHERE credential = $1 AND (at > $5 OR (secret_no = $2 AND (at IS NULL OR at <= $3)))";
    let stop = "UPDATE usage SET waiting = 0 WHERE credential = $1 AND waiting = 1";
    for one in uses {
        let id: Value = (&one.credential).into();
        let address = one.address.clone().into();
        tx.execute(put, &[id.clone(), one.secret_no.into(), one.at.into(), address, latest.into()])?;
        tx.execute(stop, &[id])?;
    }
    Ok(())
}
