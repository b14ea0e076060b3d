//! Byte scans, eight bytes at a time: every byte of a request is scanned before anything else.
//!
//! The test for "some byte of this word is less than n" is exact for n up to 128: a byte can be flagged wrongly only
//! next to one that is flagged rightly.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

/// Whether a field's value holds NUL, CR or LF (C1).
pub(in crate::verify) fn has_line_end_or_nul(value: &[u8]) -> bool {
    let control = words(value).fold(0, |found, word| found | below(word, b' '));
    control != 0 && value.iter().any(|b| matches!(b, 0 | b'\r' | b'\n'))
}

/// Whether a target holds a control character, a blank or `#` (C1). Bytes beyond ASCII may be there.
pub(in crate::verify) fn has_blank_or_fragment(target: &[u8]) -> bool {
    let bad = |word| below(word, 0x21) | is(word, 0x7f) | is(word, b'#');
    words(target).fold(0, |found, word| found | bad(word)) != 0
}

/// Whether some byte is less than `n`.
fn below(word: u64, n: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(n)) & !word & HIGH
}

/// Whether some byte is `b`.
fn is(word: u64, b: u8) -> u64 {
    below(word ^ (ONES * u64::from(b)), 1)
}

/// All bytes as words: the last one overlaps the one before it, and fewer than eight are filled up with a harmless one.
fn words(text: &[u8]) -> impl Iterator<Item = u64> {
    let last = text.last_chunk::<8>().copied().unwrap_or_else(|| {
        let mut short = [b'a'; 8];
        short[..text.len()].copy_from_slice(text);
        short
    });
    let (whole, _) = text.as_chunks::<8>();
    whole.iter().copied().chain([last]).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_in_every_place() {
        for length in 1..20 {
            for at in 0..length {
                for b in 0..=255 {
                    let mut text = vec![b'x'; length];
                    text[at] = b;
                    assert_eq!(has_line_end_or_nul(&text), matches!(b, 0 | b'\r' | b'\n'), "{text:?}");
                    let bad = b <= b' ' || b == 0x7f || b == b'#';
                    assert_eq!(has_blank_or_fragment(&text), bad, "{text:?}");
                }
            }
        }
        assert!(!has_line_end_or_nul(b"") && !has_line_end_or_nul(b"\t\x01\x80\xff"));
        assert!(!has_blank_or_fragment(&[0xff; 9]) && has_blank_or_fragment(b"\xff\xff\xff #\xff\xff\xff\xff"));
    }
}
