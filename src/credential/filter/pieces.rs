//! Lexer of the filter language: words and terms.

/// The signs between the two halves of a term.
pub(crate) const SIGNS: [char; 4] = ['<', '>', ':', '='];

/// One of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A word to search for.
    Word(String),
    /// It has the shape of a term.
    Term {
        /// As it was typed, without blanks.
        text: String,
        /// What stands before the sign, in lower case.
        field: String,
        /// The sign between field and value.
        sign: char,
        /// The value behind the sign.
        value: String,
    },
}

impl Piece {
    /// As it was typed.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Term { text, .. } => text,
        }
    }

    /// A word begins with a letter and has letters, digits, `-` and `_` before its first sign, or it is no term.
    fn of(text: String) -> Self {
        let Some((at, sign)) = text.char_indices().find(|(_, c)| SIGNS.contains(c)) else { return Self::Word(text) };
        let field = &text[..at];
        let named = field.starts_with(|c: char| c.is_ascii_alphabetic())
            && field.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        match named {
            false => Self::Word(text),
            true => {
                Self::Term { field: field.to_lowercase(), sign, value: text[at + sign.len_utf8()..].to_owned(), text }
            }
        }
    }
}

/// Words, terms and what stands in quotes. Blanks around a sign belong to the term.
pub(crate) fn pieces(typed: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = typed.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let inside = &rest[1..];
            let (quoted, after) = inside.split_once('"').unwrap_or((inside, ""));
            if !quoted.trim().is_empty() {
                found.push(Piece::Word(quoted.trim().to_owned()));
            }
            rest = after.trim_start();
        } else {
            let (text, after) = unquoted(rest);
            found.push(Piece::of(text));
            rest = after;
        }
    }
    found
}

/// A word, with what a sign joins to it; and what follows.
fn unquoted(typed: &str) -> (String, &str) {
    let (word, mut rest) = word(typed);
    let mut text = word.to_owned();
    if !text.contains(SIGNS) && text.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.starts_with(SIGNS) {
        let (sign, after) = self::word(rest);
        text.push_str(sign);
        rest = after;
    }
    // Another term is no value of this one.
    let value = self::word(rest).0;
    if matches!(text.find(SIGNS), Some(at) if at > 0 && at + 1 == text.len()) && !value.contains(SIGNS) {
        text.push_str(value);
        rest = rest[value.len()..].trim_start();
    }
    (text, rest)
}

/// Up to the next blank, and what follows the blanks.
fn word(typed: &str) -> (&str, &str) {
    let end = typed.find(char::is_whitespace).unwrap_or(typed.len());
    (&typed[..end], typed[end..].trim_start())
}
