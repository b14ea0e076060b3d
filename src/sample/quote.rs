//! One function per language: any text in, one literal out that means exactly that text.
//!
//! Keys and usernames that were imported may hold quotes, `$()`, backticks, blanks and backslashes. They never hold
//! control characters; the languages that can write those do so, a shell would need more than a literal for it.

use std::fmt::Write as _;

use crate::text::{is_harmful, safe};

/// A word of a POSIX shell. Single quotes keep everything, `!` of an interactive shell too, but a single quote.
pub fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word of a shell for bytes that need not be text, such as the name of a file. What a terminal would not show as it is
/// stands in `$'…'` in hexadecimal: bash, zsh and ksh know that, and the word means those bytes all the same.
pub fn shell_bytes(bytes: &[u8]) -> String {
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| safe(text) == *text) {
        return shell(text);
    }
    let mut word = "$'".to_owned();
    let mut hex = false;
    for &byte in bytes {
        let plain = matches!(byte, b' '..=b'~') && !matches!(byte, b'\'' | b'\\' | b'!');
        // Some shells take every digit that follows \xNN for one more of its own.
        hex = !plain || hex && byte.is_ascii_hexdigit();
        match hex {
            // Writing to a String cannot fail.
            true => write!(word, "\\x{byte:02x}").unwrap_or_default(),
            false => word.push(char::from(byte)),
        }
    }
    word.push('\'');
    word
}

/// A string of Python 3.
pub(super) fn python(text: &str) -> String {
    literal(text, |out, c| write!(out, "\\U{:08X}", u32::from(c)))
}

/// A string of JavaScript. Double quotes, because `${` means something between backticks.
pub(super) fn javascript(text: &str) -> String {
    literal(text, |out, c| write!(out, "\\u{{{:X}}}", u32::from(c)))
}

/// The inside of a quoted-string of HTTP (RFC 9110, 5.6.4): nothing in it can end the string.
pub(super) fn quoted_string(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

/// Double quotes around, backslashes before `"` and `\`; what hides or moves text is spelled out by `escape`.
fn literal(text: &str, escape: impl Fn(&mut String, char) -> std::fmt::Result) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Writing to a String cannot fail.
            c if is_harmful(c) => escape(&mut out, c).unwrap_or_default(),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text; as a word of a shell, as a string of Python, as a string of JavaScript.
    const LITERALS: [[&str; 4]; 6] = [
        ["kdb8fQ", "'kdb8fQ'", r#""kdb8fQ""#, r#""kdb8fQ""#],
        ["", "''", r#""""#, r#""""#],
        ["o'neil", r"'o'\''neil'", r#""o'neil""#, r#""o'neil""#],
        [r#"a "b""#, r#"'a "b"'"#, r#""a \"b\"""#, r#""a \"b\"""#],
        [r"a\n$(id)`id`${x}!", r"'a\n$(id)`id`${x}!'", r#""a\\n$(id)`id`${x}!""#, r#""a\\n$(id)`id`${x}!""#],
        ["é\u{202e}", "'é\u{202e}'", r#""é\U0000202E""#, r#""é\u{202E}""#],
    ];

    #[test]
    fn literals() {
        for [text, sh, py, js] in LITERALS {
            assert_eq!([shell(text), python(text), javascript(text)], [sh, py, js], "{text}");
        }
        for (bytes, word) in [
            (&b"@o'neil.json"[..], r"'@o'\''neil.json'"),
            ("@é".as_bytes(), "'@é'"),
            (b"@a\nb !\xff'g", r"$'@a\x0a\x62 \x21\xff\x27g'"),
            ("e\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(), r"$'e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81'"),
        ] {
            assert_eq!(shell_bytes(bytes), word);
        }
        assert_eq!(quoted_string(r#"a", algorithm="none\"#), r#"a\", algorithm=\"none\\"#);
    }
}
