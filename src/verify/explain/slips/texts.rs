//! Mistakes in the string to sign itself.

use data_encoding::HEXLOWER_PERMISSIVE;

/// Makes of the right text the wrong one.
type Bend = fn(&str) -> String;

/// What was signed, and how the right string becomes it.
pub(super) const TEXTS: [(&str, Bend); 35] = [
    ("It signed one more line break at the end.", |text| format!("{text}\n")),
    ("It signed CR LF between the lines; a line ends in LF.", |text| text.replace('\n', "\r\n")),
    ("It signed CR LF at the end of every line; lines end in LF, and the last one in nothing.", |text| {
        format!("{}\r\n", text.replace('\n', "\r\n"))
    }),
    ("It signed one more CR LF at the end.", |text| format!("{text}\r\n")),
    ("It signed a blank at the end.", |text| format!("{text} ")),
    ("It signed a blank at the end of every line.", |text| format!("{} ", text.replace('\n', " \n"))),
    ("It signed two blanks between the names of the fields and their values.", |text| {
        lines(text, |line| line.replacen(": ", ":  ", 1))
    }),
    ("It signed a backslash and an n where the line breaks belong.", |text| text.replace('\n', "\\n")),
    ("It signed no line breaks between the lines.", |text| text.replace('\n', "")),
    ("It signed blanks between the lines; a line ends in LF.", |text| text.replace('\n', " ")),
    ("It signed the names of the fields in lower case, and `headers` spells them otherwise.", |text| {
        names(text, &str::to_ascii_lowercase)
    }),
    ("It signed the names of the fields as Titles, and `headers` spells them otherwise.", |text| names(text, &title)),
    ("It signed the names of the fields in capitals, and `headers` spells them otherwise.", |text| {
        names(text, &str::to_ascii_uppercase)
    }),
    ("It signed no blank between the names of the fields and their values.", |text| {
        lines(text, |line| line.replacen(": ", ":", 1))
    }),
    ("It signed the values of the fields without their names.", |text| {
        lines(text, |line| line.split_once(": ").map_or(line, |(_, value)| value).to_owned())
    }),
    ("It signed another HTTP version: 1.0.", |text| text.replace(" HTTP/1.1", " HTTP/1.0")),
    ("It signed another HTTP version: 2.0.", |text| text.replace(" HTTP/1.1", " HTTP/2.0")),
    ("It signed another HTTP version: 2.", |text| text.replace(" HTTP/1.1", " HTTP/2")),
    ("It signed the request line without the HTTP version.", |text| text.replace(" HTTP/1.1", "")),
    ("It signed `request-line: ` before the request line, which has no name.", |text| {
        request_line(text, |_, _, whole| format!("request-line: {whole}"))
    }),
    ("It signed `Request-Line: ` before the request line, which has no name.", |text| {
        request_line(text, |_, _, whole| format!("Request-Line: {whole}"))
    }),
    ("It signed `(request-target)` in place of the request line.", |text| {
        request_line(text, |method, target, _| format!("(request-target): {} {target}", method.to_ascii_lowercase()))
    }),
    ("It signed `@request-target` in place of the request line.", |text| {
        request_line(text, |method, target, _| format!("@request-target: {} {target}", method.to_ascii_lowercase()))
    }),
    ("It signed the target alone in place of the request line.", |text| {
        request_line(text, |_, target, _| target.to_owned())
    }),
    ("It signed the request line in place of `@request-target`.", |text| {
        lines(text, |line| match line.split_once(": ") {
            Some(("@request-target", value)) => match value.split_once(' ') {
                Some((method, target)) => format!("{} {target} HTTP/1.1", method.to_ascii_uppercase()),
                None => line.to_owned(),
            },
            _ => line.to_owned(),
        })
    }),
    ("It left the digest of the body out of what it signed.", |text| {
        let digest = |line: &&str| {
            !line.to_ascii_lowercase().trim_start_matches(['x', '-', '"']).starts_with("content-")
                && !line.to_ascii_lowercase().starts_with("digest")
        };
        text.split('\n').filter(digest).collect::<Vec<_>>().join("\n")
    }),
    ("It left the line `@signature-params` out of what it signed.", |text| {
        text.rsplit_once("\n\"@signature-params\": ").map_or(text, |(before, _)| before).to_owned()
    }),
    ("It signed Date in place of X-Date.", |text| lines(text, |line| renamed(line, "x-date: ", "Date: "))),
    ("It signed X-Date in place of Date.", |text| lines(text, |line| renamed(line, "date: ", "X-Date: "))),
    ("It signed the method before the target in `@request-target`.", |text| {
        let method = text.lines().find_map(|line| line.strip_prefix("\"@method\": ")).unwrap_or_default();
        let before = format!("\"@request-target\": {} ", method.to_ascii_lowercase());
        text.replace("\"@request-target\": ", &before)
    }),
    ("It signed `@query` without its question mark.", |text| text.replace("\"@query\": ?", "\"@query\": ")),
    ("It signed `@signature-params` with the label before it.", |text| {
        text.replace("\"@signature-params\": (", "\"@signature-params\": sig1=(")
    }),
    ("It signed the host with the port 443, which belongs to https and is left out.", |text| authority(text, ":443")),
    ("It signed the host with the port 80, which belongs to http and is left out.", |text| authority(text, ":80")),
    ("It signed the names of the components without quotes.", |text| {
        lines(text, |line| match line.strip_prefix('"').and_then(|line| line.split_once("\": ")) {
            Some((name, value)) => format!("{name}: {value}"),
            None => line.to_owned(),
        })
    }),
];

fn lines(text: &str, change: impl Fn(&str) -> String) -> String {
    text.split('\n').map(change).collect::<Vec<_>>().join("\n")
}

fn renamed(line: &str, from: &str, to: &str) -> String {
    match line.split_at_checked(from.len()) {
        Some((name, value)) if name.eq_ignore_ascii_case(from) => format!("{to}{value}"),
        _ => line.to_owned(),
    }
}

fn authority(text: &str, port: &str) -> String {
    lines(text, |line| match line.starts_with("\"@authority\": ") {
        true => format!("{line}{port}"),
        false => line.to_owned(),
    })
}

/// Changes the request line, which is identified by method, target and version, since it has no name.
fn request_line(text: &str, change: impl Fn(&str, &str, &str) -> String) -> String {
    lines(text, |line| {
        let parts: Vec<_> = line.split(' ').collect();
        match parts[..] {
            [method, target, version] if version.starts_with("HTTP/") => change(method, target, line),
            _ => line.to_owned(),
        }
    })
}

fn names(text: &str, change: &dyn Fn(&str) -> String) -> String {
    lines(text, |line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", change(name)),
        None => line.to_owned(),
    })
}

fn title(name: &str) -> String {
    let part = |part: &str| match part.split_at_checked(1) {
        Some((first, rest)) => format!("{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase()),
        None => String::new(),
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

/// Percent escapes as the bytes that they stand for; what is no escape stays.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    escapes(text, |byte, _| vec![byte])
}

/// Puts something else in the place of each percent escape.
pub(super) fn escapes(mut text: &[u8], change: impl Fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    while let Some((&first, rest)) = text.split_first() {
        let byte = rest.get(..2).filter(|_| first == b'%').and_then(|two| HEXLOWER_PERMISSIVE.decode(two).ok());
        match byte.as_deref() {
            Some([byte]) => {
                out.extend(change(*byte, &text[..3]));
                text = &text[3..];
            }
            _ => {
                out.push(first);
                text = rest;
            }
        }
    }
    out
}
