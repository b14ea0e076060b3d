//! The trail: read, and checked row by row.

use crate::account::Right;
use crate::credential::Kind;
use crate::store::{
    Cancel, Tx,
    tables::{self, HeadRow, TrailFilter, TrailRecord},
};
use crate::time::Millis;

use super::{
    Actor, Hub, HubError, TrailQuery, TrailReport, TrailRow, action, change, guard, mark, numbers,
    refusal::Intent,
    settled, tagged,
    walk::{self, Walk},
};

impl Hub {
    /// Rows of the trail, newest first.
    pub fn trail(&self, actor: &Actor, query: &TrailQuery) -> Result<Vec<TrailRow>, HubError> {
        self.look(actor, &Intent::new(Right::ReadTrail, "read trail"), |tx| {
            let id = query.credential.map(|id| id.to_string());
            let mut filters: Vec<_> = id.as_deref().map(TrailFilter::Subject).into_iter().collect();
            filters.extend(query.credentials_only.then_some(TrailFilter::About("credential")));
            filters.extend(query.who.as_deref().map(TrailFilter::Who));
            filters.extend(query.class.map(|class| TrailFilter::Class(class.as_str())));
            filters.extend(query.from.map(|at| TrailFilter::From(at.0)));
            filters.extend(query.until.map(|at| TrailFilter::Until(at.0)));
            let limit = i64::from(query.limit.clamp(1, 500));
            let rows = tables::trail_before(tx, &filters, query.before.unwrap_or(i64::MAX), limit)?;
            rows.into_iter().map(|record| row(tx, record)).collect()
        })
    }

    /// Hands a part of the trail on, page by page, newest first; at least one page, if an empty one. The rows leave the
    /// desk, so the password must have been given lately.
    pub fn export_trail(
        &self,
        actor: &Actor,
        query: &TrailQuery,
        each: &mut dyn FnMut(&[TrailRow]) -> Result<(), HubError>,
    ) -> Result<(), HubError> {
        let mut query = TrailQuery { limit: 500, ..query.clone() };
        let mut rows = self.trail(actor, &query)?;
        if !actor.confirmed(self.now()) {
            return Err(HubError::PasswordNeeded);
        }
        loop {
            each(&rows)?;
            query.before = rows.last().map(|row| row.no);
            if rows.len() < query.limit as usize {
                return Ok(());
            }
            rows = self.trail(actor, &query)?;
        }
    }

    /// Checks the whole trail: every hash, every number, the head's MAC, and `expect`, a number and hash noted
    /// elsewhere, which finds a cut end. `progress` is told rows done and rows in all.
    pub fn verify_trail(
        &self,
        actor: &Actor,
        expect: Option<(i64, String)>,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<TrailReport, HubError> {
        self.verify_trail_until(actor, expect, &Cancel::default(), progress)
    }

    /// The same; it can be stopped.
    pub fn verify_trail_until(
        &self,
        actor: &Actor,
        expect: Option<(i64, String)>,
        cancel: &Cancel,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<TrailReport, HubError> {
        self.look_until(actor, &Intent::new(Right::ReadTrail, "verify trail"), cancel, |tx| {
            let head = tables::head(tx)?.ok_or_else(change::no_head)?;
            let mut walk = Walk::new(&head, expect);
            walk::on(tx, &mut walk, cancel, progress)?;
            let mut broken = walk.finish(guard::head_intact(&self.vault, &head));
            if broken.is_none() {
                broken = outside(tx, &head)?;
            }
            if broken.is_none() {
                broken = tagged::outside(tx, &self.vault)?;
            }
            if broken.is_none() {
                broken = settled::outside(tx, &self.vault, &walk.written)?;
            }
            // Last, because it decides nothing.
            if broken.is_none() {
                broken = numbers::outside(tx)?;
            }
            let hash = data_encoding::HEXLOWER.encode(&walk.hash);
            Ok(TrailReport { rows: walk.rows, no: walk.no, hash, broken, went_back: mark::went_back(tx)? })
        })
    }
}

/// What the chain alone cannot show, once it is whole: rows beside it, and rows of other tables that are not as it left
/// them. The copy of a row that somebody took and put back later has a tag that is right.
fn outside(tx: &mut dyn Tx, head: &HeadRow) -> Result<Option<String>, HubError> {
    if let Some(no) = tables::trail_beside(tx, head.trail_no)? {
        return Ok(Some(format!("row {no} was added outside keydesk")));
    }
    let first = tables::trail_before(tx, &[], 2, 1)?.pop().filter(|row| row.action == action::SET_UP.code);
    let account = tables::account(tx)?;
    if first.map(|row| row.what) != account.map(|account| account.name) {
        return Ok(Some("the name of the account was changed outside keydesk".to_owned()));
    }
    // A pause after wrong passwords is in a table of its own and leaves the user's row as it is.
    let beside = [action::USER_LOCKED.code, action::USER_UNLOCKED.code];
    for (table, thing, made) in
        [("credential", "key", action::CREATED.code), ("person", "user", action::USER_ADDED.code)]
    {
        if let Some(name) = tables::put_back(tx, table, beside)? {
            let how = "it was changed by hand, or an older copy was put back";
            return Ok(Some(format!("the {thing} {name} is not as the trail left it: {how}")));
        }
        if let Some(name) = tables::removed(tx, table, made)? {
            return Ok(Some(format!("the {thing} {name} was removed outside keydesk")));
        }
    }
    let missing = tables::without_one_current(tx)?;
    Ok(missing.map(|key| format!("the secrets of the key {key} are not as the trail left them")))
}

/// A row in words.
pub(super) fn row(tx: &mut dyn Tx, record: TrailRecord) -> Result<TrailRow, HubError> {
    let count = if record.class == "refusal" { tables::repeats(tx, record.no)? } else { 1 };
    let json = record.after.as_deref().or(record.before.as_deref());
    let json = json.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()).unwrap_or_default();
    let kind = json["kind"].as_str().and_then(|kind| kind.parse::<Kind>().ok());
    let mut did = action::words(&record.action, kind);
    if let Some(asked) = json["asked"].as_str() {
        did = format!("{did}: {asked}");
    }
    Ok(TrailRow {
        no: record.no,
        at: Millis(record.at),
        who: record.who,
        via: record.via,
        unix: record.unix,
        address: record.address,
        action: record.action,
        did,
        what: record.what,
        subject: record.subject,
        before: record.before,
        after: record.after,
        count,
    })
}
