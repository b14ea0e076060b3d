//! A run of credentials on its way from rows to what a verifier keeps. A tag is checked while the database still holds the
//! row, and nothing is copied that is not kept: a verifier reads a million rows before it answers.

use std::ops::Range;

use crate::credential::{Kind, Options};
use crate::store::{
    Cell, StoreError,
    tables::{CredentialCells, CredentialRecord, SecretCells, SecretRecord},
};
use crate::time::Seconds;
use crate::vault::{Stored, TagInput, Vault};

use super::{
    super::{create::secret_place, guard},
    Fed, FedSecret,
    findings::Finding,
};

/// Credentials and secrets as they were read, each in the order of the credential's id.
pub(super) struct Run<'a> {
    vault: &'a Vault,
    credentials: Vec<Read>,
    secrets: Vec<Sealed>,
    /// Every id, one behind the other.
    ids: String,
    /// What is sealed, one behind the other.
    sealed: Vec<u8>,
    /// Where a row is put together for its tag.
    room: TagInput,
}

/// A credential.
struct Read {
    id: Range<usize>,
    /// A row that cannot even be named is told of by what it calls itself.
    fed: Result<Fed, String>,
}

/// A secret of it.
struct Sealed {
    credential: Range<usize>,
    no: i64,
    sealed: Range<usize>,
    valid_until: Option<i64>,
    intact: bool,
}

/// Bytes of an id, and about as many as a sealed secret has: room, so that nothing moves while it grows.
const ID: usize = 36;
const SEALED: usize = 96;

impl<'a> Run<'a> {
    /// With room for so many.
    pub(super) fn new(vault: &'a Vault, count: usize) -> Self {
        Self {
            vault,
            credentials: Vec::with_capacity(count),
            secrets: Vec::with_capacity(count),
            ids: String::with_capacity(2 * ID * count),
            sealed: Vec::with_capacity(SEALED * count),
            room: TagInput::default(),
        }
    }

    /// Takes a row of the table of credentials.
    pub(super) fn credential(&mut self, row: &[Cell<'_>]) -> Result<(), StoreError> {
        let intact = guard::cells_intact::<CredentialRecord>(self.vault, row, &mut self.room);
        let cells = match (CredentialCells::read(row), row) {
            (Ok(cells), _) => cells,
            // Of one that cannot be read nothing is kept; it is told by its id.
            (Err(_), [Cell::Text(id), ..]) => {
                let id = self.add_id(id);
                self.credentials.push(Read { id, fed: Err("a key that cannot be read".to_owned()) });
                return Ok(());
            }
            (Err(why), _) => return Err(why),
        };
        let options = options(&cells).filter(|_| intact);
        let fed = fed(&cells, options).ok_or_else(|| called(cells.key, cells.name));
        let id = self.add_id(cells.id);
        self.credentials.push(Read { id, fed });
        Ok(())
    }

    /// Takes a row of the table of secrets.
    pub(super) fn secret(&mut self, row: &[Cell<'_>]) -> Result<(), StoreError> {
        let intact = guard::cells_intact::<SecretRecord>(self.vault, row, &mut self.room);
        let (SecretCells { credential, no, sealed, valid_until }, intact) = match (SecretCells::read(row), row.get(2)) {
            (Ok(cells), _) => (cells, intact),
            // One that cannot be read has its credential refused.
            (Err(_), Some(Cell::Text(credential))) => {
                (SecretCells { credential, no: 0, sealed: &[], valid_until: None }, false)
            }
            (Err(why), _) => return Err(why),
        };
        let credential = self.add_id(credential);
        let start = self.sealed.len();
        self.sealed.extend_from_slice(sealed);
        self.secrets.push(Sealed { credential, no, sealed: start..self.sealed.len(), valid_until, intact });
        Ok(())
    }

    fn add_id(&mut self, id: &str) -> Range<usize> {
        let start = self.ids.len();
        self.ids.push_str(id);
        start..self.ids.len()
    }

    /// The id of the last credential.
    pub(super) fn last(&self) -> Option<&str> {
        self.credentials.last().map(|read| &self.ids[read.id.clone()])
    }

    /// Opens the secrets and gives each to its credential. What is not to be trusted is marked, and told of in
    /// `findings`.
    pub(super) fn open(mut self, findings: &mut Vec<Finding>) -> Vec<Fed> {
        let mut all = Vec::with_capacity(self.credentials.len());
        let mut secrets = self.secrets.iter().peekable();
        for Read { id, mut fed } in std::mem::take(&mut self.credentials) {
            let id = &self.ids[id];
            let of = |secret: &Sealed| &self.ids[secret.credential.clone()];
            // A secret without a credential cannot be: it refers to one, and credentials are never removed.
            while secrets.next_if(|secret| of(secret) < id).is_some() {}
            while let Some(secret) = secrets.next_if(|secret| of(secret) == id) {
                if let Ok(fed) = &mut fed {
                    self.give(id, fed, secret);
                }
            }
            let what = match &fed {
                Ok(fed) => fed.tampered.then(|| called(&fed.key, &fed.name)),
                Err(what) => Some(what.clone()),
            };
            findings.extend(what.map(|what| Finding { id: id.to_owned(), what }));
            all.extend(fed);
        }
        all
    }

    /// Opens a secret for its credential. One that does not open has the whole credential refused.
    fn give(&self, id: &str, fed: &mut Fed, secret: &Sealed) {
        if fed.tampered {
            return;
        }
        match self.open_secret(id, fed.kind, secret) {
            Some(secret) => fed.secrets.push(secret),
            None => fed.refuse(),
        }
    }

    fn open_secret(&self, credential: &str, kind: Kind, secret: &Sealed) -> Option<FedSecret> {
        let place = secret_place(credential, kind.as_str(), secret.no);
        let sealed = self.sealed.get(secret.sealed.clone()).filter(|_| secret.intact)?;
        let stored = Stored::decode(&self.vault.open_sealed(sealed, &place).ok()?).ok()?;
        Some(FedSecret { no: secret.no, stored, valid_until: secret.valid_until.map(Seconds) })
    }
}

/// A credential without its secrets, refused if it has no options; nothing for a row that cannot even be named.
fn fed(cells: &CredentialCells<'_>, options: Option<Options>) -> Option<Fed> {
    let tampered = options.is_none();
    let options = options.unwrap_or_default();
    Some(Fed {
        id: cells.id.parse().ok()?,
        kind: cells.kind.parse().ok()?,
        key: cells.key.to_owned(),
        name: cells.name.to_owned(),
        state: cells.state.parse().ok()?,
        not_before: options.not_before,
        expires_at: options.expires_at,
        networks: options.networks,
        algorithms: options.algorithms,
        body_digest: options.body_digest,
        secrets: Vec::new(),
        tampered,
    })
}

/// What a credential's options are, if they can be read. The note is for people.
fn options(cells: &CredentialCells<'_>) -> Option<Options> {
    Some(Options {
        not_before: cells.not_before.map(Seconds),
        expires_at: cells.expires_at.map(Seconds),
        networks: cells.networks.parse().ok()?,
        algorithms: cells.algorithms.parse().ok()?,
        body_digest: cells.body_digest.parse().ok()?,
        ..Options::default()
    })
}

fn called(key: &str, name: &str) -> String {
    format!("{key} ({name})")
}
