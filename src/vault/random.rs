//! Random bytes: the operating system's generator, nothing in between.

use rand::{TryRng as _, rngs::SysRng};
use uuid::{Builder, Uuid};

use crate::time::Millis;

use super::VaultError;

/// Fills a buffer from the operating system's generator.
pub fn fill(buffer: &mut [u8]) -> Result<(), VaultError> {
    SysRng.try_fill_bytes(buffer).map_err(|e| VaultError::Random(e.to_string()))
}

/// A UUIDv7 (RFC 9562) of this moment.
pub fn uuid(now: Millis) -> Result<Uuid, VaultError> {
    let mut random = [0; 10];
    fill(&mut random)?;
    Ok(Builder::from_unix_timestamp_millis(now.0.max(0).unsigned_abs(), &random).into_uuid())
}
