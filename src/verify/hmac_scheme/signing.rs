//! Which fields an `hmac` signature covers, and the string under the MAC: H5 and H8 to H11.

use crate::verify::request::Occurs;
use crate::verify::syntax::lex::is_token;
use crate::verify::{Denied, Reason, Request};

/// Most names that can be signed.
pub(super) const MOST: usize = 32;

const REQUEST_LINE: &[u8] = b"request-line";
const REQUEST_TARGET: &[u8] = b"@request-target";

/// The names in `headers`, as spelled there.
pub(super) struct Names<'a> {
    names: [&'a [u8]; MOST],
    count: usize,
}

/// What one line of the signing string is made of.
enum SigningLine<'a> {
    Request,
    Target,
    Field(&'a [u8]),
}

impl<'a> Names<'a> {
    /// Splits at single blanks; `None` if there are none, too many, one twice, or one that is no name.
    pub fn read(headers: &'a [u8]) -> Option<Self> {
        let mut all = Self { names: [&[]; MOST], count: 0 };
        for name in headers.split(|&b| b == b' ') {
            let is_name = is_token(name) || name.eq_ignore_ascii_case(REQUEST_TARGET);
            if !is_name || all.has(name) || all.count == MOST {
                return None;
            }
            all.names[all.count] = name;
            all.count += 1;
        }
        Some(all)
    }

    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.names[..self.count].iter().copied()
    }

    /// Whether a name is among them, in any case.
    pub fn has(&self, name: &[u8]) -> bool {
        self.iter().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// Whether the request itself is signed, and not its fields only (H7).
    pub fn bind_the_request(&self) -> bool {
        self.has(REQUEST_LINE) || self.has(REQUEST_TARGET)
    }

    /// Every field that is signed occurs once (H8).
    pub fn check_fields(&self, request: &Request<'_>) -> Result<(), Denied<'static>> {
        for name in self.iter().filter(|name| !is_pseudo(name)) {
            match request.occurs(name) {
                Occurs::Once(_) => {}
                Occurs::Repeated => return Err(Denied::about(Reason::SignedHeaderRepeated, name)),
                Occurs::Never if is_date(name) => return Err(Denied::about(Reason::DateMissing, name)),
                Occurs::Never => return Err(Denied::about(Reason::SignedHeaderMissing, name)),
            }
        }
        Ok(())
    }

    /// The strings that are acceptable: with the literal 1.1 that clients sign, and with the version they speak (H10).
    pub fn strings(&self, request: &Request<'_>) -> (Vec<u8>, Option<Vec<u8>>) {
        let other = request.version.besides_1_1().filter(|_| self.has(REQUEST_LINE));
        (self.string(request, b"1.1"), other.map(|version| self.string(request, version)))
    }

    fn string(&self, request: &Request<'_>, version: &[u8]) -> Vec<u8> {
        let mut string = Vec::with_capacity(256);
        for (i, name) in self.iter().enumerate() {
            if i > 0 {
                string.push(b'\n');
            }
            match line(request, name) {
                SigningLine::Request => {
                    let parts = [request.method, b" ", request.target, b" HTTP/", version];
                    parts.iter().for_each(|part| string.extend_from_slice(part));
                }
                SigningLine::Target => {
                    string.extend_from_slice(name);
                    string.extend_from_slice(b": ");
                    string.extend(request.method.iter().map(u8::to_ascii_lowercase));
                    string.push(b' ');
                    string.extend_from_slice(request.target);
                }
                SigningLine::Field(value) => {
                    [name, b": ", value].iter().for_each(|part| string.extend_from_slice(part));
                }
            }
        }
        string
    }
}

fn line<'a>(request: &Request<'a>, name: &[u8]) -> SigningLine<'a> {
    match request.values(name).next() {
        _ if name.eq_ignore_ascii_case(REQUEST_LINE) => SigningLine::Request,
        _ if name.eq_ignore_ascii_case(REQUEST_TARGET) => SigningLine::Target,
        value => SigningLine::Field(value.unwrap_or_default()),
    }
}

/// Names that stand for a part of the request and never for a field of that name.
fn is_pseudo(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(REQUEST_LINE) || name.eq_ignore_ascii_case(REQUEST_TARGET)
}

/// The fields that a signature may take its time from.
pub(super) fn is_date(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"date") || name.eq_ignore_ascii_case(b"x-date")
}
