//! Allowed networks (CIDR allow list) of a credential: validation of what was typed, in the one reading by which
//! requests will be judged.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::time::takes_away;

/// Why a network was not accepted. Each sentence begins with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not a CIDR or an address.
    #[error("{0:?} is not a network. Write it as 203.0.113.0/24, 2001:db8::/32 or one address.")]
    Unknown(String),
    /// It is plain what is meant, but it is no network.
    #[error("{given:?} is not a network: {why}.")]
    Form {
        /// The text as it was typed.
        given: String,
        /// What is wrong, and what to write.
        why: String,
    },
    /// A CIDR whose address has bits behind the prefix: two readings.
    #[error("{given} has bits set behind its prefix. Did you mean {meant}?")]
    HostBits {
        /// The text as it was typed.
        given: String,
        /// The network it lies in.
        meant: String,
    },
    /// IPv6 that has all of IPv4 in it, which is judged as IPv4 and not by this network.
    #[error(
        "{0} has the IPv4 addresses in it that are written as IPv6, and they are judged as IPv4. Write IPv4 networks as 203.0.113.0/24, and every one of them as 0.0.0.0/0."
    )]
    Mapped(String),
    /// IPv4 as it was once written in IPv6, which no request comes from.
    #[error("{given} is an IPv4 address in an outdated form of IPv6, which no request comes from. Write {meant}.")]
    Compatible {
        /// As typed.
        given: String,
        /// The network of IPv4.
        meant: String,
    },
    /// A word that takes the networks away, and networks.
    #[error("{0:?} takes the networks away, so no network can stand beside it. Leave one of them out.")]
    Beside(String),
    /// More networks than a list on a screen can be trusted with.
    #[error("{0} networks are too many; at most {max} fit. Use wider ones.", max = Networks::MAX)]
    TooMany(usize),
}

/// Allowed networks; empty means any. Text form: CIDRs with one blank between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Most networks of one credential.
    pub const MAX: usize = 64;

    /// Reads CIDRs and single addresses, as users type them. `any`, `none` or `never` alone is no restriction.
    pub fn parse<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<Self, NetworkError> {
        let given: Vec<_> = given.into_iter().map(str::trim).collect();
        match (given.iter().find(|word| takes_away(word)), given.len()) {
            (Some(_), 1) => return Ok(Self::default()),
            (Some(word), _) => return Err(NetworkError::Beside((*word).to_owned())),
            (None, _) => {}
        }
        let nets: Self = given.into_iter().map(typed).collect::<Result<_, _>>()?;
        match nets.0.len() {
            many if many > Self::MAX => Err(NetworkError::TooMany(many)),
            _ => Ok(nets),
        }
    }

    /// The same from one line, with blanks or commas between.
    pub fn from_line(line: &str) -> Result<Self, NetworkError> {
        Self::parse(words(line))
    }

    /// Whether an address is let in: any when there are none; IPv4-mapped IPv6 counts as IPv4 (docs/verification.md
    /// C13).
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty() || address.is_some_and(|a| self.0.iter().any(|n| n.contains(&a.to_canonical())))
    }

    /// Whether any address is let in.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// The intersection; `None` if it is empty.
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

/// The text form, as it is stored. Wide IPv6 networks that are refused today may be in it.
impl FromStr for Networks {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        words(text).map(|word| cidr(word).ok_or_else(|| NetworkError::Unknown(short(word)))?).collect()
    }
}

/// The address of a client as users write it; an interface behind `%` is left out.
pub fn client_address(text: &str) -> Option<IpAddr> {
    let address = match text.trim().split_once('%') {
        Some((address, zone)) if !zone.is_empty() => IpAddr::V6(address.parse().ok()?),
        _ => text.trim().parse().ok()?,
    };
    Some(address.to_canonical())
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

/// Parses one network as typed.
fn typed(text: &str) -> Result<IpNet, NetworkError> {
    let net = match cidr(text) {
        Some(net) => net?,
        None => return Err(slip(text)),
    };
    let mapped = Ipv6Net::new_assert(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), MAPPED);
    match net {
        // All of IPv6 is unambiguous: it is not meant as IPv4.
        IpNet::V6(wide) if wide.contains(&mapped) && wide.prefix_len() > 0 => Err(NetworkError::Mapped(short(text))),
        IpNet::V6(net) => match compatible(net) {
            Some(meant) => Err(NetworkError::Compatible { given: short(text), meant }),
            None => Ok(IpNet::V6(net)),
        },
        net => Ok(net),
    }
}

/// The network of IPv4 behind 96 bits of zeros. `::` and `::1` are addresses of IPv6 itself.
fn compatible(net: Ipv6Net) -> Option<String> {
    let bits = net.addr().to_bits();
    let prefix = net.prefix_len().checked_sub(MAPPED)?;
    let address = u32::try_from(bits).ok().filter(|bits| *bits > 1).map(Ipv4Addr::from_bits)?;
    Some(if prefix == 32 { address.to_string() } else { format!("{address}/{prefix}") })
}

/// Bits of an IPv6 address before the IPv4 address that it stands for.
const MAPPED: u8 = 96;

/// A CIDR or a single address in its one spelling; `None` if it is neither.
fn cidr(text: &str) -> Option<Result<IpNet, NetworkError>> {
    let net = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => plain_prefix(text).then(|| text.parse::<IpNet>().ok())??,
    };
    let net = match net {
        IpNet::V6(net) => match net.addr().to_ipv4_mapped() {
            Some(_) if net.prefix_len() < MAPPED => return Some(Err(NetworkError::Mapped(short(text)))),
            Some(address) => IpNet::V4(Ipv4Net::new(address, net.prefix_len() - MAPPED).ok()?),
            None => IpNet::V6(net),
        },
        net => net,
    };
    Some(match net.trunc() {
        truncated if truncated == net => Ok(net),
        truncated => Err(NetworkError::HostBits { given: short(text), meant: truncated.to_string() }),
    })
}

/// Whether the prefix is written in digits alone and without leading zeros.
fn plain_prefix(text: &str) -> bool {
    text.split_once('/').is_some_and(|(_, prefix)| {
        prefix.bytes().all(|b| b.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'))
    })
}

/// The error for text that is not a network, as specific as possible.
fn slip(text: &str) -> NetworkError {
    let given = short(text);
    match SLIPS.iter().find_map(|slip| slip(text)) {
        Some(why) => NetworkError::Form { given, why },
        None => NetworkError::Unknown(given),
    }
}

/// Knows one way to write no network, and what to write.
type Slip = fn(&str) -> Option<String>;

static SLIPS: [Slip; 8] = [several, zone, brackets, netmask, wildcard, range, port, zeros];

fn several(text: &str) -> Option<String> {
    let many = text.contains(|c: char| c == ',' || c.is_whitespace());
    many.then(|| "it has a comma or a blank in it. Write one network at a time".to_owned())
}

fn zone(text: &str) -> Option<String> {
    let (before, _) = text.split_once('%')?;
    let before = before.trim_start_matches('[');
    before.parse::<Ipv6Addr>().ok()?;
    Some(format!(
        "what stands behind % names an interface of one machine, which a request does not tell. Write {before}, with its prefix if it has one"
    ))
}

fn brackets(text: &str) -> Option<String> {
    let inside = text.strip_prefix('[')?.split(']').next()?;
    inside.split('/').next()?.parse::<Ipv6Addr>().ok()?;
    Some(
        "it has brackets or a port. Write the address alone, with its prefix if it has one, such as 2001:db8::/32"
            .to_owned(),
    )
}

fn netmask(text: &str) -> Option<String> {
    let (address, mask) = text.split_once('/')?;
    let (address, mask) = (address.parse::<IpAddr>().ok()?, mask.parse::<IpAddr>().ok()?);
    match IpNet::with_netmask(address, mask) {
        Ok(net) => {
            Some(format!("it has a netmask behind the slash, not a prefix. Did you mean {}? Write that", net.trunc()))
        }
        Err(_) => {
            Some("what stands behind the slash is no prefix. Write the number of bits, as in 203.0.113.0/24".to_owned())
        }
    }
}

fn wildcard(text: &str) -> Option<String> {
    let parts: Vec<_> = text.split('.').collect();
    let known = parts.iter().take_while(|part| part.parse::<u8>().is_ok()).count();
    let starred = parts.len() <= 4 && known < parts.len() && parts[known..].iter().all(|p| *p == "*" || *p == "x");
    starred.then(|| {
        let octets: Vec<_> = parts[..known].iter().copied().chain(std::iter::repeat("0")).take(4).collect();
        format!("it has a wildcard. Did you mean {}/{}? Write that", octets.join("."), known * 8)
    })
}

fn range(text: &str) -> Option<String> {
    let (from, to) = text.split_once('-')?;
    from.trim().parse::<IpAddr>().ok()?;
    (to.trim().parse::<IpAddr>().is_ok() || to.trim().parse::<u8>().is_ok())
        .then(|| "it is a range. Write the networks that make it up, such as 203.0.113.0/24".to_owned())
}

fn port(text: &str) -> Option<String> {
    let (address, port) = text.rsplit_once(':')?;
    let address = address.parse::<Ipv4Addr>().ok()?;
    port.parse::<u16>().ok()?;
    Some(format!("it has a port, and a network has none. Write {address}"))
}

fn zeros(text: &str) -> Option<String> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let stripped = |digits: &str| match digits.trim_start_matches('0') {
        "" if !digits.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    let octets: Vec<_> = address.split('.').map(stripped).collect();
    let address = if octets.len() == 4 { octets.join(".") } else { address.to_owned() };
    let plain = prefix.map_or_else(|| address.clone(), |prefix| format!("{address}/{}", stripped(prefix)));
    (plain != text && cidr(&plain).is_some()).then(|| {
        format!("a number in it begins with 0, which some programs read as octal. Write {plain} if that is meant")
    })
}

/// Enough of what was typed to know it again.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A sentence about the first address of a line that looks like a network written without its length. It is read as the one
/// address it is.
pub fn address_for_network(line: &str) -> Option<String> {
    let (typed, bits) = line.split([' ', ',', '\t']).find_map(|word| {
        let bits = match word.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => 8 * (4 - address.octets().iter().rev().take_while(|part| **part == 0).count()),
            IpAddr::V6(address) => 16 * (8 - address.segments().iter().rev().take_while(|part| **part == 0).count()),
        };
        let whole =
            word.parse::<IpAddr>().is_ok_and(|address| if address.is_ipv4() { bits == 32 } else { bits == 128 });
        // The unspecified address is refused elsewhere, or means everything.
        (!whole && bits > 0).then_some((word, bits))
    })?;
    Some(format!("That is one address. For its network write {typed}/{bits}."))
}

#[cfg(test)]
mod tests;
