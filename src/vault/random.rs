//! Random bytes: the operating system's generator, nothing in between.

use std::sync::{Mutex, PoisonError};

use rand::TryRng as _;
use rand::rngs::SysRng;
use uuid::Uuid;

use crate::time::Millis;

use super::VaultError;

/// Fills a buffer from the operating system's generator.
pub fn fill(buffer: &mut [u8]) -> Result<(), VaultError> {
    SysRng.try_fill_bytes(buffer).map_err(|e| VaultError::Random(e.to_string()))
}

/// A UUIDv7 (RFC 9562) of this moment. Those that one process makes in one millisecond are ascending, so that rows made
/// together lie together in the store and are read in that order.
pub fn uuid(now: Millis) -> Result<Uuid, VaultError> {
    let mut random = [0; 16];
    fill(&mut random)?;
    let moment = u128::from(now.0.max(0).unsigned_abs()) << RANDOM_BITS;
    let random = u128::from_be_bytes(random);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    *last = match *last >> RANDOM_BITS == moment >> RANDOM_BITS {
        // A random step, so that the next id cannot be guessed from this one.
        true => *last + 1 + (random & u128::from(u32::MAX)),
        false => moment | random >> (128 - RANDOM_BITS),
    };
    let [high, low] = [*last >> LOW_BITS, *last & ((1 << LOW_BITS) - 1)];
    let id = (high >> 12) << 80 | 7 << 76 | (high & 0xfff) << 64 | 2 << LOW_BITS | low;
    Ok(Uuid::from_u128(id))
}

/// Random bits of a UUIDv7: 12 before the variant, 62 behind it.
const RANDOM_BITS: u32 = 12 + LOW_BITS;
const LOW_BITS: u32 = 62;

/// Moment and random bits of the last one that was made.
static LAST: Mutex<u128> = Mutex::new(0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_millisecond_rise_and_say_when() {
        let now = Millis(1_767_225_600_123);
        let ids: Vec<_> = (0..1000).map(|_| uuid(now).unwrap()).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|two| two[0] != two[1]));
        for id in &ids {
            let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
            assert_eq!((seconds, nanos / 1_000_000), (1_767_225_600, 123));
            assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        }
        // An earlier time, as after a clock was set back.
        assert!(uuid(Millis(5)).unwrap() < ids[0] && uuid(Millis(-1)).is_ok());
    }
}
