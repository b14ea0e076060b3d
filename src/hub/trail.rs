//! The trail (audit log): reading, export, and verification row by row.

use crate::account::Right;
use crate::credential::Kind;
use crate::store::{
    Cancel, Tx,
    tables::{self, HeadRow, TrailFilter, TrailRecord},
};
use crate::time::Millis;
use crate::vault::Vault;

use super::{
    Actor, Hub, HubError, TrailQuery, TrailReport, TrailRow, action,
    as_left::Changes,
    change, guard, mark, numbers,
    refusal::Intent,
    settled, sums, tagged,
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

    /// Checks everything: the database by its own check, the whole trail (every hash, every number, the head's MAC, and
    /// `expect`, a number and hash noted elsewhere, which detects a truncated trail), and every row that decides
    /// something against its tag, the trail and the sums. `progress` gets rows done and rows in all.
    pub fn verify_trail(
        &self,
        actor: &Actor,
        expect: Option<(i64, String)>,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<TrailReport, HubError> {
        self.verify_trail_until(actor, expect, &Cancel::default(), progress)
    }

    /// The same, with cancellation.
    pub fn verify_trail_until(
        &self,
        actor: &Actor,
        expect: Option<(i64, String)>,
        cancel: &Cancel,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<TrailReport, HubError> {
        self.look_until(actor, &Intent::new(Right::ReadTrail, "verify trail"), cancel, |tx| {
            if let Some(what) = tx.damage(cancel)? {
                let broken = Some(format!("the database is damaged: {what}"));
                return Ok(TrailReport { rows: 0, no: 0, hash: String::new(), broken, went_back: None });
            }
            let head = tables::head(tx)?.ok_or_else(change::no_head)?;
            let (mut walk, mut changes) = (Walk::new(&head, expect), Changes::default());
            walk::on_with(tx, &mut walk, cancel, progress, &mut |row| changes.take_up(row))?;
            let broken = match walk.finish(guard::head_intact(&self.vault, &head)) {
                None => self.outside(tx, &head, &walk.written, changes)?,
                broken => broken,
            };
            let hash = data_encoding::HEXLOWER.encode(&walk.hash);
            Ok(TrailReport { rows: walk.rows, no: walk.no, hash, broken, went_back: mark::went_back(tx)? })
        })
    }
}

impl Hub {
    /// What the hash chain alone cannot show, once it is whole: rows beside it, and rows of other tables that are not
    /// as it left them. An older copy of a row that was put back has a right tag.
    fn outside(
        &self,
        tx: &mut dyn Tx,
        head: &HeadRow,
        written: &settled::Written,
        changes: Changes,
    ) -> Result<Option<String>, HubError> {
        let vault = &self.vault;
        if let Some(no) = tables::trail_beside(tx, head.trail_no)? {
            return Ok(Some(format!("row {no} was added outside keydesk")));
        }
        if account_changed(tx, vault)? {
            return Ok(Some("the name of the account was changed outside keydesk".to_owned()));
        }
        if let Some(what) = tagged::outside(tx, vault)? {
            return Ok(Some(what));
        }
        if let Some(what) = changes.outside(tx)? {
            return Ok(Some(what));
        }
        if let Some(key) = tables::without_a_named_secret(tx)? {
            return Ok(Some(format!("the secrets of the key {key} are not as the trail left them: one was removed")));
        }
        if let Some(what) = settled::outside(tx, vault, written)? {
            return Ok(Some(what));
        }
        if let Some(what) = sums::outside(tx, vault, head)? {
            return Ok(Some(what));
        }
        // Last, because it decides nothing.
        numbers::outside(tx)
    }
}

/// Whether the account differs from the one that set-up made.
fn account_changed(tx: &mut dyn Tx, vault: &Vault) -> Result<bool, HubError> {
    let account = tables::account(tx)?.filter(|row| guard::intact(vault, row));
    Ok(account.map(|row| row.record.name) != account_of_the_trail(tx)?)
}

/// The name of the account by the first row of the trail.
fn account_of_the_trail(tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
    let first = tables::trail_before(tx, &[], 2, 1)?.pop().filter(|row| row.action == action::SET_UP.code);
    Ok(first.map(|row| row.what))
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
