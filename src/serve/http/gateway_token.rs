//! Gateway authentication: a Unix socket's file mode admits the gateway, TCP needs a token.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use hyper::HeaderMap;
use hyper::header::HeaderName;

use crate::secret::{What, only_line};
use crate::vault::{PrivateFile, same, sha256};

/// The field that carries the token.
pub(in crate::serve) const TOKEN_FIELD: &str = "x-keydesk-gateway-token";
/// The same as a header name, parsed once.
const TOKEN: HeaderName = HeaderName::from_static(TOKEN_FIELD);
/// Fewest bytes of a token: 128 bits in hexadecimal.
const SHORTEST: usize = 32;
/// Most bytes of the file that holds it.
const LONGEST: usize = 4096;

/// The token that every request on a TCP listener must carry. Only its hash is kept.
#[derive(Clone, Debug)]
pub struct GatewayToken([u8; 32]);

/// Why the token cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("The gateway token {0} cannot be read: {1}. Check --gateway-token-file.")]
    Unreadable(String, io::Error),
    /// Other users than its owner can read it.
    #[error("The gateway token {path} can be read by others (mode {mode:04o}). Run: chmod 600 {path}")]
    Exposed {
        /// Path of the token file.
        path: String,
        /// Mode bits of the file.
        mode: u32,
    },
    /// The file belongs to another user.
    #[error(
        "The gateway token {path} belongs to another user (uid {uid}), who could put in another. Run: chown {me} {path}"
    )]
    WrongOwner {
        /// Path of the token file.
        path: String,
        /// User id of its owner.
        uid: u32,
        /// User id of this process.
        me: u32,
    },
    /// The content is not a token.
    #[error(
        "The gateway token in {0} must be one line of 32 or more visible characters. Make one with: openssl rand -hex 32"
    )]
    Malformed(String),
}

impl GatewayToken {
    /// Reads the file, refused when anybody else could; a line break and blanks around it do not count.
    pub fn read(path: &Path, from_systemd: bool) -> Result<Self, TokenError> {
        let place = || path.display().to_string();
        let io = |why| TokenError::Unreadable(place(), why);
        let file = PrivateFile::open(path).map_err(io)?;
        // Before the mode: the error must not suggest a chmod for a file that is something else.
        if file.length().is_none_or(|length| length > LONGEST as u64) {
            return Err(TokenError::Malformed(place()));
        }
        if let Some(mode) = file.exposed(from_systemd) {
            return Err(TokenError::Exposed { path: place(), mode });
        }
        if let Some(uid) = file.strangers() {
            return Err(TokenError::WrongOwner { path: place(), uid, me: rustix::process::geteuid().as_raw() });
        }
        let bytes = file.read(LONGEST).map_err(io)?;
        let line = only_line(&bytes, What::ApiSecret).ok();
        line.and_then(|line| Self::new(line.as_bytes())).ok_or_else(|| TokenError::Malformed(place()))
    }

    fn new(token: &[u8]) -> Option<Self> {
        let visible = token.iter().all(u8::is_ascii_graphic);
        (visible && token.len() >= SHORTEST).then(|| Self(sha256(token)))
    }

    /// Whether a request carries the token, exactly once. In constant time: hashes are compared.
    pub(in crate::serve) fn is_in(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(TOKEN).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => same(&sha256(value.as_bytes()), &self.0),
            _ => false,
        }
    }
}

/// How often requests without the token are logged.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Logs requests over TCP that lack the right token. Behind a gateway with a wrong token, every credential seems to be
/// wrong.
#[derive(Debug, Default)]
pub(in crate::serve) struct MissingTokenLog {
    logged: u64,
    at: Option<Instant>,
}

impl MissingTokenLog {
    /// Logs how many came since the last line; `all` is the total.
    pub(in crate::serve) fn log_new(&mut self, all: u64) {
        let new = all - self.logged;
        if new > 0 && self.at.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            (self.logged, self.at) = (all, Some(Instant::now()));
            tracing::warn!(
                requests = new,
                "refused over TCP, for they did not carry the gateway token once and right: if they are a gateway's, put the \
                 token into its configuration"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const WORD: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_token_is_one_long_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for (text, good) in [
            (format!("{WORD}\n"), true),
            (format!("{WORD}\r\n"), true),
            (WORD.to_owned(), true),
            (WORD[1..].to_owned(), false),
            (String::new(), false),
            (format!("{WORD}\n{WORD}\n"), false),
            (format!("{WORD} {WORD}"), false),
            (format!("\u{feff}{WORD}\r\n"), true),
            (format!("{WORD}\r"), true),
            (format!(" {WORD} \n\n"), true),
            (format!("{WORD}\0\n"), false),
            ("x".repeat(5_000), false),
        ] {
            fs::write(&path, &text).unwrap();
            assert_eq!(GatewayToken::read(&path, false).is_ok(), good, "{text:?}");
        }
        for (place, wrong) in [("none", "cannot be read"), ("", "must be one line")] {
            let why = GatewayToken::read(&dir.path().join(place), false).unwrap_err().to_string();
            assert!(why.contains(wrong), "{why}");
        }
    }

    #[test]
    fn a_token_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        fs::write(&path, WORD).unwrap();
        for (mode, file, systemd) in [
            (0o600, true, true),
            (0o400, true, true),
            (0o440, false, true),
            (0o640, false, true),
            (0o644, false, false),
            (0o620, false, false),
            (0o602, false, false),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(GatewayToken::read(&path, false).is_ok(), file, "{mode:o}");
            assert_eq!(GatewayToken::read(&path, true).is_ok(), systemd, "{mode:o} from systemd");
        }
        if rustix::process::geteuid().is_root() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
            let why = GatewayToken::read(&path, false).unwrap_err().to_string();
            assert!(why.contains("(uid 12345)") && !why.contains(WORD), "{why}");
            std::os::unix::fs::chown(&path, Some(0), None).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o602)).unwrap();
        }
        let why = GatewayToken::read(&path, false).unwrap_err().to_string();
        assert!(
            why.contains(&format!("(mode 0602). Run: chmod 600 {}", path.display())) && !why.contains(WORD),
            "{why}"
        );
    }

    #[test]
    fn a_request_carries_the_token_exactly_once() {
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
