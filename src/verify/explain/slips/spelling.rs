//! What a text that is not canonical base64 may have been meant as.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};

use crate::secret::Secret;
use crate::verify::syntax::base64;

/// Bytes that a text may stand for, and what is wrong with how they are written; nothing of canonical base64.
pub(in crate::verify) struct SignatureReading {
    /// Goes on from "It": "is in hex."
    pub slip: Option<&'static str>,
    /// The bytes that it decodes to.
    pub bytes: Secret,
}

/// Every reading of a text, the right one first.
pub(in crate::verify) fn readings(text: &[u8]) -> Vec<SignatureReading> {
    let mut all = Vec::new();
    let canonical = base64::decode_secret(text);
    let loose = loosened(text);
    if let Some((slip, bytes)) = loose.as_ref().filter(|_| canonical.is_none()) {
        add(&mut all, Some(slip), bytes);
    }
    if let Some(bytes) = canonical {
        all.push(SignatureReading { slip: None, bytes });
    }
    if let Some(bytes) = hex(text) {
        all.push(SignatureReading { slip: Some("is in hex; it must be base64 of the bytes."), bytes });
    }
    let inner: Vec<_> = all.first().map(|first| first.bytes.duplicate()).into_iter().collect();
    for inside in inner {
        // What a tool prints before the digits, such as `SHA2-256(stdin)= `, may have been taken with them.
        let word = inside.expose().trim_ascii().rsplit(|&b| b == b' ').next().unwrap_or_default().to_vec();
        if let Some(bytes) = hex(&word) {
            all.push(SignatureReading {
                slip: Some("is base64 of hex digits; it must be base64 of the bytes."),
                bytes,
            });
        }
        if let Some(bytes) = base64::decode_secret(inside.expose().trim_ascii()) {
            all.push(SignatureReading { slip: Some("is base64 of base64."), bytes });
        }
    }
    all
}

fn add(all: &mut Vec<SignatureReading>, slip: Option<&'static str>, bytes: &[u8]) {
    all.push(SignatureReading { slip, bytes: Secret::new(bytes.to_vec()) });
}

fn hex(text: &[u8]) -> Option<Secret> {
    let long_enough = text.len() >= 32;
    let bytes = long_enough.then(|| HEXLOWER_PERMISSIVE.decode(text).ok()).flatten();
    bytes.map(Secret::new)
}

/// Base64 that is not written as it must be.
fn loosened(text: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let unescaped = super::texts::decoded(text);
    let clean: Vec<u8> = unescaped.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'"').copied().collect();
    let end = clean.iter().rposition(|&b| b != b'=').map_or(0, |last| last + 1);
    let standard = |b: &u8| match b {
        b'-' => b'+',
        b'_' => b'/',
        b => *b,
    };
    let digits: Vec<u8> = clean[..end].iter().map(standard).collect();
    // Its last digit may have bits that belong to no byte.
    let mut spec = BASE64_NOPAD.specification();
    spec.check_trailing_bits = false;
    let bytes = spec.encoding().ok()?.decode(&digits).ok().filter(|bytes| !bytes.is_empty())?;
    let slip = match () {
        () if unescaped != text => "is percent-encoded; it must be base64 as it is.",
        () if clean != text => "has blanks or line breaks in it; base64 is one word here.",
        () if clean[..end].iter().any(|b| matches!(b, b'-' | b'_')) => {
            "is in base64 for URLs, with - and _; it must have + and / and its = at the end."
        }
        () if BASE64.encode(&bytes).as_bytes() != text => "lacks the = that base64 has at its end, or has too many.",
        () => return None,
    };
    Some((slip, bytes))
}
