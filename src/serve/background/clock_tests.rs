//! A verifier whose clock was ahead when it loaded its credentials.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::credential::{Options, Overlap};
use crate::hub::{DeskPaths, NewCredential, OpenOutcome, Origin, ProcessKind, SetUp};
use crate::secret::Secret;
use crate::time::{Clock as _, Millis, SetClock};
use crate::vault::MasterKeyPlace;

use crate::serve::follower::load;
use crate::serve::telemetry::log::LogLevel;

/// Rotates a key with a day's overlap; says which key.
fn rotated(hub: &Hub) -> String {
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    let wanted = NewCredential { kind: Kind::Basic, name: "one".to_owned(), legacy: None, options: Options::default() };
    let row = hub.create(&alice, &wanted).unwrap().row;
    hub.rotate(&alice, row.target(), Overlap::Day).unwrap().row.key
}

#[test]
fn secrets_that_only_a_wrong_clock_expired_work_again() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::at(Millis(1_786_698_764_000)));
    let places =
        DeskPaths::new(dir.path().join("data/keydesk.db"), MasterKeyPlace::file(dir.path().join("config/master.key")));
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Acme".to_owned(), name: "alice".to_owned(), password };
    let key = rotated(&Hub::set_up(&places, clock.clone(), &wanted, &Origin::default()).unwrap());
    let options =
        ServeOptions { places, listen: Vec::new(), token: None, log: LogLevel::default(), clock: clock.clone() };
    clock.advance(SignedDuration::from_hours(48));
    let clock_step = ClockStepDetector::start(clock.now());
    let OpenOutcome::Ready(hub) = Hub::open(&options.places, clock.clone()).unwrap() else { panic!("no desk") };
    let policy = hub.feed().policy(&EffectivePolicy::default()).unwrap();
    let loaded = load::load(&hub, None, &policy.policy).unwrap();
    let note = hub.process_note(ProcessKind::Verifier).unwrap();
    let threads = BackgroundThreads::start(&options, (hub, note), policy, loaded, clock_step).unwrap();
    let versions = || {
        let entry = threads.verifier.snapshot.load().entry(Kind::Basic, &key).unwrap();
        entry.secrets.iter().map(|secret| secret.version).collect::<Vec<_>>()
    };
    assert_eq!(versions(), [2]);
    clock.advance(SignedDuration::from_hours(-48));
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while versions() != [1, 2] {
        assert!(std::time::Instant::now() < until, "the old secret was never read");
        std::thread::sleep(Duration::from_millis(20));
    }
    threads.stop();
}
