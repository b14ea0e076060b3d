//! Creating a credential, and rotating its secret: the two times that a secret is handed out, each right after its
//! commit.

use crate::account::Right;
use crate::credential::{self, Kind, Name, Options, Overlap, ShapeError, State, check_password, check_username};
use crate::secret::Secret;
use crate::store::{
    Tx,
    tables::{self, CredentialRecord, SecretRecord, Tagged, UsageRow},
};
use crate::time::{Millis, Seconds};
use crate::vault::{self, Context, Stored, Vault, uuid};

use super::{
    Actor, Conflict, CutShort, Field, Hub, HubError, Issued, NewCredential, Target, action,
    change::{Change, Subject},
    convert,
    details::newest,
    guard,
    refusal::Intent,
};

/// A new credential, checked, with its secret drawn and hashed: all that can be done before the head is locked.
struct Prepared {
    kind: Kind,
    key: String,
    name: Name,
    options: Options,
    stored: Stored,
    /// The secret to be shown once; `None` when the user typed it.
    shown: Option<Secret>,
}

/// A credential right after it was given a new secret.
pub(super) struct Renewed {
    record: CredentialRecord,
    no: i64,
    cut_short: Vec<CutShort>,
    last_used: Option<UsageRow>,
}

impl Hub {
    /// Creates a credential and returns its secret, once.
    pub fn create(&self, actor: &Actor, wanted: &NewCredential) -> Result<Issued, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "create");
        // Check permission before validating input: a refusal must not depend on what was typed.
        self.look(actor, &intent, |_| Ok(()))?;
        let prepared = prepare(wanted, self.now().seconds())?;
        let record = self.change(actor, intent, |change| change.create(actor, &prepared))?;
        self.issued_first((record, prepared))
    }

    /// Creates many in one transaction: all of them, or none.
    pub fn create_many(&self, actor: &Actor, wanted: &[NewCredential]) -> Result<Vec<Issued>, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "create");
        self.look(actor, &intent, |_| Ok(()))?;
        let now = self.now().seconds();
        let prepared = wanted.iter().map(|one| prepare(one, now)).collect::<Result<Vec<_>, _>>()?;
        let records = self.change(actor, intent, |change| {
            prepared.iter().map(|one| change.create(actor, one)).collect::<Result<Vec<_>, _>>()
        })?;
        records.into_iter().zip(prepared).map(|made| self.issued_first(made)).collect()
    }

    fn issued_first(&self, (record, prepared): (CredentialRecord, Prepared)) -> Result<Issued, HubError> {
        let row = self.row(record, None)?;
        Ok(Issued { row, secret: prepared.shown, version: 1, old_until: None, cut_short: Vec::new() })
    }

    /// Gives a credential a new secret; the old one keeps working for `overlap`, and one older than that ends.
    pub fn rotate(&self, actor: &Actor, target: Target, overlap: Overlap) -> Result<Issued, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "rotate").on(target.id);
        let kind = self.look(actor, &intent, |tx| {
            let row = self.intact_credential(tx, target.id)?;
            convert::kind(&row)
        })?;
        let (stored, shown) = generate(kind)?;
        let (renewed, old_until) = self.change(actor, intent, |change| {
            let before = change.live_credential(target)?;
            let until = change.now.seconds().0 + overlap.seconds();
            let renewed = change.new_secret(actor, &before, until, &stored, "rotated")?;
            let Renewed { record, no, cut_short, .. } = &renewed;
            let old_until = (overlap != Overlap::None).then_some(Seconds(until));
            let mut after = serde_json::json!({ "kind": record.kind, "key": record.key, "secret": no,
                "overlap": overlap.as_str(), "old_until": old_until.map(Seconds::rfc3339) });
            if !cut_short.is_empty() {
                let would_have: Vec<_> = cut_short.iter().map(|old| old.until.rfc3339()).collect();
                after["stopped_before"] = would_have.join(", ").into();
            }
            let before = serde_json::json!({ "kind": record.kind, "key": record.key, "secret": no - 1 });
            let subject = Subject::row(&record.id, &record.name);
            change.note(action::ROTATED, subject.changed(Some(before.to_string()), Some(after.to_string())))?;
            Ok((renewed, old_until))
        })?;
        Ok(Issued { old_until, ..self.issued_again(renewed, Some(shown))? })
    }

    /// A new secret of a credential that was there, with the old one stopped.
    pub(super) fn issued_again(&self, renewed: Renewed, secret: Option<Secret>) -> Result<Issued, HubError> {
        let Renewed { record, no, cut_short, last_used } = renewed;
        Ok(Issued { row: self.row(record, last_used)?, secret, version: no, old_until: None, cut_short })
    }

    /// The row for users; its tag was written a moment ago.
    pub(super) fn row(
        &self,
        record: CredentialRecord,
        last_used: Option<UsageRow>,
    ) -> Result<super::CredentialRow, HubError> {
        let tag = guard::tag(&self.vault, &record)?;
        convert::credential(&self.vault, Tagged { record, tag }, last_used)
    }

    /// The same, with the last use of any of its secrets.
    pub(super) fn used_row(&self, tx: &mut dyn Tx, record: CredentialRecord) -> Result<super::CredentialRow, HubError> {
        let last_used = newest(tables::usages(tx, &record.id)?);
        self.row(record, last_used)
    }
}

fn prepare(wanted: &NewCredential, now: Seconds) -> Result<Prepared, HubError> {
    wanted.options.check(wanted.kind, now)?;
    let options = wanted.options.clone();
    match (wanted.kind, &wanted.legacy) {
        (Kind::Legacy, Some(legacy)) => {
            let username = legacy.username.as_str();
            check_username(username).map_err(|why| HubError::invalid(Field::Username, why))?;
            let name = if wanted.name.trim().is_empty() { username } else { &wanted.name };
            // The longest username is longer than a name may be.
            let default: String = name.chars().take(if name == username { Name::MAX } else { usize::MAX }).collect();
            let name = Name::new(&default)?;
            let (stored, shown) = match &legacy.password {
                Some(typed) => {
                    let text = typed.expose_text().unwrap_or_default();
                    check_password(text).map_err(|why| HubError::invalid(Field::LegacyPassword, why))?;
                    (Stored::slow(typed)?, None)
                }
                None => generate(Kind::Legacy).map(|(stored, secret)| (stored, Some(secret)))?,
            };
            Ok(Prepared { kind: Kind::Legacy, key: username.to_owned(), name, options, stored, shown })
        }
        (Kind::Legacy, None) => Err(HubError::invalid(Field::Username, "A Legacy credential needs a username.")),
        (_, Some(_)) => {
            Err(HubError::invalid(Field::Username, "Only a Legacy credential has a username. Leave it out."))
        }
        (kind, None) => {
            let name = Name::new(&wanted.name)?;
            let key = credential::api_key(kind, &mut fill)?;
            let (stored, secret) = generate(kind)?;
            Ok(Prepared { kind, key, name, options, stored, shown: Some(secret) })
        }
    }
}

/// Generates a secret for a kind; returns its stored form and the secret itself.
pub(super) fn generate(kind: Kind) -> Result<(Stored, Secret), HubError> {
    let secret = match kind {
        Kind::Basic | Kind::Hmac => credential::api_secret(&mut fill)?,
        Kind::Legacy => credential::legacy_password(&mut fill)?,
    };
    let stored = match kind {
        Kind::Basic => Stored::hashed(&secret),
        Kind::Hmac => Stored::plain(&secret),
        Kind::Legacy => Stored::slow(&secret)?,
    };
    Ok((stored, secret))
}

fn fill(buffer: &mut [u8]) -> Result<(), ShapeError> {
    vault::fill(buffer).map_err(|why| ShapeError(why.to_string()))
}

fn new_record(change: &mut Change<'_>, actor: &Actor, prepared: &Prepared) -> Result<CredentialRecord, HubError> {
    let (now, by) = (change.now.0, actor.user.to_string());
    let mut record = CredentialRecord {
        id: uuid(change.now)?.to_string(),
        version: 1,
        kind: prepared.kind.as_str().to_owned(),
        key: prepared.key.clone(),
        name: String::new(),
        name_fold: String::new(),
        state: State::Active.as_str().to_owned(),
        listed: true,
        not_before: None,
        expires_at: None,
        networks: String::new(),
        note: String::new(),
        algorithms: String::new(),
        body_digest: String::new(),
        created_at: now,
        created_by: by.clone(),
        changed_at: now,
        changed_by: by,
        changed_how: "created".to_owned(),
        change: change.number(),
        secret_no: 1,
        older_no: None,
        older_until: None,
    };
    convert::put_options(&mut record, &prepared.name, &prepared.options);
    Ok(record)
}

/// The place that a secret is sealed for.
pub(super) fn secret_place<'a>(credential: &'a str, kind: &'a str, no: i64) -> Context<'a> {
    Context { table: "secret", row: credential, column: "sealed", kind, version: no }
}

impl Change<'_> {
    fn create(&mut self, actor: &Actor, prepared: &Prepared) -> Result<CredentialRecord, HubError> {
        let taken = tables::keys_of(&mut *self.tx, &prepared.key)?;
        if taken.iter().any(|row| row.record.kind == prepared.kind.as_str()) {
            return Err(Conflict::Taken { what: format!("The username {}", prepared.key) }.into());
        }
        let record = new_record(self, actor, prepared)?;
        self.insert(&record)?;
        self.add_secret(&record, 1, &prepared.stored)?;
        tables::lock_asked(&mut *self.tx)?;
        tables::insert_usage(&mut *self.tx, (&record.kind, &record.id), 1, true)?;
        tables::add_to_tally(&mut *self.tx, &record.kind, &record.state, 1)?;
        let subject = Subject::row(&record.id, &record.name).changed(None, Some(convert::json(&record)));
        self.note(action::CREATED, subject)?;
        Ok(record)
    }

    /// A new secret in place of the current one, which works until then.
    pub(super) fn new_secret(
        &mut self,
        actor: &Actor,
        before: &CredentialRecord,
        until: i64,
        stored: &Stored,
        how: &str,
    ) -> Result<Renewed, HubError> {
        let now = self.now.seconds().0;
        let live = self.live_secrets(before, now)?;
        // At most two secrets work at a time: one that is still in its overlap ends now.
        let overlap = before.overlap(now);
        let older = live.iter().find(|secret| overlap.is_some_and(|(no, _)| no == secret.no));
        let cut_short = older
            .zip(overlap)
            .map(|(secret, (_, until))| CutShort { created_at: Millis(secret.created_at), until: Seconds(until) });
        let cut_short: Vec<_> = cut_short.into_iter().collect();
        let no = before.secret_no + 1;
        let touched = self.touched(before, actor, how);
        let (older_no, older_until) = (Some(before.secret_no), Some(until));
        let record = CredentialRecord { secret_no: no, older_no, older_until, ..touched };
        self.update(&record)?;
        self.add_secret(&record, no, stored)?;
        // First use counts for the credential, not the secret: one that was never used still waits, with its newest
        // secret.
        tables::lock_asked(&mut *self.tx)?;
        let waiting = tables::stop_waiting(&mut *self.tx, &record.id)?;
        tables::insert_usage(&mut *self.tx, (&record.kind, &record.id), no, waiting)?;
        let last_used = newest(tables::usages(&mut *self.tx, &record.id)?);
        Ok(Renewed { record, no, cut_short, last_used })
    }

    fn add_secret(&mut self, record: &CredentialRecord, no: i64, stored: &Stored) -> Result<(), HubError> {
        let place = secret_place(&record.id, &record.kind, no);
        let secret = SecretRecord {
            id: uuid(self.now)?.to_string(),
            version: 1,
            credential: record.id.clone(),
            no,
            sealed: self.vault().seal(stored.encode().expose(), &place)?,
            created_at: self.now.0,
            created_by: record.changed_by.clone(),
        };
        self.insert(&secret)
    }

    /// The secrets that work at second `now`, the current one and perhaps the one before. All that the credential names
    /// must be there and as they were written.
    pub(super) fn live_secrets(&mut self, record: &CredentialRecord, now: i64) -> Result<Vec<SecretRecord>, HubError> {
        let secrets: Vec<Tagged<SecretRecord>> = tables::all_by(&mut *self.tx, "credential", &record.id, "no")?;
        let vault = self.vault();
        live_secrets(vault, record, secrets, now).ok_or_else(|| tampered_credential(record))
    }

    /// A record that this change writes next: the next version, by this actor, now.
    pub(super) fn touched(&mut self, before: &CredentialRecord, actor: &Actor, how: &str) -> CredentialRecord {
        CredentialRecord {
            version: before.version + 1,
            changed_at: self.now.0,
            changed_by: actor.user.to_string(),
            changed_how: how.to_owned(),
            change: self.number(),
            ..before.clone()
        }
    }
}

/// Of all secrets of a credential those that work at second `now`, by number; `None` if one that it names is missing, or
/// has a wrong tag.
pub(super) fn live_secrets(
    vault: &Vault,
    record: &CredentialRecord,
    secrets: Vec<Tagged<SecretRecord>>,
    now: i64,
) -> Option<Vec<SecretRecord>> {
    let mut live: Vec<_> = secrets.into_iter().filter(|row| record.names(row.record.no, now)).collect();
    live.sort_by_key(|row| row.record.no);
    let named = usize::from(record.secret_no != 0) + usize::from(record.overlap(now).is_some());
    let whole = live.len() == named && live.iter().all(|row| guard::intact(vault, row));
    whole.then(|| live.into_iter().map(|row| row.record).collect())
}

/// A credential whose row or secret has a wrong tag.
pub(super) fn tampered_credential(record: &CredentialRecord) -> HubError {
    HubError::Tampered {
        what: format!("The key {} ({})", record.key, record.name),
        mend: "create a new key and tell its users".to_owned(),
    }
}

impl From<ShapeError> for HubError {
    fn from(why: ShapeError) -> Self {
        Self::Failed(why.to_string())
    }
}
