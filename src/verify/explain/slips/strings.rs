//! Every string to sign that a client may have used in place of the right one.

use std::collections::HashSet;

use crate::time::Seconds;
use crate::verify::decide::signing_strings;
use crate::verify::explain::slips::targets::TARGETS;
use crate::verify::explain::slips::texts::TEXTS;
use crate::verify::explain::slips::{Depth, orders};
use crate::verify::syntax::date;
use crate::verify::{Field, Request, Scheme};

/// A slip in a sentence, and what was signed by it.
pub(super) type Variant = (String, Vec<u8>);

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Makes of a field's value the one that was signed.
type Bend = fn(&str) -> String;

/// Slips in the host.
const HOSTS: [(&str, Bend); 5] = [
    ("It signed the host without its port.", |host| host.rsplit_once(':').map_or(host, |(name, _)| name).to_owned()),
    ("It signed the host with the port 443, and sends it without.", |host| format!("{host}:443")),
    ("It signed the host with the port 80, and sends it without.", |host| format!("{host}:80")),
    ("It signed the host in lower case, and sends it in capitals.", |host| host.to_ascii_lowercase()),
    ("It signed the host with a dot at its end, and sends it without.", |host| format!("{host}.")),
];

/// Slips in the values of the other fields.
const VALUES: [(&str, Bend); 7] = [
    ("It signed a field with one blank where it sends several.", |value| {
        value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }),
    ("It signed a field without the blanks that it sends in it.", |value| value.replace([' ', '\t'], "")),
    ("It signed a field without the blanks behind its commas.", |value| value.replace(", ", ",")),
    ("It signed a field with a blank behind each comma, and sends none.", |value| value.replace(',', ", ")),
    ("It signed a field in lower case, and sends it with capitals.", |value| value.to_ascii_lowercase()),
    ("It signed a field in capitals, and sends it otherwise.", |value| value.to_ascii_uppercase()),
    ("It signed a field without the quotes that it sends around it.", |value| value.trim_matches('"').to_owned()),
];

/// Slips in a date.
const DATES: [(&str, Bend); 3] = [
    ("It signed a date that ends in +0000, and sends GMT.", |date| date.replace(" GMT", " +0000")),
    ("It signed a date that ends in UTC, and sends GMT.", |date| date.replace(" GMT", " UTC")),
    ("It signed a date that ends in Z, and sends GMT.", |date| date.replace(" GMT", " Z")),
];

/// What published clients and their users are known to sign in place of these strings.
pub(super) fn variants(request: &Request<'_>, right: &[Vec<u8>], depth: Depth, now: Seconds) -> Vec<Variant> {
    let mut all = Vec::new();
    methods(request, &mut all);
    targets(request, &mut all);
    fields(request, depth, now, &mut all);
    let mut seen: HashSet<Vec<u8>> = right.iter().cloned().collect();
    all.retain(|(_, string)| seen.insert(string.clone()));
    let mut more_lines = Vec::new();
    if depth == Depth::Thorough {
        // Clients that build the string with `echo` make this mistake in addition to any other.
        let more = |(slip, string): &Variant| {
            (format!("{slip} It signed one more line break at the end."), [string, &b"\n"[..]].concat())
        };
        more_lines = all.iter().map(more).collect();
    }
    for text in right.iter().filter_map(|string| std::str::from_utf8(string).ok()) {
        all.extend(TEXTS.iter().map(|(slip, bend)| ((*slip).to_owned(), bend(text).into_bytes())));
        let orders = if depth == Depth::Quick { orders::likely(text) } else { orders::every(text) };
        let slip = "It signed the lines in another order than it names them in.";
        all.extend(orders.into_iter().map(|order| (slip.to_owned(), order.into_bytes())));
        if depth == Depth::Thorough {
            parts(request, text, &mut all);
        }
    }
    all.extend(more_lines);
    let mut seen: HashSet<Vec<u8>> = right.iter().cloned().collect();
    all.retain(|(_, string)| seen.insert(string.clone()));
    all
}

/// Too little, or too much.
fn parts(request: &Request<'_>, text: &str, all: &mut Vec<Variant>) {
    let lines: Vec<_> = text.split('\n').collect();
    for without in 0..lines.len() {
        let mut less = lines.clone();
        less.remove(without);
        let slip = format!("It left line {} out of what it signed.", without + 1);
        all.push((slip, less.join("\n").into_bytes()));
    }
    let body = request.visible_body().filter(|body| !body.is_empty());
    for (slip, parts) in body
        .map(|body| {
            [
                (
                    "It signed the body itself as well; only its digest is signed.",
                    [text.as_bytes(), b"\n", body].concat(),
                ),
                ("It signed the body itself as well; only its digest is signed.", [text.as_bytes(), body].concat()),
                ("It signed the body and nothing else.", body.to_vec()),
            ]
        })
        .into_iter()
        .flatten()
    {
        all.push((slip.to_owned(), parts));
    }
}

fn add(all: &mut Vec<Variant>, slip: &str, request: &Request<'_>) {
    all.extend(signing_strings(request).into_iter().map(|string| (slip.to_owned(), string)));
}

fn methods(request: &Request<'_>, all: &mut Vec<Variant>) {
    // Its name goes into a sentence that is kept: none but one of these.
    let known = METHODS.into_iter().find(|known| known.as_bytes() == request.method);
    let method = known.unwrap_or("its method");
    for other in METHODS.into_iter().filter(|other| other.as_bytes() != request.method) {
        let bent = Request { method: other.as_bytes(), ..*request };
        add(all, &format!("It signed {method} as {other}."), &bent);
    }
    let lower = request.method.to_ascii_lowercase();
    add(all, "It signed the method in lower case.", &Request { method: &lower, ..*request });
}

fn targets(request: &Request<'_>, all: &mut Vec<Variant>) {
    for (slip, bend) in TARGETS {
        let bent = bend(request.target);
        if bent != request.target && !bent.is_empty() {
            add(all, slip, &Request { target: &bent, ..*request });
        }
    }
    let Some(host) = request.values(b"host").next() else { return };
    for (slip, before) in [
        ("It signed the whole URL in place of the target.", "https://"),
        ("It signed the whole URL, with http, in place of the target.", "http://"),
        ("It signed the host before the target.", ""),
    ] {
        let url = [before.as_bytes(), host, request.target].concat();
        add(all, slip, &Request { target: &url, ..*request });
        if let Some(path) = url.iter().position(|&b| b == b'?') {
            let slip = format!("{} It left the query out as well.", slip);
            add(all, &slip, &Request { target: &url[..path], ..*request });
        }
    }
}

fn fields(request: &Request<'_>, depth: Depth, now: Seconds, all: &mut Vec<Variant>) {
    let is_host = |name: &[u8]| name.eq_ignore_ascii_case(b"host");
    let is_date = |name: &[u8]| name.eq_ignore_ascii_case(b"date") || name.eq_ignore_ascii_case(b"x-date");
    for (slip, bend) in HOSTS {
        bent(request, is_host, bend, slip, all);
    }
    let other = |name: &[u8]| !is_host(name) && !is_date(name) && !is_own(name);
    for (slip, bend) in VALUES {
        bent(request, |name| !is_host(name) && !is_own(name), bend, slip, all);
        bent(request, other, bend, slip, all);
        for (name, _) in request.fields.iter().filter(|(name, _)| depth == Depth::Thorough && other(name)) {
            bent(request, |one| one == *name, bend, slip, all);
        }
    }
    for (slip, bend) in DATES {
        bent(request, is_date, bend, slip, all);
    }
    let (other, slip) = match request.scheme {
        Scheme::Https => (Scheme::Http, "It signed http as the scheme, and this was sent over https."),
        Scheme::Http => (Scheme::Https, "It signed https as the scheme, and this was sent over http."),
    };
    add(all, slip, &Request { scheme: other, ..*request });
    if depth == Depth::Thorough {
        for by in [-1, 1, -2, 2, -3, 3] {
            let near = move |date: &str| {
                let at = date::parse(date.as_bytes(), now)?;
                Some(Seconds(at.0 + by).millis().utc("%a, %d %b %Y %H:%M:%S GMT"))
            };
            let slip = "It signed a date of some seconds before or after the one that it sends.";
            bent(request, is_date, |date| near(date).unwrap_or_else(|| date.to_owned()), slip, all);
        }
    }
}

/// Fields that hold the signature itself.
fn is_own(name: &[u8]) -> bool {
    [&b"authorization"[..], b"signature", b"signature-input"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// The request with other values of some fields.
fn bent(
    request: &Request<'_>,
    which: impl Fn(&[u8]) -> bool,
    bend: impl Fn(&str) -> String,
    slip: &str,
    all: &mut Vec<Variant>,
) {
    let values: Vec<Option<String>> = request
        .fields
        .iter()
        .map(|(name, value)| which(name).then(|| std::str::from_utf8(value).ok().map(|v| bend(v.trim()))).flatten())
        .collect();
    let pairs = request.fields.iter().zip(&values);
    let changed =
        pairs.clone().any(|((_, old), new)| new.as_ref().is_some_and(|new| new.as_bytes() != old.trim_ascii()));
    if !changed {
        return;
    }
    let fields: Vec<Field<'_>> =
        pairs.map(|((name, old), new)| (*name, new.as_ref().map_or(*old, |new| new.as_bytes()))).collect();
    add(all, slip, &Request { fields: &fields, ..*request });
}
