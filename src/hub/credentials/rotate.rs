//! Replacing secrets: rotation, another Legacy password, and the early end of an old secret.

use crate::account::Right;
use crate::credential::{Kind, Overlap, check_password};
use crate::hub::audit::action;
use crate::hub::credentials::create::generate;
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::credentials::rows::FoundCredential;
use crate::hub::credentials::watch::Watch;
use crate::hub::error::no_key;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, Cancel, ChangeOutcome, CredentialTarget, EndedEarly, Hub, HubError, InputField, Issued};
use crate::secret::Secret;
use crate::store::Query;
use crate::store::tables::{self, CredentialRecord, SecretRecord, UsageRow};
use crate::time::{Millis, Seconds};
use crate::vault::Stored;

/// A credential right after it was given a new secret.
pub(crate) struct ReplacedSecret {
    record: CredentialRecord,
    no: i64,
    ended_early: Vec<EndedEarly>,
    last_used: Option<UsageRow>,
}

/// What is asked before one credential gets a new secret.
fn renewal_queries(target: &CredentialTarget) -> Vec<Query> {
    let secrets = tables::all_by_query::<SecretRecord>("credential", &target.id.to_string(), "no");
    FoundCredential::queries(&[*target]).into_iter().chain([secrets]).collect()
}

impl Hub {
    /// Gives a credential a new secret; the old one keeps working for `overlap`, and one older than that ends.
    pub fn rotate(&self, actor: &Actor, target: CredentialTarget, overlap: Overlap) -> Result<Issued, HubError> {
        let mut issued =
            self.rotate_many(actor, &[target], overlap, &mut Watch::new(&Cancel::default(), &mut |_| {}))?;
        issued.pop().ok_or_else(|| no_key(&target.id.to_string()))
    }

    /// Gives several credentials new secrets in one transaction: all of them, or none.
    pub fn rotate_many(
        &self,
        actor: &Actor,
        targets: &[CredentialTarget],
        overlap: Overlap,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<Issued>, HubError> {
        let mut intent = Intent::new(Right::ManageCredentials, "rotate");
        if let [only] = targets {
            intent = intent.on(only.id);
        }
        let row_query = |target: &CredentialTarget| tables::get_query::<CredentialRecord>("id", &target.id.to_string());
        let intent = intent.prefetch(targets.iter().map(row_query).collect::<Vec<_>>());
        let kinds = self.read(actor, &intent, |tx| {
            let kind = |target: &CredentialTarget| mapping::kind(&self.intact_credential(tx, target.id)?);
            targets.iter().map(kind).collect::<Result<Vec<_>, _>>()
        })?;
        // Before the transaction: passwords of Legacy credentials take long to hash.
        let made = kinds.into_iter().map(|kind| {
            watch.step()?;
            generate(kind)
        });
        let made = made.collect::<Result<Vec<_>, _>>()?;
        let intent = match targets {
            // Several are read one after the other, as their turn comes.
            [only] => intent.prefetch(renewal_queries(only)),
            _ => intent.prefetch([]),
        };
        let renewed = self.write(actor, intent, |change| {
            let one = |(target, (stored, _)): (&CredentialTarget, &(Stored, Secret))| {
                watch.go_on()?;
                change.rotate(actor, *target, overlap, stored)
            };
            targets.iter().zip(&made).map(one).collect::<Result<Vec<_>, _>>()
        })?;
        let issued = renewed.into_iter().zip(made).map(|((renewed, old_until), (_, shown))| {
            Ok(Issued { old_until, ..self.issued_again(renewed, Some(shown))? })
        });
        issued.collect()
    }

    /// Gives a Legacy credential another password, typed or generated; the old one stops now.
    pub fn set_legacy_password(
        &self,
        actor: &Actor,
        target: CredentialTarget,
        typed: Option<&Secret>,
    ) -> Result<Issued, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "set password").on(target.id);
        self.read(actor, &intent, |_| Ok(()))?;
        let (stored, shown) = match typed {
            Some(typed) => {
                let text = typed.expose_text().unwrap_or_default();
                check_password(text).map_err(|why| HubError::invalid(InputField::LegacyPassword, why))?;
                (Stored::slow(typed)?, None)
            }
            None => generate(Kind::Legacy).map(|(stored, secret)| (stored, Some(secret)))?,
        };
        let renewed = self.write(actor, intent.prefetch(renewal_queries(&target)), |change| {
            let before = change.live_credential(target)?;
            if !mapping::kind(&before)?.has_username() {
                return Err(HubError::invalid(
                    InputField::LegacyPassword,
                    "Only a Legacy credential has a password. Rotate this key instead.",
                ));
            }
            let now = change.now.seconds().0;
            let renewed = change.new_secret(actor, &before, now, &stored, "gave another password to")?;
            let told = |no: i64| {
                let told = serde_json::json!({ "kind": before.kind, "key": before.key, "secret": no });
                Some(told.to_string())
            };
            let subject = Subject::row(&before.id, &before.name);
            change
                .note(action::LEGACY_PASSWORD, subject.changed(told(before.secret_no), told(before.secret_no + 1)))?;
            Ok(renewed)
        })?;
        self.issued_again(renewed, shown)
    }

    /// Ends the old secret of a rotation before its time.
    pub fn stop_old_secret(&self, actor: &Actor, target: CredentialTarget) -> Result<ChangeOutcome, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "stop old secret").on(target.id).restricting();
        let queries = FoundCredential::queries(&[target]);
        self.write(actor, intent.prefetch(queries), |change| {
            let before = change.credential(target)?;
            let last_used = newest(tables::usages(&mut *change.tx, &before.id)?);
            let now = change.now.seconds().0;
            let Some((older, until)) = before.overlap(now) else {
                return Ok(ChangeOutcome::Already(self.row(before, last_used)?));
            };
            let touched = change.touched(&before, actor, "stopped the old secret of");
            let record = CredentialRecord { older_until: Some(now), ..touched };
            change.update(&record)?;
            let told = |until: i64| {
                let until = Seconds(until).rfc3339();
                let told = serde_json::json!({ "kind": record.kind, "key": record.key, "old_secret": older, "old_until": until });
                Some(told.to_string())
            };
            let subject = Subject::row(&record.id, &record.name).changed(told(until), told(now));
            change.note(action::OLD_SECRET_STOPPED, subject)?;
            Ok(ChangeOutcome::Done(self.row(record, last_used)?))
        })
    }

    /// The result of a replaced secret, for the user.
    pub(in crate::hub) fn issued_again(
        &self,
        renewed: ReplacedSecret,
        secret: Option<Secret>,
    ) -> Result<Issued, HubError> {
        let ReplacedSecret { record, no, ended_early, last_used } = renewed;
        Ok(Issued { row: self.row(record, last_used)?, secret, version: no, old_until: None, ended_early })
    }
}

impl Change<'_> {
    /// Rotates one credential, and says until when its old secret works.
    fn rotate(
        &mut self,
        actor: &Actor,
        target: CredentialTarget,
        overlap: Overlap,
        stored: &Stored,
    ) -> Result<(ReplacedSecret, Option<Seconds>), HubError> {
        let before = self.live_credential(target)?;
        let until = self.now.seconds().0 + overlap.seconds();
        let renewed = self.new_secret(actor, &before, until, stored, "rotated")?;
        let ReplacedSecret { record, no, ended_early, .. } = &renewed;
        let old_until = (overlap != Overlap::None).then_some(Seconds(until));
        let mut after = serde_json::json!({ "kind": record.kind, "key": record.key, "secret": no,
            "overlap": overlap.as_str(), "old_until": old_until.map(Seconds::rfc3339) });
        if !ended_early.is_empty() {
            let would_have: Vec<_> = ended_early.iter().map(|old| old.until.rfc3339()).collect();
            after["stopped_before"] = would_have.join(", ").into();
        }
        let before = serde_json::json!({ "kind": record.kind, "key": record.key, "secret": no - 1 });
        let subject = Subject::row(&record.id, &record.name);
        self.note(action::ROTATED, subject.changed(Some(before.to_string()), Some(after.to_string())))?;
        Ok((renewed, old_until))
    }

    /// A new secret in place of the current one, which works until then.
    pub(crate) fn new_secret(
        &mut self,
        actor: &Actor,
        before: &CredentialRecord,
        until: i64,
        stored: &Stored,
        how: &str,
    ) -> Result<ReplacedSecret, HubError> {
        let now = self.now.seconds().0;
        let live = self.live_secrets(before, now)?;
        // The new secret was not used yet, so it is not the one that was used last.
        let last_used = newest(tables::usages(&mut *self.tx, &before.id)?);
        // At most two secrets work at a time: one that is still in its overlap ends now.
        let overlap = before.overlap(now);
        let older = live.iter().find(|secret| overlap.is_some_and(|(no, _)| no == secret.no));
        let ended_early = older
            .zip(overlap)
            .map(|(secret, (_, until))| EndedEarly { created_at: Millis(secret.created_at), until: Seconds(until) });
        let ended_early: Vec<_> = ended_early.into_iter().collect();
        let no = before.secret_no + 1;
        let touched = self.touched(before, actor, how);
        let (older_no, older_until) = (Some(before.secret_no), Some(until));
        let record = CredentialRecord { secret_no: no, older_no, older_until, ..touched };
        self.update(&record)?;
        self.add_secret(&record, no, stored)?;
        // First use counts for the credential, not the secret: a credential that was never used stays so with its
        // newest secret.
        tables::lock_asked(&mut *self.tx)?;
        tables::insert_later_usage(&mut *self.tx, (&record.kind, &record.id), no)?;
        Ok(ReplacedSecret { record, no, ended_early, last_used })
    }
}
