//! Canonical base64: one spelling for each value, padded, unused bits zero, nothing around it (RFC 4648 section 4, B1).

use base64ct::{Base64, Encoding as _};

use crate::secret::Secret;

/// Decodes into a buffer of the caller; `None` if it is not canonical, empty, or longer than the buffer.
pub(in crate::verify) fn decode<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    match text {
        [] => None,
        // Without this an unpadded text of the right length class would be decided by how the decoder treats it.
        _ if !text.len().is_multiple_of(4) => None,
        _ => Base64::decode(text, buffer).ok(),
    }
}

/// Decodes something that may be secret: wiped when dropped.
pub(in crate::verify) fn decode_secret(text: &[u8]) -> Option<Secret> {
    let mut buffer = vec![0; text.len() / 4 * 3];
    let len = decode(text, &mut buffer).map(<[u8]>::len);
    buffer.truncate(len.unwrap_or(0));
    let secret = Secret::new(buffer);
    len.map(|_| secret)
}

/// Whether this is canonical base64 of anything at all.
pub(in crate::verify) fn is_canonical(text: &[u8]) -> bool {
    decode_secret(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_one_spelling() {
        for good in ["AA==", "AAA=", "AAAA", "/+8="] {
            assert!(is_canonical(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA=A", "AAA", "AAAA=", "AAAA====", "AA==AAAA",
            " AAAA", "AAAA ", "AA\nAA", "-_8=", "AAAA\0",
        ] {
            assert!(!is_canonical(bad.as_bytes()), "{bad:?}");
        }
    }

    #[test]
    fn a_short_buffer_does_not_panic() {
        assert_eq!(decode(b"AAAAAAAA", &mut [0; 3]), None);
        assert_eq!(decode(b"AAAA", &mut [0; 3]), Some(&[0, 0, 0][..]));
    }
}
