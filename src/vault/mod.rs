//! All cryptography: the master key, the key ring, authenticated encryption (seal and open), row tags, sums over rows,
//! password hashing, random bytes.
//!
//! Nothing here knows the store or what a credential is: callers hand in bytes and say where they belong.

mod aead;
mod digest;
mod error;
mod master;
mod password;
mod private;
mod random;
mod ring;
mod scheme;
mod sum;
mod tag;
#[cfg(test)]
pub(crate) mod work;
#[cfg(test)]
pub(crate) use tests::vault as test_vault;

pub use aead::Context;
pub use digest::{Hash, Output, same};
pub use error::{MasterKeyError, VaultError};
pub use master::{MasterKey, MasterKeyPlace};
pub use password::{ARGON2_MEMORY_KIB, ARGON2_PASSES, dummy_hash, hash_password, verify_password};
pub use private::PrivateFile;
pub use random::{fill, uuid};
pub use ring::{Purpose, RingKey, RingRow};
pub use scheme::Stored;
pub use sum::{Sum, Sums, Term};
pub use tag::TagInput;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::secret::Secret;

/// What every process that has the master key holds: the key and the ring it unwraps.
#[derive(Debug)]
pub struct Vault {
    master: Arc<MasterKey>,
    ring: ring::Ring,
    sum_key: tag::Keyed,
}

/// Plain text of the key check.
const CHECK: &[u8] = b"keydesk key check";

impl Vault {
    /// Unwraps the key ring; fails when the master key is not the one that wrapped it.
    pub fn open(master: Arc<MasterKey>, rows: &[RingRow]) -> Result<Self, VaultError> {
        let ring = ring::Ring::unwrap(&master, rows)?;
        let sum_key = sum::key(&ring.active(Purpose::Head)?.mac);
        Ok(Self { master, ring, sum_key })
    }

    /// Seals bytes for one place: `0x01 || ring key id (u32) || nonce (24) || XChaCha20-Poly1305`.
    pub fn seal(&self, plain: &[u8], context: &Context<'_>) -> Result<Vec<u8>, VaultError> {
        let key = self.ring.active(Purpose::Seal)?;
        let mut sealed = Vec::with_capacity(5 + aead::OVERHEAD + plain.len());
        sealed.push(1);
        sealed.extend_from_slice(&key.id.to_be_bytes());
        aead::seal_into(&mut sealed, &key.key, plain, context)?;
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] made for the same place.
    pub fn open_sealed(&self, sealed: &[u8], context: &Context<'_>) -> Result<Secret, VaultError> {
        let (head, rest) = sealed.split_at_checked(5).ok_or(VaultError::Sealed)?;
        let [1, id @ ..] = head else { return Err(VaultError::Sealed) };
        let id = u32::from_be_bytes(id.try_into().map_err(|_| VaultError::Sealed)?);
        let key = self.ring.get(Purpose::Seal, id).ok_or(VaultError::Sealed)?;
        aead::open(&key.key, rest, context)
    }

    /// The tag of a row: ring key id (u32) and HMAC-SHA-256 with the guard key.
    pub fn tag(&self, input: &TagInput) -> Result<Vec<u8>, VaultError> {
        Ok(tag::make(self.ring.active(Purpose::Guard)?, input))
    }

    /// Whether `given` is the tag of this row, compared in constant time.
    pub fn tag_is_right(&self, input: &TagInput, given: &[u8]) -> bool {
        tag::check(|id| self.ring.get(Purpose::Guard, id), input, given)
    }

    /// The MAC of the head row, with the head key.
    pub fn head_mac(&self, input: &TagInput) -> Result<Vec<u8>, VaultError> {
        Ok(tag::make(self.ring.active(Purpose::Head)?, input))
    }

    /// Whether `given` is the MAC of this head row, compared in constant time.
    pub fn head_mac_is_right(&self, input: &TagInput, given: &[u8]) -> bool {
        tag::check(|id| self.ring.get(Purpose::Head, id), input, given)
    }

    /// A pseudonym for text that must not be stored as typed, such as an unknown user name: keyed, so that nobody
    /// without the master key can try names against it.
    pub fn pseudonym(&self, what: &str, text: &str) -> Result<Vec<u8>, VaultError> {
        let input = TagInput::new("pseudonym", what, 0).text(text);
        self.tag(&input)
    }

    /// The key check that set-up stores: it opens with the right master key only.
    pub fn key_check(&self, account: &str) -> Result<Vec<u8>, VaultError> {
        self.master.wrap(CHECK, &check_context(account))
    }

    /// Whether this is the master key that the account was made with.
    pub fn check_key(&self, account: &str, check: &[u8]) -> bool {
        self.master.unwrap(check, &check_context(account)).is_ok_and(|said| said.expose() == CHECK)
    }
}

fn check_context(account: &str) -> Context<'_> {
    Context { table: "account", row: account, column: "key_check", kind: "", version: 1 }
}

/// The SHA-256 digest of `bytes` (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    #[cfg(test)]
    work::count(|w| w.hashes += 1);
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vault with keys of its own.
    pub(crate) fn vault() -> Vault {
        let master = MasterKey::generate().unwrap();
        let rows = Purpose::ALL.map(|p| RingKey::generate(p as u32 + 1, p).unwrap().wrapped(&master).unwrap());
        Vault::open(Arc::new(master), &rows).unwrap()
    }

    fn place(row: &str, version: i64) -> Context<'_> {
        Context { table: "secret", row, column: "sealed", kind: "hmac", version }
    }

    #[test]
    fn sealed_text_opens_in_its_own_place_only() {
        let vault = vault();
        let sealed = vault.seal(b"kdsSECRET", &place("a", 1)).unwrap();
        assert_eq!(vault.open_sealed(&sealed, &place("a", 1)).unwrap().expose(), b"kdsSECRET");
        for elsewhere in [
            place("b", 1),
            place("a", 2),
            Context { table: "user", ..place("a", 1) },
            Context { column: "other", ..place("a", 1) },
            Context { kind: "basic", ..place("a", 1) },
            // Length prefixes: the same bytes cut elsewhere are another place.
            Context { table: "secre", row: "ta", column: "sealed", kind: "hmac", version: 1 },
        ] {
            assert!(vault.open_sealed(&sealed, &elsewhere).is_err(), "{elsewhere:?}");
        }
        assert!(!sealed.windows(9).any(|w| w == b"kdsSECRET"));
    }

    #[test]
    fn a_flipped_bit_or_a_cut_end_does_not_open() {
        let vault = vault();
        let sealed = vault.seal(b"kdsSECRET", &place("a", 1)).unwrap();
        for i in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[i] ^= 1;
            assert!(vault.open_sealed(&bent, &place("a", 1)).is_err(), "byte {i}");
            assert!(vault.open_sealed(&sealed[..i], &place("a", 1)).is_err(), "cut at {i}");
        }
    }

    #[test]
    fn another_master_key_opens_nothing() {
        let (ours, theirs) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let rows = Purpose::ALL.map(|p| RingKey::generate(p as u32 + 1, p).unwrap().wrapped(&ours).unwrap());
        assert!(Vault::open(Arc::new(theirs), &rows).is_err());
    }

    #[test]
    fn a_wrapped_key_works_for_its_purpose_only() {
        let master = MasterKey::generate().unwrap();
        let mut rows = Purpose::ALL.map(|p| RingKey::generate(p as u32 + 1, p).unwrap().wrapped(&master).unwrap());
        rows[0].purpose = Purpose::Guard;
        assert!(Vault::open(Arc::new(master), &rows).is_err());
    }

    #[test]
    fn tags_cover_every_column() {
        let vault = vault();
        let input = |role: &str, at: Option<i64>| {
            let input = TagInput::new("user", "id", 3).text(role);
            match at {
                Some(at) => input.int(at),
                None => input.null(),
            }
        };
        let tag = vault.tag(&input("basic", None)).unwrap();
        assert!(vault.tag_is_right(&input("basic", None), &tag));
        assert!(!vault.tag_is_right(&input("administrator", None), &tag));
        assert!(!vault.tag_is_right(&input("basic", Some(0)), &tag));
        assert!(!vault.tag_is_right(&TagInput::new("user", "id", 4).text("basic").null(), &tag));
        assert!(!vault.tag_is_right(&input("basic", None), &tag[..20]));
        assert!(!vault.head_mac_is_right(&input("basic", None), &tag));
    }

    #[test]
    fn the_key_check_knows_its_account() {
        let vault = vault();
        let check = vault.key_check("one").unwrap();
        assert!(vault.check_key("one", &check) && !vault.check_key("two", &check));
    }
}
