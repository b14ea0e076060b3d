//! The policy of verifiers.

use std::str::FromStr;

use crate::credential::Algorithms;

/// Replay protection: whether a signature is accepted twice (docs/verification.md R1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// It is accepted, since clients send equal requests within one second.
    #[default]
    Off,
    /// Each verifier refuses what it has accepted itself.
    Node,
}

impl Replay {
    /// The word for it in the setting.
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

/// The settings that verifiers follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Staleness limit: after so many seconds without the store a verifier stops answering.
    pub staleness: i64,
    /// Replay protection.
    pub replay: Replay,
    /// Algorithms that may sign; restricts what each credential allows.
    pub algorithms: Algorithms,
}

impl Default for Policy {
    fn default() -> Self {
        Self { staleness: 60, replay: Replay::Off, algorithms: Algorithms::default() }
    }
}
