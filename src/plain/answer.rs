//! Parses a typed line as an answer, and wraps sentences. Pure.

use crate::text;

/// An answer to numbered choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The choice with this index, from 0.
    Chosen(usize),
    /// Go back.
    Back,
    /// Say the choices again.
    Repeat,
    /// The line is none of the choices.
    Unknown,
}

/// Understands a line where `choices` were offered.
pub fn understand(line: &str, choices: usize) -> Answer {
    let line = line.trim();
    match line.strip_suffix('.').unwrap_or(line) {
        "" | "0" => Answer::Back,
        "?" => Answer::Repeat,
        digits if digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) => match digits.parse::<usize>() {
            Ok(number) if (1..=choices).contains(&number) => Answer::Chosen(number - 1),
            _ => Answer::Unknown,
        },
        _ => Answer::Unknown,
    }
}

/// The question after a list of choices; what 0 does, if anything, stands in the list.
pub fn which(choices: usize, zero: bool) -> String {
    match (choices, zero) {
        (1, true) => "Type 1 or 0, or a question mark to repeat: ".to_owned(),
        (n, zero) => format!("Type a number from {} to {n}, or a question mark to repeat: ", u8::from(!zero)),
    }
}

/// The reply to a line that is none of the choices. The line is not repeated: it may be a password.
pub fn not_a_choice(choices: usize, zero: bool) -> String {
    match (choices, zero) {
        (1, true) => "That is not one of the choices; they are 1 and 0.".to_owned(),
        (n, zero) => format!("That is not one of the choices; they go from {} to {n}.", u8::from(!zero)),
    }
}

/// Breaks a sentence between words, so that no terminal breaks it inside one. A word that is too long stays whole.
pub fn wrap(sentence: &str, columns: usize) -> String {
    let mut wrapped = String::with_capacity(sentence.len() + 8);
    let mut used = 0;
    for word in sentence.split_inclusive(' ') {
        let wide = text::width(word.trim_end());
        if used > 0 && used + wide > columns {
            wrapped.truncate(wrapped.trim_end().len());
            wrapped.push('\n');
            used = 0;
        }
        wrapped.push_str(word);
        used += text::width(word);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        for (line, answer) in [
            ("", Answer::Back),
            ("  ", Answer::Back),
            ("0", Answer::Back),
            ("?", Answer::Repeat),
            ("1", Answer::Chosen(0)),
            (" 3. ", Answer::Chosen(2)),
            ("03", Answer::Chosen(2)),
            ("4", Answer::Unknown),
            ("-1", Answer::Unknown),
            ("1x", Answer::Unknown),
            ("99999999999999999999", Answer::Unknown),
            ("\u{1b}[A", Answer::Unknown),
            ("३", Answer::Unknown),
        ] {
            assert_eq!(understand(line, 3), answer, "{line:?}");
        }
    }

    #[test]
    fn sentences_break_between_words() {
        assert_eq!(wrap("one two three", 8), "one two\nthree");
        assert_eq!(wrap("one two: ", 8), "one two: ");
        assert_eq!(wrap("abcdefghijkl mn", 5), "abcdefghijkl\nmn");
        assert_eq!(wrap("支払い 支払い", 7), "支払い\n支払い");
        assert_eq!(wrap("", 5), "");
    }

    #[test]
    fn no_wrapped_line_is_wider_than_the_terminal() {
        let sentence = which(7, true) + &not_a_choice(12, false);
        for columns in 12..90 {
            assert!(wrap(&sentence, columns).lines().all(|line| line.trim_end().chars().count() <= columns));
        }
    }
}
