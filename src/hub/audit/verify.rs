//! `audit verify`: checks the database, the whole trail, and every row that decides something.

use crate::account::Right;
use crate::hub::audit::chain::{self, ChainCheck, SettingValues};
use crate::hub::audit::check_last_changes::LastChanges;
use crate::hub::audit::check_tags::Tampered;
use crate::hub::audit::{action, check_counts, check_tags};
use crate::hub::error::no_head;
use crate::hub::settings::stored;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::verifier::rollback_reports;
use crate::hub::{Actor, Cancel, Hub, HubError, TrailReport};
use crate::store::Tx;
use crate::store::tables::{self, HeadRow};
use crate::vault::Vault;

impl Hub {
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
        self.read_cancellable(actor, &Intent::new(Right::ReadTrail, "verify trail"), cancel, |tx| {
            self.trail_report(tx, expect, cancel, progress)
        })
    }

    /// The same in a transaction.
    pub(in crate::hub) fn trail_report(
        &self,
        tx: &mut dyn Tx,
        expect: Option<(i64, String)>,
        cancel: &Cancel,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<TrailReport, HubError> {
        if let Some(what) = tx.damage(cancel)? {
            let broken = Some(format!("the database is damaged: {what}"));
            return Ok(TrailReport { broken, ..TrailReport::default() });
        }
        let head = tables::head(tx)?.ok_or_else(no_head)?;
        let (mut chain, mut changes) = (ChainCheck::new(&head, expect), LastChanges::default());
        chain::check_with(tx, &mut chain, cancel, progress, &mut |row| changes.take_up(row))?;
        let mut broken = chain.finish(row_tags::head_intact(&self.vault, &head));
        if broken.is_none() {
            broken = tables::trail_beside(tx, head.trail_no)?.map(|no| format!("row {no} was added outside keydesk"));
        }
        let (whole, mut tampered) = (broken.is_none(), Vec::new());
        if whole {
            tampered = check_tags::tampered_credentials(tx, &self.vault)?;
            broken = self.first_mismatch(tx, &head, &chain.settings, changes, &tampered)?;
        }
        let hash = data_encoding::HEXLOWER.encode(&chain.at.hash);
        Ok(TrailReport {
            rows: chain.rows,
            no: chain.at.no,
            hash,
            broken,
            whole,
            tampered: tampered.into_iter().map(|credential| credential.name).collect(),
            rolled_back: rollback_reports::rolled_back(tx)?,
        })
    }

    /// What an intact hash chain alone cannot show: rows of other tables that are not as it left them. An older copy of a row that was put back has a correct tag.
    fn first_mismatch(
        &self,
        tx: &mut dyn Tx,
        head: &HeadRow,
        settings: &SettingValues,
        changes: LastChanges,
        tampered: &[Tampered],
    ) -> Result<Option<String>, HubError> {
        let vault = &self.vault;
        if account_changed(tx, vault)? {
            return Ok(Some("the name of the account was changed outside keydesk".to_owned()));
        }
        if let Some(what) = check_tags::first_mismatch(tx, vault, tampered)? {
            return Ok(Some(what));
        }
        if let Some(what) = changes.first_mismatch(tx)? {
            return Ok(Some(what));
        }
        if let Some(key) = tables::without_a_named_secret(tx)? {
            return Ok(Some(format!("the secrets of the key {key} are not as the trail left them: one was removed")));
        }
        if let Some(what) = stored::first_mismatch(tx, vault, settings)? {
            return Ok(Some(what));
        }
        if let Some(what) = table_sums::first_mismatch(tx, vault, head)? {
            return Ok(Some(what));
        }
        // Last, because counters decide nothing.
        check_counts::first_mismatch(tx)
    }
}

/// Whether the account differs from the one that set-up made.
fn account_changed(tx: &mut dyn Tx, vault: &Vault) -> Result<bool, HubError> {
    let account = tables::account(tx)?.filter(|row| row_tags::intact(vault, row));
    Ok(account.map(|row| row.record.name) != account_of_the_trail(tx)?)
}

/// The name of the account by the first row of the trail.
fn account_of_the_trail(tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
    let first = tables::trail_before(tx, &[], 2, 1)?.pop().filter(|row| row.action == action::SET_UP.code);
    Ok(first.map(|row| row.what))
}
