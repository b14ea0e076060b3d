//! The calls for verifiers. They take no actor: a verifier process makes them itself, and whoever can run one has the
//! database and the master key already.

mod batch;
mod feed;
mod findings;
mod reason_words;
pub(crate) mod refused_requests;
mod reports;
mod restrictions;
pub(crate) mod rollback_reports;
pub(crate) mod store_findings;
mod store_position;
mod table_scan;

use crate::hub::{Hub, HubError, Listener};

pub use feed::{IdRange, LoadSummary, LoadTimings, ReadAgreement};
pub use findings::Findings;
pub use reason_words::RefusalReason;
pub use restrictions::{Restriction, SecretRestriction};
pub use store_findings::StoreFinding;
pub use store_position::{Drift, StorePosition};

/// The calls for verifiers.
#[derive(Clone, Copy)]
pub struct Feed<'a> {
    hub: &'a Hub,
}

impl Hub {
    /// The calls for verifiers.
    pub fn feed(&self) -> Feed<'_> {
        Feed { hub: self }
    }
}

impl<'a> Feed<'a> {
    pub(in crate::hub) fn hub(self) -> &'a Hub {
        self.hub
    }

    /// Hints of commits, if the store sends them.
    pub fn listen(self) -> Option<Box<dyn Listener>> {
        self.hub.store.listen()
    }

    /// Sends a notification on a listener's channel, over another connection than the listener's.
    pub fn prove(self, channel: &str) -> Result<(), HubError> {
        Ok(self.hub.store.notify(channel)?)
    }
}
