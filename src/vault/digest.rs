//! Digests and MACs of requests, and comparing in constant time.
//!
//! MD5 and SHA-1 are here because clients in the field send them: MD5 as the digest of a body that a MAC covers, SHA-1
//! inside HMAC. Nothing that keydesk makes uses either.

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::{Choice, ConstantTimeEq as _};

#[cfg(test)]
use super::work;

/// A hash function that a request may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// MD5, for body digests only.
    Md5,
    /// SHA-1, for MACs only.
    Sha1,
    /// SHA-256, for digests and MACs.
    Sha256,
    /// SHA-384, for digests and MACs.
    Sha384,
    /// SHA-512, for digests and MACs.
    Sha512,
}

/// The output of a hash function or MAC.
#[derive(Clone, Copy)]
pub struct Output {
    bytes: [u8; Output::MAX],
    len: usize,
}

impl Output {
    /// Length of the longest output (SHA-512), in bytes.
    const MAX: usize = 64;

    fn new(given: &[u8]) -> Self {
        let mut bytes = [0; Self::MAX];
        bytes[..given.len()].copy_from_slice(given);
        Self { bytes, len: given.len() }
    }

    /// The output, [`Hash::len`] bytes long.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Whether these are the bytes given, in constant time.
    pub fn matches(&self, given: &[u8]) -> bool {
        same(self.as_bytes(), given)
    }
}

impl Hash {
    /// Length of the output in bytes.
    #[expect(clippy::len_without_is_empty, reason = "no hash is empty")]
    pub fn len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of some bytes.
    pub fn digest(self, bytes: &[u8]) -> Output {
        #[cfg(test)]
        work::count(|w| w.hashes += 1);
        match self {
            Self::Md5 => Output::new(&Md5::digest(bytes)),
            Self::Sha1 => Output::new(&Sha1::digest(bytes)),
            Self::Sha256 => Output::new(&Sha256::digest(bytes)),
            Self::Sha384 => Output::new(&Sha384::digest(bytes)),
            Self::Sha512 => Output::new(&Sha512::digest(bytes)),
        }
    }

    /// HMAC (RFC 2104) with this hash function.
    pub fn mac(self, key: &[u8], message: &[u8]) -> Output {
        #[cfg(test)]
        work::count(|w| w.macs += 1);
        match self {
            Self::Md5 => hmac_of::<Md5>(key, message),
            Self::Sha1 => hmac_of::<Sha1>(key, message),
            Self::Sha256 => hmac_of::<Sha256>(key, message),
            Self::Sha384 => hmac_of::<Sha384>(key, message),
            Self::Sha512 => hmac_of::<Sha512>(key, message),
        }
    }
}

fn hmac_of<D: EagerHash>(key: &[u8], message: &[u8]) -> Output
where
    Hmac<D>: hmac::KeyInit + hmac::Mac,
{
    let mac = Hmac::<D>::new_from_slice(key).expect("HMAC takes any key").chain_update(message);
    Output::new(&mac.finalize().into_bytes())
}

/// Whether two byte strings are equal, in constant time for strings of one length.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    #[cfg(test)]
    work::count(|w| w.compares += 1);
    // Eight bytes at a time: byte by byte it would cost as much as the hash that was compared.
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let words = a_words
        .iter()
        .zip(b_words)
        .fold(Choice::from(1), |same, (a, b)| same & u64::from_ne_bytes(*a).ct_eq(&u64::from_ne_bytes(*b)));
    a.len() == b.len() && (words & a_rest.ct_eq(b_rest)).into()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn hex(output: Output) -> String {
        HEXLOWER.encode(output.as_bytes())
    }

    #[test]
    fn known_digests() {
        // RFC 1321 A.5, FIPS 180-4 examples: "abc".
        for (hash, want) in [
            (Hash::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Hash::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            assert_eq!(hex(hash.digest(b"abc")), want, "{hash:?}");
            assert_eq!(hash.len() * 2, want.len());
        }
        assert!(hex(Hash::Sha384.digest(b"abc")).starts_with("cb00753f45a35e8bb5a03d699ac65007272c32ab"));
        assert!(hex(Hash::Sha512.digest(b"abc")).starts_with("ddaf35a193617abacc417349ae204131"));
    }

    #[test]
    fn known_macs() {
        // RFC 2202 and RFC 4231, test case 2: key "Jefe".
        let text = b"what do ya want for nothing?";
        for (hash, want) in [
            (Hash::Md5, "750c783e6ab0b503eaa86e310a5db738"),
            (Hash::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Hash::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Hash::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
        ] {
            assert_eq!(hex(hash.mac(b"Jefe", text)), want, "{hash:?}");
        }
        assert!(hex(Hash::Sha512.mac(b"Jefe", text)).starts_with("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd6"));
    }

    #[test]
    fn a_part_of_an_output_does_not_match() {
        let output = Hash::Sha256.digest(b"abc");
        assert!(output.matches(output.as_bytes()));
        assert!(!output.matches(&output.as_bytes()[..31]) && !output.matches(&[]));
    }

    #[test]
    fn every_byte_is_compared() {
        for length in 0..40 {
            let a: Vec<u8> = (0..length).collect();
            assert!(same(&a, &a.clone()));
            assert!(!same(&a, &[&a[..], &[0]].concat()));
            for i in 0..a.len() {
                let mut b = a.clone();
                b[i] ^= 0x80;
                assert!(!same(&a, &b), "{length} {i}");
            }
        }
    }
}
