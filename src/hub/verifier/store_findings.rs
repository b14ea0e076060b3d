//! Tampering outside the credentials: the small tables checked against the sums in the head, and the end of the trail.
//! Cheap enough to run every few seconds.

use crate::hub::audit::action;
use crate::hub::error::tampered_head;
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::verifier::rollback_reports;
use crate::hub::{Cancel, Feed, HubError, Origin};
use crate::store::{Tx, tables};

/// A finding of tampering outside the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFinding {
    /// What was found, as a sentence without a full stop.
    pub what: String,
    /// Whether a starting verifier must refuse to answer: it concerns which requests pass, or what is said about their
    /// credentials.
    pub closes: bool,
}

impl Feed<'_> {
    /// The current findings.
    pub fn store_findings(self) -> Result<Vec<StoreFinding>, HubError> {
        check(self, &mut *self.hub.store.read(&Cancel::default())?)
    }

    /// Records a finding in the trail: one row per minute and sentence, with a count.
    pub fn record_store_finding(self, what: &str) -> Result<(), HubError> {
        let asked = "trust the store";
        let after = serde_json::json!({ "asked": asked, "what": what }).to_string();
        let subject = Subject::row(rollback_reports::STORE, what).changed(None, Some(after));
        self.hub.write_refusal(Author::nobody(&Origin::default()), action::ALTERED, subject, asked)
    }
}

/// Checks everything but the credentials. Each check stands alone: an unreadable table is a finding and hides no other.
/// A store that cannot be reached is an error: whether somebody changed something, nobody knows then.
pub(crate) fn check(feed: Feed<'_>, tx: &mut dyn Tx) -> Result<Vec<StoreFinding>, HubError> {
    let vault = &feed.hub.vault;
    let head = tables::head(tx)?.filter(|head| row_tags::head_intact(vault, head)).ok_or_else(tampered_head)?;
    let told = table_sums::of_head(vault, &head)?;
    let mut found = Vec::new();
    let account = readable(tables::account(tx).map_err(HubError::from))?.flatten();
    let account = account.is_some_and(|row| row_tags::intact(vault, &row));
    if !account || !readable(table_sums::matches(tx, vault, &told, table_sums::ACCOUNT))?.unwrap_or(false) {
        found.push(StoreFinding {
            what: "the name of the account was changed outside keydesk".to_owned(),
            closes: true,
        });
    }
    for (of, closes) in [(table_sums::SETTINGS, true), (table_sums::USERS, false), (table_sums::TRIES, false)] {
        if !readable(table_sums::matches(tx, vault, &told, of))?.unwrap_or(false) {
            found.push(StoreFinding { what: format!("the {} are not as keydesk left them", of.things), closes });
        }
    }
    if let Some(no) = tables::trail_beside(tx, head.trail_no)? {
        found.push(StoreFinding {
            what: format!("row {no} of the activity log was added outside keydesk"),
            closes: false,
        });
    }
    Ok(found)
}

/// What was read; nothing of a table that cannot be read.
fn readable<T>(read: Result<T, HubError>) -> Result<Option<T>, HubError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(why @ HubError::Unavailable(_)) => Err(why),
        Err(_) => Ok(None),
    }
}
