//! Types for the counts of requests by day, and for the processes that count them.

use uuid::Uuid;

use crate::credential::Kind;
use crate::hub::CredentialId;
use crate::time::{Day, Seconds};

/// Requests of one credential on one day, as a verifier reports them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseCount {
    /// Id of the credential's row.
    pub credential: Uuid,
    /// The day of the requests, UTC.
    pub day: Day,
    /// Requests that might pass.
    pub allowed: i64,
    /// Requests that named the credential and were refused.
    pub refused: i64,
}

/// Requests of one day, of one credential or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedDay {
    /// The day, UTC.
    pub day: Day,
    /// Requests that might pass.
    pub allowed: i64,
    /// Requests that were refused.
    pub refused: i64,
}

/// How many days lists, details and the menu show.
pub const USE_DAYS: i64 = 30;

/// The sum of some days: allowed, refused.
pub fn sum_of_days(days: &[UsedDay]) -> (i64, i64) {
    let add = |(allowed, refused): (i64, i64), day: &UsedDay| {
        (allowed.saturating_add(day.allowed), refused.saturating_add(day.refused))
    };
    days.iter().fold((0, 0), add)
}

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessKind {
    /// It answers gateways.
    Verifier,
    /// It shows a desk to somebody.
    Desk,
}

impl ProcessKind {
    /// The word in the store.
    pub(in crate::hub) fn as_str(self) -> &'static str {
        match self {
            Self::Verifier => "verifier",
            Self::Desk => "desk",
        }
    }
}

/// A change of the store, by which processes say how far they are. A later one is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeNumber {
    /// Raised when another copy of the store was accepted.
    pub epoch: i64,
    /// Number of the change in its epoch.
    pub change: i64,
}

/// What a process notes about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessNote {
    /// Drawn at each start.
    pub id: Uuid,
    /// What it is.
    pub kind: ProcessKind,
    /// Name of the machine.
    pub host: String,
    /// When it started.
    pub started_at: Seconds,
    /// The endpoints that gateways asked at, with blanks between.
    pub gateways: String,
    /// Requests since its start.
    pub requests: u64,
    /// Requests in a minute, at the last rate.
    pub per_minute: u64,
    /// The change that it answers from; `None` for the newest that its handle has seen.
    pub answers_from: Option<ChangeNumber>,
}

/// A verifier that is in sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierRow {
    /// Name of the machine.
    pub host: String,
    /// Version of keydesk.
    pub version: String,
    /// The endpoints that gateways asked at, with blanks between.
    pub gateways: String,
    /// When it last noted itself.
    pub seen_at: Seconds,
    /// Requests in a minute, at the last rate.
    pub per_minute: i64,
}

/// A credential that is used much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MostUsed {
    /// Its id.
    pub id: CredentialId,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Requests that might pass, in the last [`USE_DAYS`] days.
    pub allowed: i64,
    /// Requests that were refused.
    pub refused: i64,
}

/// The use of the whole desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteUsage {
    /// The last [`USE_DAYS`] days, oldest first, each of them.
    pub days: Vec<UsedDay>,
    /// The credentials that were used most, at most six.
    pub most_used: Vec<MostUsed>,
    /// The verifiers that are in sight, by name of the machine.
    pub verifiers: Vec<VerifierRow>,
}
