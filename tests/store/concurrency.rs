//! A reader beside a writer, and reads that are stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keydesk::store::tables::{self, HeadRow};
use keydesk::store::{Cancel, Store, StoreError, Tx};

use super::lists::tally;
use super::rows::first_head;
use super::{read, write};

pub fn noticed(store: &dyn Store) {
    assert!(store.changed().unwrap(), "the first answer is yes");
    assert!(!store.changed().unwrap());
    tally(store);
    assert!(!store.changed().unwrap(), "a read is nothing to notice");
    write(store, |tx| tables::add_to_tally(tx, "basic", "active", 1));
    assert!(store.changed().unwrap());
    assert!(!store.changed().unwrap());
}

pub fn writers(store: &dyn Store) {
    write(store, |tx| tables::insert_head(tx, &first_head()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    write(store, |tx| {
                        let head = tables::lock_head(tx)?.unwrap();
                        tables::update_head(tx, &HeadRow { change: head.change + 1, ..head })
                    });
                }
            });
        }
    });
    assert_eq!(read(store, |tx| tables::head(tx)).unwrap().change, 200);
}

pub fn snapshot(store: &dyn Store) {
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

pub fn cancel(store: &dyn Store) {
    // Ends by itself only after minutes, and then with a number, in any database that knows the standard's recursion.
    let endless =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT COUNT(*) FROM n";
    const MANY: i64 = 2_000_000_000;
    cancelled(store, &mut |tx| tx.row(endless, &[MANY.into()]).map(drop));
    cancelled(store, &mut |tx| {
        // A driver may ask another way when it is asked again.
        tx.each_of_many(endless, &[1.into()], &mut |_| Ok(()))?;
        tx.each_of_many(endless, &[MANY.into()], &mut |_| Ok(()))
    });
}

fn cancelled(store: &dyn Store, work: &mut dyn FnMut(&mut dyn Tx) -> Result<(), StoreError>) {
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
    started.store(true, Ordering::SeqCst);
    assert!(matches!(work(&mut *tx), Err(StoreError::Cancelled)));
    drop(tx);
    canceller.join().unwrap();
    cancel.cancel();
    assert!(tally(store).is_empty(), "the next read knows nothing of it");
}
