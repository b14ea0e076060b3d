//! Detects that the store was rolled back or replaced while this handle was open.

use std::sync::PoisonError;

use crate::hub::{Hub, HubError};
use crate::store::Tx;
use crate::store::tables::{self, HeadRow};

impl Hub {
    /// The newest head that this handle has seen. A reader asks before it opens its transaction: what another thread
    /// commits in the meantime is newer than what it reads, and no rollback.
    pub(in crate::hub) fn known_head(&self) -> Option<HeadRow> {
        self.highest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers a head, unless a newer one of the same store is known: threads come here in any order.
    pub(in crate::hub) fn remember(&self, head: &HeadRow) {
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        if !highest.as_ref().is_some_and(|known| is_older(head, known)) {
            *highest = Some(head.clone());
        }
    }

    /// An error when a head is older than the one that was known before it was read, or of another store.
    pub(in crate::hub) fn require_not_older(&self, head: &HeadRow, known: Option<&HeadRow>) -> Result<(), HubError> {
        if known.is_some_and(|known| known.store_id != head.store_id || is_older(head, known)) {
            return Err(went_back_error());
        }
        self.remember(head);
        Ok(())
    }

    /// The same before a write, which holds the lock of all writers: the trail must still have the row that was its
    /// last one.
    pub(in crate::hub) fn require_same_store(&self, tx: &mut dyn Tx, head: &HeadRow) -> Result<(), HubError> {
        let known = self.known_head();
        if let Some(known) = known.as_ref().filter(|known| known.epoch == head.epoch && known.trail_no > 0)
            && known.trail_no <= head.trail_no
            && tables::trail_hash(tx, known.trail_no)?.as_ref() != Some(&known.trail_hash)
        {
            return Err(went_back_error());
        }
        self.require_not_older(head, known.as_ref())
    }
}

fn is_older(head: &HeadRow, known: &HeadRow) -> bool {
    (head.epoch, head.trail_no) < (known.epoch, known.trail_no)
}

fn went_back_error() -> HubError {
    HubError::Unavailable(
        "An older copy of the database was put back: it is older than it was a moment ago. Nothing was changed; find out who put an old file back, \
         then start keydesk again."
            .to_owned(),
    )
}
