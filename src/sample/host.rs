//! Validates host and port of a URL: nothing that a client or a gateway could read differently.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest name and longest label of one (RFC 1035).
const NAME_MOST: usize = 253;
const LABEL_MOST: usize = 63;

/// Whether a text is a host: a name of labels, an IPv4 address, or an IPv6 address in brackets.
pub(super) fn is_host(text: &str) -> bool {
    match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok()),
        None => text.parse::<Ipv4Addr>().is_ok() || is_name(text),
    }
}

/// A name that every resolver takes. One whose last label is a number is an address to clients, and not always the same.
fn is_name(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= NAME_MOST && text.split('.').all(is_label) && !is_number(last)
}

fn is_label(label: &str) -> bool {
    let within = (1..=LABEL_MOST).contains(&label.len());
    let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    within && plain && !label.starts_with('-') && !label.ends_with('-')
}

fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hex {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => label.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// The number of a port: 1 to 65535, in digits alone.
pub(super) fn port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// Host and port, apart; no port where none is written.
pub(super) fn split(text: &str) -> Option<(&str, Option<u16>)> {
    // The colons of an IPv6 address stand inside its brackets.
    let end = text.rfind(']').map_or(0, |end| end + 1);
    let (host, port_text) = match text[end..].find(':') {
        Some(colon) => (&text[..end + colon], Some(&text[end + colon + 1..])),
        None => (text, None),
    };
    let port = match port_text {
        Some(text) => Some(port(text)?),
        None => None,
    };
    is_host(host).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_and_addresses_and_nothing_else() {
        let long = "a".repeat(63);
        let longest = format!("{long}.{long}.{long}.{}", "a".repeat(61));
        for good in [
            "a",
            "api.example.com",
            "API-2.internal",
            "xn--bcher-kva.example",
            "null",
            "1e3",
            "127.0.0.1",
            "[::1]",
            "[2001:db8::7]",
            "7.example",
            "0x7g",
            &longest,
        ] {
            assert!(is_host(good), "{good}");
        }
        let label = "a".repeat(64);
        for bad in [
            "",
            "-",
            ".",
            "a.",
            ".a",
            "a..b",
            "-a",
            "a-",
            "a_b",
            "a b",
            "a/b",
            "%zz",
            "80",
            "1.2.3",
            "1.2.3.4.5",
            "256.0.0.1",
            "0x7f",
            "a.0x7f",
            "a.1",
            "[",
            "[]",
            "[::1",
            "::1",
            "[::1]x",
            "[1.2.3.4]",
            "[fe80::1%25eth0]",
            "bücher.example",
            &label,
            &format!("a{longest}"),
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn ports_are_numbers() {
        for (text, split_as) in [
            ("a:80", Some(("a", Some(80)))),
            ("a", Some(("a", None))),
            ("[::1]:65535", Some(("[::1]", Some(65_535)))),
            ("[::1]", Some(("[::1]", None))),
            ("a:", None),
            ("a:0", None),
            ("a:65536", None),
            ("a:99999", None),
            ("a:+80", None),
            ("a:8o", None),
            (":80", None),
            ("[:80", None),
            ("a:80:80", None),
        ] {
            assert_eq!(split(text), split_as, "{text}");
        }
    }
}
