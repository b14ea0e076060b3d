//! Any request: lines of the input are method, target, `name: value` fields and, after an empty one, the body.
#![no_main]

use keydesk::verify::{Body, Framing, Request, Surface};
use keydesk_fuzz::{passes, rest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [options, data @ ..] = data else { return };
    let (head, body) = match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&data[..end], &data[end + 2..]),
        None => (data, &[][..]),
    };
    let mut lines = head.split(|&b| b == b'\n');
    let (method, target) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let fields: Vec<_> = lines
        .map(|line| match line.iter().position(|&b| b == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        })
        .collect();
    let surface = if options & 1 == 0 { Surface::Rest } else { Surface::Legacy };
    let body = match options >> 1 & 3 {
        0 | 1 => Body::Visible(body),
        2 => Body::NotVisible(Framing::Partly),
        _ => Body::NotVisible(Framing::Known),
    };
    let client = (options & 8 == 0).then_some(target);
    assert!(!passes(&Request { surface, method, target, body, client, ..rest(&fields, b"") }));
});
