//! Reports from verifiers: last uses and refusals, written in batches. Neither is a change: no version, no change
//! number, no row of the trail, so that nobody is woken by them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::IpAddr;

use uuid::Uuid;

use crate::credential::Kind;
use crate::hub::settings::stored::set_by;
use crate::hub::verifier::refused_requests;
use crate::hub::{
    Cancel, CredentialId, Feed, Hub, HubError, REFUSALS_KEPT, Refusal, Setting, UsageReport, eviction_index,
};
use crate::store::tables::{self, RefusalRow, UseRow};
use crate::store::{Commit, StoreError, WriteTx};
use crate::time::{Millis, Seconds};
use crate::vault;

/// Seconds by which a last use may be ahead of the clock: clocks are set back by a little all the time.
const AHEAD: i64 = 60;

/// Last addresses that are read: as many as a verifier keeps in mind.
const ADDRESSES: i64 = 65_536;

impl Feed<'_> {
    /// Keys of a kind with the addresses that they were last used from. Unreadable addresses are left out.
    pub fn last_addresses(self, kind: Kind) -> Result<Vec<(String, IpAddr)>, HubError> {
        let mut tx = self.hub().store.read(&Cancel::default())?;
        let rows = tables::last_addresses(&mut *tx, kind.as_str(), ADDRESSES)?;
        Ok(rows.into_iter().filter_map(|(key, address)| Some((key, address.parse().ok()?))).collect())
    }

    /// Whether a signing credential was used since the replay guard got its current value: then a verifier accepted
    /// signatures that it should remember.
    pub fn signed_since_replay_was_set(self) -> Result<bool, HubError> {
        let mut tx = self.hub().store.read(&Cancel::default())?;
        let set = tables::trail_before(&mut *tx, &set_by(Setting::Replay), i64::MAX, 1)?.pop();
        let since = set.map_or(Seconds(0), |row| Millis(row.at).seconds());
        for kind in Kind::ALL.into_iter().filter(|kind| kind.signs()) {
            if tables::used_since(&mut *tx, kind.as_str(), since.0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many last uses are best written at once.
    pub fn uses_at_once(self) -> usize {
        self.hub().store.uses_at_once()
    }

    /// Writes last uses; an older report does not replace a newer one. A use with a time in the future counts as of
    /// now: the clock was ahead when it was noted, and no later use would ever replace it.
    pub fn write_uses(self, uses: &[UsageReport]) -> Result<(), HubError> {
        let now = self.hub().now().seconds().0;
        let latest = now.saturating_add(AHEAD);
        let row = |used: &UsageReport| UseRow {
            credential: used.credential.to_string(),
            secret_no: used.secret,
            at: if used.at.0 > latest { now } else { used.at.0 },
            address: used.address.map(|address| address.to_string()),
        };
        let rows: Vec<_> = uses.iter().map(row).collect();
        self.write(&rows, |tx| Ok(tables::put_usages(tx, &rows, latest)?))
    }

    /// Writes refusals. Only some are kept for each credential, and similar ones are merged.
    pub fn write_refusals(self, refusals: &[Refusal]) -> Result<(), HubError> {
        let now = self.hub().now();
        // In the order of their times, which becomes the order of their numbers.
        let mut refusals: Vec<_> = refusals.iter().collect();
        refusals.sort_by_key(|refusal| refusal.at);
        self.write(&refusals, |tx| {
            let mut kept: BTreeMap<Uuid, KeptRefusals> = BTreeMap::new();
            // The lock keeps other writers out.
            let first = tables::next_refusal(tx)?;
            for (no, refusal) in (first..).zip(&refusals) {
                let kept = match kept.entry(refusal.credential) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(place) => place.insert(KeptRefusals::read(tx, refusal.credential)?),
                };
                kept.put(refusal, no, now)?;
            }
            write_kept(tx, kept)
        })
    }

    /// One transaction for many reports. Every writer of reports locks the same row first, so that two of them cannot
    /// deadlock on the rows of credentials.
    fn write<T>(
        self,
        reports: &[T],
        work: impl FnOnce(&mut dyn WriteTx) -> Result<(), HubError>,
    ) -> Result<(), HubError> {
        if reports.is_empty() {
            return Ok(());
        }
        let mut tx = self.hub().store.write_relaxed()?;
        tables::note_asked(&mut *tx, self.hub().now().seconds().0)?;
        work(&mut *tx)?;
        match tx.commit() {
            Commit::Committed => Ok(()),
            Commit::NotCommitted(why) => Err(why.into()),
            Commit::Unknown => Err(HubError::Unknown),
        }
    }
}

impl Hub {
    /// Records a use of a secret as a verifier reports it. Writes no trail row and raises no change number.
    pub fn record_usage(
        &self,
        id: CredentialId,
        secret_no: i64,
        at: Seconds,
        address: Option<IpAddr>,
    ) -> Result<(), HubError> {
        let mut tx = self.store.write_relaxed()?;
        let credential = id.to_string();
        let row = UseRow { credential, secret_no, at: at.0, address: address.map(|a| a.to_string()) };
        let latest = self.now().seconds().0.saturating_add(AHEAD);
        tables::note_asked(&mut *tx, at.0)?;
        tables::put_usages(&mut *tx, &[row], latest)?;
        match tx.commit() {
            Commit::Committed | Commit::Unknown => Ok(()),
            Commit::NotCommitted(why) => Err(why.into()),
        }
    }
}

/// Refusals of one credential while a batch is written.
struct KeptRefusals {
    /// The refusals, newest first.
    rows: Vec<(RefusalRow, RowStatus)>,
    /// Ids of the refusals to be deleted.
    gone: Vec<String>,
}

/// Whether the store has a refusal already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowStatus {
    Unchanged,
    Repeated,
    New,
}

impl KeptRefusals {
    /// Refusals have no tag. If one is unreadable, all of the credential are dropped: it would keep every other report
    /// of the same transaction from being written.
    fn read(tx: &mut dyn WriteTx, credential: Uuid) -> Result<Self, HubError> {
        let credential = credential.to_string();
        let rows = match tables::refusals(tx, &credential) {
            Err(StoreError::Broken(_)) => {
                tables::forget_all_refusals(tx, &credential)?;
                Vec::new()
            }
            rows => rows?,
        };
        Ok(Self { rows: rows.into_iter().map(|row| (row, RowStatus::Unchanged)).collect(), gone: Vec::new() })
    }

    /// Adds a refusal, merged with a similar one; evicts one if there are too many.
    fn put(&mut self, refusal: &Refusal, no: i64, now: Millis) -> Result<(), HubError> {
        let new = RefusalRow {
            no,
            at: refusal.at.0,
            id: vault::uuid(now)?.to_string(),
            n: refusal.count,
            reason: refusal.reason.clone(),
            component: refusal.component.clone(),
            clock_offset: refusal.clock_offset,
            address: refusal.address.map(|address| address.to_string()),
            mistake: refusal.mistake.clone(),
        };
        let id = CredentialId(refusal.credential);
        let is_like = |(row, _): &(RefusalRow, RowStatus)| refusal.is_like(&refused_requests::refusal(id, row.clone()));
        if let Some(i) = self.rows.iter().position(is_like) {
            let (before, written) = self.rows.remove(i);
            let row = RefusalRow { id: before.id, n: before.n.saturating_add(new.n), ..new };
            let written = if written == RowStatus::New { RowStatus::New } else { RowStatus::Repeated };
            self.rows.insert(0, (row, written));
            return Ok(());
        }
        self.rows.insert(0, (new, RowStatus::New));
        if self.rows.len() > REFUSALS_KEPT {
            let goes = self.rows.len() - 1 - eviction_index(self.rows.iter().rev().map(|(row, _)| row.reason.as_str()));
            let (row, written) = self.rows.remove(goes);
            self.gone.extend((written != RowStatus::New).then_some(row.id));
        }
        Ok(())
    }
}

/// Three statements: new refusals, repeated ones, deleted ones.
fn write_kept(tx: &mut dyn WriteTx, kept: BTreeMap<Uuid, KeptRefusals>) -> Result<(), HubError> {
    let (mut new, mut again, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for (credential, kept) in kept {
        let credential = credential.to_string();
        gone.extend(kept.gone.into_iter().map(|id| (credential.clone(), id)));
        for (row, written) in kept.rows {
            match written {
                RowStatus::Unchanged => {}
                RowStatus::Repeated => again.push((credential.clone(), row)),
                RowStatus::New => new.push((credential.clone(), row)),
            }
        }
    }
    tables::forget_refusals(tx, &gone)?;
    tables::repeat_refusals(tx, &again)?;
    Ok(tables::insert_refusals(tx, &new)?)
}
