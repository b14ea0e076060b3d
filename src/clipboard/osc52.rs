//! OSC 52: the escape sequence that asks a terminal to copy text to its clipboard.

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use crate::secret::Secret;

const BEFORE: &[u8] = b"\x1b]52;c;";
const AFTER: &[u8] = b"\x1b\\";

/// The whole sequence, wiped when dropped; built in place, so that no piece of it is left behind.
pub fn sequence(text: &Secret) -> Zeroizing<Vec<u8>> {
    let encoded = text.len().div_ceil(3) * 4;
    let mut bytes = Zeroizing::new(vec![0; BEFORE.len() + encoded + AFTER.len()]);
    let (before, rest) = bytes.split_at_mut(BEFORE.len());
    let (middle, after) = rest.split_at_mut(encoded);
    before.copy_from_slice(BEFORE);
    let written = Base64::encode(text.expose(), middle).map_or(0, str::len);
    debug_assert_eq!(written, encoded);
    after.copy_from_slice(AFTER);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn osc_52_encodes_every_length() {
        for (text, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("ä\nb", "w6QKYg==")] {
            let bytes = sequence(&Secret::from_text(text));
            assert_eq!(bytes.as_slice(), format!("\x1b]52;c;{encoded}\x1b\\").as_bytes());
        }
    }
}
