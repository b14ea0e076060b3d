//! The trail (audit log): reading and export.

use crate::account::Right;
use crate::credential::{Kind, fold};
use crate::hub::audit::action;
use crate::hub::audit::refusal_words::refusal_words;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, Cancel, Hub, HubError, LogFilter, TrailCount, TrailQuery, TrailRow};
use crate::store::Tx;
use crate::store::tables::{self, TrailFilter, TrailRecord};
use crate::time::Millis;

impl Hub {
    /// Rows of the trail, newest first.
    pub fn trail(&self, actor: &Actor, query: &TrailQuery) -> Result<Vec<TrailRow>, HubError> {
        self.trail_until(actor, query, &Cancel::default())
    }

    /// The same, with cancellation: words that are in few of a million rows are searched for in all of them.
    pub fn trail_until(&self, actor: &Actor, query: &TrailQuery, cancel: &Cancel) -> Result<Vec<TrailRow>, HubError> {
        self.read_cancellable(actor, &Intent::new(Right::ReadTrail, "read trail"), cancel, |tx| {
            let id = query.credential.map(|id| id.to_string());
            let filters = filters(tx, query, id.as_deref())?;
            let limit = i64::from(query.limit.clamp(1, 500));
            let rows = tables::trail_before(tx, &filters, query.before.unwrap_or(i64::MAX), limit)?;
            rows.into_iter().map(|record| row(tx, record)).collect()
        })
    }

    /// How many rows a query finds, from whatever row it begins, and how many there are.
    pub fn trail_count(&self, actor: &Actor, query: &TrailQuery, cancel: &Cancel) -> Result<TrailCount, HubError> {
        self.read_cancellable(actor, &Intent::new(Right::ReadTrail, "read trail"), cancel, |tx| {
            let id = query.credential.map(|id| id.to_string());
            let filters = filters(tx, query, id.as_deref())?;
            // The head counts the rows; only a filter reads them.
            let all = tables::head(tx)?.map_or(0, |head| head.trail_no);
            let found = if filters.is_empty() { all } else { tables::trail_length(tx, &filters)? };
            Ok(TrailCount { found, all })
        })
    }

    /// Passes a part of the trail on, page by page, newest first; at least one page, if an empty one. The rows leave
    /// the desk, so the password must have been given recently.
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
}

/// Most credentials that a key, a name or the beginning of one is looked up as.
const CALLED: u32 = 50;

/// What the rows of a query must meet.
fn filters<'a>(tx: &mut dyn Tx, query: &'a TrailQuery, id: Option<&'a str>) -> Result<Vec<TrailFilter<'a>>, HubError> {
    let LogFilter { words, who, did, key, address, .. } = &query.filter;
    let mut filters: Vec<_> = id.map(TrailFilter::Subject).into_iter().collect();
    filters.extend(query.credentials_only.then_some(TrailFilter::About("credential")));
    filters.extend(query.who.as_deref().map(TrailFilter::Who));
    filters.extend(query.class.map(|class| TrailFilter::Class(class.as_str())));
    filters.extend(query.from.map(|at| TrailFilter::From(at.0)));
    filters.extend(query.until.map(|at| TrailFilter::Until(at.0)));
    if let Some(key) = key {
        let mut ids = tables::credentials_called(tx, key, &fold(key), CALLED)?;
        if ids.is_empty() {
            ids = tables::once_called(tx, &fold(key), CALLED)?;
        }
        // What was deleted, or had another name, is found by its name of that time.
        let name = (ids.len() != 1).then(|| fold(key));
        filters.push(TrailFilter::Called { ids, name });
    }
    if let Some(who) = who {
        let whole = tables::trail_knows(tx, who)?;
        filters.push(if whole { TrailFilter::Who(who) } else { TrailFilter::WhoBegins(who) });
    }
    filters.extend(did.as_deref().map(|did| TrailFilter::Done(action::codes_with(did))));
    filters.extend(address.as_deref().map(TrailFilter::AddressBegins));
    for typed in words {
        let word = fold(typed);
        let ids = if typed.len() < 4 { Vec::new() } else { tables::credentials_called(tx, typed, &word, CALLED)? };
        filters.push(TrailFilter::Holds { codes: action::codes_with(&word), word, ids });
    }
    Ok(filters)
}

/// A row in words.
pub(crate) fn row(tx: &mut dyn Tx, record: TrailRecord) -> Result<TrailRow, HubError> {
    let count = if record.class == "refusal" { tables::repeats(tx, record.no)? } else { 1 };
    let json = record.after.as_deref().or(record.before.as_deref());
    let json = json.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()).unwrap_or_default();
    let kind = json["kind"].as_str().and_then(|kind| kind.parse::<Kind>().ok());
    let mut did = action::words(&record.action, kind);
    if let Some(asked) = json["asked"].as_str() {
        did = format!("{did}: {}", refusal_words(asked));
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
        hash: data_encoding::HEXLOWER.encode(&record.hash),
    })
}
