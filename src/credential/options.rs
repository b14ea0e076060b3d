//! Options of a credential beyond its name: times, networks, a note, labels, and for HMAC the signing options.

use std::fmt;
use std::str::FromStr;

use crate::time::{Seconds, takes_away};

use super::{Kind, NetworkError, Networks, Note, Owner, Tags};

/// Why options were not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// What may be said of networks.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The text is not an algorithm.
    #[error("{0:?} is not an algorithm. Choose hmac-sha1, hmac-sha256, hmac-sha384 or hmac-sha512.")]
    Algorithm(String),
    /// Algorithms and body digest exist for HMAC only.
    #[error("Algorithms and the body digest are for HMAC keys only. Leave them out.")]
    HmacOnly,
    /// The expiry is not after the start, so it would never be usable.
    #[error("It would expire before it becomes valid. Set the expiry after the not-before time.")]
    Backwards,
    /// The expiry is in the past.
    #[error("The expiry is in the past. Set a later one, or leave it out.")]
    Past,
}

/// An algorithm of the HMAC dialect (docs/verification.md H3). RFC 9421 signatures count as SHA-256 (H4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// `hmac-sha1`: SDKs in the field sign with it.
    Sha1,
    /// `hmac-sha256`: HMAC with SHA-256, and RFC 9421 signatures (H4).
    Sha256,
    /// `hmac-sha384`: HMAC with SHA-384.
    Sha384,
    /// `hmac-sha512`: HMAC with SHA-512.
    Sha512,
}

impl Algorithm {
    /// All of them, weakest first.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its name in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "hmac-sha1",
            Self::Sha256 => "hmac-sha256",
            Self::Sha384 => "hmac-sha384",
            Self::Sha512 => "hmac-sha512",
        }
    }
}

impl FromStr for Algorithm {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let known = Self::ALL.into_iter().find(|a| a.as_str().eq_ignore_ascii_case(text));
        known.ok_or_else(|| OptionsError::Algorithm(text.chars().take(40).collect()))
    }
}

/// Algorithms a credential may sign with; empty means all. Text form: names with one blank between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Algorithms(Vec<Algorithm>);

impl Algorithms {
    /// A set of some; naming all four is the same as naming none.
    pub fn new(some: impl IntoIterator<Item = Algorithm>) -> Self {
        let mut some: Vec<_> = some.into_iter().collect();
        some.sort_unstable();
        some.dedup();
        if some.len() == Algorithm::ALL.len() {
            some.clear();
        }
        Self(some)
    }

    /// Reads names. `all`, `any`, `none` or `never` alone is no restriction.
    pub fn parse<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<Self, OptionsError> {
        let given: Vec<_> = given.into_iter().map(str::trim).collect();
        match given.as_slice() {
            [word] if word.eq_ignore_ascii_case("all") || takes_away(word) => Ok(Self::default()),
            names => Ok(Self::new(names.iter().map(|name| name.parse()).collect::<Result<Vec<_>, _>>()?)),
        }
    }

    /// Whether this one may be used.
    pub fn admit(&self, algorithm: Algorithm) -> bool {
        self.0.is_empty() || self.0.contains(&algorithm)
    }

    /// Whether all may be used.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, algorithm) in self.0.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { " " }, algorithm.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Algorithms {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        Self::parse(text.split([' ', ',']).filter(|w| !w.is_empty()))
    }
}

/// Whether a request with a body must sign a digest of it (docs/verification.md H15, H16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyDigest {
    /// It must: the default.
    #[default]
    Required,
    /// It need not: one published client never signs one.
    Optional,
}

impl BodyDigest {
    /// The word of the store, the command line and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }
}

impl FromStr for BodyDigest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Required, Self::Optional].into_iter().find(|d| d.as_str() == text).ok_or(())
    }
}

/// Everything optional about a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Not usable before this second.
    pub not_before: Option<Seconds>,
    /// Not usable from this second on.
    pub expires_at: Option<Seconds>,
    /// Where it may be used from.
    pub networks: Networks,
    /// A note for users.
    pub note: Note,
    /// Who is responsible for it.
    pub owner: Owner,
    /// Its tags.
    pub tags: Tags,
    /// Algorithms that may sign; HMAC only.
    pub algorithms: Algorithms,
    /// Whether a request with a body must sign a digest of it; HMAC only.
    pub body_digest: BodyDigest,
}

impl Options {
    /// Whether they make sense for this kind at this time.
    pub fn check(&self, kind: Kind, now: Seconds) -> Result<(), OptionsError> {
        let signs_nothing = self.algorithms.is_any() && self.body_digest == BodyDigest::Required;
        if !kind.signs() && !signs_nothing {
            return Err(OptionsError::HmacOnly);
        }
        match (self.not_before, self.expires_at) {
            (_, Some(end)) if end <= now => Err(OptionsError::Past),
            (Some(start), Some(end)) if end <= start => Err(OptionsError::Backwards),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictory_options_are_refused() {
        let now = Seconds(100);
        let with = |not_before, expires_at| Options { not_before, expires_at, ..Options::default() };
        assert_eq!(with(None, Some(Seconds(100))).check(Kind::Basic, now), Err(OptionsError::Past));
        assert_eq!(with(Some(Seconds(300)), Some(Seconds(300))).check(Kind::Basic, now), Err(OptionsError::Backwards));
        assert_eq!(with(Some(Seconds(200)), Some(Seconds(300))).check(Kind::Basic, now), Ok(()));
        let hmac = Options { body_digest: BodyDigest::Optional, ..Options::default() };
        assert_eq!(hmac.check(Kind::Legacy, now), Err(OptionsError::HmacOnly));
        assert_eq!(hmac.check(Kind::Hmac, now), Ok(()));
    }

    #[test]
    fn all_algorithms_are_no_restriction() {
        assert!(Algorithms::new(Algorithm::ALL).is_any());
        let some: Algorithms = "hmac-sha512 hmac-sha256".parse().unwrap();
        assert_eq!(some.to_string(), "hmac-sha256 hmac-sha512");
        assert!(!some.admit(Algorithm::Sha1));
    }
}
