//! Types for the numbers of credentials by state, and for what needs attention.

use crate::credential::{Condition, Kind, State, Wanted};
use crate::hub::{CredentialRow, StoreNotice, UnsavedCredential};

/// How many credentials there are by kind and state, as lists call it: each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounts([[i64; STATES.len()]; Kind::ALL.len()]);

/// The states, in the order in which they are shown.
pub const STATES: [Wanted; 7] = [
    Wanted::Active,
    Wanted::Expiring,
    Wanted::NotYet,
    Wanted::Disabled,
    Wanted::Expired,
    Wanted::Tampered,
    Wanted::Revoked,
];

impl StateCounts {
    /// Of one kind in one state. Those that expire soon are not among the active ones.
    pub fn of(&self, kind: Kind, state: Wanted) -> i64 {
        self.0[kind as usize][place(state)]
    }

    /// Of all kinds in one state.
    pub fn total(&self, state: Wanted) -> i64 {
        Kind::ALL.into_iter().map(|kind| self.of(kind, state)).sum()
    }

    /// Of one kind, those that work now.
    pub fn usable(&self, kind: Kind) -> i64 {
        self.of(kind, Wanted::Active) + self.of(kind, Wanted::Expiring)
    }

    /// Of one kind, revoked ones left out.
    pub fn listed(&self, kind: Kind) -> i64 {
        STATES.into_iter().map(|state| self.of(kind, state)).sum::<i64>() - self.of(kind, Wanted::Revoked)
    }

    /// Of all kinds, those that work now.
    pub fn all_usable(&self) -> i64 {
        Kind::ALL.into_iter().map(|kind| self.usable(kind)).sum()
    }

    /// Of all kinds, revoked ones left out.
    pub fn all_listed(&self) -> i64 {
        Kind::ALL.into_iter().map(|kind| self.listed(kind)).sum()
    }

    /// Adds to a number. A counter without a tag may be anything, and no number goes below nothing.
    pub(in crate::hub) fn add(&mut self, kind: Kind, state: Wanted, n: i64) {
        let number = &mut self.0[kind as usize][place(state)];
        *number = number.saturating_add(n).clamp(0, i64::MAX / 64);
    }
}

fn place(state: Wanted) -> usize {
    STATES.into_iter().position(|one| one == state).unwrap_or_default()
}

/// The state that a condition is called.
pub(in crate::hub) fn shown_as(condition: Condition) -> Wanted {
    match condition {
        Condition::Active => Wanted::Active,
        Condition::Expiring(_) => Wanted::Expiring,
        Condition::NotYet => Wanted::NotYet,
        Condition::Expired => Wanted::Expired,
        Condition::Disabled => Wanted::Disabled,
        Condition::Revoked => Wanted::Revoked,
    }
}

/// The state that a stored one is called, start and expiry aside.
pub(in crate::hub) fn stored_as(state: State) -> Wanted {
    match state {
        State::Active => Wanted::Active,
        State::Disabled => Wanted::Disabled,
        State::Revoked => Wanted::Revoked,
    }
}

/// Some credentials that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How many of each kind.
    pub counts: [i64; Kind::ALL.len()],
    /// The name of one of them; the first.
    pub name: String,
}

impl Group {
    /// How many.
    pub fn total(&self) -> i64 {
        self.counts.iter().sum()
    }

    /// The first kind that has one.
    pub fn kind(&self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| self.counts[*kind as usize] > 0)
    }

    pub(in crate::hub) fn add(&mut self, kind: Kind, name: &str) {
        self.counts[kind as usize] += 1;
        if self.name.is_empty() {
            name.clone_into(&mut self.name);
        }
    }
}

/// A credential whose requests are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedKey {
    /// The credential.
    pub row: CredentialRow,
    /// Refused requests since yesterday, by UTC.
    pub since_yesterday: i64,
    /// How many are usual in two days.
    pub usual: i64,
}

/// A line of "Needs attention", worst first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttentionItem {
    /// Something about the store itself.
    Store(StoreNotice),
    /// Credentials were changed outside keydesk.
    Tampered(Group),
    /// Users were changed outside keydesk.
    UsersTampered(Vec<String>),
    /// A setting was changed or removed outside keydesk.
    SettingTampered,
    /// A verifier knows a newer state of the store than this one.
    WentBack,
    /// Something else is not as keydesk left it.
    Altered(String),
    /// Only one Administrator can sign in: the name, and those who are locked.
    OneAdministrator(String, Vec<String>),
    /// The secret was lost before it was copied.
    Lost(Box<UnsavedCredential>),
    /// They have expired and are still called.
    ExpiredCalled(Vec<RefusedKey>),
    /// So many expire soon; the next one.
    Expiring(i64, Box<CredentialRow>),
    /// They are refused more than three times as often as usual.
    RefusedMore(Vec<RefusedKey>),
    /// Users are locked.
    Locked(Vec<String>),
    /// They were not used for 90 days.
    Unused(Group),
    /// They were never used, and are older than a week.
    NeverUsed(Group),
    /// There are credentials and no gateway has asked about one.
    Unasked,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttentionLevel {
    /// Act: what is there cannot be trusted.
    Danger,
    /// Look.
    Warning,
    /// Worth knowing.
    Muted,
}

impl AttentionItem {
    /// How much it matters.
    pub fn level(&self) -> AttentionLevel {
        match self {
            Self::Store(StoreNotice::TwoPrimaries(_))
            | Self::Tampered(_)
            | Self::UsersTampered(_)
            | Self::SettingTampered
            | Self::WentBack
            | Self::Altered(_) => AttentionLevel::Danger,
            Self::Store(StoreNotice::Copied { .. } | StoreNotice::Unconfirmed)
            | Self::OneAdministrator(..)
            | Self::Lost(_)
            | Self::ExpiredCalled(_)
            | Self::Expiring(..)
            | Self::RefusedMore(_)
            | Self::Locked(_) => AttentionLevel::Warning,
            Self::Unused(_) | Self::NeverUsed(_) | Self::Unasked => AttentionLevel::Muted,
        }
    }

    /// A word for lines of its kind, and the number that it names: a line that is hidden comes back when it grows. None
    /// for lines that cannot be hidden.
    pub fn hiding(&self) -> Option<(&'static str, i64)> {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        match self {
            Self::OneAdministrator(_, locked) => Some(("one-administrator", count(locked.len()))),
            Self::ExpiredCalled(keys) => Some(("expired-called", count(keys.len()))),
            Self::Expiring(n, _) => Some(("expiring", *n)),
            Self::RefusedMore(keys) => Some(("refused-more", count(keys.len()))),
            Self::Locked(names) => Some(("locked", count(names.len()))),
            Self::Unused(group) => Some(("unused", group.total())),
            Self::NeverUsed(group) => Some(("never-used", group.total())),
            Self::Unasked => Some(("unasked", 1)),
            Self::Store(StoreNotice::Copied { epoch, .. }) => Some(("copied", *epoch)),
            Self::Lost(_)
            | Self::Store(StoreNotice::TwoPrimaries(_) | StoreNotice::Unconfirmed)
            | Self::Tampered(_)
            | Self::UsersTampered(_)
            | Self::SettingTampered
            | Self::WentBack
            | Self::Altered(_) => None,
        }
    }
}
