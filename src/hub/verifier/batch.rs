//! One batch of credentials on its way from rows to what a verifier keeps. A tag is checked while the database still
//! holds the row, and only what is kept is copied: a verifier reads a million rows before it answers.

use std::ops::Range;

use crate::credential::{Kind, Options};
use crate::hub::tx::row_tags;
use crate::hub::tx::seal_places::secret_place;
use crate::hub::verifier::findings::Finding;
use crate::hub::{VerifierCredential, VerifierSecret};
use crate::store::tables::{CredentialRecord, Record as _, SecretCells, VerifierCells};
use crate::store::{Cell, StoreError};
use crate::time::Seconds;
use crate::vault::{Stored, TagInput, Term, Vault};

/// Credentials and secrets as they were read, each in the order of the credential's id.
pub(super) struct Batch<'a> {
    vault: &'a Vault,
    credentials: Vec<BatchCredential>,
    secrets: Vec<BatchSecret>,
    /// All ids, concatenated.
    ids: String,
    /// All sealed secrets, concatenated.
    sealed: Vec<u8>,
    /// Reused buffer for the tag of a row.
    room: TagInput,
    term: Vec<u8>,
    /// Index of the credential that the last secret belonged to: both come in the same order.
    at: usize,
    now: i64,
}

/// A credential of the batch.
struct BatchCredential {
    id: Range<usize>,
    /// The credential, or the name to report for a row that is too damaged.
    fed: Result<VerifierCredential, String>,
    /// Its term in the sum.
    term: Option<Term>,
    /// Numbers of the secrets that work, the older one with its end.
    current: i64,
    older: Option<(i64, i64)>,
}

/// A working secret of the batch.
struct BatchSecret {
    /// Index of the credential.
    of: usize,
    no: i64,
    sealed: Range<usize>,
}

/// The result of a batch.
pub(super) struct OpenedBatch {
    pub(super) fed: Vec<VerifierCredential>,
    /// Ids and terms of rows too damaged to be identified.
    pub(super) unnamed: Vec<(String, Term)>,
}

/// Length of an id and approximate length of a sealed secret, for the capacity of the buffers.
const ID: usize = 36;
const SEALED: usize = 96;

impl<'a> Batch<'a> {
    /// An empty batch with capacity for `count` credentials.
    pub(super) fn new(vault: &'a Vault, count: usize, now: i64) -> Self {
        Self {
            vault,
            credentials: Vec::with_capacity(count),
            secrets: Vec::with_capacity(count),
            ids: String::with_capacity(ID * count),
            sealed: Vec::with_capacity(SEALED * count),
            room: TagInput::default(),
            term: Vec::new(),
            at: 0,
            now,
        }
    }

    /// Adds a row of the table of credentials.
    pub(super) fn credential(&mut self, row: &[Cell<'_>]) -> Result<(), StoreError> {
        let intact = row_tags::cells_intact::<CredentialRecord>(self.vault, row, &mut self.room);
        let term = match row {
            [Cell::Text(id), Cell::Int(version), .., Cell::Bytes(tag)] => {
                Some(self.vault.term_in(CredentialRecord::TABLE, id, *version, tag, &mut self.term))
            }
            _ => None,
        };
        let cells = match (VerifierCells::read(row), row) {
            (Ok(cells), _) => cells,
            // Nothing is kept of an unreadable row; it is reported by its id.
            (Err(_), [Cell::Text(id), ..]) => {
                let (id, fed) = (self.add_id(id), Err("a key that cannot be read".to_owned()));
                self.credentials.push(BatchCredential { id, fed, term, current: 0, older: None });
                return Ok(());
            }
            // keydesk wrote no row without an id. If it replaced one, the sum is wrong.
            (Err(_), _) => return Ok(()),
        };
        let options = options(&cells).filter(|_| intact);
        let fed = fed(&cells, options, term).ok_or_else(|| called(cells.key, cells.name));
        let (current, older) = (cells.secret_no, cells.older.filter(|(_, until)| *until > self.now));
        let id = self.add_id(cells.id);
        self.credentials.push(BatchCredential { id, fed, term, current, older });
        Ok(())
    }

    /// Adds a row of secrets, in the order of the credentials. A secret that no credential names is ignored.
    pub(super) fn secret(&mut self, row: &[Cell<'_>]) -> Result<(), StoreError> {
        // An unreadable secret counts as missing, and its credential names it.
        let Ok(SecretCells { credential, no, sealed }) = SecretCells::read(row) else { return Ok(()) };
        while self.credentials.get(self.at).is_some_and(|read| &self.ids[read.id.clone()] < credential) {
            self.at += 1;
        }
        let works = self.credentials.get(self.at).is_some_and(|read| {
            let named = no == read.current || read.older.is_some_and(|(older, _)| older == no);
            named && &self.ids[read.id.clone()] == credential
        });
        if works {
            let start = self.sealed.len();
            self.sealed.extend_from_slice(sealed);
            self.secrets.push(BatchSecret { of: self.at, no, sealed: start..self.sealed.len() });
        }
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

    /// Decrypts the secrets and gives each to its credential. Credentials that cannot be trusted are marked and added
    /// to `findings`.
    pub(super) fn open(mut self, findings: &mut Vec<Finding>) -> OpenedBatch {
        let mut opened = OpenedBatch { fed: Vec::with_capacity(self.credentials.len()), unnamed: Vec::new() };
        let mut secrets = self.secrets.iter().peekable();
        for (i, read) in std::mem::take(&mut self.credentials).into_iter().enumerate() {
            let BatchCredential { id, mut fed, term, current, older } = read;
            let id = &self.ids[id];
            let mut missing = usize::from(current != 0) + usize::from(older.is_some());
            while let Some(secret) = secrets.next_if(|secret| secret.of == i) {
                missing = missing.saturating_sub(1);
                if let Ok(fed) = &mut fed {
                    self.give(id, fed, secret, older);
                }
            }
            let what = match &mut fed {
                Ok(fed) => {
                    // A secret that the row names and that is missing was removed.
                    if missing > 0 {
                        fed.refuse();
                    }
                    fed.tampered.then(|| called(&fed.key, &fed.name))
                }
                Err(what) => Some(what.clone()),
            };
            findings.extend(what.map(|what| Finding { id: id.to_owned(), what }));
            match fed {
                Ok(fed) => opened.fed.push(fed),
                Err(_) => opened.unnamed.extend(term.map(|term| (id.to_owned(), term))),
            }
        }
        opened
    }

    /// Decrypts a secret for its credential. If it does not open, the whole credential is refused.
    fn give(&self, id: &str, fed: &mut VerifierCredential, secret: &BatchSecret, older: Option<(i64, i64)>) {
        if fed.tampered {
            return;
        }
        let until = older.filter(|(no, _)| *no == secret.no).map(|(_, until)| Seconds(until));
        match self.open_secret(id, fed.kind, secret) {
            Some(stored) => fed.secrets.push(VerifierSecret { no: secret.no, stored, valid_until: until }),
            None => fed.refuse(),
        }
    }

    fn open_secret(&self, credential: &str, kind: Kind, secret: &BatchSecret) -> Option<Stored> {
        let place = secret_place(credential, kind.as_str(), secret.no);
        let sealed = self.sealed.get(secret.sealed.clone())?;
        Stored::decode(&self.vault.open_sealed(sealed, &place).ok()?).ok()
    }
}

/// A credential without its secrets, refused if its options are missing; `None` for a row that cannot be identified.
fn fed(cells: &VerifierCells<'_>, options: Option<Options>, term: Option<Term>) -> Option<VerifierCredential> {
    let tampered = options.is_none();
    let options = options.unwrap_or_default();
    Some(VerifierCredential {
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
        change: cells.change,
        term: term?,
    })
}

/// A credential's options, if they can be read. Verifiers do not need the note.
fn options(cells: &VerifierCells<'_>) -> Option<Options> {
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
