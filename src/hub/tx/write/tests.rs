//! A change whose commit gets no answer.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::*;
use crate::credential::{Kind, Options};
use crate::hub::{NewCredential, Origin, SetUp};
use crate::secret::Secret;
use crate::store::{Cancel, Cell, Notice, Store, Tx, Value};
use crate::time::SetClock;

/// A store whose line breaks during a commit: after it was kept, or before.
struct Breaking {
    inner: Arc<dyn Store>,
    breaks: AtomicU8,
}

const KEPT: u8 = 1;
const LOST: u8 = 2;

struct Broken<'a>(Box<dyn WriteTx + 'a>, u8);

impl Store for Breaking {
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        Ok(Box::new(Broken(self.inner.write()?, self.breaks.swap(0, Relaxed))))
    }

    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError> {
        self.inner.read(cancel)
    }

    fn changed(&self) -> Result<bool, StoreError> {
        self.inner.changed()
    }

    fn reopened(&self) -> u64 {
        self.inner.reopened()
    }

    fn fresh(&self) -> Result<bool, StoreError> {
        self.inner.fresh()
    }

    fn step(&self) -> i64 {
        self.inner.step()
    }

    fn notice(&self) -> Option<Box<dyn Notice>> {
        None
    }
}

impl Tx for Broken<'_> {
    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.each(sql, params, each)
    }

    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError> {
        self.0.catalogue()
    }

    fn damage(&mut self, cancel: &Cancel) -> Result<Option<String>, StoreError> {
        self.0.damage(cancel)
    }
}

impl WriteTx for Broken<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.0.execute(sql, params)
    }

    fn rebuild_indexes(&mut self) -> Result<(), StoreError> {
        self.0.rebuild_indexes()
    }

    fn commit(self: Box<Self>) -> Commit {
        match self.1 {
            0 => self.0.commit(),
            KEPT => {
                assert_eq!(self.0.commit(), Commit::Committed);
                Commit::Unknown
            }
            _ => Commit::Unknown,
        }
    }
}

#[test]
fn an_unanswered_commit_is_looked_up_before_the_result_is_reported() {
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Acme".to_owned(), name: "alice".to_owned(), password };
    let mut hub = Hub::in_memory(Arc::new(SetClock::at(Millis(1_786_698_764_000))), &wanted).unwrap();
    let store = Arc::new(Breaking { inner: hub.store.clone(), breaks: AtomicU8::new(0) });
    hub.store = store.clone();
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    let create = |name: &str| {
        let (name, options) = (name.to_owned(), Options::default());
        hub.create(&alice, &NewCredential { kind: Kind::Basic, name, legacy: None, options })
    };
    let names =
        || hub.trail(&alice, &crate::hub::TrailQuery { limit: 9, ..Default::default() }).unwrap().remove(0).what;
    store.breaks.store(KEPT, Relaxed);
    assert!(create("kept").is_ok(), "its row of the trail is there");
    store.breaks.store(LOST, Relaxed);
    let why = create("lost").unwrap_err();
    assert!(matches!(&why, HubError::Unavailable(said) if said.contains("Nothing was changed")), "{why}");
    assert_eq!(names(), "kept");
    create("after").unwrap();
    // What leaves no row in the trail cannot be found again: nobody says that nothing was changed.
    store.breaks.store(KEPT, Relaxed);
    let wrong = Secret::from_text("wrong horse battery");
    assert!(matches!(hub.sign_in("alice", &wrong, &Origin::default()), Err(HubError::Unknown)));
}
