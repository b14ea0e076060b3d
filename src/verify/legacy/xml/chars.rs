//! Characters, names and references of XML 1.0 (fifth edition).

/// The document is not well-formed, or not of a kind that is read.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::verify::legacy) struct Malformed;

/// Char (production 2). A `char` is no half of a surrogate pair.
pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// White space (production 3).
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// NameStartChar (production 4) without the colon, which belongs to namespaces.
pub(super) fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// NameChar (production 4a) without the colon.
pub(super) fn is_name(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Hands on the characters of a text: references resolved, line ends as LF.
pub(in crate::verify::legacy) fn unescape(text: &str, mut push: impl FnMut(char)) -> Result<(), Malformed> {
    let mut rest = text;
    while let Some(special) = rest.find(['&', '\r']) {
        rest[..special].chars().for_each(&mut push);
        rest = match rest[special..].strip_prefix('&') {
            Some(reference) => {
                let (name, after) = reference.split_once(';').ok_or(Malformed)?;
                push(referred(name)?);
                after
            }
            None => {
                push('\n');
                let after = &rest[special + 1..];
                after.strip_prefix('\n').unwrap_or(after)
            }
        };
    }
    rest.chars().for_each(push);
    Ok(())
}

/// The character of a reference. Without a DOCTYPE there are five entities.
fn referred(name: &str) -> Result<char, Malformed> {
    let number = |digits: &str, radix: u32| {
        let all = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let code = all.then(|| u32::from_str_radix(digits, radix).ok()).flatten();
        code.and_then(char::from_u32).filter(|c| is_char(*c)).ok_or(Malformed)
    };
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(hex), _) => number(hex, 16),
            (None, Some(decimal)) => number(decimal, 10),
            (None, None) => Err(Malformed),
        },
    }
}
