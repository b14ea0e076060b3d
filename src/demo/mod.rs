//! The demo: a filled desk in memory, for looking around. It writes nothing to disk and is gone when it ends.
//!
//! It is filled through the hub like any desk, at times that lie in the past: see [`DemoClock`].

mod clock;
mod story;
mod usage;

use std::sync::Arc;

use crate::hub::{Hub, HubError, Origin, Session, SetUp, SignIn};
use crate::secret::Secret;

pub use clock::DemoClock;

/// Password of every user of the demo. It opens nothing but the demo.
pub const PASSWORD: &str = "correct horse battery";
/// The user the demo starts with.
pub const USER: &str = "alice";
/// Name of the demo's account.
pub const ACCOUNT: &str = "Acme Messaging";

/// A filled desk, and a session of its first Administrator, who signed in just now.
pub fn open(origin: &Origin) -> Result<(Hub, Session), HubError> {
    let clock = Arc::new(DemoClock::default());
    let hub = fill(&clock)?;
    match hub.sign_in(USER, &password(), origin)? {
        SignIn::Welcome(session) => Ok((hub, session)),
        SignIn::Wrong { .. } | SignIn::Locked { .. } => {
            Err(HubError::Failed("The demo did not let its own user in. Please report this.".to_owned()))
        }
    }
}

/// The desk, filled up to now.
pub fn fill(clock: &Arc<DemoClock>) -> Result<Hub, HubError> {
    clock.go_back(story::BEGINNING);
    let wanted = SetUp { account: ACCOUNT.to_owned(), name: USER.to_owned(), password: password() };
    let hub = Hub::in_memory(clock.clone(), &wanted)?;
    story::tell(&hub, clock)?;
    usage::tell(&hub, clock)?;
    clock.go_back(0);
    Ok(hub)
}

fn password() -> Secret {
    Secret::from_text(PASSWORD)
}
