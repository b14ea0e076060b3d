//! Is it a gateway that asks? On a Unix socket the file's mode says so, on TCP a token.

use std::{fs, io, path::Path};

use crate::vault::{same, sha256};
use hyper::{HeaderMap, header::HeaderName};

/// The field that carries the token.
pub(super) const TOKEN_FIELD: &str = "x-keydesk-gateway-token";
/// The same as it is looked for: made once, not parsed for every question.
const TOKEN: HeaderName = HeaderName::from_static(TOKEN_FIELD);
/// Fewest bytes of a token: 128 bits in hexadecimal.
const SHORTEST: usize = 32;
/// Most bytes of the file that holds it.
const LONGEST: u64 = 4096;

/// What every question on a TCP listener must carry. Only its hash is kept.
#[derive(Clone, Debug)]
pub struct GatewayToken([u8; 32]);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("The gateway token {0} cannot be read: {1}. Check --gateway-token-file.")]
    Unreadable(String, io::Error),
    /// It is no token.
    #[error(
        "The gateway token in {0} must be one line of 32 or more visible characters. Make one with: openssl rand -hex 32"
    )]
    Malformed(String),
}

impl GatewayToken {
    /// Reads the file; a line break at its end does not count.
    pub fn read(path: &Path) -> Result<Self, TokenError> {
        let place = || path.display().to_string();
        let io = |why| TokenError::Unreadable(place(), why);
        if fs::metadata(path).map_err(io)?.len() > LONGEST {
            return Err(TokenError::Malformed(place()));
        }
        let bytes = zeroize::Zeroizing::new(fs::read(path).map_err(io)?);
        Self::new(bytes.trim_ascii_end()).ok_or_else(|| TokenError::Malformed(place()))
    }

    fn new(token: &[u8]) -> Option<Self> {
        let visible = token.iter().all(u8::is_ascii_graphic);
        (visible && token.len() >= SHORTEST).then(|| Self(sha256(token)))
    }

    /// Whether a question carries it, once. In constant time: hashes are compared.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(TOKEN).iter();
        match (given.next(), given.next()) {
            (Some(one), None) => same(&sha256(one.as_bytes()), &self.0),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_is_one_long_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        for (text, good) in [
            (format!("{WORD}\n"), true),
            (format!("{WORD}\r\n"), true),
            (WORD.to_owned(), true),
            (WORD[1..].to_owned(), false),
            (String::new(), false),
            (format!("{WORD}\n{WORD}\n"), false),
            (format!("{WORD} {WORD}"), false),
            ("x".repeat(5_000), false),
        ] {
            fs::write(&path, &text).unwrap();
            assert_eq!(GatewayToken::read(&path).is_ok(), good, "{text:?}");
        }
        assert!(GatewayToken::read(&dir.path().join("none")).is_err());
    }

    #[test]
    fn it_must_be_there_once() {
        let token = GatewayToken::new(WORD.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        assert!(!token.is_in(&headers));
        headers.append(TOKEN_FIELD, WORD.parse().unwrap());
        assert!(token.is_in(&headers));
        headers.append(TOKEN_FIELD, WORD.parse().unwrap());
        assert!(!token.is_in(&headers));
        headers.insert(TOKEN_FIELD, WORD.to_uppercase().parse().unwrap());
        assert!(!token.is_in(&headers));
    }
}
