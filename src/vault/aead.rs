//! Authenticated encryption: XChaCha20-Poly1305, with the table, row and column of a value as associated data.
//!
//! 24-byte nonces are drawn at random, so there is no counter that restoring a backup could set back.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305, XNonce};

use crate::secret::Secret;

use super::{VaultError, random};

/// The place that a sealed value belongs to, bound as associated data: moved anywhere else, it does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// Id of the row.
    pub row: &'a str,
    /// Name of the column.
    pub column: &'a str,
    /// Kind of the credential; empty for anything else.
    pub kind: &'a str,
    /// Version of the value: an older sealed copy does not open in place of a newer one.
    pub version: i64,
}

const NONCE: usize = 24;
const MAC: usize = 16;
/// Bytes that sealing adds: nonce and authentication tag.
pub(super) const OVERHEAD: usize = NONCE + MAC;

impl Context<'_> {
    fn encode(&self) -> Vec<u8> {
        // Capacity for any context, without reallocation: a verifier opens a million secrets before it answers.
        let mut out = Vec::with_capacity(160);
        out.extend_from_slice(b"keydesk seal v1");
        for part in [self.table, self.row, self.column, self.kind] {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out.extend_from_slice(&self.version.to_be_bytes());
        out
    }
}

/// Encrypts `plain` and appends nonce and ciphertext to `out`.
pub(super) fn seal_into(
    out: &mut Vec<u8>,
    key: &Secret,
    plain: &[u8],
    context: &Context<'_>,
) -> Result<(), VaultError> {
    let mut nonce = [0; NONCE];
    random::fill(&mut nonce)?;
    let payload = Payload { msg: plain, aad: &context.encode() };
    let sealed = cipher(key)?.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Sealed)?;
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    Ok(())
}

/// Decrypts nonce and ciphertext; an error when the key, the place or a byte differs.
pub(super) fn open(key: &Secret, sealed: &[u8], context: &Context<'_>) -> Result<Secret, VaultError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(VaultError::Sealed)?;
    let payload = Payload { msg: sealed, aad: &context.encode() };
    let plain = cipher(key)?.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Sealed)?;
    Ok(Secret::new(plain))
}

fn cipher(key: &Secret) -> Result<XChaCha20Poly1305, VaultError> {
    let key: [u8; 32] = key.expose().try_into().map_err(|_| VaultError::Sealed)?;
    let key = zeroize::Zeroizing::new(key);
    Ok(XChaCha20Poly1305::new(&Key::from(*key)))
}
