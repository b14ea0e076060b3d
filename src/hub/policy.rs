//! What the site asks of its verifiers. Settings of the desk, so every verifier follows a change within a second.

use std::str::FromStr;

use crate::account::Right;
use crate::credential::Algorithms;
use crate::store::{
    Cancel, Tx,
    tables::{self, SettingRecord, Tagged},
};
use crate::vault::Vault;

use super::{
    Actor, Field, Hub, HubError, action,
    change::{Change, Subject},
    feed::Feed,
    refusal::Intent,
    settings,
};

const STALENESS: &str = "verifier_staleness_seconds";
const REPLAY: &str = "verifier_replay";
const ALGORITHMS: &str = "verifier_algorithms";

/// What the staleness limit may be: an hour without sight of the store is the most that anybody should answer for.
const STALENESS_RANGE: std::ops::RangeInclusive<i64> = 1..=3_600;

/// Whether a signature is taken twice (VERIFY.md R1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// It is: clients send equal requests within one second.
    #[default]
    Off,
    /// Each verifier refuses what it has accepted itself.
    Node,
}

impl Replay {
    /// Its word in the setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Node => "node",
        }
    }
}

impl FromStr for Replay {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Off, Self::Node].into_iter().find(|replay| replay.as_str() == text).ok_or(())
    }
}

/// What verifiers follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// After how many seconds without sight of the store a verifier answers no more.
    pub staleness: i64,
    /// Whether a signature is taken twice.
    pub replay: Replay,
    /// How requests may be signed; narrows what each credential says.
    pub algorithms: Algorithms,
}

impl Default for Policy {
    fn default() -> Self {
        Self { staleness: 60, replay: Replay::Off, algorithms: Algorithms::default() }
    }
}

impl Feed<'_> {
    /// The policy as it is set. When a setting has a wrong tag that goes to the trail and `before` is followed further.
    pub fn policy(self, before: &Policy) -> Result<Policy, HubError> {
        let policy = read(&mut *self.hub().store.read(&Cancel::default())?, &self.hub().vault);
        match policy {
            Err(HubError::Tampered { what, .. }) => {
                self.note(Subject::named(what), "follow a setting (tampered)");
                Ok(before.clone())
            }
            policy => policy,
        }
    }
}

impl Hub {
    /// What verifiers follow.
    pub fn policy(&self, actor: &Actor) -> Result<Policy, HubError> {
        self.look(actor, &Intent::new(Right::ManageSite, "see settings"), |tx| read(tx, &self.vault))
    }

    /// Sets what verifiers follow.
    pub fn set_policy(&self, actor: &Actor, policy: &Policy) -> Result<(), HubError> {
        if !STALENESS_RANGE.contains(&policy.staleness) {
            let sentence = format!(
                "A verifier answers without sight of the store for 1 to {} seconds. Choose a number of that range.",
                STALENESS_RANGE.end()
            );
            return Err(HubError::invalid(Field::Other, sentence));
        }
        self.change(actor, Intent::new(Right::ManageSite, "change settings"), |change| {
            for (name, value) in [
                (STALENESS, policy.staleness.to_string()),
                (REPLAY, policy.replay.as_str().to_owned()),
                (ALGORITHMS, policy.algorithms.to_string()),
            ] {
                put(change, name, value)?;
            }
            Ok(())
        })
    }
}

/// Writes a setting that differs, with its row in the trail.
fn put(change: &mut Change<'_>, name: &str, value: String) -> Result<(), HubError> {
    let before: Option<Tagged<SettingRecord>> = tables::get(&mut *change.tx, "id", name)?;
    let vault = change.vault();
    let was = settings::value(&mut *change.tx, vault, name).ok().flatten();
    if was.as_deref() == Some(&*value) || (before.is_none() && value == default_of(name)) {
        return Ok(());
    }
    let version = before.as_ref().map_or(0, |row| row.record.version) + 1;
    let record = SettingRecord { id: name.to_owned(), version, value: value.clone(), change: change.number() };
    match before {
        Some(_) => change.update(&record)?,
        None => change.insert(&record)?,
    }
    let json = |value: String| serde_json::json!({ name: value }).to_string();
    let subject = Subject::named(name.replace('_', " ")).changed(was.map(json), Some(json(value)));
    change.note(action::SETTING, subject).map(|_| ())
}

fn default_of(name: &str) -> String {
    let default = Policy::default();
    match name {
        STALENESS => default.staleness.to_string(),
        REPLAY => default.replay.as_str().to_owned(),
        _ => default.algorithms.to_string(),
    }
}

fn read(tx: &mut dyn Tx, vault: &Vault) -> Result<Policy, HubError> {
    let default = Policy::default();
    let staleness = settings::value(tx, vault, STALENESS)?.and_then(|text| text.parse().ok());
    let replay = settings::value(tx, vault, REPLAY)?.and_then(|text| text.parse().ok());
    let algorithms = settings::value(tx, vault, ALGORITHMS)?.and_then(|text| text.parse().ok());
    Ok(Policy {
        staleness: staleness.filter(|s| STALENESS_RANGE.contains(s)).unwrap_or(default.staleness),
        replay: replay.unwrap_or(default.replay),
        algorithms: algorithms.unwrap_or(default.algorithms),
    })
}
