//! Reload at SIGHUP: the gateway token and the log level.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::serve::options::ServeOptions;
use crate::serve::verifier::Verifier;

/// Reads config, gateway token and environment again. An error is a sentence for the log.
pub type ReadOptions = Arc<dyn Fn() -> Result<ServeOptions, String> + Send + Sync>;

/// Set when a SIGHUP came.
#[derive(Clone, Debug, Default)]
pub struct SighupFlag(Arc<AtomicBool>);

impl SighupFlag {
    /// From now on a SIGHUP does not end the process. Call it before anything that takes long.
    pub fn register() -> io::Result<Self> {
        let flag = Self::default();
        signal_hook::flag::register(signal_hook::consts::SIGHUP, flag.0.clone())?;
        Ok(flag)
    }

    /// Whether one came since the last call.
    pub(in crate::serve) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Applies what config and token file say now. An error in them changes nothing.
pub(in crate::serve) fn apply(verifier: &Verifier, options: &ServeOptions, read_options: &ReadOptions) {
    let new = match read_options() {
        Ok(new) => new,
        Err(why) => {
            tracing::error!(error = %why, "the config was not read anew: the verifier goes on as it was");
            return;
        }
    };
    if new.token.is_none() && options.token.is_some() {
        tracing::error!(
            "the config names no gateway token any more: the verifier goes on as it was, with the one it had"
        );
        return;
    }
    if new.listen != options.listen || new.places != options.places {
        tracing::warn!("where to listen and where the desk is take a restart: until then they stay as they were");
    }
    new.log.apply();
    verifier.token.store(new.token.map(Arc::new));
    tracing::info!("config, gateway token and log level were read anew");
}
