//! What curl says that it sent: `-v`, `--trace-ascii`, and the header lists of HTTP/2 and HTTP/3. The body is not among it.

use super::pasted::{line, request_line};

/// The heads that curl sent, each as it would be on the wire of HTTP/1.1, with the body behind it if somebody quoted that as
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

/// What a line behind `>` says. The meter and the time of day may stand before it.
fn sent(line: &[u8]) -> Option<&[u8]> {
    let meter = |b: &u8| b.is_ascii_digit() || b" :-.%kMG\r".contains(b);
    let start = line.iter().position(|b| !meter(b))?;
    let sent = line[start..].strip_prefix(b">")?;
    Some(sent.strip_prefix(b" ").unwrap_or(sent))
}

/// The blocks behind `>`.
fn verbose(text: &[u8]) -> Vec<Vec<u8>> {
    let mut heads: Vec<Vec<u8>> = Vec::new();
    // Whether the head goes on, and whether somebody who quoted it has put `>` before the body as well.
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
            // The body as it is: where its lines ended is known, in what is not.
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

/// Whether a part of a trace begins here; the time of day may stand before it.
fn is_section(line: &[u8], name: &[u8]) -> bool {
    let start = line.iter().position(|b| !(b.is_ascii_digit() || b" :.".contains(b))).unwrap_or(line.len());
    line[start..].starts_with(name)
}

/// The heads of a trace. A line that begins where the one before it ended continues it: curl breaks lines of 64 bytes.
fn traced(text: &[u8]) -> Vec<Vec<u8>> {
    let mut heads: Vec<Vec<u8>> = Vec::new();
    let (mut in_head, mut end) = (false, 0);
    for line in lines(text) {
        if [&b"=> "[..], b"<= ", b"== "].iter().any(|arrow| is_section(line, arrow)) {
            in_head = is_section(line, b"=> Send header");
            if in_head {
                heads.push(Vec::new());
                end = 0;
            }
            continue;
        }
        let Some((head, (offset, said))) = heads.last_mut().filter(|_| in_head).zip(offset(line)) else { continue };
        if offset != end {
            head.extend(b"\r\n");
        }
        head.extend_from_slice(said);
        end = offset + said.len();
    }
    heads.iter_mut().for_each(|head| head.extend(b"\r\n\r\n"));
    heads.retain(|head| request_line(line(head).0).is_some());
    heads
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

/// The heads that the lists are of.
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
