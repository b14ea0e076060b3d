//! The hub that the background threads share. The follower replaces it when another database was put in place.

use std::sync::{Arc, PoisonError, RwLock};

use crate::hub::Hub;

/// A hub that can be replaced. Requests never use it.
#[derive(Clone)]
pub(super) struct SharedHub(Arc<RwLock<Arc<Hub>>>);

impl SharedHub {
    pub(super) fn new(hub: Hub) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(hub))))
    }

    pub(super) fn current(&self) -> Arc<Hub> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn replace(&self, hub: Arc<Hub>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = hub;
    }
}
