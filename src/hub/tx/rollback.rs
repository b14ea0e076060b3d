//! Detects that the store was rolled back or replaced while this handle was open.

use std::sync::PoisonError;

use crate::hub::{Hub, HubError};
use crate::store::Tx;
use crate::store::tables::{self, HeadRow};

impl Hub {
    /// Remembers the head; an error when the store was rolled back or is another one.
    pub(in crate::hub) fn remember(&self, head: &HeadRow) -> Result<(), HubError> {
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        let rolled_back = highest.as_ref().is_some_and(|known| {
            known.store_id != head.store_id
                || known.epoch > head.epoch
                || (known.epoch == head.epoch && known.trail_no > head.trail_no)
        });
        if rolled_back {
            return Err(went_back_error());
        }
        *highest = Some(head.clone());
        Ok(())
    }

    /// The same before a write: the trail must still have the row that was its last one.
    pub(in crate::hub) fn require_same_store(&self, tx: &mut dyn Tx, head: &HeadRow) -> Result<(), HubError> {
        let known = self.highest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.epoch == head.epoch && known.trail_no > 0)
            && known.trail_no <= head.trail_no
            && tables::trail_hash(tx, known.trail_no)?.as_ref() != Some(&known.trail_hash)
        {
            return Err(went_back_error());
        }
        self.remember(head)
    }
}

fn went_back_error() -> HubError {
    HubError::Unavailable(
        "The store went back: it is older than it was a moment ago. Nothing was changed; find out who put an old file back, \
         then start keydesk again."
            .to_owned(),
    )
}
