//! Disable, enable and revoke credentials: one or many, in one transaction.

use crate::account::Right;
use crate::credential::{State, Verb, next_state};
use crate::hub::audit::action;
use crate::hub::credentials::rows::{FoundCredential, changed_since};
use crate::hub::credentials::watch::Watch;
use crate::hub::error::{no_key, unreadable};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, Cancel, ChangeOutcome, Conflict, CredentialTarget, Hub, HubError};
use crate::store::tables::{self, CredentialRecord, Tagged};

impl Hub {
    /// Changes the state of several credentials. Those that somebody changed since they were read are left out and
    /// named; a state already reached is success without a trail row. A single one that is left out is an error.
    pub fn set_state(
        &self,
        actor: &Actor,
        targets: &[CredentialTarget],
        verb: Verb,
    ) -> Result<Vec<ChangeOutcome>, HubError> {
        self.set_state_until(actor, targets, verb, &mut Watch::new(&Cancel::default(), &mut |_| {}))
    }

    /// The same, with somebody who watches it and may stop it: then nothing is changed.
    pub fn set_state_until(
        &self,
        actor: &Actor,
        targets: &[CredentialTarget],
        verb: Verb,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<ChangeOutcome>, HubError> {
        let mut intent = Intent::new(Right::ManageCredentials, verb.word());
        if verb != Verb::Enable {
            intent = intent.restricting();
        }
        if let [only] = targets {
            intent = intent.on(only.id);
        }
        self.write(actor, intent.prefetch(FoundCredential::queries(targets)), |change| {
            let mut found = change.find_credentials(targets)?;
            let outcomes = targets.iter().map(|target| {
                watch.step()?;
                let found = found.remove(&target.id).map_or_else(|| change.find_credential(target.id), Ok)?;
                self.set_one(change, actor, (*target, found), verb)
            });
            let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
            match outcomes.as_slice() {
                [ChangeOutcome::LeftOut { why, .. }] => Err(why.clone().into()),
                _ => Ok(outcomes),
            }
        })
    }

    pub(in crate::hub::credentials) fn set_one(
        &self,
        change: &mut Change<'_>,
        actor: &Actor,
        (target, found): (CredentialTarget, FoundCredential),
        verb: Verb,
    ) -> Result<ChangeOutcome, HubError> {
        let last_used = found.last_used;
        let before = match change.intact(target.id, found.row) {
            // A tampered row can still be revoked.
            Err(HubError::Tampered { .. }) if verb == Verb::Revoke => {
                return self.revoke_tampered(change, actor, target);
            }
            before => before?,
        };
        let state: State = before.state.parse().map_err(|()| unreadable("state"))?;
        let next = match next_state(state, verb) {
            Ok(None) => return Ok(ChangeOutcome::Already(self.row(before, last_used)?)),
            Err(_) => {
                let why = Conflict::Revoked { what: before.name.clone() };
                return Ok(ChangeOutcome::LeftOut { row: self.row(before, last_used)?, why });
            }
            Ok(Some(_)) if before.version != target.version => {
                let why = changed_since(&before);
                return Ok(ChangeOutcome::LeftOut { row: self.row(before, last_used)?, why });
            }
            Ok(Some(next)) => next,
        };
        let mut record = change.touched(&before, actor, verb.past());
        record.state = next.as_str().to_owned();
        record.listed = next != State::Revoked;
        change.update(&record)?;
        tables::add_to_tally(&mut *change.tx, &record.kind, &before.state, -1)?;
        tables::add_to_tally(&mut *change.tx, &record.kind, &record.state, 1)?;
        tables::lock_asked(&mut *change.tx)?;
        match next {
            State::Active => tables::wait_again(&mut *change.tx, &record.id)?,
            State::Disabled | State::Revoked => tables::stop_waiting(&mut *change.tx, &record.id)?,
        }
        let done = match verb {
            Verb::Disable => action::DISABLED,
            Verb::Enable => action::ENABLED,
            Verb::Revoke => action::REVOKED,
        };
        change.note_credential(done, &before, &record)?;
        Ok(ChangeOutcome::Done(self.row(record, last_used)?))
    }

    /// The row may claim any identity by now; the trail takes precedence.
    fn revoke_tampered(
        &self,
        change: &mut Change<'_>,
        actor: &Actor,
        target: CredentialTarget,
    ) -> Result<ChangeOutcome, HubError> {
        let id = target.id.to_string();
        let found: Option<Tagged<CredentialRecord>> = tables::get(&mut *change.tx, "id", &id)?;
        let before = found.ok_or_else(|| no_key(&id))?.record;
        let record = match change.made_as(&id)? {
            Some(made) => change.put_tombstone(actor, &made)?,
            None => change.revoke_as_it_is(actor, &before)?,
        };
        change.note_credential(action::REVOKED, &before, &record)?;
        Ok(ChangeOutcome::Done(self.used_row(&mut *change.tx, record)?))
    }
}
