//! Scans the bytes of a connection for request lines with a fragment (`#`).
//!
//! Only the family that reads the target from the request line asks for them, and it hands bodies over, in which
//! clients write what they like. So where the first line of a connection is a request of that family, request lines are
//! told from the rest by the Content-Length that the gateway announces. Anywhere else, and from a message on whose
//! length is missing or odd, every line that ends as a request line does counts as one: that finds too many, never too
//! few.

/// The scanner of one connection.
#[derive(Debug)]
pub(super) struct FragmentScanner {
    /// The path under which the endpoints are that read the target from the request line.
    path: &'static str,
    state: ScanState,
    /// The unfinished line holds a `#`.
    hash: bool,
    /// Its first bytes, as many as are looked at.
    head: Vec<u8>,
    /// Its last bytes, if any line counts.
    tail: Vec<u8>,
    /// Bytes of body that the head announced.
    announced: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ScanState {
    /// In the first line of the connection.
    #[default]
    First,
    /// Before or in a request line.
    Line,
    /// In the fields behind it.
    Fields,
    /// So many bytes of body are left.
    Body(u64),
    /// Any line counts, to the end of the connection.
    Any,
}

/// First bytes of a line that are looked at: a method and the path of an endpoint, or a field that frames a body.
const HEAD: usize = 64;
/// Bytes that the end of a request line has at most: ` HTTP/1.1` and CR.
const TAIL: usize = 10;
/// What a request line ends with, up to the digit of the version.
const VERSION: &[u8] = b" HTTP/1.";

impl FragmentScanner {
    pub(super) fn new(path: &'static str) -> Self {
        Self { path, state: ScanState::default(), hash: false, head: Vec::new(), tail: Vec::new(), announced: None }
    }

    /// Whether a request line with a `#` ends in these bytes.
    pub(super) fn scan(&mut self, mut bytes: &[u8]) -> bool {
        let mut found = false;
        while !bytes.is_empty() {
            if self.state == ScanState::Any {
                return self.scan_any(bytes) | found;
            }
            if let ScanState::Body(left) = self.state {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                bytes = &bytes[here..];
                self.state = with_body_left(left - here as u64);
                continue;
            }
            let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |end| end + 1);
            let (line, rest) = bytes.split_at(end);
            self.hash |= line.contains(&b'#');
            let room = HEAD - self.head.len();
            self.head.extend_from_slice(&line[..room.min(line.len())]);
            if line.ends_with(b"\n") {
                found |= self.line_ends();
            }
            bytes = rest;
        }
        found
    }

    /// Goes on behind a line; says whether it was a request line with a `#`.
    fn line_ends(&mut self) -> bool {
        let (hash, line) = (std::mem::take(&mut self.hash), std::mem::take(&mut self.head));
        let blank = line.trim_ascii_end().is_empty();
        let found = match self.state {
            // HTTP libraries skip empty lines before a request.
            ScanState::First | ScanState::Line if blank => false,
            ScanState::First if !has_target_in_request_line(&line, self.path) => {
                self.state = ScanState::Any;
                hash
            }
            ScanState::First | ScanState::Line => {
                self.state = ScanState::Fields;
                hash
            }
            ScanState::Fields if blank => {
                self.state = with_body_left(self.announced.take().unwrap_or_default());
                false
            }
            ScanState::Fields => {
                self.note_field(&line);
                false
            }
            ScanState::Body(_) | ScanState::Any => false,
        };
        self.head = line;
        self.head.clear();
        found
    }

    /// Records a field that frames the body. Its name ends right before the colon; what the HTTP library refuses does
    /// not matter here.
    fn note_field(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|b| *b == b':') else { return };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.state = ScanState::Any;
        }
        if name.eq_ignore_ascii_case(b"content-length") {
            let whole = line.ends_with(b"\n") && !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let length = std::str::from_utf8(value).ok().filter(|_| whole).and_then(|digits| digits.parse().ok());
            match (length, self.announced) {
                (Some(length), None) => self.announced = Some(length),
                (Some(length), Some(before)) if length == before => {}
                _ => self.state = ScanState::Any,
            }
        }
    }

    fn scan_any(&mut self, bytes: &[u8]) -> bool {
        // Nearly always there is no `#`. Then one pass over the bytes is enough; without an early exit the compiler
        // vectorizes it.
        if !self.hash && !bytes.iter().fold(false, |any, b| any | (*b == b'#')) {
            self.keep(bytes);
            return false;
        }
        let mut found = false;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            self.hash |= line.contains(&b'#');
            self.keep(line);
            if line.ends_with(b"\n") {
                found |= self.hash && is_request_line(&self.tail);
                self.hash = false;
                self.tail.clear();
            }
        }
        found
    }

    fn keep(&mut self, bytes: &[u8]) {
        let last = &bytes[bytes.len().saturating_sub(TAIL + 1)..];
        self.tail.extend_from_slice(last);
        let extra = self.tail.len().saturating_sub(TAIL + 1);
        self.tail.drain(..extra);
    }
}

/// The state when so many bytes of body are left.
fn with_body_left(left: u64) -> ScanState {
    if left == 0 { ScanState::Line } else { ScanState::Body(left) }
}

/// Whether a line is a request of the family whose target is in the request line.
fn has_target_in_request_line(line: &[u8], path: &str) -> bool {
    let target = line.iter().position(|b| *b == b' ').map_or(&[][..], |space| &line[space + 1..]);
    target.starts_with(path.as_bytes())
}

fn is_request_line(tail: &[u8]) -> bool {
    let line = tail.trim_ascii_end();
    line.split_last().is_some_and(|(digit, rest)| digit.is_ascii_digit() && rest.ends_with(VERSION))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn found(bytes: &[u8], cut: usize) -> bool {
        let mut scanner = FragmentScanner::new("/v1/authz/envoy");
        bytes.chunks(cut.max(1)).filter(|chunk| scanner.scan(chunk)).count() > 0
    }

    fn found_however_cut(text: &str, is: bool) {
        for cut in 1..text.len() + 1 {
            assert_eq!(found(text.as_bytes(), cut), is, "{text:?} in pieces of {cut}");
        }
    }

    proptest! {
        #[test]
        fn with_announced_lengths_only_request_lines_count(
            messages in vec((any::<bool>(), "[a# :/\r\n.1THPGE]{0,60}"), 1..6),
            cut in 1_usize..80,
        ) {
            let message = |(fragment, body): &(bool, String)| {
                let target = if *fragment { "/a#b" } else { "/a" };
                let length = body.len();
                format!("POST /v1/authz/envoy{target} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}")
            };
            let text: String = messages.iter().map(message).collect();
            prop_assert_eq!(found(text.as_bytes(), cut), messages.iter().any(|(fragment, _)| *fragment));
        }

        #[test]
        fn the_result_does_not_depend_on_where_bytes_are_cut(
            bytes in "(GET /v1/authz/envoy/a|GET /a)?[a# :/\r\n.1THPGEContegh\\-L]{0,200}",
            cut in 1_usize..80,
        ) {
            prop_assert_eq!(found(bytes.as_bytes(), cut), found(bytes.as_bytes(), bytes.len()));
        }
    }

    #[test]
    fn a_fragment_in_a_request_line_is_found() {
        for (text, is) in [
            ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", true),
            ("GET /a#b HTTP/1.0\nHost: a\n\n", true),
            ("GET /# HTTP/1.1\r\n\r\n", true),
            ("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /a?b#c HTTP/1.1\r\n\r\n", true),
            ("POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\na#\r\nGET /#d HTTP/1.1\r\n\r\n", true),
            ("GET /a HTTP/1.1\r\nX-Colour: #fff\r\n\r\n", false),
            ("POST /a HTTP/1.1\r\n\r\nm4u\r\nUSER=acme#\r\nPASSWORD=a#b\r\n", false),
            ("GET /a%23b HTTP/1.1\r\n\r\n", false),
        ] {
            found_however_cut(text, is);
        }
    }

    #[test]
    fn a_body_of_announced_length_has_no_request_lines() {
        const BODY: &str = "a\r\nGET /#d HTTP/1.1\r\n";
        let framed = |fields: &str, rest: &str| {
            format!("POST /v1/authz/envoy/a HTTP/1.1\r\nHost: a\r\n{fields}\r\n{BODY}{rest}")
        };
        let length = BODY.len();
        let next = "GET /v1/authz/envoy/b HTTP/1.1\r\n\r\n";
        let bad = "\r\n\nGET /v1/authz/envoy/b#c HTTP/1.1\r\n\r\n";
        for (fields, rest, is) in [
            (format!("Content-Length: {length}\r\n"), "", false),
            (format!("content-length:{length}\nX-Colour: #f HTTP/1.1\n"), next, false),
            (format!("CONTENT-LENGTH: {length}\r\nContent-Length: {length}\r\n"), next, false),
            (format!("Content-Length: {length}\r\n"), bad, true),
            // From here on it is unknown where a request begins.
            ("Transfer-Encoding: chunked\r\n".to_owned(), "", true),
            (format!("Content-Length: {length}\r\ntransfer-encoding: chunked\r\n"), "", true),
            (format!("Content-Length: {length}\r\nContent-Length: 1{length}\r\n"), "", true),
            (format!("Content-Length: +{length}\r\n"), "", true),
            (format!("Content-Length: {length:070}\r\n"), "", true),
            // It announced less than there is: the rest is the next request.
            ("Content-Length: 3\r\n".to_owned(), "", true),
            // No request begins with such a line: the HTTP library closes the connection.
            (String::new(), "", false),
        ] {
            found_however_cut(&framed(&fields, rest), is);
        }
        let line = "GET /v1/authz/envoy/a#b HTTP/1.1\r\n\r\n";
        found_however_cut(line, true);
        found_however_cut(&format!("\r\n{line}"), true);
        found_however_cut(&format!("GET /v1/authz/envoy/{}#b HTTP/1.1\r\n\r\n", "a".repeat(200)), true);
    }
}
