//! Reports of verifiers about the store as a whole: it was rolled back, or it was tampered with.

use crate::hub::audit::{FOLLOW, action};
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::{Cancel, Feed, HubError, Origin, StorePosition};
use crate::store::tables::{self, TrailFilter, TrailRecord};
use crate::store::{Query, Tx};
use crate::time::Millis;

impl Feed<'_> {
    /// Records in the trail, where Administrators look, that the store was rolled back and is not followed by a
    /// verifier that knows `newer`. Once is enough; the row says which epoch is known, so that accepting the store can
    /// go beyond it.
    pub fn record_rollback(self, newer: &StorePosition) -> Result<(), HubError> {
        let told = told(&mut *self.hub().store.read(&Cancel::default())?)?;
        if told.iter().any(|row| epoch_in(row) >= newer.epoch()) {
            return Ok(());
        }
        let asked = FOLLOW;
        let after = serde_json::json!({ "asked": asked, "epoch": newer.epoch() }).to_string();
        let subject = Subject::row(STORE, "the store").changed(None, Some(after));
        let reason = format!("{asked} {}", newer.epoch());
        self.hub().write_refusal(Author::nobody(&Origin::default()), action::ROLLED_BACK, subject, &reason)
    }
}

/// The subject of trail rows about the store as a whole.
pub(crate) const STORE: &str = "store";

/// Limit on the rows that are read: as many as there may be reporting verifiers.
const TOLD: i64 = 200;

/// What is asked of the trail about the store as a whole.
pub(crate) fn query() -> Query {
    tables::trail_query(&[TrailFilter::Subject(STORE)], i64::MAX, TOLD)
}

/// Rollback reports of verifiers, newest first, since the store was last accepted.
pub(crate) fn told(tx: &mut dyn Tx) -> Result<Vec<TrailRecord>, HubError> {
    let rows = tables::trail_before(tx, &[TrailFilter::Subject(STORE)], i64::MAX, TOLD)?;
    let since = rows.into_iter().take_while(|row| row.action != action::ACCEPTED.code);
    Ok(since.filter(|row| row.action == action::ROLLED_BACK.code).collect())
}

/// The epoch that the reporting verifier knows.
pub(crate) fn epoch_in(row: &TrailRecord) -> i64 {
    let after = row.after.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    after.and_then(|json| json["epoch"].as_i64()).unwrap_or_default()
}

/// When a verifier last reported that it knows a newer state of this store; `None` if none did since it was accepted.
pub(crate) fn rolled_back(tx: &mut dyn Tx) -> Result<Option<Millis>, HubError> {
    Ok(told(tx)?.first().map(|row| Millis(row.at)))
}

/// The last tampering that a verifier reported since the store was last accepted.
pub(crate) fn altered(tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
    let rows = tables::trail_before(tx, &[TrailFilter::Subject(STORE)], i64::MAX, TOLD)?;
    let since = rows.into_iter().take_while(|row| row.action != action::ACCEPTED.code);
    Ok(since.filter(|row| row.action == action::ALTERED.code).map(|row| row.what).next())
}
