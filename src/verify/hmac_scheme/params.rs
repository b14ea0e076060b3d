//! The parameters of an `hmac` field: H1 and H2.

use crate::verify::syntax::lex::{Lexer, is_token_byte};

/// The four parameters, each once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Params<'a> {
    pub username: &'a [u8],
    pub algorithm: &'a [u8],
    pub headers: &'a [u8],
    pub signature: &'a [u8],
}

const NAMES: [&[u8]; 4] = [b"username", b"algorithm", b"headers", b"signature"];
/// The same, for people.
const WORDS: [&str; 4] = ["username", "algorithm", "headers", "signature"];

impl<'a> Params<'a> {
    /// Reads all of a value; `None` unless it is exactly the four parameters.
    pub fn read(value: &'a [u8]) -> Option<Self> {
        let mut found = [None; NAMES.len()];
        let mut rest = Lexer(value);
        loop {
            let (name, value) = param(&mut rest)?;
            let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
            if found[place].replace(value).is_some() {
                return None;
            }
            if rest.at_end() {
                break;
            }
            rest.blanks();
            if !rest.eat(b',') {
                return None;
            }
            rest.blanks();
        }
        let [Some(username), Some(algorithm), Some(headers), Some(signature)] = found else { return None };
        Some(Self { username, algorithm, headers, signature })
    }

    /// What is wrong with a value that cannot be read: the parameter that is missing or empty, there twice, or not known; or
    /// how they are put together. Never a word of the client's own.
    pub fn fault(value: &[u8]) -> &'static str {
        let mut seen = [false; NAMES.len()];
        let mut rest = Lexer(value);
        loop {
            rest.run(|b| matches!(b, b' ' | b'\t' | b','));
            if rest.at_end() {
                break;
            }
            let name = rest.run(is_token_byte);
            let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
            let Some(place) = place else { return if name.is_empty() { "syntax" } else { "unknown-parameter" } };
            rest.blanks();
            let equals = rest.eat(b'=');
            rest.blanks();
            let value = match rest.0.first() {
                Some(b'"') => rest.quoted(),
                _ => Some(rest.run(is_token_byte)),
            };
            if !equals || value.is_none_or(<[u8]>::is_empty) || std::mem::replace(&mut seen[place], true) {
                return WORDS[place];
            }
        }
        let missing = seen.iter().position(|seen| !seen);
        missing.map_or("syntax", |place| WORDS[place])
    }
}

/// `token BWS "=" BWS ( token / quoted )`, neither empty.
fn param<'a>(rest: &mut Lexer<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let name = rest.run(is_token_byte);
    rest.blanks();
    if name.is_empty() || !rest.eat(b'=') {
        return None;
    }
    rest.blanks();
    let value = match rest.0.first()? {
        b'"' => rest.quoted()?,
        _ => rest.run(is_token_byte),
    };
    (!value.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"username="bob", algorithm="hmac-sha256", headers="date request-line", signature="AAAA""#;

    #[test]
    fn parameters_come_in_any_order_and_case() {
        let plain = Params::read(PLAIN.as_bytes()).unwrap();
        assert_eq!(plain.headers, b"date request-line");
        for same in [
            r#"signature="AAAA",headers="date request-line",algorithm="hmac-sha256",username="bob""#,
            "USERNAME = bob , algorithm=hmac-sha256\t,\theaders  =\"date request-line\",Signature=AAAA",
        ] {
            assert_eq!(Params::read(same.as_bytes()).as_ref(), Some(&plain), "{same}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (from, to) in [
            (r#""bob""#, r#""""#),
            (r#""bob""#, ""),
            (r#""bob""#, r#""b\"ob""#),
            (r#""bob""#, "b ob"),
            (r#""bob", "#, r#""bob" "#),
            (r#""bob", "#, r#""bob",, "#),
            (r#""AAAA""#, r#""AAAA","#),
            (r#""AAAA""#, r#""AAAA" x"#),
            (r#""AAAA""#, r#""AAAA", username="eve""#),
            (r#""AAAA""#, r#""AAAA", a="b""#),
            (r#", signature="AAAA""#, ""),
            (r#"username="#, r#"user name="#),
            ("username=", "username;"),
            ("username=", " ,username="),
            (r#""bob""#, r#""bob"#),
            (r#""bob""#, "\"b\u{e9}b\""),
        ] {
            let bent = PLAIN.replacen(from, to, 1);
            assert_ne!(bent, PLAIN);
            assert_eq!(Params::read(bent.as_bytes()), None, "{bent}");
        }
        assert_eq!(Params::read(b""), None);
    }
}
