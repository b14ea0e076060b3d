//! How far a change got: which verifiers answer from it already.

use std::thread;
use std::time::{Duration, Instant};

use crate::account::Right;
use crate::hub::settings::{Setting, stored};
use crate::hub::tx::intent::Intent;
use crate::hub::usage::process;
use crate::hub::{Actor, ChangeNumber, Hub, HubError, Policy, ProcessKind};
use crate::store::tables::{self, ProcessRecord};
use crate::text;

/// A verifier that ended without a word counts for at least so many seconds: it notes itself every ten.
const COUNTS_FOR: i64 = 60;
/// Seconds between two notes of a verifier.
const BETWEEN_NOTES: i64 = 10;
/// Most verifiers that are counted.
const MOST: i64 = 10_000;
/// How many that have not seen a change are named.
const NAMED: usize = 3;
/// How long a command waits for all verifiers.
const PATIENCE: Duration = Duration::from_secs(3);
/// Time between two looks meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// How many verifiers answer from a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenBy {
    /// Verifiers that answer from it, or from a later one.
    pub seen: usize,
    /// All verifiers: those that were heard of lately, and those that may still answer without having been.
    pub of: usize,
    /// Those that do not answer from it, as far as is known; the longest silent first.
    pub behind: Vec<Behind>,
    /// Seconds for which a verifier answers that cannot see the store.
    pub staleness: i64,
}

/// A verifier that is not known to answer from a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Name of its machine.
    pub host: String,
    /// Seconds since it was last heard of.
    pub silent: i64,
    /// Whether its row was written by a holder of the master key. Older programs do not say so, and others may be lying.
    pub authentic: bool,
}

impl Hub {
    /// Which verifiers answer from a change.
    pub fn seen_by(&self, actor: &Actor, change: ChangeNumber) -> Result<SeenBy, HubError> {
        let now = self.now().seconds().0;
        self.read(actor, &Intent::new(Right::OwnAccount, "look"), |tx| {
            let staleness = stored::said(tx, &self.vault, Setting::Staleness)?;
            let staleness = staleness.and_then(|said| said.value.parse().ok()).unwrap_or(Policy::default().staleness);
            let since = now.saturating_sub(COUNTS_FOR.max(staleness.saturating_add(BETWEEN_NOTES)));
            let rows = tables::processes(tx, ProcessKind::Verifier.as_str(), since, MOST)?;
            let mut found = SeenBy { of: rows.len(), staleness, ..SeenBy::default() };
            for row in rows {
                let authentic = process::is_authentic(&self.vault, &row);
                let ProcessRecord { epoch, change: number, seen_at, .. } = row;
                // Any user of the database may have written it.
                let host = text::safe(&row.host).into_owned();
                match authentic && change <= (ChangeNumber { epoch, change: number }) {
                    true => found.seen += 1,
                    false => found.behind.push(Behind { host, silent: now.saturating_sub(seen_at).max(0), authentic }),
                }
            }
            found.behind.sort_by_key(|behind| std::cmp::Reverse(behind.silent));
            Ok(found)
        })
    }

    /// The same, once all have seen it or three seconds are over.
    pub fn wait_until_seen(&self, actor: &Actor, change: ChangeNumber) -> Result<SeenBy, HubError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.seen_by(actor, change)?;
            if found.by_all() || Instant::now() >= until {
                return Ok(found);
            }
            thread::sleep(LOOK);
        }
    }
}

impl SeenBy {
    /// Whether no verifier is left that has not seen the change.
    pub fn by_all(&self) -> bool {
        self.behind.is_empty()
    }

    /// `Seen by 2 of 3 verifiers`; none where there is no verifier.
    pub fn words(&self) -> Option<String> {
        let noun = if self.of == 1 { "verifier" } else { "verifiers" };
        (self.of > 0).then(|| format!("Seen by {} of {} {noun}", self.seen, self.of))
    }

    /// The same as a whole sentence for whoever waited, with the names of those that have not seen it and what that means.
    pub fn sentences(&self) -> Option<String> {
        let words = self.words()?;
        if self.by_all() {
            return Some(format!("{words}."));
        }
        Some(format!(
            "{words} after {} s, not by {}. A verifier that cannot see the store goes on with what it knew for up to {} s, \
             then answers nobody; its /readyz says what is wrong.",
            PATIENCE.as_secs(),
            self.names(),
            self.staleness
        ))
    }

    /// Those that have not seen it, by name and since when they are silent.
    pub fn names(&self) -> String {
        self.listed(|behind| match behind {
            Behind { host, authentic: false, .. } => format!("{host} (does not say so with the master key)"),
            Behind { host, silent, .. } => format!("{host} (last heard of {silent} s ago)"),
        })
    }

    /// The same, by name alone.
    pub fn hosts(&self) -> String {
        self.listed(|behind| behind.host.clone())
    }

    fn listed(&self, name: impl Fn(&Behind) -> String) -> String {
        let named = self.behind.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
        match self.behind.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    }
}
