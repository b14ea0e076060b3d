//! The change that this verifier answers from, for others to read in the store.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::hub::ChangeNumber;

use crate::serve::follower::health::StoreState;

/// The change that every request is judged by from now on, or a later one.
#[derive(Debug, Default)]
pub(in crate::serve) struct Followed {
    at: Mutex<ChangeNumber>,
    moved: Condvar,
    noting: Mutex<()>,
}

impl Followed {
    /// Takes over where a look at the store ended. Of a store that went back, or is not as keydesk left it, only restrictions
    /// are followed: then nothing is claimed.
    pub(in crate::serve) fn record(&self, state: &StoreState, at: ChangeNumber) {
        let at = match state {
            StoreState::Current => at,
            // It goes on answering from what it knew.
            StoreState::Unreadable(_) => return,
            StoreState::RolledBack | StoreState::BelowMark | StoreState::Altered => ChangeNumber::default(),
        };
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
        self.moved.notify_all();
    }

    /// The change.
    pub(in crate::serve) fn get(&self) -> ChangeNumber {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The change, once it is another than this one.
    pub(in crate::serve) fn wait_for_another(&self, told: ChangeNumber) -> ChangeNumber {
        let at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        *self.moved.wait_while(at, |at| *at == told).unwrap_or_else(PoisonError::into_inner)
    }

    /// Held from reading the change until it is in the store: two threads write it, and the later one must write the later
    /// change.
    pub(in crate::serve) fn noting(&self) -> MutexGuard<'_, ()> {
        self.noting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_claimed_of_a_store_that_went_back() {
        let (followed, at) = (Followed::default(), ChangeNumber { epoch: 1, change: 7 });
        followed.record(&StoreState::Current, at);
        followed.record(&StoreState::Unreadable("gone".to_owned()), ChangeNumber { epoch: 1, change: 8 });
        assert_eq!(followed.get(), at);
        for state in [StoreState::RolledBack, StoreState::BelowMark, StoreState::Altered] {
            followed.record(&StoreState::Current, at);
            followed.record(&state, at);
            assert_eq!(followed.get(), ChangeNumber::default(), "{state:?}");
        }
    }
}
