//! Detects that the store was rolled back or replaced while this handle was open, or since another process of this machine
//! saw it: it is older, or it went on from something older.

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
        if highest.as_ref().is_some_and(|known| reached(head) <= reached(known)) {
            return;
        }
        *highest = Some(head.clone());
        // Whoever asks for it waits for no disk.
        drop(highest);
        if let Some(file) = &self.seen.file {
            file.raise(&self.vault, head);
        }
    }

    /// An error when a head is older than the one that was known before it was read, is of another store, or when its trail
    /// lacks the row that was the last one then.
    pub(in crate::hub) fn require_not_older(
        &self,
        tx: &mut dyn Tx,
        head: &HeadRow,
        known: Option<&HeadRow>,
    ) -> Result<(), HubError> {
        if let Some(known) = known
            && !continues(tx, head, known)?
        {
            return Err(went_back_error());
        }
        self.remember(head);
        Ok(())
    }

    /// Whether the store, when it was opened, lacked something that an earlier process of this machine had seen. Reads go on;
    /// of changes only those that restrict, and the repair.
    pub fn went_back(&self) -> bool {
        self.seen.went_back
    }
}

/// Whether the store at a head has everything that it had at an earlier one. A store that was accepted has another epoch.
pub(in crate::hub) fn continues(tx: &mut dyn Tx, head: &HeadRow, known: &HeadRow) -> Result<bool, HubError> {
    if head.store_id != known.store_id || position(head) < position(known) {
        return Ok(false);
    }
    if head.epoch > known.epoch || known.trail_no == 0 {
        return Ok(true);
    }
    // An older copy, or a server that lost the last changes, may have grown past it since.
    Ok(match head.trail_no == known.trail_no {
        true => head.trail_hash == known.trail_hash,
        false => tables::trail_hash(tx, known.trail_no)?.as_ref() == Some(&known.trail_hash),
    })
}

fn position(head: &HeadRow) -> (i64, i64) {
    (head.epoch, head.trail_no)
}

/// How far a store was: heads of the same store come in this order.
pub(in crate::hub) fn reached(head: &HeadRow) -> (i64, i64, i64) {
    (head.epoch, head.trail_no, head.change)
}

pub(in crate::hub) fn went_back_error() -> HubError {
    HubError::Unavailable(
        "The store went back: it lacks changes that were seen before. An older copy was put back, or a server that had not got \
         them took over. Nothing was changed; put the newest back, or accept what is there (`keydesk audit accept --as NAME`), \
         then start keydesk again."
            .to_owned(),
    )
}
