//! Write transactions: the head is locked, the rows are written, the trail is continued, and all of it is committed or
//! nothing.

use std::time::{Duration, Instant};

use crate::account::Right;
use crate::hub::audit::action::Action;
use crate::hub::error::{no_head, tampered_head};
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::table_sums::{self, SummedTable};
use crate::hub::tx::{authorize, row_tags};
use crate::hub::{Actor, Hub, HubError, Via};
use crate::store::tables::{self, HeadRow, Record, TrailRecord, UserRecord};
use crate::store::{Commit, StoreError, WriteTx};
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
    author: Author,
}

impl<'a> Change<'a> {
    /// Begins a change: locks the head, which serializes writers. An error if the trail has rows that keydesk did not
    /// write.
    pub(crate) fn begin(hub: &'a Hub, author: Author) -> Result<Self, HubError> {
        let mut change = Self::begin_repair(hub, author)?;
        match tables::trail_beside(&mut *change.tx, change.head.trail_no)? {
            None => Ok(change),
            Some(no) => Err(HubError::Tampered {
                what: format!("The activity log (row {no})"),
                remedy: "run `keydesk audit accept --as NAME`, which moves such rows away".to_owned(),
            }),
        }
    }

    /// The same for a repair, which rows beside the trail do not stop.
    fn begin_repair(hub: &'a Hub, author: Author) -> Result<Self, HubError> {
        let mut tx = hub.store.write()?;
        tables::lock_head(&mut *tx)?;
        let head = tables::head(&mut *tx)?.ok_or_else(no_head)?;
        if !row_tags::head_intact(&hub.vault, &head) {
            return Err(tampered_head());
        }
        hub.require_same_store(&mut *tx, &head)?;
        let sums = hub.vault.open_sums(&head.sums, &head.store_id).map_err(|_| tampered_head())?;
        let now = hub.now();
        Ok(Self { hub, tx, now, head, sums, operation: uuid(now)?.to_string(), noted: false, raised: false, author })
    }

    /// The first transaction of a store, which has no head yet.
    pub(crate) fn first(hub: &'a Hub, author: Author) -> Result<Self, HubError> {
        let (tx, now) = (hub.store.write()?, hub.now());
        let store_id = uuid(now)?.to_string();
        let trail_hash = row_tags::first_hash(&store_id);
        let (sums, mac) = (Vec::new(), Vec::new());
        let head = HeadRow { store_id, epoch: 1, change: 0, trail_no: 0, trail_hash, sums, mac };
        let (sums, operation) = (Sums::default(), uuid(now)?.to_string());
        let mut change = Self { hub, tx, now, head, sums, operation, noted: false, raised: false, author };
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
        self.head.epoch = self.now.seconds().0.max(before.max(known).saturating_add(1));
        self.number();
        (before, self.head.epoch)
    }

    /// Inserts a row.
    pub(crate) fn insert<T: Record>(&mut self, record: &T) -> Result<(), HubError> {
        let tag = row_tags::tag(&self.hub.vault, record)?;
        self.add_to_sum(record, &tag);
        Ok(tables::insert(&mut *self.tx, record, tag)?)
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
        match tables::update(&mut *self.tx, record, tag, was)? {
            true => Ok(()),
            // The head is locked and the row was read under that lock.
            false => Err(vanished::<T>()),
        }
    }

    /// Removes a row with this version.
    pub(crate) fn remove<T: Record>(&mut self, id: &str, version: i64) -> Result<(), HubError> {
        self.take_off_sum::<T>(id, version)?;
        match tables::remove::<T>(&mut *self.tx, id)? {
            true => Ok(()),
            false => Err(vanished::<T>()),
        }
    }

    fn add_to_sum<T: Record>(&mut self, record: &T, tag: &[u8]) {
        if T::SUMMED {
            let term = self.hub.vault.term(T::TABLE, record.id(), record.version(), tag);
            self.sums.of_mut(T::TABLE).add(term);
        }
    }

    fn take_off_sum<T: Record>(&mut self, id: &str, version: i64) -> Result<(), HubError> {
        if T::SUMMED {
            let tag = tables::stored_tag::<T>(&mut *self.tx, id, version)?.ok_or_else(vanished::<T>)?;
            self.sums.of_mut(T::TABLE).remove(self.hub.vault.term(T::TABLE, id, version, &tag));
        }
        Ok(())
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
        let mut record = TrailRecord {
            no: self.head.trail_no + 1,
            at: self.now.0,
            who: self.author.who.clone(),
            via: self.author.via.clone(),
            unix: self.author.origin.unix.clone(),
            address: self.author.origin.address.map(|a| a.to_string()),
            action: action.code.to_owned(),
            class: action.class.to_owned(),
            about: action.about.to_owned(),
            subject: subject.id,
            what: subject.what,
            before: subject.before,
            after: subject.after,
            operation: self.operation.clone(),
            hash: Vec::new(),
        };
        record.hash = row_tags::trail_hash(&self.head.trail_hash, &record);
        tables::insert_trail(&mut *self.tx, &record)?;
        self.noted = true;
        self.head.trail_no = record.no;
        self.head.trail_hash = record.hash;
        Ok(record.no)
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
        let Self { hub, tx, head, operation, noted, .. } = self;
        match tx.commit() {
            Commit::Committed => {
                hub.remember(&head);
                Ok(())
            }
            Commit::NotCommitted(why) => Err(why.into()),
            // A change without a row in the trail cannot be looked up.
            Commit::Unknown if !noted => Err(HubError::Unknown),
            Commit::Unknown => hub.was_committed(&operation),
        }
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
            let mut change = match repairing {
                true => Change::begin_repair(self, author)?,
                false => Change::begin(self, author)?,
            };
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
    fn was_committed(&self, operation: &str) -> Result<(), HubError> {
        let until = Instant::now() + self.store.patience();
        let found = loop {
            match self.find_locked(operation) {
                Err(StoreError::Unavailable(_)) if Instant::now() < until => std::thread::sleep(AGAIN),
                found => break found,
            }
        };
        match found {
            Ok((true, Some(head))) => {
                self.remember(&head);
                Ok(())
            }
            Ok((false, Some(_))) => Err(HubError::Unavailable(
                "The store could not keep the change. Nothing was changed; try again.".into(),
            )),
            _ => Err(HubError::Unknown),
        }
    }

    fn find_locked(&self, operation: &str) -> Result<(bool, Option<HeadRow>), StoreError> {
        let mut tx = self.store.write()?;
        tables::lock_head(&mut *tx)?;
        Ok((tables::find_operation(&mut *tx, operation)?, tables::head(&mut *tx)?))
    }
}

/// Time between two questions to a server that went away.
const AGAIN: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests;
