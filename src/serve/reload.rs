//! Reload at SIGHUP: the gateway token and the log level.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{Orders, state::Verifier};

/// Reads config, gateway token and environment anew; an error is a sentence, for the log.
pub type Reread = Arc<dyn Fn() -> Result<Orders, String> + Send + Sync>;

/// Catches SIGHUP, and remembers that one came.
#[derive(Clone, Debug, Default)]
pub struct HangUps(Arc<AtomicBool>);

impl HangUps {
    /// From here on a SIGHUP does not end the process. To be called before anything takes long.
    pub fn hold() -> io::Result<Self> {
        let held = Self::default();
        signal_hook::flag::register(signal_hook::consts::SIGHUP, held.0.clone())?;
        Ok(held)
    }

    /// Whether one came since the last call.
    pub(super) fn came(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Applies what config and token file say now. An error in them changes nothing.
pub(super) fn take_up(verifier: &Verifier, orders: &Orders, reread: &Reread) {
    let new = match reread() {
        Ok(new) => new,
        Err(why) => {
            tracing::error!(error = %why, "the config was not read anew: the verifier goes on as it was");
            return;
        }
    };
    if new.token.is_none() && orders.token.is_some() {
        tracing::error!(
            "the config names no gateway token any more: the verifier goes on as it was, with the one it had"
        );
        return;
    }
    if new.listen != orders.listen || new.places != orders.places {
        tracing::warn!("where to listen and where the desk is take a restart: until then they stay as they were");
    }
    new.log.take_up();
    verifier.token.store(new.token.map(Arc::new));
    tracing::info!("config, gateway token and log level were read anew");
}
