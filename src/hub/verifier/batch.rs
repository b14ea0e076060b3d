//! One batch of credentials on its way from rows to what a verifier keeps. A tag is checked while the database still
//! holds the row, and only what is kept is copied: a verifier reads a million rows before it answers.

use std::ops::Range;

use crate::credential::{Kind, Options};
use crate::hub::{
    Fed, FedSecret,
    tx::{row_tags, seal_places::secret_place},
    verifier::findings::Finding,
};
use crate::store::{
    Cell, StoreError,
    tables::{CredentialRecord, Record as _, SecretCells, VerifierCells},
};
use crate::time::Seconds;
use crate::vault::{Stored, TagInput, Term, Vault};

/// Credentials and secrets as they were read, each in the order of the credential's id.
pub(super) struct Batch<'a> {
    vault: &'a Vault,
    credentials: Vec<BatchCredential>,
    secrets: Vec<BatchSecret>,
    /// Every id, one behind the other.
    ids: String,
    /// What is sealed, one behind the other.
    sealed: Vec<u8>,
    /// Where a row is put together for its tag, and for its term.
    room: TagInput,
    term: Vec<u8>,
    /// The credential that the last secret was of: both come in one order.
    at: usize,
    now: i64,
}

/// A credential of the batch.
struct BatchCredential {
    id: Range<usize>,
    /// A row too damaged to be named is reported by what it calls itself.
    fed: Result<Fed, String>,
    /// What it adds to the sum.
    term: Option<Term>,
    /// Numbers of the secrets that work, the older one with its end.
    current: i64,
    older: Option<(i64, i64)>,
}

/// A secret of it that works.
struct BatchSecret {
    /// Which of the credentials.
    of: usize,
    no: i64,
    sealed: Range<usize>,
}

/// The result of a batch.
pub(super) struct OpenedBatch {
    pub(super) fed: Vec<Fed>,
    /// Ids and terms of the rows too damaged to be named.
    pub(super) unnamed: Vec<(String, Term)>,
}

/// Bytes of an id, and about as many as a sealed secret has: room, so that nothing moves while it grows.
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

    /// Takes a row of the table of credentials.
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
            // Of one that cannot be read nothing is kept; it is reported by its id.
            (Err(_), [Cell::Text(id), ..]) => {
                let (id, fed) = (self.add_id(id), Err("a key that cannot be read".to_owned()));
                self.credentials.push(BatchCredential { id, fed, term, current: 0, older: None });
                return Ok(());
            }
            // One without so much as an id is no row of keydesk's. If it took the place of one, the sum tells.
            (Err(_), _) => return Ok(()),
        };
        let options = options(&cells).filter(|_| intact);
        let fed = fed(&cells, options, term).ok_or_else(|| called(cells.key, cells.name));
        let (current, older) = (cells.secret_no, cells.older.filter(|(_, until)| *until > self.now));
        let id = self.add_id(cells.id);
        self.credentials.push(BatchCredential { id, fed, term, current, older });
        Ok(())
    }

    /// Takes a row of secrets, in the order of the credentials. One that no credential names is dead.
    pub(super) fn secret(&mut self, row: &[Cell<'_>]) -> Result<(), StoreError> {
        // One that cannot be read is as good as none, and its credential names it.
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

    /// Opens the secrets and gives each to its credential. What cannot be trusted is marked, and added to `findings`.
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
                    // A secret that the row names and that is not there was taken away.
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

    /// Opens a secret for its credential. One that does not open has the whole credential refused.
    fn give(&self, id: &str, fed: &mut Fed, secret: &BatchSecret, older: Option<(i64, i64)>) {
        if fed.tampered {
            return;
        }
        let until = older.filter(|(no, _)| *no == secret.no).map(|(_, until)| Seconds(until));
        match self.open_secret(id, fed.kind, secret) {
            Some(stored) => fed.secrets.push(FedSecret { no: secret.no, stored, valid_until: until }),
            None => fed.refuse(),
        }
    }

    fn open_secret(&self, credential: &str, kind: Kind, secret: &BatchSecret) -> Option<Stored> {
        let place = secret_place(credential, kind.as_str(), secret.no);
        let sealed = self.sealed.get(secret.sealed.clone())?;
        Stored::decode(&self.vault.open_sealed(sealed, &place).ok()?).ok()
    }
}

/// A credential without its secrets, refused if it has no options; nothing for a row that cannot even be named.
fn fed(cells: &VerifierCells<'_>, options: Option<Options>, term: Option<Term>) -> Option<Fed> {
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
        change: cells.change,
        term: term?,
    })
}

/// What a credential's options are, if they can be read. The note is for people.
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
