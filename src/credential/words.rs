//! What a credential, its key and its secret are called: one source for the screen, line by line and the command line.

use crate::time::Seconds;

use super::{Kind, Options};

impl Kind {
    /// One credential of this kind: "HMAC key", "Legacy credential".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Basic => "Basic key",
            Self::Hmac => "HMAC key",
            Self::Legacy => "Legacy credential",
        }
    }

    /// The public part, short: "key".
    pub fn key_word(self) -> &'static str {
        match self {
            Self::Basic | Self::Hmac => "key",
            Self::Legacy => "username",
        }
    }

    /// The private part, short: "secret".
    pub fn secret_word(self) -> &'static str {
        match self {
            Self::Basic | Self::Hmac => "secret",
            Self::Legacy => "password",
        }
    }

    /// The public part, in full: "API key".
    pub fn api_key_word(self) -> &'static str {
        match self {
            Self::Basic | Self::Hmac => "API key",
            Self::Legacy => "username",
        }
    }

    /// The private part, in full: "API secret".
    pub fn api_secret_word(self) -> &'static str {
        match self {
            Self::Basic | Self::Hmac => "API secret",
            Self::Legacy => "password",
        }
    }

    /// Short labels of key and secret.
    pub fn labels(self) -> [&'static str; 2] {
        match self {
            Self::Basic | Self::Hmac => ["Key", "Secret"],
            Self::Legacy => ["Username", "Password"],
        }
    }

    /// Labels of key and secret in full.
    pub fn api_labels(self) -> [&'static str; 2] {
        match self {
            Self::Basic | Self::Hmac => ["API Key", "API Secret"],
            Self::Legacy => ["Username", "Password"],
        }
    }
}

/// The options of a credential in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionWords {
    /// A time, or "no limit".
    pub not_before: String,
    /// A time, or "never".
    pub expires: String,
    /// Networks, or "any".
    pub networks: String,
    /// The note, or "none".
    pub note: String,
    /// Algorithms, or "all"; `None` where the kind signs nothing.
    pub algorithms: Option<String>,
    /// "required" or "optional"; `None` where the kind signs nothing.
    pub body_digest: Option<&'static str>,
}

impl Options {
    /// The options of a credential of this kind in words.
    pub fn words(&self, kind: Kind) -> OptionWords {
        let time = |at: Option<Seconds>, none: &str| at.map_or(none.to_owned(), |at| at.millis().stamp());
        let some = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
        let signs = kind.signs();
        OptionWords {
            not_before: time(self.not_before, "no limit"),
            expires: time(self.expires_at, "never"),
            networks: some(self.networks.to_string(), "any"),
            note: some(self.note.as_str().to_owned(), "none"),
            algorithms: signs.then(|| some(self.algorithms.to_string(), "all")),
            body_digest: signs.then(|| self.body_digest.as_str()),
        }
    }
}
