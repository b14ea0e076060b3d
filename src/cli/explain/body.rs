//! Finds the body in a pasted request, and compares it with what the request announces.

use super::pasted::{is_status_line, line, request_line};

use crate::verify::Version;

/// What was taken as the body.
pub(super) struct Taken<'a> {
    /// `None` if there is one, or may be one, that was not pasted.
    pub body: Option<Vec<u8>>,
    /// A remark, if it is not simply what was pasted.
    pub note: Option<String>,
    /// What follows the request.
    pub after: &'a [u8],
}

impl<'a> Taken<'a> {
    fn seen(body: Vec<u8>, note: Option<String>, after: &'a [u8]) -> Self {
        Self { body: Some(body), note, after }
    }

    fn unseen(note: String, after: &'a [u8]) -> Self {
        Self { body: None, note: Some(note), after }
    }
}

/// How a request announces its body.
enum Announced {
    Nothing,
    Chunks,
    Length(usize),
    /// `Content-Length` is not a number, or is there twice.
    Unclear,
}

/// Takes the body of a request from what follows its head.
pub(super) fn take<'a>(method: &[u8], version: Version, fields: &[(Vec<u8>, Vec<u8>)], rest: &'a [u8]) -> Taken<'a> {
    let announced = announced(fields);
    let exact = matches!(announced, Announced::Length(length) if length == rest.len());
    if !exact && shows_nothing(rest) {
        return not_shown(method, version, &announced, rest);
    }
    match announced {
        Announced::Chunks => chunks(rest),
        Announced::Length(length) => cut(length, rest),
        Announced::Unclear => {
            let note = "Content-Length cannot be read: all that follows the head is taken as the body.";
            Taken::seen(rest.to_vec(), Some(note.to_owned()), &[])
        }
        Announced::Nothing => {
            let note = "No Content-Length is given: all that follows the head is taken as the body.";
            Taken::seen(rest.to_vec(), Some(note.to_owned()), &[])
        }
    }
}

fn announced(fields: &[(Vec<u8>, Vec<u8>)]) -> Announced {
    let of = |name: &'static [u8]| fields.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    if of(b"transfer-encoding").any(|value| value.to_ascii_lowercase().windows(7).any(|word| word == b"chunked")) {
        return Announced::Chunks;
    }
    let number = |value: &[u8]| std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
    let lengths: Vec<Option<usize>> = of(b"content-length").map(|value| number(value)).collect();
    match lengths[..] {
        [] => Announced::Nothing,
        [Some(length)] => Announced::Length(length),
        _ => Announced::Unclear,
    }
}

/// Whether only empty lines come before the end or the next message.
fn shows_nothing(mut rest: &[u8]) -> bool {
    while !rest.is_empty() {
        let (first, after) = line(rest);
        if !first.is_empty() {
            return request_line(first).is_some() || is_status_line(first);
        }
        rest = after;
    }
    true
}

fn not_shown<'a>(method: &[u8], version: Version, announced: &Announced, rest: &'a [u8]) -> Taken<'a> {
    let bodiless = [&b"GET"[..], b"HEAD", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"].contains(&method);
    let hidden = matches!(version, Version::Http2 | Version::Http3) && !bodiless;
    match announced {
        Announced::Length(0) => Taken::seen(Vec::new(), None, rest),
        Announced::Nothing if !hidden => Taken::seen(Vec::new(), None, rest),
        Announced::Length(length) => {
            Taken::unseen(format!("The body was not shown: {length} bytes, as Content-Length says."), rest)
        }
        Announced::Nothing => Taken::unseen("A body may have been sent; none was shown.".to_owned(), rest),
        Announced::Chunks | Announced::Unclear => Taken::unseen("The body was not shown.".to_owned(), rest),
    }
}

/// As many bytes as the request says.
fn cut(length: usize, rest: &[u8]) -> Taken<'_> {
    let (given, breaks) = (rest.len(), |text: &[u8]| text.iter().all(|b| matches!(b, b'\r' | b'\n')));
    match rest.split_at_checked(length) {
        Some((body, [])) => return Taken::seen(body.to_vec(), None, &[]),
        Some((body, after)) if breaks(after) => {
            let note = format!(
                "The body is the {length} bytes that Content-Length says; the line break after them was left out."
            );
            return Taken::seen(body.to_vec(), Some(note), &[]);
        }
        _ => {}
    }
    for (body, ends) in [(with_crlf(rest), "CR LF"), (with_lf(rest), "LF")] {
        if body.get(length..).is_some_and(breaks) {
            let note = format!(
                "The body is judged with {ends} at the ends of its lines: then it has the {length} bytes that Content-Length says."
            );
            return Taken::seen(body[..length].to_vec(), Some(note), &[]);
        }
    }
    match rest.split_at_checked(length) {
        Some((body, after)) => {
            let more = after.len();
            let note = format!(
                "The body is the {length} bytes that Content-Length says; {more} more bytes were given and left out."
            );
            Taken::seen(body.to_vec(), Some(note), after)
        }
        None => Taken::unseen(
            format!(
                "The body was not shown whole: Content-Length says {length} bytes, and {given} were given. It is judged \
                 as if none had been shown."
            ),
            &[],
        ),
    }
}

fn with_lf(text: &[u8]) -> Vec<u8> {
    let ends = |i: usize| text[i] == b'\r' && text.get(i + 1) == Some(&b'\n');
    (0..text.len()).filter(|&i| !ends(i)).map(|i| text[i]).collect()
}

fn with_crlf(text: &[u8]) -> Vec<u8> {
    with_lf(text).split(|&b| b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// Puts the chunks together (RFC 9112 7.1), whatever their lines end in.
fn chunks(rest: &[u8]) -> Taken<'_> {
    match joined(rest) {
        Chunks::Whole(body, after) => {
            let note = format!("The body was put together from its chunks: {} bytes.", body.len());
            Taken::seen(body, Some(note), after)
        }
        Chunks::Cut => Taken::unseen(
            "The body was not shown whole: its last chunk is missing. It is judged as if none had been shown."
                .to_owned(),
            &[],
        ),
        Chunks::None => {
            let note = "The request says that its body is in chunks, but what follows the head is not: it is taken as the body in them.";
            Taken::seen(rest.to_vec(), Some(note.to_owned()), &[])
        }
    }
}

enum Chunks<'a> {
    Whole(Vec<u8>, &'a [u8]),
    Cut,
    None,
}

fn joined(mut rest: &[u8]) -> Chunks<'_> {
    let mut body = Vec::new();
    for first in std::iter::successors(Some(true), |_| Some(false)) {
        let (size, after) = line(rest);
        if !first && size.is_empty() && after.is_empty() {
            return Chunks::Cut;
        }
        let digits = size.split(|&b| b == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(digits).ok().map(|digits| digits.trim());
        let size = size.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(size) = size.and_then(|digits| usize::from_str_radix(digits, 16).ok()) else { return Chunks::None };
        if size == 0 {
            return Chunks::Whole(body, behind_trailers(after));
        }
        let Some((chunk, after)) = after.split_at_checked(size) else { return Chunks::Cut };
        body.extend_from_slice(chunk);
        let (end, after) = line(after);
        if !end.is_empty() {
            return Chunks::None;
        }
        rest = after;
    }
    Chunks::Cut
}

fn behind_trailers(mut rest: &[u8]) -> &[u8] {
    while !rest.is_empty() {
        let (trailer, after) = line(rest);
        if request_line(trailer).is_some() || is_status_line(trailer) {
            break;
        }
        rest = after;
        if trailer.is_empty() {
            break;
        }
    }
    rest
}
