//! The environment of a session: what tells about the terminal and the language, and nothing else of what the client or
//! the account brought along.

use std::env;
use std::ffi::{OsStr, OsString};

/// Variables that stay, besides those that begin with `LC_`.
const KEPT: [&str; 4] = ["TERM", "LANG", "COLORTERM", "NO_COLOR"];

/// Whether a variable stays.
pub fn is_kept(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| KEPT.contains(&name) || name.starts_with("LC_"))
}

/// The variables of this process that stay.
pub fn kept() -> impl Iterator<Item = (OsString, OsString)> {
    env::vars_os().filter(|(name, _)| is_kept(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminal_and_language_stay() {
        for name in ["TERM", "LANG", "LC_ALL", "LC_TIME", "COLORTERM", "NO_COLOR"] {
            assert!(is_kept(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "LD_PRELOAD", "HOME", "TMUX", "KEYDESK_AS", "SSH_USER_AUTH", "LANGUAGE", "term", ""] {
            assert!(!is_kept(OsStr::new(name)), "{name}");
        }
    }
}
