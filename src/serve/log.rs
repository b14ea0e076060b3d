//! Where the log goes: to the journal if standard error is one, else as JSON lines to standard error.
//!
//! No line ever holds a field of a request, a password or a decoded credential: what is logged is chosen value by value
//! where it is logged, and nothing is logged whole.

use std::{env, io, str::FromStr as _};

use rustix::fs::fstat;
use tracing_subscriber::{
    Layer as _, filter::Targets, fmt, layer::SubscriberExt as _, registry, util::SubscriberInitExt as _,
};

/// Says how much is logged: `warn`, `info` (the default), `debug`, or by module as in `keydesk::serve=debug,info`.
const LEVEL: &str = "KEYDESK_LOG";

/// Begins logging. A second call, or another logger that is there, changes nothing.
pub fn begin() {
    let wanted = env::var(LEVEL).ok().and_then(|text| Targets::from_str(&text).ok());
    let wanted = wanted.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let journal = in_journal().then(|| tracing_journald::layer().ok()).flatten();
    let lines = journal.is_none().then(|| fmt::layer().json().flatten_event(true).with_writer(io::stderr));
    let _ = registry().with(journal.with_filter(wanted.clone())).with(lines.with_filter(wanted)).try_init();
}

/// Whether standard error is the stream that systemd names in `JOURNAL_STREAM`.
fn in_journal() -> bool {
    let named = env::var("JOURNAL_STREAM").unwrap_or_default();
    fstat(io::stderr()).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}
