//! What the site asks of its verifiers. Settings of the desk, so every verifier follows a change within a second.

use std::str::FromStr;

use crate::credential::Algorithms;
use crate::store::{Cancel, Tx};
use crate::vault::Vault;

use super::{HubError, Setting, change::Subject, feed::Feed, setting::ALL_ALGORITHMS, settings};

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
    pub const fn as_str(self) -> &'static str {
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

fn read(tx: &mut dyn Tx, vault: &Vault) -> Result<Policy, HubError> {
    let default = Policy::default();
    let mut value = |setting| settings::effective(tx, vault, setting);
    let (staleness, replay) = (value(Setting::Staleness)?, value(Setting::Replay)?);
    let algorithms = value(Setting::Algorithms)?;
    let algorithms = if algorithms == ALL_ALGORITHMS { Ok(Algorithms::default()) } else { algorithms.parse() };
    Ok(Policy {
        staleness: staleness.parse().unwrap_or(default.staleness),
        replay: replay.parse().unwrap_or(default.replay),
        algorithms: algorithms.unwrap_or(default.algorithms),
    })
}
