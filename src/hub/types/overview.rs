//! Types for the numbers in menu and settings.

use crate::credential::{Kind, State};
use crate::hub::{CredentialRow, Group, RefusedKey, SiteUsage, StateCounts, TrailRow, UnsavedCredential};
use crate::sample::{Site, Upstream};
use crate::time::Millis;

/// How many credentials there are, by kind and state as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CredentialCounts([[i64; 3]; 3]);

impl CredentialCounts {
    /// Of one kind in one state.
    pub fn of(&self, kind: Kind, state: State) -> i64 {
        self.0[kind as usize][state as usize]
    }

    /// Of one kind, revoked ones left out.
    pub fn listed(&self, kind: Kind) -> i64 {
        self.of(kind, State::Active) + self.of(kind, State::Disabled)
    }

    /// Of one kind in all states.
    pub fn of_kind(&self, kind: Kind) -> i64 {
        self.listed(kind) + self.of(kind, State::Revoked)
    }

    /// Of all kinds in one state.
    pub fn in_state(&self, state: State) -> i64 {
        Kind::ALL.into_iter().map(|kind| self.of(kind, state)).sum()
    }

    pub(crate) fn set(&mut self, kind: Kind, state: State, n: i64) {
        // Counters have no tag: a forged one must not overflow in a sum.
        self.0[kind as usize][state as usize] = n.clamp(0, i64::MAX / 16);
    }
}

/// What menu and settings show. What a role may not see is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Name of the account.
    pub account: String,
    /// Names of the active Administrators.
    pub administrators: Vec<String>,
    /// Where clients reach the API: everybody who calls it knows.
    pub api: Site,
    /// The upstream of gateways; for Administrators and Auditors.
    pub upstream: Option<Upstream>,
    /// Numbers about credentials; for roles that may see them.
    pub credentials: Option<CredentialOverview>,
    /// How often credentials are used; for roles that may see them.
    pub usage: Option<SiteUsage>,
    /// Numbers about users and the trail; for Administrators and Auditors.
    pub site: Option<SiteOverview>,
    /// The unsaved secrets of the session that were not replaced since.
    pub lost: Vec<UnsavedCredential>,
}

/// The credentials' part of [`Overview`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialOverview {
    /// How many there are, by kind and state.
    pub counts: CredentialCounts,
    /// The next to expire of those that expire within [`crate::credential::EXPIRING_DAYS`].
    pub next_to_expire: Option<CredentialRow>,
    /// How many there are by state, as lists call it.
    pub states: StateCounts,
    /// Those that were changed outside keydesk.
    pub tampered: Group,
    /// Expired ones that are still called.
    pub expired_called: Vec<RefusedKey>,
    /// Usable ones that are refused more than three times as often as usual.
    pub refused_more: Vec<RefusedKey>,
    /// Usable ones that were not used for 90 days.
    pub unused: Group,
    /// Usable ones that were never used and are older than a week.
    pub never_used_for_long: Group,
    /// There are active credentials, and no gateway has ever asked about one.
    pub unasked: bool,
}

/// The Administrators' part of [`Overview`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteOverview {
    /// Users, including disabled ones.
    pub users: i64,
    /// How many of them are locked now.
    pub locked: i64,
    /// Rows of the trail.
    pub trail_rows: i64,
    /// The newest rows of the trail that changed something, newest first, at most seven.
    pub last_changes: Vec<TrailRow>,
    /// When the newest row of the trail was written.
    pub last_row_at: Option<Millis>,
    /// When the master key was made.
    pub master_key_made_at: Option<Millis>,
    /// When a verifier reported that it knows a newer state of this store: it was rolled back.
    pub rolled_back: Option<Millis>,
    /// A setting was changed or removed outside keydesk.
    pub setting_tampered: bool,
    /// Users whose rows were changed outside keydesk.
    pub tampered_users: Vec<String>,
    /// Users that are locked, and the Administrators among them.
    pub locked_users: Vec<String>,
    /// Administrators that are locked.
    pub locked_administrators: Vec<String>,
    /// Any other tampering, as a sentence without a full stop.
    pub altered: Option<String>,
}
