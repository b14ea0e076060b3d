//! Somebody who watches a change of many credentials, and may stop it before its commit.

use crate::hub::{Cancel, HubError};
use crate::store::StoreError;

/// Told of each credential of a change; stops the change when it is cancelled.
pub struct Watch<'a> {
    cancel: &'a Cancel,
    progress: &'a mut dyn FnMut(i64),
    so_far: i64,
}

impl<'a> Watch<'a> {
    /// `progress` gets how many credentials were begun.
    pub fn new(cancel: &'a Cancel, progress: &'a mut dyn FnMut(i64)) -> Self {
        Self { cancel, progress, so_far: 0 }
    }

    /// The next credential; an error once it was stopped, which takes the whole change back.
    pub(super) fn step(&mut self) -> Result<(), HubError> {
        self.go_on()?;
        self.so_far += 1;
        (self.progress)(self.so_far);
        Ok(())
    }

    /// An error once it was stopped.
    pub(super) fn go_on(&self) -> Result<(), HubError> {
        match self.cancel.is_cancelled() {
            true => Err(StoreError::Cancelled.into()),
            false => Ok(()),
        }
    }
}
