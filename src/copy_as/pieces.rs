//! Pieces of a text that may hold a secret: each is written once, into a buffer of its final size, and wiped.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// Text in pieces, each wiped when dropped.
pub(super) type Pieces = Vec<Zeroizing<String>>;

/// Text as it is.
pub(super) fn plain(text: &str) -> Pieces {
    escaped(text, |_| None)
}

/// The inside of a word in single quotes of a shell.
pub(super) fn shell(text: &str) -> Pieces {
    escaped(text, |c| (c == '\'').then_some(r"'\''"))
}

/// The same of pieces.
pub(super) fn inside_shell(pieces: &Pieces) -> Pieces {
    pieces.iter().flat_map(|piece| shell(piece)).collect()
}

/// A value of a .env file: as it is where every reader takes it so, else in single quotes.
pub(super) fn dotenv(text: &str) -> Pieces {
    let plain_byte = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&b);
    match text.bytes().all(plain_byte) {
        true => plain(text),
        false => [plain("'"), shell(text), plain("'")].concat(),
    }
}

/// The inside of a JSON string. Keys, names and secrets hold no control characters.
pub(super) fn json(text: &str) -> Pieces {
    escaped(text, |c| match c {
        '"' => Some(r#"\""#),
        '\\' => Some(r"\\"),
        _ => None,
    })
}

/// The inside of an XML element.
pub(super) fn xml(text: &str) -> Pieces {
    escaped(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    })
}

/// The text with some characters written otherwise.
fn escaped(text: &str, other: impl Fn(char) -> Option<&'static str>) -> Pieces {
    let size = text.chars().map(|c| other(c).map_or(c.len_utf8(), str::len)).sum();
    let mut out = Zeroizing::new(String::with_capacity(size));
    for c in text.chars() {
        match other(c) {
            Some(escape) => out.push_str(escape),
            None => out.push(c),
        }
    }
    vec![out]
}

/// All of it, in one buffer that never moves.
pub(super) fn joined(pieces: &Pieces) -> Secret {
    let mut all = Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    pieces.iter().for_each(|piece| all.extend_from_slice(piece.as_bytes()));
    Secret::new(all)
}
