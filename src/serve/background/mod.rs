//! The background threads: one follows the store, one writes reports, one hashes passwords.

#[cfg(test)]
mod clock_tests;
mod listen;
mod noting;
mod store_notices;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::credential::Kind;
use crate::hub::{Drift, EffectivePolicy, Hub, HubError, ProcessNote, Replay, StorePosition};

use crate::serve::error::ServeError;
use crate::serve::follower::clock_step::ClockStepDetector;
use crate::serve::follower::high_water_mark::HighWaterMark;
use crate::serve::follower::integrity::Integrity;
use crate::serve::follower::load::Loaded;
use crate::serve::follower::{Follower, FollowerState};
use crate::serve::options::ServeOptions;
use crate::serve::passwords::Passwords;
use crate::serve::process::cpu_priority::Nice;
use crate::serve::process::critical_thread;
use crate::serve::replay_journal;
use crate::serve::shared_hub::SharedHub;
use crate::serve::telemetry::metrics::Metrics;
use crate::serve::telemetry::reports::{ReportWriter, Reports};
use crate::serve::verifier::{Verifier, VerifierParts};

/// The background threads.
pub(super) struct BackgroundThreads {
    pub(super) verifier: Arc<Verifier>,
    stop: Arc<AtomicBool>,
    follower: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl BackgroundThreads {
    pub(super) fn start(
        options: &ServeOptions,
        (hub, note): (Hub, ProcessNote),
        policy: EffectivePolicy,
        loaded: Loaded,
        clock_step: ClockStepDetector,
    ) -> Result<Self, ServeError> {
        let integrity = Integrity::after_load(&hub, &loaded)?;
        let Loaded { snapshot, tampered, findings, position, unnamed, .. } = loaded;
        let metrics = Arc::new(Metrics::new());
        let passwords = Arc::new(Passwords::new(metrics.clone())?);
        let stop = Arc::new(AtomicBool::new(false));
        let (reports, report_writer) = Reports::new(metrics.clone());
        let mut high_water_mark = HighWaterMark::at(&options.places);
        let last = high_water_mark.read(&hub);
        let accepted_before = accepted_before(options, &hub, &policy, last.as_ref())?;
        let parts = VerifierParts {
            snapshot,
            looked: clock_step.started(),
            tampered: tampered.len(),
            policy: policy.clone(),
            metrics,
            passwords: passwords.clone(),
            reports,
            token: options.token.clone(),
            accepted_before,
            clock: options.clock.clone(),
        };
        let verifier = Arc::new(Verifier::new(parts, hub.account(), options.places.replay_journal()));
        let hub = SharedHub::new(hub);
        start_hashing(passwords, hub.clone())?;
        let writer = start_reporting(report_writer, &hub, note, &verifier)?;
        let newer =
            last.filter(|position| hub.current().feed().drift(position).is_ok_and(|(is, _)| is == Drift::WentBack));
        verifier.health.set_below_mark(newer.is_some());
        verifier.health.set_unreadable_mark(high_water_mark.unreadable_file());
        verifier.health.start_with(&integrity);
        let (places, clock) = (options.places.clone(), options.clock.clone());
        let position = newer.unwrap_or(position);
        let state = FollowerState {
            position,
            policy,
            tampered,
            findings,
            unnamed,
            integrity,
            rolled_back_to: None,
            high_water_mark,
        };
        store_notices::start(hub.clone(), Arc::downgrade(&verifier))?;
        let mut store_follower = Follower::new(verifier.clone(), hub.clone(), (places, clock), state, clock_step);
        // What was changed while everything was loaded is followed before the first request is answered.
        store_follower.look();
        let stop_follower = stop.clone();
        let follower = critical_thread::spawn("follow", move || store_follower.run(stop_follower))?;
        listen::start(&hub, verifier.health.notice.clone(), follower.thread().clone())?;
        Ok(Self { verifier, stop, follower, writer })
    }

    /// Stops the threads, and waits until the queued reports are written.
    pub(super) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.follower.thread().unpark();
        let _ = self.follower.join();
        self.verifier.journal.maintain(&self.verifier.guard, self.verifier.now());
        // Drops the last sender of the queue: the writer writes what is left and ends.
        drop(self.verifier);
        let _ = self.writer.join();
    }
}

/// Writes reports from now on, and notes soon after a change that requests are judged by it.
fn start_reporting(
    writer: ReportWriter,
    hub: &SharedHub,
    note: ProcessNote,
    verifier: &Verifier,
) -> Result<JoinHandle<()>, ServeError> {
    // No handle of the verifier itself: the writer ends once nobody has one any more.
    let (notice, followed) = (verifier.health.notice.clone(), verifier.health.followed.clone());
    noting::start(hub.clone(), note.clone(), followed.clone())?;
    let hub = hub.clone();
    let started = critical_thread::spawn("report", move || {
        Nice::Reporting.apply();
        writer.run(&hub, &notice, (note, followed));
    })?;
    Ok(started)
}

/// Hashes passwords from now on, on a thread that is never joined: it has nothing to save.
fn start_hashing(passwords: Arc<Passwords>, hub: SharedHub) -> Result<(), ServeError> {
    critical_thread::spawn("hash", move || {
        // Hashing fills a core as long as somebody guesses passwords.
        Nice::Hashing.apply();
        // If this fails, a client is known again after its next right password.
        for (key, client) in hub.current().feed().last_addresses(Kind::Legacy).unwrap_or_default() {
            passwords.add_known(Kind::Legacy, &key, client);
        }
        passwords.work();
    })?;
    Ok(())
}

/// Whether signatures may have been accepted before that the replay journal should hold, so that missing files count as
/// lost: an earlier process had the replay guard in this setting, or credentials were used since it was set.
fn accepted_before(
    options: &ServeOptions,
    hub: &Hub,
    policy: &EffectivePolicy,
    last: Option<&StorePosition>,
) -> Result<bool, HubError> {
    if policy.policy.replay == Replay::Off || replay_journal::has_index(&options.places.replay_journal()) {
        return Ok(false);
    }
    Ok(last.is_some_and(|position| policy.replay_was_seen(position)) || hub.feed().signed_since_replay_was_set()?)
}
