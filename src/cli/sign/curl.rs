//! A curl command that sends a signed request exactly as it was signed.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::sample::{shell, shell_bytes};

/// What the command sends.
pub(super) struct Sent<'a> {
    pub method: &'a str,
    pub url: &'a str,
    /// The signed fields, and the signature.
    pub fields: &'a [(String, String)],
    /// The body, and the file that it is in.
    pub body: Option<(&'a Path, &'a [u8])>,
}

/// Methods whose requests have no body unless they announce one. For any other an HTTP/2 server cannot know.
const BODILESS: [&str; 5] = ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"];

/// The command, in one line.
pub(super) fn command(sent: &Sent<'_>) -> String {
    let mut words = vec!["curl --globoff --path-as-is".to_owned()];
    let head = sent.method == "HEAD";
    match (head, sent.body) {
        // With `-X HEAD` alone, curl would wait for a body of the announced length.
        (true, None) => words.push("--head".to_owned()),
        // With a body curl takes no --head: so it ignores the length, and the connection ends with the response.
        (true, Some(_)) => {
            words.push("--request 'HEAD' --ignore-content-length --header 'Connection: close'".to_owned())
        }
        (false, _) => words.extend(["--request".to_owned(), shell(sent.method)]),
    }
    for (name, value) in sent.fields {
        // An empty value would make curl drop the field; a semicolon keeps it.
        let text = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        words.extend(["--header".to_owned(), shell(&text)]);
    }
    let file = sent.body.map(|(file, _)| shell_bytes(&[b"@", file.as_os_str().as_bytes()].concat()));
    // An empty body is sent as one where the server could not tell it from a missing one.
    let empty = (!BODILESS.contains(&sent.method)).then(|| shell(""));
    if let Some(data) = file.or(empty) {
        if !sent.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            // By default curl labels every body as a form.
            let kind = sent.body.and_then(|(_, body)| content_type(body));
            let text = kind.map_or("Content-Type:".to_owned(), |kind| format!("Content-Type: {kind}"));
            words.extend(["--header".to_owned(), shell(&text)]);
        }
        words.extend(["--data-binary".to_owned(), data]);
    }
    words.push(shell(sent.url));
    words.join(" ")
}

/// The content type of a body, guessed from its bytes; `None` for an empty one.
fn content_type(body: &[u8]) -> Option<&'static str> {
    let has = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
    Some(match () {
        () if body.is_empty() => return None,
        () if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() => "application/json",
        () if is_markup(body) && has(b"http://www.w3.org/2003/05/soap-envelope") => "application/soap+xml",
        () if is_markup(body) && has(b"http://schemas.xmlsoap.org/soap/envelope/") => "text/xml; charset=utf-8",
        () if is_markup(body) => "application/xml",
        () if is_form(body.trim_ascii_end()) => "application/x-www-form-urlencoded",
        () => "application/octet-stream",
    })
}

/// Whether it looks like XML: it begins and ends with a tag.
fn is_markup(body: &[u8]) -> bool {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
    body.starts_with(b"<") && body.ends_with(b">") && std::str::from_utf8(body).is_ok()
}

/// Whether it is `name=value` with `&` between, percent-encoded.
fn is_form(body: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~*+!'(),;:@/?$[]".contains(b);
    let encoded = |text: &[u8]| {
        let mut parts = text.split(|&b| b == b'%');
        parts.next().is_some_and(|first| first.iter().all(plain))
            && parts.all(|part| {
                let (escape, rest) = part.split_at(part.len().min(2));
                escape.len() == 2 && escape.iter().all(u8::is_ascii_hexdigit) && rest.iter().all(plain)
            })
    };
    body.split(|&b| b == b'&').all(|pair| match pair.iter().position(|&b| b == b'=') {
        Some(equals) => equals > 0 && encoded(&pair[..equals]) && encoded(&pair[equals + 1..]),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_follows_the_body() {
        let soap = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/>";
        for (body, kind) in [
            ("", None),
            ("{\"a\":1}\n", Some("application/json")),
            ("[]", Some("application/json")),
            ("a=1&b=c%20d+e", Some("application/x-www-form-urlencoded")),
            ("a=1\n", Some("application/x-www-form-urlencoded")),
            ("<a/>", Some("application/xml")),
            ("\u{feff}<?xml version=\"1.0\"?>\n<a/>\n", Some("application/xml")),
            (soap, Some("text/xml; charset=utf-8")),
            ("{\"a\":", Some("application/octet-stream")),
            ("a=1&", Some("application/octet-stream")),
            ("a=%2", Some("application/octet-stream")),
            ("YWI==", Some("application/octet-stream")),
            ("a text", Some("application/octet-stream")),
            ("\0", Some("application/octet-stream")),
        ] {
            assert_eq!(content_type(body.as_bytes()), kind, "{body:?}");
        }
    }
}
