//! Logging: to the systemd journal if standard error is connected to it, else as JSON lines to standard error.
//!
//! No line ever holds a field of a request, a password or a decoded credential: what is logged is chosen value by value
//! where it is logged, and nothing is logged whole.

use std::str::FromStr as _;
use std::sync::OnceLock;
use std::{env, io};

use rustix::fs::fstat;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, registry, reload};

/// The environment variable of the log level: `warn`, `info` (the default), `debug`, or by module as in
/// `keydesk::serve=debug,info`.
const VARIABLE: &str = "KEYDESK_LOG";

/// The handle that changes the level at run time.
static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

/// A log level, or one for each module.
#[derive(Clone, Debug)]
pub struct LogLevel(Targets);

/// The text is not a log level.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is not a log level. Write `log` in the config as warn, info or debug, or by module as in keydesk::serve=debug,info."
)]
pub struct LogLevelError(String);

impl Default for LogLevel {
    fn default() -> Self {
        Self(Targets::new().with_default(tracing::Level::INFO))
    }
}

impl LogLevel {
    /// Reads the level from the environment, otherwise from the config.
    pub fn read(config: Option<&str>) -> Result<Self, LogLevelError> {
        let named = env::var(VARIABLE).ok().and_then(|text| Self::parse(&text));
        match (named, config) {
            (Some(level), _) => Ok(level),
            (None, None) => Ok(Self::default()),
            (None, Some(text)) => Self::parse(text).ok_or_else(|| LogLevelError(text.chars().take(100).collect())),
        }
    }

    /// A lone word is a level: a misspelt one must not be taken for a module, which would leave all others silent.
    fn parse(text: &str) -> Option<Self> {
        let is_word =
            |part: &str| part.contains('=') || !part.trim().is_empty() && LevelFilter::from_str(part.trim()).is_ok();
        text.split(',').all(is_word).then(|| Targets::from_str(text).ok().map(Self)).flatten()
    }

    /// Applies this level from now on.
    pub(in crate::serve) fn apply(&self) {
        // Without a logger of ours there is nothing to change.
        let _ = FILTER.get().map(|logged| logged.reload(self.0.clone()));
    }
}

/// Begins logging. A second call, or another logger that is there, changes nothing.
pub fn init() {
    let level = LogLevel::read(None).unwrap_or_default();
    let (filter, handle) = reload::Layer::new(level.0);
    let journal = in_journal().then(|| tracing_journald::layer().ok()).flatten();
    let lines = journal.is_none().then(|| fmt::layer().json().flatten_event(true).with_writer(io::stderr));
    if registry().with(filter).with(journal).with(lines).try_init().is_ok() {
        let _ = FILTER.set(handle);
    }
}

/// Whether standard error is the stream that systemd names in `JOURNAL_STREAM`.
fn in_journal() -> bool {
    let named = env::var("JOURNAL_STREAM").unwrap_or_default();
    fstat(io::stderr()).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_word_or_a_module_with_one() {
        for good in ["warn", "info", "DEBUG", "off", "keydesk::serve=debug,info", "keydesk=trace, warn"] {
            assert!(LogLevel::parse(good).is_some(), "{good}");
        }
        for wrong in ["", "debgu", "keydesk", "keydesk=debgu", "info,", "!!", "keydesk::serve=debug,inf"] {
            assert!(LogLevel::parse(wrong).is_none(), "{wrong}");
        }
    }
}
