//! Mistakes in the signed target: another spelling than the one that was sent.

use crate::verify::explain::slips::texts::{decoded, escapes};

/// Makes of the target that was sent the one that was signed.
type Bend = fn(&[u8]) -> Vec<u8>;

/// What was signed, and how the target becomes it.
pub(super) const TARGETS: [(&str, Bend); 21] = [
    ("It left the query out of what it signed.", |target| halves(target).0.to_vec()),
    ("It signed the query alone, without the path.", |target| {
        halves(target).1.strip_prefix(b"?").unwrap_or(target).to_vec()
    }),
    ("It signed the target decoded, and sends it percent-encoded.", decoded),
    ("It signed the query decoded, and sends it percent-encoded.", |target| query(target, decoded)),
    ("It signed the path decoded, and sends it percent-encoded.", |target| path(target, decoded)),
    ("It signed the query decoded, with + as a blank, and sends it encoded.", |target| {
        query(target, |text| decoded(&swap(text, b"+", b" ")))
    }),
    ("It signed + for a blank in the query, and sends %20.", |target| query(target, |text| swap(text, b"%20", b"+"))),
    ("It signed %20 for a blank in the query, and sends +.", |target| query(target, |text| swap(text, b"+", b"%20"))),
    ("It signed %2B for the + of the query, and sends +.", |target| query(target, |text| swap(text, b"+", b"%2B"))),
    ("It signed percent escapes in lower case, and sends them in upper case.", |target| {
        escapes(target, |_, escape| escape.to_ascii_lowercase())
    }),
    ("It signed percent escapes in upper case, and sends them in lower case.", |target| {
        escapes(target, |_, escape| escape.to_ascii_uppercase())
    }),
    ("It signed letters decoded that it sends percent-encoded though they need not be.", |target| {
        escapes(target, |byte, escape| if is_plain(byte) { vec![byte] } else { escape.to_vec() })
    }),
    ("It signed characters percent-encoded, in upper case, that it sends as they are.", |target| {
        encoded(target, b"/?&=%")
    }),
    ("It signed characters percent-encoded, with the slashes of the query, that it sends as they are.", |target| {
        query(target, |text| [b"?", &encoded(text.strip_prefix(b"?").unwrap_or(text), b"&=%")[..]].concat())
    }),
    ("It signed the target percent-encoded twice.", |target| swap(target, b"%", b"%25")),
    ("It signed the parameters of the query sorted, and sends them in another order.", |target| query(target, sorted)),
    ("It signed &amp; for the & of the query.", |target| query(target, |text| swap(text, b"&", b"&amp;"))),
    ("It signed the path with a slash at its end, and sends none.", |target| {
        path(target, |path| [path, b"/"].concat())
    }),
    ("It signed the path without the slash at its end.", |target| {
        path(target, |path| path.strip_suffix(b"/").unwrap_or(path).to_vec())
    }),
    ("It signed the path without the slash that it begins with.", |target| {
        target.strip_prefix(b"/").unwrap_or(target).to_vec()
    }),
    ("It signed the path without its first part: is that added on the way?", |target| {
        let slash = target.iter().skip(1).position(|&b| b == b'/').map(|at| at + 1);
        slash.map_or(target, |at| &target[at..]).to_vec()
    }),
];

/// Path and query, which begins with its question mark.
fn halves(target: &[u8]) -> (&[u8], &[u8]) {
    target.split_at(target.iter().position(|&b| b == b'?').unwrap_or(target.len()))
}

fn path(target: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (path, query) = halves(target);
    [&change(path), query].concat()
}

fn query(target: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (path, query) = halves(target);
    if query.is_empty() { target.to_vec() } else { [path, &change(query)].concat() }
}

fn swap(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        match rest.strip_prefix(from) {
            Some(behind) => {
                out.extend_from_slice(to);
                rest = behind;
            }
            None => {
                out.push(first);
                rest = behind;
            }
        }
    }
    out
}

/// Whether a byte needs no escape anywhere (RFC 3986 2.3).
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn encoded(text: &[u8], kept: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match is_plain(byte) || kept.contains(&byte) {
            true => out.push(byte),
            false => out.extend(format!("%{byte:02X}").into_bytes()),
        }
    }
    out
}

fn sorted(query: &[u8]) -> Vec<u8> {
    let mut parameters: Vec<_> = query.strip_prefix(b"?").unwrap_or(query).split(|&b| b == b'&').collect();
    parameters.sort_unstable();
    [b"?", &parameters.join(&b"&"[..])[..]].concat()
}
