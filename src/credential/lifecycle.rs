//! The life cycle: active <-> disabled -> revoked, expiry, and the overlap of the old secret after a rotation.

use crate::time::{DAY, HOUR, MINUTE, Millis, Seconds};

use super::State;

/// What can be done to the state of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Stop it; it can come back.
    Disable,
    /// Bring a disabled one back.
    Enable,
    /// Stop it for ever.
    Revoke,
}

impl Verb {
    /// The state it leads to.
    pub fn target(self) -> State {
        match self {
            Self::Disable => State::Disabled,
            Self::Enable => State::Active,
            Self::Revoke => State::Revoked,
        }
    }

    /// The word on screen and command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Revoke => "revoke",
        }
    }

    /// The word of the trail.
    pub fn past(self) -> &'static str {
        match self {
            Self::Disable => "disabled",
            Self::Enable => "enabled",
            Self::Revoke => "revoked",
        }
    }
}

/// A revoked credential cannot come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Final;

/// The state after `verb`; `Ok(None)` when it is reached already, which is success without a trail row.
pub fn next_state(state: State, verb: Verb) -> Result<Option<State>, Final> {
    match (state, verb.target()) {
        (from, to) if from == to => Ok(None),
        (State::Revoked, _) => Err(Final),
        (_, to) => Ok(Some(to)),
    }
}

/// The state of a credential with start and expiry taken into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Usable now.
    Active,
    /// Usable now, and no longer after this many milliseconds ([`EXPIRING_DAYS`] at most).
    Expiring(i64),
    /// Not usable before its time.
    NotYet,
    /// Past its expiry.
    Expired,
    /// Disabled; can be enabled again.
    Disabled,
    /// Revoked for good.
    Revoked,
}

impl Condition {
    /// Whether a verifier would accept it now (networks aside).
    pub fn usable(self) -> bool {
        matches!(self, Self::Active | Self::Expiring(_))
    }

    /// The word for it in JSON, filters and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring(_) => "expiring",
            Self::NotYet => "not-yet",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
        }
    }

    /// In a sentence: `active`, `active, expires in 3 days`, `not valid yet`, `expired`, `disabled`, `revoked`.
    pub fn words(self) -> String {
        match self {
            Self::Expiring(ms) => {
                let (n, unit) = left(ms);
                format!("active, expires in {n} {unit}{}", if n == 1 { "" } else { "s" })
            }
            Self::NotYet => "not valid yet".to_owned(),
            other => other.short(),
        }
    }

    /// In a narrow column: `expires 3d` in place of `active, expires in 3 days`. Twelve characters at most.
    pub fn short(self) -> String {
        match self {
            Self::Active => "active".to_owned(),
            Self::Expiring(ms) => {
                let (n, unit) = left(ms);
                format!("expires {n}{}", &unit[..1])
            }
            Self::NotYet => "not yet".to_owned(),
            Self::Expired => "expired".to_owned(),
            Self::Disabled => "disabled".to_owned(),
            Self::Revoked => "revoked".to_owned(),
        }
    }
}

/// How much is left, in the greatest unit of which there are two or more; the last minute is called one.
fn left(ms: i64) -> (i64, &'static str) {
    match ms {
        ms if ms >= 2 * DAY => (ms / DAY, "day"),
        ms if ms >= 2 * HOUR => (ms / HOUR, "hour"),
        ms => ((ms / MINUTE).max(1), "minute"),
    }
}

/// How many days before its expiry a credential is called expiring.
pub const EXPIRING_DAYS: i64 = 30;

/// What a credential is at `now`, judged as docs/verification.md C11 does: state, not before, expiry.
pub fn condition(state: State, not_before: Option<Seconds>, expires_at: Option<Seconds>, now: Millis) -> Condition {
    let second = now.seconds();
    match state {
        State::Disabled => Condition::Disabled,
        State::Revoked => Condition::Revoked,
        State::Active if not_before.is_some_and(|at| second < at) => Condition::NotYet,
        State::Active => match expires_at {
            Some(at) if second >= at => Condition::Expired,
            Some(at) if at.millis().since(now) <= EXPIRING_DAYS * DAY => Condition::Expiring(at.millis().since(now)),
            _ => Condition::Active,
        },
    }
}

/// How long the old secret keeps working after a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Not at all: it leaked.
    None,
    /// For one hour.
    Hour,
    /// For 24 hours.
    Day,
    /// For 7 days.
    Week,
}

impl Overlap {
    /// All choices, as the dialog lists them.
    pub const ALL: [Self; 4] = [Self::None, Self::Hour, Self::Day, Self::Week];

    /// Length of the overlap in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
        }
    }

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// The words of the dialog.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "not at all",
            Self::Hour => "1 hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_verb_of_the_life_cycle() {
        use State::*;
        for (state, verb, want) in [
            (Active, Verb::Disable, Ok(Some(Disabled))),
            (Active, Verb::Enable, Ok(None)),
            (Active, Verb::Revoke, Ok(Some(Revoked))),
            (Disabled, Verb::Disable, Ok(None)),
            (Disabled, Verb::Enable, Ok(Some(Active))),
            (Disabled, Verb::Revoke, Ok(Some(Revoked))),
            (Revoked, Verb::Disable, Err(Final)),
            (Revoked, Verb::Enable, Err(Final)),
            (Revoked, Verb::Revoke, Ok(None)),
        ] {
            assert_eq!(next_state(state, verb), want, "{state} {}", verb.word());
        }
    }

    #[test]
    fn times_are_whole_seconds_and_the_end_is_exclusive() {
        let at = |ms| condition(State::Active, Some(Seconds(10)), Some(Seconds(20)), Millis(ms));
        assert_eq!(at(9_999), Condition::NotYet);
        assert!(at(10_000).usable());
        assert!(at(19_999).usable());
        assert_eq!(at(20_000), Condition::Expired);
    }

    #[test]
    fn days_left_in_words() {
        let left = |ms| condition(State::Active, None, Some(Seconds(40 * 86_400)), Millis(40 * DAY - ms));
        for (ms, words, short) in [
            (30 * DAY, "active, expires in 30 days", "expires 30d"),
            (3 * DAY + 1000, "active, expires in 3 days", "expires 3d"),
            (DAY, "active, expires in 24 hours", "expires 24h"),
            (90 * MINUTE, "active, expires in 90 minutes", "expires 90m"),
            (90_000, "active, expires in 1 minute", "expires 1m"),
            (1, "active, expires in 1 minute", "expires 1m"),
            (31 * DAY, "active", "active"),
        ] {
            assert_eq!((left(ms).words().as_str(), left(ms).short().as_str()), (words, short));
        }
    }
}
