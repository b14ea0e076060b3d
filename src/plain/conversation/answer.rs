//! Parses a typed line as a choice. Pure.

/// What a line chooses where choices are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The choice with this index, from 0.
    Item(usize),
    /// Go back.
    Back,
    /// Say the choices again.
    Repeat,
    /// The line is none of the choices.
    Unknown,
}

/// Parses a line where `choices` were offered.
pub fn parse_choice(line: &str, choices: usize) -> Choice {
    let line = line.trim();
    match line.strip_suffix('.').unwrap_or(line) {
        "" | "0" => Choice::Back,
        "?" => Choice::Repeat,
        digits if digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) => match digits.parse::<usize>() {
            Ok(number) if (1..=choices).contains(&number) => Choice::Item(number - 1),
            _ => Choice::Unknown,
        },
        _ => Choice::Unknown,
    }
}

/// The question after a list of choices. The list says what 0 does, if anything.
pub fn choice_question(choices: usize, zero: bool) -> String {
    match (choices, zero) {
        (1, true) => "Type 1 or 0, or a question mark to repeat: ".to_owned(),
        (n, zero) => format!("Type a number from {} to {n}, or a question mark to repeat: ", u8::from(!zero)),
    }
}

/// The question after the rows of a list.
pub fn search_question(rows: usize) -> String {
    format!("Type a number from 0 to {rows}, words to search for, or a question mark to repeat: ")
}

/// The reply to a line that is none of the choices. The line is not repeated: it may be a password.
pub fn not_a_choice(choices: usize, zero: bool) -> String {
    match (choices, zero) {
        (1, true) => "That is not one of the choices; they are 1 and 0.".to_owned(),
        (n, zero) => format!("That is not one of the choices; they go from {} to {n}.", u8::from(!zero)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_lines_are_parsed_as_choices() {
        for (line, answer) in [
            ("", Choice::Back),
            ("  ", Choice::Back),
            ("0", Choice::Back),
            ("?", Choice::Repeat),
            ("1", Choice::Item(0)),
            (" 3. ", Choice::Item(2)),
            ("03", Choice::Item(2)),
            ("4", Choice::Unknown),
            ("-1", Choice::Unknown),
            ("1x", Choice::Unknown),
            ("99999999999999999999", Choice::Unknown),
            ("\u{1b}[A", Choice::Unknown),
            ("३", Choice::Unknown),
        ] {
            assert_eq!(parse_choice(line, 3), answer, "{line:?}");
        }
    }
}
