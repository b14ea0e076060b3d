//! Creating a credential: its secret is handed out once, right after the commit.

use std::collections::{BTreeMap, HashSet};

use crate::account::Right;
use crate::credential::{self, Kind, Name, Options, ShapeError, State, check_password, check_username};
use crate::hub::audit::action;
use crate::hub::credentials::mapping;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, Conflict, Hub, HubError, InputField, Issued, NewCredential};
use crate::secret::Secret;
use crate::store::tables::{self, CredentialRecord};
use crate::time::Seconds;
use crate::vault::{self, Stored, uuid};

/// A new credential, validated, with its secret generated and hashed: everything that needs no lock.
struct Prepared {
    kind: Kind,
    key: String,
    name: Name,
    options: Options,
    stored: Stored,
    /// The secret to be shown once; `None` when the user typed it.
    shown: Option<Secret>,
}

impl Prepared {
    fn taken(&self) -> HubError {
        Conflict::Taken { what: format!("The username {}", self.key) }.into()
    }
}

impl Hub {
    /// Creates a credential and returns its secret, once.
    pub fn create(&self, actor: &Actor, wanted: &NewCredential) -> Result<Issued, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "create");
        // Check permission before validating input: a refusal must not depend on what was typed.
        self.read(actor, &intent, |_| Ok(()))?;
        let prepared = prepare(wanted, self.now().seconds())?;
        let mut issued = self.create_prepared(actor, intent, vec![prepared])?;
        issued.pop().ok_or_else(|| HubError::Failed("No credential was made.".to_owned()))
    }

    /// Creates many in one transaction: all of them, or none.
    pub fn create_many(&self, actor: &Actor, wanted: &[NewCredential]) -> Result<Vec<Issued>, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "create");
        self.read(actor, &intent, |_| Ok(()))?;
        let now = self.now().seconds();
        let prepared = wanted.iter().map(|one| prepare(one, now)).collect::<Result<Vec<_>, _>>()?;
        self.create_prepared(actor, intent, prepared)
    }

    fn create_prepared(&self, actor: &Actor, intent: Intent, prepared: Vec<Prepared>) -> Result<Vec<Issued>, HubError> {
        let keys = keys_by_kind(&prepared);
        let queries: Vec<_> = keys.iter().flat_map(|(kind, keys)| tables::keys_in_use_queries(kind, keys)).collect();
        let records = self.write(actor, intent.prefetch(queries), |change| {
            change.require_free(&prepared, &keys)?;
            change.create(actor, &prepared)
        })?;
        records.into_iter().zip(prepared).map(|made| self.issued_first(made)).collect()
    }

    fn issued_first(&self, (record, prepared): (CredentialRecord, Prepared)) -> Result<Issued, HubError> {
        let row = self.row(record, None)?;
        Ok(Issued { row, secret: prepared.shown, version: 1, old_until: None, ended_early: Vec::new() })
    }
}

/// The keys of each kind.
type KeysByKind = BTreeMap<&'static str, Vec<String>>;

fn keys_by_kind(prepared: &[Prepared]) -> KeysByKind {
    let mut keys = KeysByKind::new();
    prepared.iter().for_each(|one| keys.entry(one.kind.as_str()).or_default().push(one.key.clone()));
    keys
}

fn prepare(wanted: &NewCredential, now: Seconds) -> Result<Prepared, HubError> {
    wanted.options.check(wanted.kind, now)?;
    let options = wanted.options.clone();
    match (wanted.kind, &wanted.legacy) {
        (Kind::Legacy, Some(legacy)) => {
            let username = legacy.username.as_str();
            check_username(username).map_err(|why| HubError::invalid(InputField::Username, why))?;
            let name = if wanted.name.trim().is_empty() { username } else { &wanted.name };
            // The longest username is longer than a name may be.
            let default: String = name.chars().take(if name == username { Name::MAX } else { usize::MAX }).collect();
            let name = Name::new(&default)?;
            let (stored, shown) = match &legacy.password {
                Some(typed) => {
                    let text = typed.expose_text().unwrap_or_default();
                    check_password(text).map_err(|why| HubError::invalid(InputField::LegacyPassword, why))?;
                    (Stored::slow(typed)?, None)
                }
                None => generate(Kind::Legacy).map(|(stored, secret)| (stored, Some(secret)))?,
            };
            Ok(Prepared { kind: Kind::Legacy, key: username.to_owned(), name, options, stored, shown })
        }
        (Kind::Legacy, None) => Err(HubError::invalid(InputField::Username, "A Legacy credential needs a username.")),
        (Kind::Basic | Kind::Hmac, Some(_)) => {
            Err(HubError::invalid(InputField::Username, "Only a Legacy credential has a username. Leave it out."))
        }
        (kind @ (Kind::Basic | Kind::Hmac), None) => {
            let name = Name::new(&wanted.name)?;
            let key = credential::api_key(kind, &mut fill)?;
            let (stored, secret) = generate(kind)?;
            Ok(Prepared { kind, key, name, options, stored, shown: Some(secret) })
        }
    }
}

/// Generates a secret for a kind; returns its stored form and the secret itself.
pub(crate) fn generate(kind: Kind) -> Result<(Stored, Secret), HubError> {
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

/// Random bytes for what is generated.
pub(crate) fn fill(buffer: &mut [u8]) -> Result<(), ShapeError> {
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
        owner: String::new(),
        owner_fold: String::new(),
        tags: String::new(),
    };
    mapping::put_options(&mut record, &prepared.name, &prepared.options);
    Ok(record)
}

impl Change<'_> {
    /// An error if one has the key of another of its kind, of those that are there or of those that are made.
    fn require_free(&mut self, prepared: &[Prepared], keys: &KeysByKind) -> Result<(), HubError> {
        let mut used = HashSet::with_capacity(prepared.len());
        for (kind, keys) in keys {
            used.extend(tables::keys_in_use(&mut *self.tx, kind, keys)?.into_iter().map(|key| (*kind, key)));
        }
        let taken = prepared.iter().find(|one| !used.insert((one.kind.as_str(), one.key.clone())));
        taken.map_or(Ok(()), |one| Err(one.taken()))
    }

    /// Creates all in as few statements as there can be.
    fn create(&mut self, actor: &Actor, prepared: &[Prepared]) -> Result<Vec<CredentialRecord>, HubError> {
        let records = prepared.iter().map(|one| new_record(self, actor, one)).collect::<Result<Vec<_>, _>>()?;
        self.insert_all(&records)?;
        let secret = |(record, one): (&CredentialRecord, &Prepared)| self.secret_row(record, 1, &one.stored);
        let secrets = records.iter().zip(prepared).map(secret).collect::<Result<Vec<_>, _>>()?;
        self.insert_all(&secrets)?;
        tables::lock_asked(&mut *self.tx)?;
        let unused: Vec<_> = records.iter().map(|record| (&*record.kind, &*record.id, 1, true)).collect();
        tables::insert_usages(&mut *self.tx, &unused)?;
        let mut made: BTreeMap<_, i64> = BTreeMap::new();
        records.iter().for_each(|record| *made.entry((&record.kind, &record.state)).or_default() += 1);
        for ((kind, state), n) in made {
            tables::add_to_tally(&mut *self.tx, kind, state, n)?;
        }
        let subject = |record: &CredentialRecord| {
            Subject::row(&record.id, &record.name).changed(None, Some(mapping::json(record)))
        };
        self.note_all(action::CREATED, records.iter().map(subject).collect())?;
        Ok(records)
    }
}
