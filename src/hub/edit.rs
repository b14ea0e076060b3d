//! Editing names and options of credentials, replacing a Legacy password, stopping an old secret early.

use crate::account::Right;
use crate::credential::{Algorithms, BodyDigest, Kind, Name, Networks, Note, State, check_password};
use crate::secret::Secret;
use crate::store::tables::CredentialRecord;
use crate::time::Seconds;
use crate::vault::Stored;

use super::{
    Actor, Conflict, Field, Hub, HubError, Issued, Outcome, Target,
    action::{self, Action},
    change::{Change, Subject},
    convert,
    create::{generate, tampered_credential},
    refusal::Intent,
    state::changed_since,
};

/// The fields to change; `None` leaves one as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// A new name, as typed. For one credential only.
    pub name: Option<String>,
    /// A new start; `Some(None)` for none.
    pub not_before: Option<Option<Seconds>>,
    /// A new expiry; `Some(None)` for never.
    pub expires_at: Option<Option<Seconds>>,
    /// New networks; empty for any.
    pub networks: Option<Networks>,
    /// A new note, as typed. For one credential only.
    pub note: Option<String>,
    /// The algorithms that may be signed with from now on; HMAC only.
    pub algorithms: Option<Algorithms>,
    /// Whether a request with a body must sign a digest of it; HMAC only.
    pub body_digest: Option<BodyDigest>,
}

impl Hub {
    /// Edits one credential or several in one transaction. Those that somebody changed since they were read are left
    /// out and named; nothing differs is success without a trail row.
    pub fn edit(&self, actor: &Actor, targets: &[Target], edit: &Edit) -> Result<Vec<Outcome>, HubError> {
        let mut intent = Intent::new(Right::ManageCredentials, "edit");
        match targets {
            [only] => intent = intent.on(only.id),
            _ if edit.name.is_some() || edit.note.is_some() => {
                return Err(HubError::invalid(Field::Name, "Name and note belong to one key. Edit one at a time."));
            }
            _ => {}
        }
        let name = edit.name.as_deref().map(Name::new).transpose()?;
        let note =
            edit.note.as_deref().map(Note::new).transpose().map_err(|why| HubError::invalid(Field::Note, why))?;
        self.change(actor, intent, |change| {
            let one = |target: &Target| self.edit_one(change, actor, *target, edit, name.as_ref(), note.as_ref());
            let outcomes = targets.iter().map(one).collect::<Result<Vec<_>, _>>()?;
            match outcomes.as_slice() {
                [Outcome::LeftOut { why, .. }] => Err(why.clone().into()),
                _ => Ok(outcomes),
            }
        })
    }

    fn edit_one(
        &self,
        change: &mut Change<'_>,
        actor: &Actor,
        target: Target,
        edit: &Edit,
        name: Option<&Name>,
        note: Option<&Note>,
    ) -> Result<Outcome, HubError> {
        let before = self.intact_credential(&mut *change.tx, target.id)?;
        let left_out = |row, why| Ok(Outcome::LeftOut { row, why });
        if before.state == State::Revoked.as_str() {
            let why = Conflict::Revoked { what: before.name.clone() };
            return left_out(self.used_row(&mut *change.tx, before)?, why);
        }
        if before.version != target.version {
            let why = changed_since(&before);
            return left_out(self.used_row(&mut *change.tx, before)?, why);
        }
        let row = self.used_row(&mut *change.tx, before.clone())?;
        // Options that cannot be read would be written back as none, and lift what they restrict.
        if row.tampered {
            return Err(tampered_credential(&before));
        }
        let mut options = row.options.clone();
        options.not_before = edit.not_before.unwrap_or(options.not_before);
        options.expires_at = edit.expires_at.unwrap_or(options.expires_at);
        if let Some(networks) = &edit.networks {
            options.networks = networks.clone();
        }
        if let Some(note) = note {
            options.note = note.clone();
        }
        if let Some(algorithms) = &edit.algorithms {
            options.algorithms = algorithms.clone();
        }
        options.body_digest = edit.body_digest.unwrap_or(options.body_digest);
        // A key that expired may be renamed: only a new time is judged against now.
        let judged = if edit.expires_at.is_some() { change.now.seconds() } else { Seconds(i64::MIN) };
        options.check(row.kind, judged)?;
        let kept = Name::new(&row.name)?;
        let name = name.unwrap_or(&kept);
        if options == row.options && *name == kept {
            return Ok(Outcome::Already(row));
        }
        let renamed = options == row.options;
        let mut record = change.touched(&before, actor, if renamed { "renamed" } else { "changed" });
        convert::put_options(&mut record, name, &options);
        change.update(&record)?;
        change.note_credential(if renamed { action::RENAMED } else { action::EDITED }, &before, &record)?;
        Ok(Outcome::Done(self.used_row(&mut *change.tx, record)?))
    }

    /// Gives a Legacy credential another password, typed or generated; the old one stops now.
    pub fn set_legacy_password(
        &self,
        actor: &Actor,
        target: Target,
        typed: Option<&Secret>,
    ) -> Result<Issued, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "set password").on(target.id);
        self.look(actor, &intent, |_| Ok(()))?;
        let (stored, shown) = match typed {
            Some(typed) => {
                let text = typed.expose_text().unwrap_or_default();
                check_password(text).map_err(|why| HubError::invalid(Field::LegacyPassword, why))?;
                (Stored::slow(typed)?, None)
            }
            None => generate(Kind::Legacy).map(|(stored, secret)| (stored, Some(secret)))?,
        };
        let renewed = self.change(actor, intent, |change| {
            let before = change.live_credential(target)?;
            if before.kind != Kind::Legacy.as_str() {
                return Err(HubError::invalid(
                    Field::LegacyPassword,
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
    pub fn stop_old_secret(&self, actor: &Actor, target: Target) -> Result<Outcome, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "stop old secret").on(target.id).taking_away();
        self.change(actor, intent, |change| {
            let before = change.credential(target)?;
            let now = change.now.seconds().0;
            let Some((older, until)) = before.overlap(now) else {
                return Ok(Outcome::Already(self.used_row(&mut *change.tx, before)?));
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
            Ok(Outcome::Done(self.used_row(&mut *change.tx, record)?))
        })
    }
}

impl Change<'_> {
    /// A trail row about a credential, with it before and after.
    pub(super) fn note_credential(
        &mut self,
        action: Action,
        before: &CredentialRecord,
        after: &CredentialRecord,
    ) -> Result<(), HubError> {
        let subject = Subject::row(&after.id, &after.name);
        let subject = subject.changed(Some(convert::json(before)), Some(convert::json(after)));
        self.note(action, subject).map(|_| ())
    }
}
