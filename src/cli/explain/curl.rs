//! Parses what curl prints about a request: `-v`, `--trace-ascii`, and the header lists of HTTP/2 and HTTP/3. The body
//! is not in it.

use super::pasted::{line, request_line};

/// The heads that curl sent, each as HTTP/1.1 would send it, with the body after it if that was quoted as
/// well; `None` if this is not from curl.
pub(super) fn heads(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut listed = false;
    for line in lines(text) {
        if request_line(line).is_some() {
            return None;
        }
        if sent(line).is_some_and(|line| request_line(line).is_some()) {
            return Some(verbose(text));
        }
        if is_section(line, b"=> Send header") {
            return Some(traced(text));
        }
        listed |= listed_field(line).is_some();
    }
    listed.then(|| from_lists(text))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (first, after) = (!rest.is_empty()).then(|| line(rest))?;
        rest = after;
        Some(first)
    })
}

/// The text after `>`. The progress meter and the time of day may precede it.
fn sent(line: &[u8]) -> Option<&[u8]> {
    let meter = |b: &u8| b.is_ascii_digit() || b" :-.%kMG\r".contains(b);
    let start = line.iter().position(|b| !meter(b))?;
    let sent = line[start..].strip_prefix(b">")?;
    Some(sent.strip_prefix(b" ").unwrap_or(sent))
}

/// The blocks marked with `>`.
fn verbose(text: &[u8]) -> Vec<Vec<u8>> {
    let mut heads: Vec<Vec<u8>> = Vec::new();
    // Whether the head goes on, and whether the body was quoted with `>` as well.
    let (mut in_head, mut in_body) = (false, false);
    for line in lines(text) {
        let Some(sent) = sent(line) else {
            in_body = false;
            continue;
        };
        if request_line(sent).is_some() {
            heads.push(Vec::new());
            (in_head, in_body) = (true, false);
        }
        let Some(head) = heads.last_mut() else { continue };
        if in_body {
            // The body as it is: where its lines ended is known, but not with which line break.
            if !head.ends_with(b"\r\n\r\n") {
                head.push(b'\n');
            }
            head.extend_from_slice(sent);
        } else if in_head {
            [sent, b"\r\n"].iter().for_each(|part| head.extend_from_slice(part));
            (in_head, in_body) = (!sent.is_empty(), sent.is_empty());
        }
    }
    heads
        .iter_mut()
        .filter(|head| !head.windows(4).any(|end| end == b"\r\n\r\n"))
        .for_each(|head| head.extend(b"\r\n"));
    heads
}

/// Whether a section of a trace begins here; the time of day may precede it.
fn is_section(line: &[u8], name: &[u8]) -> bool {
    let start = line.iter().position(|b| !(b.is_ascii_digit() || b" :.".contains(b))).unwrap_or(line.len());
    line[start..].starts_with(name)
}

/// The requests of a trace, with their bodies if those are complete: `--trace` shows every byte, `--trace-ascii` those that
/// print.
fn traced(text: &[u8]) -> Vec<Vec<u8>> {
    let mut sent: Vec<Vec<u8>> = Vec::new();
    let mut part: Option<Part> = None;
    for line in lines(text).chain([&b"== "[..]]) {
        if ![&b"=> "[..], b"<= ", b"== "].iter().any(|arrow| is_section(line, arrow)) {
            part.iter_mut().for_each(|part| part.take(line));
            continue;
        }
        match (part.take(), sent.last_mut()) {
            (Some(Part { is_head: true, bytes, .. }), _) => sent.push([bytes.trim_ascii_end(), b"\r\n\r\n"].concat()),
            (Some(part), Some(request)) if part.is_exact() => request.extend(part.bytes),
            _ => {}
        }
        let is_head = is_section(line, b"=> Send header");
        if is_head || is_section(line, b"=> Send data") {
            part = Some(Part { is_head, ..Part::default() });
        }
    }
    sent.retain(|request| request_line(line(request).0).is_some());
    sent
}

/// A head or a piece of a body in a trace.
#[derive(Default)]
struct Part {
    is_head: bool,
    bytes: Vec<u8>,
    end: usize,
    /// Its bytes are given in hex.
    in_hex: bool,
}

impl Part {
    /// Takes `0040: what stands there`. A line of text that begins where the one before it ended continues it: curl breaks
    /// lines after 64 bytes. One that begins later has CR LF before it.
    fn take(&mut self, line: &[u8]) {
        let Some((offset, said)) = offset(line) else { return };
        if let Some(bytes) = hex(said).filter(|_| self.in_hex || offset == 0) {
            self.in_hex = true;
            self.bytes.extend(bytes);
            return;
        }
        if offset != self.end {
            self.bytes.extend(b"\r\n");
        }
        self.bytes.extend_from_slice(said);
        self.end = offset + said.len();
    }

    /// Whether every byte is known: a dot may stand for any that does not print.
    fn is_exact(&self) -> bool {
        self.in_hex || !self.bytes.contains(&b'.')
    }
}

/// The bytes of `47 45 54 20 GET `: sixteen places for two digits and a blank.
fn hex(said: &[u8]) -> Option<Vec<u8>> {
    let places = said.chunks(3).take(16).take_while(|place| place != b"   ");
    let byte = |place: &[u8]| match place {
        [high, low, b' '] => u8::from_str_radix(std::str::from_utf8(&[*high, *low]).ok()?, 16).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = places.map(byte).collect();
    bytes.filter(|bytes| !bytes.is_empty() && said.len() == 48 + bytes.len())
}

/// `0040: what stands there`.
fn offset(line: &[u8]) -> Option<(usize, &[u8])> {
    let colon = line.iter().position(|&b| b == b':')?;
    let offset = usize::from_str_radix(std::str::from_utf8(&line[..colon]).ok()?, 16).ok()?;
    Some((offset, line.get(colon + 2..).unwrap_or_default()))
}

/// `name: value` of `* [HTTP/2] [1] [name: value]`, and of the `h2h3 [name: value]` of before.
fn listed_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.strip_prefix(b"*").unwrap_or(line).trim_ascii();
    let (word, listed) = line.split_at(line.iter().position(|&b| b == b' ')?);
    let listed = match word {
        b"[HTTP/2]" | b"[HTTP/3]" => &listed[listed.iter().position(|&b| b == b']')? + 1..],
        b"h2h3" | b"h2" | b"h3" => listed,
        _ => return None,
    };
    let field = listed.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
    let colon = 1 + field.get(1..)?.iter().position(|&b| b == b':')?;
    Some((&field[..colon], field[colon + 1..].trim_ascii()))
}

/// The heads that the header lists describe.
fn from_lists(text: &[u8]) -> Vec<Vec<u8>> {
    let mut heads: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = Vec::new();
    for (name, value) in lines(text).filter_map(listed_field) {
        if name == b":method" {
            heads.push((value.to_vec(), b"/".to_vec(), Vec::new()));
        }
        let Some((_, target, fields)) = heads.last_mut() else { continue };
        let name = match name {
            b":path" => {
                *target = value.to_vec();
                continue;
            }
            b":authority" => b"Host",
            [b':', ..] => continue,
            name => name,
        };
        [name, b": ", value, b"\r\n"].iter().for_each(|part| fields.extend_from_slice(part));
    }
    let head = |(method, target, fields): (Vec<u8>, Vec<u8>, Vec<u8>)| {
        [&method[..], b" ", &target, b" HTTP/2\r\n", &fields, b"\r\n"].concat()
    };
    heads.into_iter().map(head).collect()
}
