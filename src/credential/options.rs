//! What may be said of a credential beyond its name: times, networks, a note, and for HMAC how it may sign.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

use crate::time::Seconds;

use super::{Kind, Note};

/// Why options were not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Not a CIDR or an address.
    #[error("{0:?} is not a network. Write it as 203.0.113.0/24, 2001:db8::/32 or one address.")]
    Network(String),
    /// A CIDR whose address has bits behind the prefix: two readings.
    #[error("{given} has bits set behind its prefix. Did you mean {meant}?")]
    HostBits {
        /// As typed.
        given: String,
        /// The network it lies in.
        meant: String,
    },
    /// More networks than a list on a screen can be trusted with.
    #[error("{0} networks are too many; at most {max} fit. Use wider ones.", max = Networks::MAX)]
    TooMany(usize),
    /// Not an algorithm.
    #[error("{0:?} is not an algorithm. Choose hmac-sha1, hmac-sha256, hmac-sha384 or hmac-sha512.")]
    Algorithm(String),
    /// Algorithms and body digest exist for HMAC only.
    #[error("Algorithms and the body digest are for HMAC keys only. Leave them out.")]
    HmacOnly,
    /// It would never be usable.
    #[error("It would expire before it becomes valid. Set the expiry after the not-before time.")]
    Backwards,
    /// Already over.
    #[error("The expiry is in the past. Set a later one, or leave it out.")]
    Past,
}

/// Allowed networks; empty means any. Text form: CIDRs with one blank between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Most networks of one credential.
    pub const MAX: usize = 64;

    /// Reads CIDRs and single addresses.
    pub fn parse<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<Self, OptionsError> {
        let mut nets = given.into_iter().map(one_network).collect::<Result<Vec<_>, _>>()?;
        nets.sort_unstable();
        nets.dedup();
        match nets.len() {
            many if many > Self::MAX => Err(OptionsError::TooMany(many)),
            _ => Ok(Self(nets)),
        }
    }

    /// Whether an address is let in: any when there are none; IPv4-mapped IPv6 counts as IPv4 (VERIFY.md C13).
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty() || address.is_some_and(|a| self.0.iter().any(|n| n.contains(&a.to_canonical())))
    }

    /// Whether any address is let in.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// What both let in; `None` if that is no address at all.
    pub fn both(&self, other: &Self) -> Option<Self> {
        match (self.is_any(), other.is_any()) {
            (_, true) => return Some(self.clone()),
            (true, false) => return Some(other.clone()),
            (false, false) => {}
        }
        // Of two networks that touch one is inside the other.
        let inside = |one: &Self, two: &Self| -> Vec<IpNet> {
            one.0.iter().filter(|net| two.0.iter().any(|wide| wide.contains(*net))).copied().collect()
        };
        let both: Self = [inside(self, other), inside(other, self)].concat().into_iter().collect();
        (!both.is_any()).then_some(both)
    }

    /// The networks.
    pub fn iter(&self) -> impl Iterator<Item = &IpNet> {
        self.0.iter()
    }
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<T: IntoIterator<Item = IpNet>>(given: T) -> Self {
        let mut nets: Vec<_> = given.into_iter().collect();
        nets.sort_unstable();
        nets.dedup();
        Self(nets)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, net) in self.0.iter().enumerate() {
            write!(f, "{}{net}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl FromStr for Networks {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        Self::parse(text.split([' ', ',']).filter(|w| !w.is_empty()))
    }
}

fn one_network(text: &str) -> Result<IpNet, OptionsError> {
    let unknown = || OptionsError::Network(text.chars().take(60).collect());
    let net = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse::<IpNet>().map_err(|_| unknown())?,
    };
    match net.trunc() {
        truncated if truncated == net => Ok(net),
        truncated => Err(OptionsError::HostBits { given: net.to_string(), meant: truncated.to_string() }),
    }
}

/// An algorithm of the HMAC dialect (VERIFY.md H3). RFC 9421 signatures count as SHA-256 (H4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// `hmac-sha1`: SDKs in the field sign with it.
    Sha1,
    /// `hmac-sha256`
    Sha256,
    /// `hmac-sha384`
    Sha384,
    /// `hmac-sha512`
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
        let known = Self::ALL.into_iter().find(|a| a.as_str() == text);
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
        let words = text.split([' ', ',']).filter(|w| !w.is_empty());
        Ok(Self::new(words.map(str::parse).collect::<Result<Vec<_>, _>>()?))
    }
}

/// Whether a request with a body must sign a digest of it (VERIFY.md H15, H16).
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
    /// For people.
    pub note: Note,
    /// HMAC only.
    pub algorithms: Algorithms,
    /// HMAC only.
    pub body_digest: BodyDigest,
}

impl Options {
    /// Whether they make sense for this kind at this time.
    pub fn check(&self, kind: Kind, now: Seconds) -> Result<(), OptionsError> {
        if kind != Kind::Hmac && !(self.algorithms.is_any() && self.body_digest == BodyDigest::Required) {
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
    fn networks_have_one_spelling() {
        let nets: Networks = "203.0.113.0/24, 2001:db8::/32 10.0.0.1".parse().unwrap();
        assert_eq!(nets.to_string(), "10.0.0.1/32 203.0.113.0/24 2001:db8::/32");
        assert_eq!(nets.to_string().parse::<Networks>().unwrap(), nets);
        let wrong: Result<Networks, _> = "203.0.113.5/24".parse();
        assert_eq!(
            wrong.unwrap_err().to_string(),
            "203.0.113.5/24 has bits set behind its prefix. Did you mean 203.0.113.0/24?"
        );
        assert!("somewhere".parse::<Networks>().is_err());
        assert!("10.0.0.0/33".parse::<Networks>().is_err());
    }

    #[test]
    fn two_lists_of_networks_let_in_what_is_in_both() {
        let nets = |text: &str| text.parse::<Networks>().unwrap();
        for (one, two, both) in [
            ("", "", Some("")),
            ("", "10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.0/8 192.0.2.0/24", "10.1.0.0/16 192.0.0.0/16", Some("10.1.0.0/16 192.0.2.0/24")),
            ("10.0.0.0/8", "10.0.0.0/8 2001:db8::/32", Some("10.0.0.0/8")),
            ("10.0.0.0/8", "2001:db8::/32", None),
        ] {
            for (one, two) in [(one, two), (two, one)] {
                assert_eq!(nets(one).both(&nets(two)).map(|nets| nets.to_string()).as_deref(), both, "{one}, {two}");
            }
        }
    }

    #[test]
    fn mapped_addresses_count_as_ipv4_and_unknown_ones_stay_out() {
        let nets: Networks = "203.0.113.0/24".parse().unwrap();
        assert!(nets.admit(Some("::ffff:203.0.113.9".parse().unwrap())));
        assert!(!nets.admit(Some("203.0.114.1".parse().unwrap())));
        assert!(!nets.admit(None));
        assert!(Networks::default().admit(None));
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
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
