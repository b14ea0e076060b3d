//! The keys and secrets that `fill` wrote beside a desk.

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding as _};

use super::Done;

/// A key and its secret.
#[derive(Debug)]
pub struct Pair {
    pub key: String,
    pub secret: String,
}

impl Pair {
    /// The value of `Authorization` for Basic.
    pub fn basic(&self) -> String {
        basic(&self.key, &self.secret)
    }
}

/// The value of `Authorization` for Basic.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{user}:{password}").as_bytes()))
}

/// Those of one kind, at random.
pub fn read(desk: &Path, kind: &str) -> Done<Vec<Pair>> {
    let place = desk.join("pairs");
    let text = fs::read_to_string(&place).map_err(|why| format!("{}: {why}; fill the desk anew", place.display()))?;
    let pair = |line: &str| {
        let rest = line.strip_prefix(kind)?.strip_prefix(' ')?;
        let (key, secret) = rest.split_once(' ')?;
        Some(Pair { key: key.to_owned(), secret: secret.to_owned() })
    };
    let mut pairs: Vec<_> = text.lines().filter_map(pair).collect();
    shuffle(&mut pairs);
    Ok(pairs)
}

/// Puts things in an order that no cache foresees, the same in each run.
pub fn shuffle<T>(things: &mut [T]) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for i in (1..things.len()).rev() {
        // xorshift64*
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let at = (random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % (i + 1);
        things.swap(i, at);
    }
}
