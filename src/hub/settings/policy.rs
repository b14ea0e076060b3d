//! Verifier policy: the settings that every verifier follows, within a second of a change.

use crate::credential::Algorithms;
use crate::hub::settings::catalog::ALL_ALGORITHMS;
use crate::hub::settings::stored;
use crate::hub::tx::entry::Subject;
use crate::hub::{Cancel, Feed, HubError, Policy, Setting, StorePosition};

impl Policy {
    /// Applies the value of a setting; false if it is not a valid one.
    fn take_up(&mut self, setting: Setting, value: &str) -> bool {
        let all = (setting == Setting::Algorithms && value == ALL_ALGORITHMS).then(Algorithms::default);
        let put = match setting {
            Setting::Staleness => value.parse().ok().map(|seconds| self.staleness = seconds),
            Setting::Replay => value.parse().ok().map(|replay| self.replay = replay),
            Setting::Algorithms => all.or_else(|| value.parse().ok()).map(|algorithms| self.algorithms = algorithms),
            Setting::LockTime | Setting::ApiAddress | Setting::Upstream | Setting::KeepCounts => None,
        };
        put.is_some()
    }
}

/// The settings that verifiers follow.
const SETTINGS: [Setting; 3] = [Setting::Staleness, Setting::Replay, Setting::Algorithms];

/// A policy, and how far it can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// What to follow. Of a setting that cannot be trusted it has what was followed before.
    pub policy: Policy,
    /// Settings whose rows were changed, removed, or put back older, outside keydesk.
    pub tampered: Vec<Setting>,
    /// Which settings are known.
    known: [bool; SETTINGS.len()],
    /// The change that wrote the row of each, as far as it was followed.
    change: [i64; SETTINGS.len()],
}

impl EffectivePolicy {
    /// A policy that counts as known.
    pub fn of(policy: Policy) -> Self {
        Self { policy, known: [true; SETTINGS.len()], ..Self::default() }
    }

    /// Whether each setting is known, as it is or as it was before somebody changed its row. Deciding by an unknown
    /// policy might let in what the site forbids.
    pub fn is_known(&self) -> bool {
        self.known.iter().all(|known| *known)
    }

    /// Whether a verifier at this position has seen the current value of the replay guard.
    pub fn replay_was_seen(&self, mark: &StorePosition) -> bool {
        SETTINGS.iter().zip(self.change).any(|(setting, change)| *setting == Setting::Replay && change <= mark.change())
    }

    /// The same without the change numbers, for a store that was reset on purpose: its rows may be older.
    #[must_use]
    pub fn after_reset(&self) -> Self {
        Self { change: Default::default(), ..self.clone() }
    }
}

impl Feed<'_> {
    /// The policy as it is set, after what was followed `before`. A setting that cannot be trusted any more goes to the
    /// trail, once.
    pub fn policy(self, before: &EffectivePolicy) -> Result<EffectivePolicy, HubError> {
        let mut now = EffectivePolicy { tampered: Vec::new(), ..before.clone() };
        let mut tx = self.hub().store.read(&Cancel::default())?;
        for (i, setting) in SETTINGS.into_iter().enumerate() {
            match stored::said(&mut *tx, &self.hub().vault, setting)? {
                Some(said) if said.change >= now.change[i] && now.policy.take_up(setting, &said.value) => {
                    (now.known[i], now.change[i]) = (true, said.change);
                }
                _ => now.tampered.push(setting),
            }
        }
        // The read transaction ends before the trail is written: in memory both share a connection.
        drop(tx);
        for setting in now.tampered.iter().filter(|setting| !before.tampered.contains(setting)) {
            let subject = Subject::named(format!("The setting {}", setting.name()));
            if self.note(subject, "follow a setting (tampered)").is_err() {
                // Whoever holds the lock blocks the other records as well: applying what is known must not wait for
                // it again.
                break;
            }
        }
        Ok(now)
    }
}
