//! Packed credentials: one credential as a run of bytes, a header of fixed size, then what differs in length.
//!
//! A million structs with their strings would take three times the memory and every look-up two more cache misses.
//!
//! ```text
//! row 16 | flags 1 | algorithms 1 | secrets 1 | networks 1 | key length 2 | name length 2 | length of all 4
//! key | name | [not before 8] | [expires 8] | secrets… | networks…
//! secret:  version 4 | scheme 1 | length 2 | [valid until 8] | bytes
//! network: 4 or 6, prefix, 4 or 16 bytes
//! ```

use std::net::IpAddr;

use ipnet::IpNet;

use crate::credential::{Algorithm, BodyDigest, Kind, Networks as AllowedNetworks, State};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{Stored, sha256};
use crate::verify::snapshot::entry::{Entry, LiveSecret, SnapshotError};

pub(super) const HEAD: usize = 28;
/// Where the flags are, with what is counted behind them.
const FLAGS: usize = 16;
const TAMPERED: u8 = 1 << 4;
const OPTIONAL_DIGEST: u8 = 1 << 5;
const NOT_BEFORE: u8 = 1 << 6;
const EXPIRES: u8 = 1 << 7;
const ENDS: u8 = 1 << 7;

/// How a secret is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretScheme {
    Sha256 = 1,
    Plain = 2,
    Argon2 = 3,
}

/// Bytes that suffice for a credential: a buffer that grew while it was packed would leave a secret behind.
pub(super) fn most(entry: &Entry) -> usize {
    let bytes = |stored: &Stored| match stored {
        Stored::Sha256(hash) => hash.len(),
        // As much as its hash, if it is kept as that.
        Stored::Plain(secret) => secret.len().max(32),
        Stored::Argon2(phc) => phc.len(),
    };
    let secrets: usize = entry.secrets.iter().map(|secret| 15 + bytes(&secret.stored)).sum();
    HEAD + entry.key.len() + entry.name.len() + 16 + secrets + 18 * entry.networks.iter().count()
}

/// Appends a credential to a shard.
pub(super) fn pack(entry: &Entry, out: &mut Vec<u8>) -> Result<(), SnapshotError> {
    let secrets = readable(entry)?;
    let too_long = || SnapshotError::TooLong { kind: entry.kind, key: entry.key.chars().take(40).collect() };
    let small = |n: usize| u8::try_from(n).map_err(|_| too_long());
    let short = |n: usize| u16::try_from(n).map_err(|_| too_long());
    // Of a credential that is refused anyway the name only has to be short, so that a long name planted in the store
    // cannot keep the refusal out of the snapshot.
    let name = if entry.tampered && entry.name.len() > usize::from(u16::MAX) { "" } else { &entry.name };
    let networks = if entry.tampered { &AllowedNetworks::default() } else { &entry.networks };
    let start = out.len();
    out.extend_from_slice(entry.row.as_bytes());
    out.push(flags(entry));
    out.push(Algorithm::ALL.into_iter().filter(|a| entry.algorithms.admit(*a)).fold(0, |m, a| m | 1 << a as u8));
    out.push(small(secrets.len())?);
    out.push(small(networks.iter().count())?);
    out.extend_from_slice(&short(entry.key.len())?.to_le_bytes());
    out.extend_from_slice(&short(name.len())?.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(entry.key.as_bytes());
    out.extend_from_slice(name.as_bytes());
    for at in [entry.not_before, entry.expires_at].into_iter().flatten() {
        out.extend_from_slice(&at.0.to_le_bytes());
    }
    for secret in secrets {
        pack_secret(entry.kind, secret, out).ok_or_else(too_long)?;
    }
    networks.iter().for_each(|net| pack_network(net, out));
    let length = u32::try_from(out.len() - start).map_err(|_| too_long())?;
    out[start + HEAD - 4..start + HEAD].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// The secrets that will be checked: none of a credential that is refused anyway.
fn readable(entry: &Entry) -> Result<&[LiveSecret], SnapshotError> {
    let fits = |secret: &LiveSecret| match (entry.kind, &secret.stored) {
        (Kind::Basic, _) => true,
        (Kind::Hmac, stored) => matches!(stored, Stored::Plain(_)),
        // Deciding a Legacy password without the slow hash would tell by the clock which usernames exist.
        (Kind::Legacy, stored) => matches!(stored, Stored::Argon2(_)),
    };
    match &entry.secrets {
        _ if entry.tampered => Ok(&[]),
        secrets if secrets.iter().all(fits) => Ok(secrets),
        _ => Err(SnapshotError::Scheme { kind: entry.kind, key: entry.key.clone() }),
    }
}

fn flags(entry: &Entry) -> u8 {
    let when = |set: bool, flag: u8| if set { flag } else { 0 };
    entry.kind as u8
        | (entry.state as u8) << 2
        | when(entry.tampered, TAMPERED)
        | when(entry.body_digest == BodyDigest::Optional, OPTIONAL_DIGEST)
        | when(entry.not_before.is_some(), NOT_BEFORE)
        | when(entry.expires_at.is_some(), EXPIRES)
}

fn pack_secret(kind: Kind, secret: &LiveSecret, out: &mut Vec<u8>) -> Option<()> {
    let hash;
    let (scheme, bytes) = match &secret.stored {
        Stored::Sha256(hash) => (SecretScheme::Sha256, hash.as_slice()),
        // A secret that signs nothing and was kept whole is compared by its hash like any other.
        Stored::Plain(plain) if !kind.signs() => {
            hash = sha256(plain.expose());
            (SecretScheme::Sha256, hash.as_slice())
        }
        Stored::Plain(plain) => (SecretScheme::Plain, plain.expose()),
        Stored::Argon2(phc) => (SecretScheme::Argon2, phc.as_bytes()),
    };
    let length = u16::try_from(bytes.len()).ok()?;
    out.extend_from_slice(&secret.version.to_le_bytes());
    out.push(scheme as u8 | if secret.valid_until.is_some() { ENDS } else { 0 });
    out.extend_from_slice(&length.to_le_bytes());
    if let Some(until) = secret.valid_until {
        out.extend_from_slice(&until.0.to_le_bytes());
    }
    out.extend_from_slice(bytes);
    Some(())
}

fn pack_network(net: &IpNet, out: &mut Vec<u8>) {
    match net {
        IpNet::V4(net) => {
            out.extend_from_slice(&[4, net.prefix_len()]);
            out.extend_from_slice(&net.addr().octets());
        }
        IpNet::V6(net) => {
            out.extend_from_slice(&[6, net.prefix_len()]);
            out.extend_from_slice(&net.addr().octets());
        }
    }
}

/// The length of the record that begins a run of bytes.
pub(super) fn length(bytes: &[u8]) -> usize {
    u32::from_le_bytes(array(&bytes[HEAD - 4..])) as usize
}

pub(super) fn kind(record: &[u8]) -> Kind {
    Kind::ALL[usize::from(record[FLAGS] & 3)]
}

pub(super) fn key(record: &[u8]) -> &[u8] {
    &record[HEAD..HEAD + key_len(record)]
}

/// Record parts in their order; each knows where it begins.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a>(pub &'a [u8]);

impl<'a> Packed<'a> {
    pub fn row(self) -> [u8; 16] {
        array(self.0)
    }

    pub fn state(self) -> State {
        State::ALL[usize::from(self.0[FLAGS] >> 2 & 3)]
    }

    pub fn tampered(self) -> bool {
        self.0[FLAGS] & TAMPERED != 0
    }

    pub fn digest_optional(self) -> bool {
        self.0[FLAGS] & OPTIONAL_DIGEST != 0
    }

    pub fn admits(self, algorithm: Algorithm) -> bool {
        self.0[FLAGS + 1] & 1 << algorithm as u8 != 0
    }

    pub fn name(self) -> &'a [u8] {
        let start = HEAD + key_len(self.0);
        &self.0[start..start + name_len(self.0)]
    }

    pub fn not_before(self) -> Option<i64> {
        (self.0[FLAGS] & NOT_BEFORE != 0).then(|| i64::from_le_bytes(array(&self.0[self.times()..])))
    }

    pub fn expires_at(self) -> Option<i64> {
        let before = if self.0[FLAGS] & NOT_BEFORE != 0 { 8 } else { 0 };
        (self.0[FLAGS] & EXPIRES != 0).then(|| i64::from_le_bytes(array(&self.0[self.times() + before..])))
    }

    pub fn secrets(self) -> Secrets<'a> {
        Secrets { left: self.0[FLAGS + 2], rest: &self.0[self.after_times()..] }
    }

    /// Whether there are no networks.
    pub fn admits_any(self) -> bool {
        self.0[FLAGS + 3] == 0
    }

    /// Whether an address may use it; `None` is an unknown address.
    pub fn admits_address(self, address: Option<IpAddr>) -> bool {
        if self.admits_any() {
            return true;
        }
        let address = address.map(|a| a.to_canonical());
        address.is_some_and(|address| self.networks().any(|net| net.contains(&address)))
    }

    /// The networks, behind the secrets.
    pub fn networks(self) -> impl Iterator<Item = IpNet> + use<'a> {
        let mut secrets = self.secrets();
        secrets.by_ref().for_each(drop);
        Networks { left: self.0[FLAGS + 3], rest: secrets.rest }
    }

    fn times(self) -> usize {
        HEAD + key_len(self.0) + name_len(self.0)
    }

    fn after_times(self) -> usize {
        self.times() + 8 * (self.0[FLAGS] & (NOT_BEFORE | EXPIRES)).count_ones() as usize
    }
}

fn key_len(record: &[u8]) -> usize {
    usize::from(u16::from_le_bytes(array(&record[FLAGS + 4..])))
}

fn name_len(record: &[u8]) -> usize {
    usize::from(u16::from_le_bytes(array(&record[FLAGS + 6..])))
}

/// The first bytes of a part. What is packed here is read here: a part that is too short is a bug of this file.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes[..N].try_into().expect("N bytes")
}

/// A secret as it is packed.
#[derive(Clone, Copy)]
pub(crate) struct PackedSecret<'a> {
    /// Number of the secret.
    pub version: u32,
    scheme: u8,
    valid_until: Option<i64>,
    /// Hash, secret, or Argon2id string.
    pub bytes: &'a [u8],
}

impl PackedSecret<'_> {
    pub fn is_sha256(&self) -> bool {
        self.scheme == SecretScheme::Sha256 as u8
    }

    pub fn is_slow(&self) -> bool {
        self.scheme == SecretScheme::Argon2 as u8
    }

    /// As it is kept before it is packed. A slow hash is text: it was packed as that.
    pub fn unpacked(&self) -> LiveSecret {
        let stored = match self.scheme {
            scheme if scheme == SecretScheme::Sha256 as u8 => Stored::Sha256(array(self.bytes)),
            scheme if scheme == SecretScheme::Plain as u8 => Stored::Plain(Secret::new(self.bytes.to_vec())),
            _ => Stored::Argon2(String::from_utf8_lossy(self.bytes).into_owned()),
        };
        LiveSecret { version: self.version, stored, valid_until: self.valid_until.map(Seconds) }
    }

    /// Whether it still works (C10).
    pub fn is_live(&self, now: i64) -> bool {
        self.valid_until.is_none_or(|until| now < until)
    }
}

/// The secrets of a record.
#[derive(Clone, Copy)]
pub(crate) struct Secrets<'a> {
    left: u8,
    rest: &'a [u8],
}

impl<'a> Iterator for Secrets<'a> {
    type Item = PackedSecret<'a>;

    fn next(&mut self) -> Option<PackedSecret<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (head, rest) = self.rest.split_at(7);
        let length = usize::from(u16::from_le_bytes(array(&head[5..])));
        let ends = head[4] & ENDS != 0;
        let valid_until = ends.then(|| i64::from_le_bytes(array(rest)));
        let rest = if ends { &rest[8..] } else { rest };
        let (bytes, rest) = rest.split_at(length);
        self.rest = rest;
        Some(PackedSecret { version: u32::from_le_bytes(array(head)), scheme: head[4] & !ENDS, valid_until, bytes })
    }
}

struct Networks<'a> {
    left: u8,
    rest: &'a [u8],
}

impl Iterator for Networks<'_> {
    type Item = IpNet;

    fn next(&mut self) -> Option<IpNet> {
        self.left = self.left.checked_sub(1)?;
        let (head, rest) = self.rest.split_at(2);
        let length = if head[0] == 4 { 4 } else { 16 };
        let (octets, rest) = rest.split_at(length);
        self.rest = rest;
        let address = if length == 4 { IpAddr::from(array::<4>(octets)) } else { IpAddr::from(array::<16>(octets)) };
        Some(IpNet::new(address, head[1]).expect("the prefix was one"))
    }
}
