//! Looks every ten seconds what is to be told of the store itself.

use std::sync::Weak;
use std::thread;
use std::time::Duration;

use crate::hub::StoreNotice;
use crate::serve::error::ServeError;
use crate::serve::shared_hub::SharedHub;
use crate::serve::verifier::Verifier;

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(10);

/// Looks until the verifier ends, on a thread that is never joined: a server that does not answer is waited for.
pub(super) fn start(hub: SharedHub, verifier: Weak<Verifier>) -> Result<(), ServeError> {
    let work = move || {
        let mut before = Vec::new();
        loop {
            let found = hub.current().look_at_store();
            let Some(verifier) = verifier.upgrade() else { return };
            tell(&before, &found);
            before.clone_from(&found);
            verifier.health.set_store_notices(found);
            drop(verifier);
            thread::sleep(INTERVAL);
        }
    };
    thread::Builder::new().name("notices".to_owned()).spawn(work)?;
    Ok(())
}

fn tell(before: &[StoreNotice], found: &[StoreNotice]) {
    for notice in found.iter().filter(|notice| !before.contains(notice)) {
        match notice {
            StoreNotice::TwoPrimaries(_) => tracing::error!(about = notice.word(), "{}", notice.sentence()),
            StoreNotice::Copied { .. } | StoreNotice::Unconfirmed => {
                tracing::warn!(about = notice.word(), "{}", notice.sentence())
            }
        }
    }
    for notice in before.iter().filter(|notice| !found.iter().any(|is| is.is_like(notice))) {
        tracing::warn!(about = notice.word(), "{}", notice.over());
    }
}
