//! Reads a password or secret from a file, a pipe, the environment or a paste: what belongs to it, and what only
//! surrounds it. One rule for all of them.
//!
//! It is one line of UTF-8. A line break ends it (LF, CRLF or CR), a byte order mark before it is no part of it. Blanks at
//! its ends belong to a password, for people choose some; API secrets have none. Control characters are in neither.

use super::TypedPassword;

/// What the line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A password that a user chose.
    Password,
    /// An API secret, which keydesk generated.
    ApiSecret,
}

impl What {
    /// What it is called in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::ApiSecret => "secret",
        }
    }
}

/// Why what was read is none. It never holds a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALine {
    /// The input is empty.
    #[error("There is no {} in what was read. Write it as one line.", .0.word())]
    Empty(What),
    /// Longer than any field takes.
    #[error("A {} has at most {} bytes. This line is longer.", .0.word(), TypedPassword::MAX)]
    Long(What),
    /// UTF-16 or UTF-32, as some editors write.
    #[error("The {} is written in UTF-16, not in UTF-8. Save the file as UTF-8.", .0.word())]
    Utf16(What),
    /// The input is not UTF-8.
    #[error("The {} is not UTF-8 text. Write it as one line of text.", .0.word())]
    NotText(What),
    /// NUL, a tab, an escape sequence.
    #[error("The {} holds control characters such as a tab or NUL. Write it as one line of plain text.", .0.word())]
    Control(What),
    /// The input has more than one line, so it is unclear which is meant.
    #[error("What was given as a {} has more than one line. Give that line alone.", .0.word())]
    More(What),
}

/// The first line. What follows it is somebody else's.
pub fn first_line(given: &[u8], what: What) -> Result<&str, NotALine> {
    Ok(split(given, what)?.0)
}

/// The only line: nothing but blanks may follow it.
pub fn only_line(given: &[u8], what: What) -> Result<&str, NotALine> {
    let (line, rest) = split(given, what)?;
    match rest.trim_ascii().is_empty() {
        true => Ok(line),
        false => Err(NotALine::More(what)),
    }
}

fn split(given: &[u8], what: What) -> Result<(&str, &[u8]), NotALine> {
    if [&b"\xff\xfe"[..], b"\xfe\xff"].iter().any(|mark| given.starts_with(mark)) {
        return Err(NotALine::Utf16(what));
    }
    let given = given.strip_prefix(b"\xef\xbb\xbf").unwrap_or(given);
    let end = given.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(given.len());
    let (line, rest) = given.split_at(end);
    if line.len() > TypedPassword::MAX {
        return Err(NotALine::Long(what));
    }
    let text = std::str::from_utf8(line).map_err(|_| NotALine::NotText(what))?;
    let text = if what == What::ApiSecret { text.trim() } else { text };
    match text {
        "" => Err(NotALine::Empty(what)),
        text if text.chars().any(char::is_control) => Err(NotALine::Control(what)),
        text => Ok((text, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::What::*;
    use super::{NotALine as N, *};

    #[test]
    fn blanks_around_a_typed_secret_are_ignored() {
        for given in
            ["correct horse", "correct horse\n", "correct horse\r\n", "correct horse\r", "\u{feff}correct horse\r\n\n"]
        {
            assert_eq!(only_line(given.as_bytes(), Password), Ok("correct horse"), "{given:?}");
            assert_eq!(only_line(given.as_bytes(), ApiSecret), Ok("correct horse"), "{given:?}");
        }
        assert_eq!(only_line(b" blanks stay \n", Password), Ok(" blanks stay "));
        assert_eq!(only_line(b" kdsAbc \n", ApiSecret), Ok("kdsAbc"));
        let longest = "x".repeat(TypedPassword::MAX);
        assert_eq!(only_line(format!("\u{feff}{longest}\r\n").as_bytes(), Password), Ok(&*longest));
    }

    #[test]
    fn further_lines_are_ignored_or_refused() {
        for given in ["one\ntwo\n", "one\r\ntwo", "one\rtwo", "\u{feff}one\n\n two"] {
            assert_eq!(first_line(given.as_bytes(), Password), Ok("one"), "{given:?}");
            assert_eq!(only_line(given.as_bytes(), Password), Err(N::More(Password)), "{given:?}");
        }
    }

    #[test]
    fn a_line_with_control_characters_is_refused_and_not_repeated() {
        let long = "x".repeat(TypedPassword::MAX + 1);
        for (given, why) in [
            (&b""[..], N::Empty(Password)),
            (b"\n", N::Empty(Password)),
            (b"\r\n", N::Empty(Password)),
            (b"\nsecond", N::Empty(Password)),
            (b"\xef\xbb\xbf\n", N::Empty(Password)),
            (b"nul\0zzz", N::Control(Password)),
            (b"tab\tzzz", N::Control(Password)),
            (b"esc\x1b[A", N::Control(Password)),
            (b"c1\xc2\x9b", N::Control(Password)),
            (b"\xff\xfep\0w\0", N::Utf16(Password)),
            (b"\xfe\xff\0p\0w", N::Utf16(Password)),
            (b"caf\xe9", N::NotText(Password)),
            (long.as_bytes(), N::Long(Password)),
        ] {
            assert_eq!(first_line(given, Password), Err(why), "{given:?}");
            assert!(!why.to_string().contains("zzz") && why.to_string().contains("password"), "{why}");
        }
        assert_eq!(first_line(b" \n", ApiSecret), Err(N::Empty(ApiSecret)));
    }
}
