//! Kinds of credentials (Basic, HMAC, Legacy) and their states (active, disabled, revoked).

use std::fmt;
use std::str::FromStr;

/// Kind of a credential. One key may exist once in each kind; kinds never cross (docs/verification.md C8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// API key and API secret for HTTP Basic (RFC 7617).
    Basic,
    /// API key and API secret for signing requests.
    Hmac,
    /// Username and password for the SOAP API and the M4U text protocol.
    Legacy,
}

impl Kind {
    /// All kinds, in the order of the sections on the screen.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Hmac, Self::Legacy];

    /// The word for it in the store, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Hmac => "hmac",
            Self::Legacy => "legacy",
        }
    }

    /// The word in a sentence: "created HMAC key".
    pub fn word(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Hmac => "HMAC",
            Self::Legacy => "Legacy",
        }
    }

    /// Whether clients sign requests with it: only then has it algorithms and a body digest.
    pub const fn signs(self) -> bool {
        match self {
            Self::Hmac => true,
            Self::Basic | Self::Legacy => false,
        }
    }

    /// Whether it has a username and a password, which users may choose, in place of a generated key and secret.
    pub const fn has_username(self) -> bool {
        match self {
            Self::Legacy => true,
            Self::Basic | Self::Hmac => false,
        }
    }

    /// The title of its section, as on the help page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Basic => "Basic Authentication",
            Self::Hmac => "HMAC Authentication",
            Self::Legacy => "Legacy API Credentials",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|k| k.as_str() == text).ok_or(())
    }
}

/// State of a credential as written. Expired is computed, never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Usable, within its times and networks.
    Active,
    /// Stopped; can come back.
    Disabled,
    /// Stopped for ever; kept for the trail.
    Revoked,
}

impl State {
    /// All states, in the order they can be reached.
    pub const ALL: [Self; 3] = [Self::Active, Self::Disabled, Self::Revoked];

    /// The word for it in the store, on the screen, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}
