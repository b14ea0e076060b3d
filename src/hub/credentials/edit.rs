//! Editing names and options of credentials.

use crate::account::Right;
use crate::credential::{Algorithms, BodyDigest, Name, NameError, Networks, Note, Owner, State, Tags};
use crate::hub::audit::action;
use crate::hub::credentials::mapping;
use crate::hub::credentials::rows::{FoundCredential, changed_since};
use crate::hub::credentials::watch::Watch;
use crate::hub::error::tampered_credential;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, Cancel, ChangeOutcome, Conflict, CredentialTarget, Hub, HubError, InputField};
use crate::time::Seconds;

/// The fields to change; `None` leaves one as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialEdit {
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
    /// Who is responsible from now on, as typed; empty for nobody.
    pub owner: Option<String>,
    /// Whether the tags that it has go.
    pub without_tags: bool,
    /// Tags that it gets.
    pub tags: Tags,
    /// Tags that are taken away.
    pub less_tags: Tags,
    /// The algorithms that may be signed with from now on; HMAC only.
    pub algorithms: Option<Algorithms>,
    /// Whether a request with a body must sign a digest of it; HMAC only.
    pub body_digest: Option<BodyDigest>,
}

/// An edit whose texts were read.
struct Checked<'a> {
    edit: &'a CredentialEdit,
    name: Option<Name>,
    note: Option<Note>,
    owner: Option<Owner>,
}

impl<'a> Checked<'a> {
    fn of(edit: &'a CredentialEdit) -> Result<Self, HubError> {
        let invalid = |field| move |why: NameError| HubError::invalid(field, why);
        Ok(Self {
            edit,
            name: edit.name.as_deref().map(Name::new).transpose()?,
            note: edit.note.as_deref().map(Note::new).transpose().map_err(invalid(InputField::Note))?,
            owner: edit.owner.as_deref().map(Owner::new).transpose().map_err(invalid(InputField::Owner))?,
        })
    }
}

impl Hub {
    /// Edits one credential or several in one transaction. Those that somebody changed since they were read are left
    /// out and named. An edit that changes nothing succeeds without a trail row.
    pub fn edit(
        &self,
        actor: &Actor,
        targets: &[CredentialTarget],
        edit: &CredentialEdit,
    ) -> Result<Vec<ChangeOutcome>, HubError> {
        self.edit_until(actor, targets, edit, &mut Watch::new(&Cancel::default(), &mut |_| {}))
    }

    /// The same, with somebody who watches it and may stop it: then nothing is changed.
    pub fn edit_until(
        &self,
        actor: &Actor,
        targets: &[CredentialTarget],
        edit: &CredentialEdit,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<ChangeOutcome>, HubError> {
        let mut intent = Intent::new(Right::ManageCredentials, "edit");
        match targets {
            [only] => intent = intent.on(only.id),
            _ if edit.name.is_some() || edit.note.is_some() => {
                return Err(HubError::invalid(
                    InputField::Name,
                    "Name and note belong to one key. Edit one at a time.",
                ));
            }
            _ => {}
        }
        let edit = Checked::of(edit)?;
        self.write(actor, intent.prefetch(FoundCredential::queries(targets)), |change| {
            let mut found = change.find_credentials(targets)?;
            let one = |target: &CredentialTarget| {
                watch.step()?;
                let found = found.remove(&target.id).map_or_else(|| change.find_credential(target.id), Ok)?;
                self.edit_one(change, actor, (*target, found), &edit)
            };
            let outcomes = targets.iter().map(one).collect::<Result<Vec<_>, _>>()?;
            match outcomes.as_slice() {
                [ChangeOutcome::LeftOut { why, .. }] => Err(why.clone().into()),
                _ => Ok(outcomes),
            }
        })
    }

    fn edit_one(
        &self,
        change: &mut Change<'_>,
        actor: &Actor,
        (target, found): (CredentialTarget, FoundCredential),
        Checked { edit, name, note, owner }: &Checked<'_>,
    ) -> Result<ChangeOutcome, HubError> {
        let last_used = found.last_used;
        let before = change.intact(target.id, found.row)?;
        let left_out = |row, why| Ok(ChangeOutcome::LeftOut { row, why });
        if before.state == State::Revoked.as_str() {
            let why = Conflict::Revoked { what: before.name.clone() };
            return left_out(self.row(before, last_used)?, why);
        }
        if before.version != target.version {
            let why = changed_since(&before);
            return left_out(self.row(before, last_used)?, why);
        }
        let row = self.row(before.clone(), last_used.clone())?;
        // Unreadable options would be written back as empty, which would lift their restrictions.
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
        if let Some(owner) = owner {
            options.owner = owner.clone();
        }
        let kept = if edit.without_tags { Tags::default() } else { options.tags.without(&edit.less_tags) };
        options.tags = kept.with(&edit.tags).map_err(|why| HubError::invalid(InputField::Tags, why))?;
        if let Some(algorithms) = &edit.algorithms {
            options.algorithms = algorithms.clone();
        }
        options.body_digest = edit.body_digest.unwrap_or(options.body_digest);
        // An expired key may be renamed: only a new expiry is checked against the clock.
        let judged = if edit.expires_at.is_some() { change.now.seconds() } else { Seconds(i64::MIN) };
        options.check(row.kind, judged)?;
        let kept = Name::new(&row.name)?;
        let name = name.as_ref().unwrap_or(&kept);
        if options == row.options && *name == kept {
            return Ok(ChangeOutcome::Already(row));
        }
        let renamed = options == row.options;
        let mut record = change.touched(&before, actor, if renamed { "renamed" } else { "changed" });
        mapping::put_options(&mut record, name, &options);
        change.update(&record)?;
        change.note_credential(if renamed { action::RENAMED } else { action::EDITED }, &before, &record)?;
        Ok(ChangeOutcome::Done(self.row(record, last_used)?))
    }
}
