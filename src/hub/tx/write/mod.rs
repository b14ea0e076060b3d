//! Write transactions: the head is locked, the rows are written, the trail is continued, and all of it is committed or
//! nothing.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::account::Right;
use crate::hub::audit::action::Action;
use crate::hub::error::{no_head, tampered_head};
use crate::hub::tx::entry::{Author, Subject, next_row};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::rollback::{continues, went_back_error};
use crate::hub::tx::table_sums::{self, SummedTable};
use crate::hub::tx::{authorize, row_tags, unanswered};
use crate::hub::{Actor, Hub, HubError, Via};
use crate::store::tables::{self, HeadRow, Record, Tagged, UserRecord};
use crate::store::{Commit, Query, StoreError, WriteTx};
use crate::time::Millis;
use crate::vault::{Sums, Vault, uuid};

/// A write transaction.
pub(crate) struct Change<'a> {
    hub: &'a Hub,
    pub(crate) tx: Box<dyn WriteTx + 'a>,
    pub(crate) now: Millis,
    head: HeadRow,
    /// Count and sum of the rows of each tagged table, including this change.
    sums: Sums,
    operation: String,
    /// Whether a trail row carries the operation id, so that the change can be looked up.
    noted: bool,
    raised: bool,
    /// Why the store is not the one that was known: only a repair and what restricts goes on.
    went_back: Option<HubError>,
    author: Author,
    /// Version and tag of rows that this change has read or written, by table and id.
    tags: HashMap<(&'static str, String), (i64, Vec<u8>)>,
}

impl<'a> Change<'a> {
    /// Begins a change: locks the head, which serializes writers. An error if the trail has rows that keydesk did not
    /// write.
    pub(crate) fn begin(hub: &'a Hub, author: Author) -> Result<Self, HubError> {
        Self::begin_with(hub, author, Vec::new())
    }

    /// The same for a change that says what it will ask before it writes anything.
    pub(crate) fn begin_with(hub: &'a Hub, author: Author, prefetch: Vec<Query>) -> Result<Self, HubError> {
        Self::begin_repair(hub.store.write_with(Self::queries(hub, prefetch))?, hub, author)?.require_whole()
    }

    /// What is asked in the round trip that begins a change: behind the lock, which is the first.
    fn queries(hub: &Hub, prefetch: Vec<Query>) -> Vec<Query> {
        let mut queries = vec![tables::lock_head_query(), tables::trail_ends_query()];
        queries.extend(hub.known_head().map(|known| tables::trail_hash_query(known.trail_no)));
        queries.extend(prefetch);
        queries
    }

    fn require_whole(mut self) -> Result<Self, HubError> {
        if let Some(why) = self.went_back {
            return Err(why);
        }
        match tables::trail_beside(&mut *self.tx, self.head.trail_no)? {
            None => Ok(self),
            Some(no) => Err(HubError::Tampered {
                what: format!("The activity log (row {no})"),
                remedy: "run `keydesk audit accept --as NAME`, which moves such rows away".to_owned(),
            }),
        }
    }

    /// The same for a repair and for what restricts, which rows beside the trail do not stop, nor that the store went back.
    fn begin_repair(mut tx: Box<dyn WriteTx + 'a>, hub: &'a Hub, author: Author) -> Result<Self, HubError> {
        let head = tables::lock_head(&mut *tx)?.ok_or_else(no_head)?;
        if !row_tags::head_intact(&hub.vault, &head) {
            return Err(tampered_head());
        }
        let known = hub.known_head();
        let went_back = match hub.require_not_older(&mut *tx, &head, known.as_ref()) {
            Err(why @ HubError::Unavailable(_)) => Some(why),
            checked => checked.map(|()| None)?,
        };
        let sums = hub.vault.open_sums(&head.sums, &head.store_id).map_err(|_| tampered_head())?;
        Ok(Self { went_back, ..Self::of(hub, tx, head, sums, author)? })
    }

    fn of(
        hub: &'a Hub,
        tx: Box<dyn WriteTx + 'a>,
        head: HeadRow,
        sums: Sums,
        author: Author,
    ) -> Result<Self, HubError> {
        let (now, tags) = (hub.now(), HashMap::new());
        let operation = uuid(now)?.to_string();
        let (noted, raised, went_back) = (false, false, None);
        Ok(Self { hub, tx, now, head, sums, operation, noted, raised, went_back, author, tags })
    }

    /// The first transaction of a store, which has no head yet.
    pub(crate) fn first(hub: &'a Hub, author: Author) -> Result<Self, HubError> {
        let tx = hub.store.write()?;
        let store_id = uuid(hub.now())?.to_string();
        let trail_hash = row_tags::first_hash(&store_id);
        let (sums, mac) = (Vec::new(), Vec::new());
        let head = HeadRow { store_id, epoch: 1, change: 0, trail_no: 0, trail_hash, sums, mac };
        let mut change = Self::of(hub, tx, head, Sums::default(), author)?;
        tables::insert_head(&mut *change.tx, &change.head)?;
        Ok(change)
    }

    /// Makes an actor the author of what is noted from here on.
    pub(crate) fn sign_as(&mut self, actor: &Actor) {
        self.author = Author::of(actor);
    }

    /// The head, including this change.
    pub(crate) fn head(&self) -> &HeadRow {
        &self.head
    }

    pub(crate) fn vault(&self) -> &'a Vault {
        &self.hub.vault
    }

    /// Checks the actor in this transaction.
    pub(crate) fn check(&mut self, actor: &Actor, right: Right) -> Result<UserRecord, HubError> {
        authorize::check(&mut *self.tx, &self.hub.vault, self.now, actor, right)
    }

    /// The change number for the rows of this change. Asking for it declares that a verifier or a list has something to
    /// follow.
    pub(crate) fn number(&mut self) -> i64 {
        if !self.raised {
            self.raised = true;
            self.head.change += 1;
        }
        self.head.change
    }

    /// Begins a new epoch, so that everyone who knows a position of the store starts over. The clock is part of it,
    /// because an old copy does not know how often it was accepted before. Because a clock may have been ahead and then
    /// set back, the new epoch is also higher than `known`, the highest reported one. Returns the old and the new
    /// epoch.
    pub(crate) fn next_epoch(&mut self, known: i64) -> (i64, i64) {
        let before = self.head.epoch;
        let seen = self.hub.known_head().map_or(0, |head| head.epoch);
        self.head.epoch = self.now.seconds().0.max(before.max(known).max(seen).saturating_add(1));
        self.number();
        (before, self.head.epoch)
    }

    /// Inserts a row.
    pub(crate) fn insert<T: Record>(&mut self, record: &T) -> Result<(), HubError> {
        self.insert_all(std::slice::from_ref(record))
    }

    /// Inserts rows, in as few statements as there can be.
    pub(crate) fn insert_all<T: Record>(&mut self, records: &[T]) -> Result<(), HubError> {
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let tag = row_tags::tag(&self.hub.vault, record)?;
            self.add_to_sum(record, &tag);
            rows.push((record, tag));
        }
        Ok(tables::insert_all(&mut *self.tx, rows)?)
    }

    /// Keeps the tag of a row that was read in this change, so that it is not read again when the row is replaced.
    pub(crate) fn keep_tag<T: Record>(&mut self, row: &Tagged<T>) {
        let key = (T::TABLE, row.record.id().to_owned());
        self.tags.insert(key, (row.record.version(), row.tag.clone()));
    }

    /// Replaces a row by its next version.
    pub(crate) fn update<T: Record>(&mut self, record: &T) -> Result<(), HubError> {
        self.replace(record, record.version() - 1)
    }

    /// Replaces the row of version `was`. A row with a wrong tag may have any version; its
    /// replacement starts again at 1.
    pub(crate) fn replace<T: Record>(&mut self, record: &T, was: i64) -> Result<(), HubError> {
        self.take_off_sum::<T>(record.id(), was)?;
        let tag = row_tags::tag(&self.hub.vault, record)?;
        self.add_to_sum(record, &tag);
        Ok(tables::update(&mut *self.tx, record, tag, was)?)
    }

    /// Removes a row with this version.
    pub(crate) fn remove<T: Record>(&mut self, id: &str, version: i64) -> Result<(), HubError> {
        self.take_off_sum::<T>(id, version)?;
        Ok(tables::remove::<T>(&mut *self.tx, id)?)
    }

    fn add_to_sum<T: Record>(&mut self, record: &T, tag: &[u8]) {
        if T::SUMMED {
            let term = self.hub.vault.term(T::TABLE, record.id(), record.version(), tag);
            self.sums.of_mut(T::TABLE).add(term);
        }
        self.tags.insert((T::TABLE, record.id().to_owned()), (record.version(), tag.to_vec()));
    }

    fn take_off_sum<T: Record>(&mut self, id: &str, version: i64) -> Result<(), HubError> {
        if T::SUMMED {
            let tag = self.stored_tag::<T>(id, version)?;
            self.sums.of_mut(T::TABLE).remove(self.hub.vault.term(T::TABLE, id, version, &tag));
        }
        Ok(())
    }

    /// The tag that stands in the row of this version.
    pub(crate) fn stored_tag<T: Record>(&mut self, id: &str, version: i64) -> Result<Vec<u8>, HubError> {
        match self.tags.get(&(T::TABLE, id.to_owned())) {
            Some((of, tag)) if *of == version => Ok(tag.clone()),
            // The head is locked, and the row was read under that lock.
            _ => tables::stored_tag::<T>(&mut *self.tx, id, version)?.ok_or_else(vanished::<T>),
        }
    }

    /// Whether the rows of a small table match the sum in the head.
    pub(crate) fn sum_matches(&mut self, of: SummedTable) -> Result<bool, HubError> {
        table_sums::matches(&mut *self.tx, &self.hub.vault, &self.sums, of)
    }

    /// Moves rows that somebody added outside the trail aside; returns how many.
    pub(crate) fn move_strays(&mut self) -> Result<u64, HubError> {
        match tables::trail_beside(&mut *self.tx, self.head.trail_no)? {
            Some(_) => Ok(tables::move_strays(&mut *self.tx, self.head.trail_no, self.now.0)?),
            None => Ok(0),
        }
    }

    /// An error when the rows of a small table do not match the sum in the head.
    pub(crate) fn require_sum(&mut self, of: SummedTable) -> Result<(), HubError> {
        match self.sum_matches(of)? {
            true => Ok(()),
            false => Err(HubError::Tampered {
                what: format!("The table of {}", of.things),
                remedy: "run `keydesk audit verify --as NAME` and `keydesk audit accept --as NAME` on this machine"
                    .to_owned(),
            }),
        }
    }

    /// The sums that the head will carry, for a repair to recompute.
    pub(crate) fn sums_mut(&mut self) -> &mut Sums {
        &mut self.sums
    }

    /// Appends a row to the trail; returns its number.
    pub(crate) fn note(&mut self, action: Action, subject: Subject) -> Result<i64, HubError> {
        self.note_all(action, vec![subject])
    }

    /// The same for many subjects; returns the number of the last.
    pub(crate) fn note_all(&mut self, action: Action, subjects: Vec<Subject>) -> Result<i64, HubError> {
        let of = (self.now, self.operation.as_str());
        let row = |subject| next_row(&mut self.head, of, &self.author, action, subject);
        tables::insert_trail(&mut *self.tx, &subjects.into_iter().map(row).collect::<Vec<_>>())?;
        self.noted = true;
        Ok(self.head.trail_no)
    }

    /// Appends a row to the trail without an author.
    pub(crate) fn note_as_nobody(&mut self, action: Action, subject: Subject) -> Result<i64, HubError> {
        let nobody = Author::nobody(&self.author.origin);
        let author = std::mem::replace(&mut self.author, nobody);
        let no = self.note(action, subject);
        self.author = author;
        no
    }

    /// Authenticates the head and commits. If the store does not say whether it committed, the trail is asked.
    pub(crate) fn commit(mut self) -> Result<(), HubError> {
        self.head.sums = self.hub.vault.seal_sums(&self.sums, &self.head.store_id)?;
        self.head.mac = row_tags::head_mac(&self.hub.vault, &self.head)?;
        tables::update_head(&mut *self.tx, &self.head)?;
        if self.raised {
            self.tx.announce();
        }
        let began = Instant::now();
        let Self { hub, tx, head, operation, noted, went_back, .. } = self;
        match tx.commit() {
            Commit::Committed => {}
            Commit::NotCommitted(why) => return Err(why.into()),
            // A change without a row in the trail cannot be looked up.
            Commit::Unknown if !noted => return Err(HubError::Unknown),
            Commit::Unknown => hub.was_committed(&operation, began)?,
        }
        // What restricts a store that went back does not make it the one that was known; accepting it does.
        if went_back.is_none() || hub.known_head().is_some_and(|known| known.epoch < head.epoch) {
            hub.remember(&head);
        }
        Ok(())
    }
}

fn vanished<T: Record>() -> HubError {
    StoreError::Broken(format!("a row of {} vanished", T::TABLE)).into()
}

impl Hub {
    /// A change by an actor: checked, carried out by `work`, committed. Refusals go to the trail.
    pub(in crate::hub) fn write<T>(
        &self,
        actor: &Actor,
        intent: Intent,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        let run = || {
            let author = Author::of(actor);
            let repairing = intent.repairs || intent.restricts;
            let mut queries = authorize::queries(actor);
            if actor.via != Via::Local && !intent.restricts {
                queries.push(tables::tags_query(table_sums::USERS.table));
            }
            queries.extend(intent.prefetch.iter().cloned());
            let tx = match intent.lasts {
                true => self.store.write_at_length()?,
                false => self.store.write_with(Change::queries(self, queries))?,
            };
            let change = Change::begin_repair(tx, self, author)?;
            let mut change = if repairing { change } else { change.require_whole()? };
            let user = match repairing {
                true => authorize::check_for_repair(&mut *change.tx, &self.vault, change.now, actor, intent.right)?,
                false => change.check(actor, intent.right)?,
            };
            // An older row of a user may have been put back. Whoever acts by `--as` has the master key anyway.
            if actor.via != Via::Local && !intent.restricts {
                change.require_sum(table_sums::USERS)?;
            }
            if intent.sensitive && !actor.confirmed(change.now) {
                return Err(if user.password_version == 0 { HubError::ConnectAnew } else { HubError::PasswordNeeded });
            }
            if intent.restricts {
                // Rows added beside the trail must not prevent a revocation.
                change.move_strays()?;
            }
            let done = work(&mut change)?;
            change.commit()?;
            Ok(done)
        };
        run().inspect_err(|why| self.note_refusal(actor, &intent, why))
    }

    /// Whether a change whose commit got no answer was kept. Asked with the head locked: a writer that is still
    /// committing holds that lock, so once it is ours the answer is final. A server that went away is asked again for a
    /// while.
    fn was_committed(&self, operation: &str, began: Instant) -> Result<(), HubError> {
        let until = began + self.store.patience();
        let mut goes_on = unanswered::goes_on();
        let found = loop {
            match self.find_locked(operation) {
                Err(HubError::Unavailable(_)) if goes_on.unwrap_or_else(|| Instant::now() < until) => {
                    std::thread::sleep(AGAIN);
                }
                found => break found,
            }
            goes_on = unanswered::goes_on();
        };
        match found {
            Ok(Outcome::Kept) => Ok(()),
            Ok(Outcome::NotKept) => Err(HubError::Unavailable(
                "The store could not keep the change. Nothing was changed; try again.".into(),
            )),
            Ok(Outcome::WentBack) => Err(went_back_error()),
            Err(_) => Err(HubError::Unknown),
        }
    }

    fn find_locked(&self, operation: &str) -> Result<Outcome, HubError> {
        let mut tx = self.store.write()?;
        let head = tables::lock_head(&mut *tx)?.ok_or_else(no_head)?;
        if !row_tags::head_intact(&self.vault, &head) {
            return Err(tampered_head());
        }
        if tables::find_operation(&mut *tx, operation)? {
            return Ok(Outcome::Kept);
        }
        match self.known_head() {
            Some(known) if !continues(&mut *tx, &head, &known)? => Ok(Outcome::WentBack),
            _ => Ok(Outcome::NotKept),
        }
    }
}

/// What became of a change.
enum Outcome {
    Kept,
    NotKept,
    /// It is not there, nor is what was known before.
    WentBack,
}

/// Time between two questions to a server that went away.
const AGAIN: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests;
