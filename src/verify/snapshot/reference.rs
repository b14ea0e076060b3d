//! A borrowed view of a credential in a snapshot.

use std::fmt;
use std::net::IpAddr;

use uuid::Uuid;

use crate::credential::{Algorithm, Algorithms, BodyDigest, Kind, State};
use crate::time::Seconds;
use crate::vault::Term;
use crate::verify::snapshot::admitted::AdmittedAlgorithms;
use crate::verify::snapshot::entry::Entry;
use crate::verify::snapshot::packed::{self, Packed, PackedSecret};
use crate::verify::snapshot::shard::PackedRecord;

/// A credential in a snapshot: what an answer to a gateway is made of.
#[derive(Clone, Copy)]
pub struct CredentialRef<'a>(Packed<'a>, AdmittedAlgorithms, &'a Term);

impl<'a> CredentialRef<'a> {
    pub(super) fn new((record, term): PackedRecord<'a>, admitted: AdmittedAlgorithms) -> Self {
        Self(Packed(record), admitted, term)
    }

    /// Id of its row.
    pub fn row(self) -> Uuid {
        Uuid::from_bytes(self.0.row())
    }

    /// What its row adds to the sum.
    pub fn term(self) -> Term {
        *self.2
    }

    /// Basic, HMAC or Legacy.
    pub fn kind(self) -> Kind {
        packed::kind(self.0.0)
    }

    /// API key or Legacy username.
    pub fn key(self) -> &'a str {
        // It was packed from a `String`.
        str::from_utf8(packed::key(self.0.0)).expect("keys are text")
    }

    /// Its name, for people, never for deciding.
    pub fn name(self) -> &'a str {
        str::from_utf8(self.0.name()).expect("names are text")
    }

    /// State as stored, whatever the clock says.
    pub fn state(self) -> State {
        self.0.state()
    }

    /// Whether a row of it has a wrong tag.
    pub fn tampered(self) -> bool {
        self.0.tampered()
    }

    /// Not usable before this second.
    pub fn not_before(self) -> Option<Seconds> {
        self.0.not_before().map(Seconds)
    }

    /// Not usable from this second on.
    pub fn expires_at(self) -> Option<Seconds> {
        self.0.expires_at().map(Seconds)
    }

    /// As it was before it was packed.
    pub fn entry(self) -> Entry {
        let body_digest = if self.digest_optional() { BodyDigest::Optional } else { BodyDigest::Required };
        Entry {
            row: self.row(),
            kind: self.kind(),
            key: self.key().to_owned(),
            name: self.name().to_owned(),
            state: self.state(),
            not_before: self.not_before(),
            expires_at: self.expires_at(),
            networks: self.0.networks().collect(),
            algorithms: Algorithms::new(Algorithm::ALL.into_iter().filter(|a| self.0.admits(*a))),
            body_digest,
            secrets: self.secrets().map(|secret| secret.unpacked()).collect(),
            tampered: self.tampered(),
            term: self.term(),
        }
    }

    pub(in super::super) fn digest_optional(self) -> bool {
        self.0.digest_optional()
    }

    /// Whether it may sign so: by what it says, and by what the site says.
    pub(in super::super) fn admits(self, algorithm: Algorithm) -> bool {
        self.0.admits(algorithm) && self.1.admits(algorithm)
    }

    /// Whether it may be used from anywhere.
    pub(in super::super) fn admits_any(self) -> bool {
        self.0.admits_any()
    }

    pub(in super::super) fn admits_address(self, address: Option<IpAddr>) -> bool {
        self.0.admits_address(address)
    }

    pub(in super::super) fn secrets(self) -> impl Iterator<Item = PackedSecret<'a>> + Clone {
        self.0.secrets()
    }
}

impl fmt::Debug for CredentialRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialRef({} {:?})", self.kind(), self.key())
    }
}
