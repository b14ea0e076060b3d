//! Argon2id (RFC 9106) for what users choose: user passwords and Legacy passwords.

use std::sync::Mutex;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::Secret;

use super::{VaultError, random};

/// Memory of one hash in KiB: 19 MiB, OWASP's floor for Argon2id with two passes.
pub const ARGON2_MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
pub const ARGON2_PASSES: u32 = 2;

/// Limit on the memory cost that a stored hash may ask for, in KiB: whoever can write the database must not be able to
/// exhaust this machine by one sign-in.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;

/// One hash at a time: two would need twice the memory and gain nothing on the one core that they share.
static HASHING: Mutex<()> = Mutex::new(());

/// An Argon2id string (PHC format) with a fresh salt.
pub fn hash_password(password: &Secret) -> Result<String, VaultError> {
    let mut salt = [0; 16];
    random::fill(&mut salt)?;
    let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, 1, Some(32)).map_err(hash_error)?;
    let output = argon2id(password, &salt, &params)?;
    phc_string(&params, &salt, &output)
}

/// A hash that costs what [`hash_password`]'s cost and fits no password: its output is drawn, not computed. Checking a
/// password against it takes as long as against a real one, so that an unknown name looks like a wrong password.
pub fn dummy_hash() -> Result<String, VaultError> {
    let (mut salt, mut output) = ([0; 16], [0; 32]);
    random::fill(&mut salt)?;
    random::fill(&mut output)?;
    let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, 1, Some(32)).map_err(hash_error)?;
    phc_string(&params, &salt, &output)
}

fn phc_string(params: &Params, salt: &[u8], output: &[u8]) -> Result<String, VaultError> {
    let hash = PasswordHash {
        algorithm: argon2::ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(hash_error)?,
        salt: Some(Salt::new(salt).map_err(hash_error)?),
        hash: Some(Output::new(output).map_err(hash_error)?),
    };
    Ok(hash.to_string())
}

/// Whether a password is the hashed one. Costs come from the hash, within bounds.
pub fn verify_password(password: &Secret, hash: &str) -> Result<bool, VaultError> {
    let stored = PasswordHash::new(hash).map_err(hash_error)?;
    let params = Params::try_from(&stored).map_err(hash_error)?;
    if params.m_cost() > MOST_MEMORY_KIB || params.t_cost() > MOST_PASSES || stored.algorithm != argon2::ARGON2ID_IDENT
    {
        return Err(VaultError::Hash("the stored hash asks for too much".to_owned()));
    }
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else {
        return Err(VaultError::Hash("the stored hash is not whole".to_owned()));
    };
    let output = argon2id(password, salt.as_ref(), &params)?;
    Ok(output.ct_eq(expected.as_bytes()).into())
}

fn argon2id(password: &Secret, salt: &[u8], params: &Params) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    #[cfg(test)]
    super::work::count(|w| w.slow += 1);
    let _turn = HASHING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut output = Zeroizing::new(vec![0; params.output_len().unwrap_or(32)]);
    let mut memory = memory(params.block_count());
    let result = argon2.hash_password_into_with_memory(password.expose(), salt, &mut output, &mut memory);
    memory.iter_mut().for_each(Block::zeroize);
    result.map(|()| output).map_err(hash_error)
}

/// Memory for one hash, returned to the system when dropped.
///
/// glibc maps a block of its own only above a threshold that rises, up to 32 MiB, with each block it has freed: a
/// second buffer of 19 MiB would come from the heap and stay there. Beyond 32 MiB every block is mapped, and the pages
/// that are never touched cost nothing.
fn memory(blocks: usize) -> Vec<Block> {
    const ALWAYS_MAPPED: usize = 33 * 1024;
    let mut memory = Vec::with_capacity(blocks.max(ALWAYS_MAPPED));
    memory.resize(blocks, Block::default());
    memory
}

fn hash_error(why: impl std::fmt::Display) -> VaultError {
    VaultError::Hash(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_verifies() {
        let hash = hash_password(&Secret::from_text("correct horse")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password(&Secret::from_text("correct horse"), &hash).unwrap());
        assert!(!verify_password(&Secret::from_text("correct hors"), &hash).unwrap());
        assert!(!verify_password(&Secret::from_text("correct horse\0"), &hash).unwrap());
    }

    #[test]
    fn the_same_password_has_another_hash_each_time() {
        let password = Secret::from_text("correct horse");
        assert_ne!(hash_password(&password).unwrap(), hash_password(&password).unwrap());
    }

    #[test]
    fn a_hash_from_another_program_verifies() {
        // From the test vectors of the reference implementation (phc-winner-argon2, src/test.c).
        let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify_password(&Secret::from_text("password"), hash).unwrap());
        assert!(verify_password(&Secret::from_text("password"), hash.rsplit_once('$').unwrap().0).is_err());
    }

    #[test]
    fn the_dummy_hash_is_well_formed_and_matches_nothing() {
        let dummy = dummy_hash().unwrap();
        assert!(dummy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{dummy}");
        assert_eq!(dummy.len(), hash_password(&Secret::from_text("correct horse")).unwrap().len());
        assert!(!verify_password(&Secret::from_text("correct horse"), &dummy).unwrap());
    }

    #[test]
    fn costs_out_of_bounds_are_refused() {
        let hash = hash_password(&Secret::from_text("correct horse")).unwrap();
        for greedy in
            [hash.replace("m=19456", "m=4000000"), hash.replace("t=2", "t=99"), hash.replace("argon2id", "argon2i")]
        {
            assert!(verify_password(&Secret::from_text("correct horse"), &greedy).is_err());
        }
    }
}
