//! Mistakes in the MAC key: what clients use in place of the secret.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};

use crate::secret::Secret;
use crate::vault::sha256;

/// What was used as the key in place of the secret of a user.
type Bend = fn(&[u8], &[u8]) -> Option<Vec<u8>>;

const KEYS: [(&str, Bend); 19] = [
    ("It was made with a secret that ends in a line break; the secret is what stands before it.", |secret, _| {
        Some([secret, b"\n"].concat())
    }),
    (
        "It was made with a secret that ends in a line break (CR LF); the secret is what stands before it.",
        |secret, _| Some([secret, b"\r\n"].concat()),
    ),
    ("It was made with a secret that ends in a carriage return; the secret is what stands before it.", |secret, _| {
        Some([secret, b"\r"].concat())
    }),
    ("It was made with a secret that ends in a blank.", |secret, _| Some([secret, b" "].concat())),
    ("It was made with a secret that begins with a blank.", |secret, _| Some([b" ", secret].concat())),
    ("It was made with the secret in quotes.", |secret, _| Some([b"\"", secret, b"\""].concat())),
    ("It was made with the secret in single quotes.", |secret, _| Some([b"'", secret, b"'"].concat())),
    ("It was made with the secret decoded from base64; the secret is used as it is.", |secret, _| {
        BASE64.decode(secret).or_else(|_| loose().decode(secret)).ok()
    }),
    ("It was made with the secret decoded from hex; the secret is used as it is.", |secret, _| {
        HEXLOWER_PERMISSIVE.decode(secret).ok()
    }),
    ("It was made with the secret encoded in base64; the secret is used as it is.", |secret, _| {
        Some(BASE64.encode(secret).into_bytes())
    }),
    ("It was made with the secret encoded in hex; the secret is used as it is.", |secret, _| {
        Some(HEXLOWER.encode(secret).into_bytes())
    }),
    ("It was made with the secret encoded in hex; the secret is used as it is.", |secret, _| {
        Some(HEXUPPER.encode(secret).into_bytes())
    }),
    ("It was made with the SHA-256 of the secret; the secret is used as it is.", |secret, _| {
        Some(sha256(secret).to_vec())
    }),
    ("It was made with the SHA-256 of the secret in hex; the secret is used as it is.", |secret, _| {
        Some(HEXLOWER.encode(&sha256(secret)).into_bytes())
    }),
    ("It was made with the key in place of the secret.", |_, user| Some(user.to_vec())),
    ("It was made with the key and the secret together; the secret alone is used.", |secret, user| {
        Some([user, b":", secret].concat())
    }),
    ("It was made with the secret in lower case.", |secret, _| Some(secret.to_ascii_lowercase())),
    ("It was made with the secret in capitals.", |secret, _| Some(secret.to_ascii_uppercase())),
    ("It was made with an empty secret: is it read from where it is kept?", |_, _| Some(Vec::new())),
];

/// Each of them that differs from the secret.
pub(super) fn keys(secret: &[u8], user: &[u8]) -> Vec<(&'static str, Secret)> {
    let made = KEYS.iter().filter_map(|(slip, bend)| Some((*slip, Secret::new(bend(secret, user)?))));
    made.filter(|(_, key)| key.expose() != secret).collect()
}

/// Base64 without its end, whose last digit may have bits that belong to no byte: any secret is one, read so.
fn loose() -> data_encoding::Encoding {
    let mut spec = BASE64_NOPAD.specification();
    spec.check_trailing_bits = false;
    spec.encoding().unwrap_or(BASE64_NOPAD)
}
