//! JSON that is safe to show on a terminal: characters that could move, hide or fake text are escaped, which means the
//! same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::text;

/// Writes one value on one line, without the line break.
pub fn write(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Harmless)).map_err(io::Error::from)
}

/// serde_json's compact form, with the characters escaped that JSON itself would let through: C1 controls, bidi,
/// zero-width. No name can hold one at entry, but a database can be written by others.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| text::is_harmful(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_text_is_escaped_and_means_the_same() {
        for given in
            ["", "plain", "支払い 🔑", "a\u{9b}31m\u{202e}b", "\u{1b}]52;c;x\u{7}", "tag\u{e0041}\"\\", "\u{200b}"]
        {
            let mut out = Vec::new();
            write(&mut out, &given).unwrap();
            let json = String::from_utf8(out).unwrap();
            assert!(!json.chars().any(text::is_harmful), "{json:?}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), given);
        }
    }
}
