//! `Signature-SignatureInput` and `Signature` in their canonical form: S1 and S2.

use crate::verify::syntax::digest::is_base64_text;
use crate::verify::syntax::lex::{Lexer, is_key, is_token};

/// Most components that can be covered.
const MOST: usize = 32;
/// Most parameters. The policy names no number; without one, telling them apart would take time that grows with the
/// square of theirs.
const PARAMS: usize = 128;

/// The derived components that are understood.
const DERIVED: [&[u8]; 7] =
    [b"@method", b"@authority", b"@scheme", b"@target-uri", b"@request-target", b"@path", b"@query"];

/// The member of `Signature-SignatureInput`.
pub(super) struct SignatureInput<'a> {
    label: &'a [u8],
    /// The member's value as sent: the components and their parameters.
    pub value: &'a [u8],
    pub components: Vec<&'a [u8]>,
    pub keyid: &'a [u8],
    pub created: Option<i64>,
    pub expires: Option<i64>,
    pub alg: Option<&'a [u8]>,
}

/// Value of a parameter.
#[derive(Clone, Copy)]
enum Param<'a> {
    Text(&'a [u8]),
    Number(i64),
}

impl<'a> SignatureInput<'a> {
    /// Reads all of a field's value; `None` unless it is one member in canonical form that is understood.
    pub fn read(field: &'a [u8]) -> Option<Self> {
        let (label, value) = split_member(field)?;
        let mut rest = Lexer(value);
        let components = components(&mut rest)?;
        let params = params(rest)?;
        let param = |name: &[u8]| params.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let keyid = text(param(b"keyid"))??;
        Some(Self {
            label,
            value,
            components,
            keyid: Some(keyid).filter(|keyid| !keyid.is_empty())?,
            created: number(param(b"created"))?,
            expires: number(param(b"expires"))?,
            alg: text(param(b"alg"))?,
        })
    }

    /// The base64 of the signature, if the other field holds it under the same label.
    pub fn signature(&self, field: &'a [u8]) -> Option<&'a [u8]> {
        let (label, value) = split_member(field)?;
        let text = value.strip_prefix(b":")?.strip_suffix(b":")?;
        (label == self.label && is_base64_text(text)).then_some(text)
    }

    /// The text in the place of the signature, in any encoding.
    pub fn loose_signature(&self, field: &'a [u8]) -> Option<&'a [u8]> {
        let (_, value) = split_member(field)?;
        let around = |b: &u8| matches!(b, b':' | b'"');
        let start = value.iter().position(|b| !around(b))?;
        let end = value.iter().rposition(|b| !around(b))?;
        value.get(start..=end)
    }

    pub fn covers(&self, component: &[u8]) -> bool {
        self.components.contains(&component)
    }
}

fn split_member(field: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = field.iter().position(|&b| b == b'=')?;
    let (label, value) = (&field[..equals], &field[equals + 1..]);
    is_key(label).then_some((label, value))
}

/// `("a" "b")`: one blank between, none twice, each one that is understood.
fn components<'a>(rest: &mut Lexer<'a>) -> Option<Vec<&'a [u8]>> {
    let mut components = Vec::with_capacity(8);
    if !rest.eat(b'(') {
        return None;
    }
    while !rest.eat(b')') {
        if !components.is_empty() && !rest.eat(b' ') {
            return None;
        }
        let component = rest.quoted()?;
        let is_field = is_token(component) && !component.iter().any(u8::is_ascii_uppercase);
        let known = is_field || DERIVED.contains(&component);
        if !known || components.contains(&component) || components.len() == MOST {
            return None;
        }
        components.push(component);
    }
    Some(components)
}

/// `;key=value…`, no key twice.
fn params<'a>(mut rest: Lexer<'a>) -> Option<Vec<(&'a [u8], Param<'a>)>> {
    let mut params: Vec<(&[u8], Param<'_>)> = Vec::with_capacity(8);
    while !rest.at_end() {
        if !rest.eat(b';') {
            return None;
        }
        let key = rest.run(|b| b != b'=');
        if !is_key(key) || !rest.eat(b'=') || params.iter().any(|(known, _)| *known == key) || params.len() == PARAMS {
            return None;
        }
        let value = match rest.0.first()? {
            b'"' => Param::Text(rest.quoted()?),
            _ => Param::Number(integer(&mut rest)?),
        };
        params.push((key, value));
    }
    Some(params)
}

fn integer(rest: &mut Lexer<'_>) -> Option<i64> {
    let minus = rest.eat(b'-');
    let digits = rest.run(|b| b.is_ascii_digit());
    let fits = matches!(digits.len(), 1..=15);
    let number = digits.iter().fold(0, |sum: i64, b| sum.wrapping_mul(10).wrapping_add(i64::from(b - b'0')));
    fits.then_some(if minus { -number } else { number })
}

/// `None` if a parameter is there and of the other type.
fn text(param: Option<Param<'_>>) -> Option<Option<&[u8]>> {
    match param {
        Some(Param::Number(_)) => None,
        Some(Param::Text(text)) => Some(Some(text)),
        None => Some(None),
    }
}

fn number(param: Option<Param<'_>>) -> Option<Option<i64>> {
    match param {
        Some(Param::Text(_)) => None,
        Some(Param::Number(number)) => Some(Some(number)),
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"sig1=("@method" "date");created=1618884473;keyid="bob";alg="hmac-sha256""#;

    #[test]
    fn the_canonical_form_is_read() {
        let input = SignatureInput::read(PLAIN.as_bytes()).unwrap();
        assert_eq!(input.components, [&b"@method"[..], b"date"]);
        assert_eq!((input.keyid, input.created, input.expires), (&b"bob"[..], Some(1_618_884_473), None));
        assert_eq!(input.value, &PLAIN.as_bytes()[5..]);
        assert_eq!(input.signature(b"sig1=:AAAA:"), Some(&b"AAAA"[..]));
        for bad in ["sig2=:AAAA:", "sig1=:AAAA", "sig1=AAAA", "sig1=:A AA:", "sig1=:AAAA:;a=1", "sig1=:AAAA:, b=:AAAA:"]
        {
            assert_eq!(input.signature(bad.as_bytes()), None, "{bad}");
        }
        assert!(SignatureInput::read(br#"*=();keyid="b""#).is_some_and(|input| input.components.is_empty()));
    }

    #[test]
    fn anything_else_is_refused() {
        for (from, to) in [
            ("sig1", "Sig1"),
            ("sig1", ""),
            ("\" \"", "\"  \""),
            ("\" \"", "\"\""),
            ("\"date\")", "\"date\" )"),
            ("(\"", "( \""),
            ("date", "Date"),
            ("date", "@method"),
            ("date", "@status"),
            ("date\"", "date\";sf"),
            ("date", "da te"),
            (";created", "; created"),
            ("=1618884473", "=\"1\""),
            ("=1618884473", "=1.5"),
            ("=1618884473", ""),
            ("=1618884473", "=1234567890123456"),
            ("=1618884473", "=-"),
            ("=1618884473", "=?1"),
            ("\"bob\"", "\"\""),
            ("\"bob\"", "5"),
            ("\"bob\"", "bob"),
            ("keyid=", "Keyid="),
            ("keyid=", "key id="),
            (";keyid=\"bob\"", ""),
            (";keyid", ";created=1;keyid"),
            (";keyid", ";expires=\"x\";keyid"),
            ("\"hmac-sha256\"", "1"),
            ("\"hmac-sha256\"", "\"hmac-sha256\", b=()"),
            ("\"hmac-sha256\"", "\"a\\\"b\""),
        ] {
            let bent = PLAIN.replacen(from, to, 1);
            assert_ne!(bent, PLAIN);
            assert!(SignatureInput::read(bent.as_bytes()).is_none(), "{bent}");
        }
    }
}
