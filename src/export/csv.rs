//! CSV export that is safe against formula injection in spreadsheets.

use std::io::{self, Write};

use crate::text;

/// Writes one row.
pub fn line(out: &mut impl Write, cells: &[String]) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// Signs that a formula begins with: plain, wide and small.
const FORMULA: [char; 12] =
    ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\u{fe66}', '\u{fe62}', '\u{fe63}', '\u{fe6b}'];
/// Signs that some program takes for the end of a column, whatever the file says.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// A cell of RFC 4180 that no spreadsheet takes for a formula: a name may begin with `=`, or hold what splits off one.
fn cell(given: &str) -> String {
    let harmless = guarded(&text::safe(given));
    let quoted = harmless.contains(SEPARATORS)
        || harmless.contains(['"', '\''])
        || harmless.starts_with(char::is_whitespace)
        || harmless.ends_with(char::is_whitespace);
    match quoted {
        true => format!("\"{}\"", harmless.replace('"', "\"\"")),
        false => harmless,
    }
}

/// The text with a `'` before every formula that a column could begin with: at its start and behind every separator, with
/// blanks and quotes before it. Where apostrophes stand there already they get one more, so that one less is what was meant.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 8);
    let mut rest = text;
    let mut begins = true;
    while let Some(c) = rest.chars().next() {
        let signs = rest.trim_start_matches('\'');
        if begins && signs.starts_with(FORMULA) {
            guarded.push('\'');
        }
        // The apostrophes are passed over with the first of them: each of the others would get one more as well.
        let taken = if begins && c == '\'' { rest.len() - signs.len() } else { c.len_utf8() };
        guarded.push_str(&rest[..taken]);
        rest = &rest[taken..];
        begins = SEPARATORS.contains(&c) || (begins && (c == '"' || c.is_whitespace()));
    }
    guarded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One apostrophe less wherever a formula could begin: what a reader does to get the text itself.
    fn unguarded(text: &str) -> String {
        let (mut plain, mut rest, mut begins) = (String::new(), text, true);
        while let Some(c) = rest.chars().next() {
            let signs = rest.trim_start_matches('\'');
            let apostrophes = rest.len() - signs.len();
            if begins && apostrophes > 0 {
                plain.push_str(&rest[usize::from(signs.starts_with(FORMULA))..apostrophes]);
                (rest, begins) = (signs, false);
                continue;
            }
            plain.push(c);
            rest = &rest[c.len_utf8()..];
            begins = SEPARATORS.contains(&c) || (begins && (c == '"' || c.is_whitespace()));
        }
        plain
    }

    /// A line split as a program does that knows this separator and the quotes of RFC 4180 at the start of a column.
    fn split(line: &str, separator: char) -> Vec<String> {
        let (mut cells, mut chars) = (vec![String::new()], line.chars().peekable());
        let (mut quoted, mut fresh) = (false, true);
        while let Some(c) = chars.next() {
            match c {
                '"' if fresh && !quoted => quoted = true,
                '"' if quoted && chars.peek() == Some(&'"') => cells.last_mut().unwrap().extend(chars.next()),
                '"' if quoted => quoted = false,
                c if c == separator && !quoted => {
                    cells.push(String::new());
                    fresh = true;
                    continue;
                }
                c => cells.last_mut().unwrap().push(c),
            }
            fresh = false;
        }
        cells
    }

    proptest! {
        #[test]
        fn no_column_is_a_formula_whatever_separates_them(
            cells in prop::collection::vec("[-=+@＝﹦'\" ;,|xa]{0,12}", 1..5),
        ) {
            let line = format!("1,{}", cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(","));
            for separator in SEPARATORS {
                for column in split(&line, separator) {
                    prop_assert!(!column.trim_start().starts_with(FORMULA), "{:?} of {}", column, line);
                }
            }
            let read: Vec<_> = split(&line, ',')[1..].iter().map(|text| unguarded(text)).collect();
            prop_assert_eq!(read, cells);
        }
    }

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (given, wanted) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("two\nlines", "two<U+000A>lines"),
            ("\t=1", "<U+0009>=1"),
            ("\r\n=1", "<U+000D><U+000A>=1"),
            ("＝1+1", "\"'＝1+1\""),
            ("\u{fe66}1", "\"'\u{fe66}1\""),
            ("\u{fe62}1", "\"'\u{fe62}1\""),
            ("x;\u{fe63}1", "\"x;'\u{fe63}1\""),
            ("\u{fe6b}SUM(A1)", "\"'\u{fe6b}SUM(A1)\""),
            (" =1", "\" '=1\""),
            ("\u{a0}@x", "\"\u{a0}'@x\""),
            ("'=1", "\"''=1\""),
            ("''-1", "\"'''-1\""),
            ("'quoted'", "\"'quoted'\""),
            ("x;=1+1;y", "\"x;'=1+1;y\""),
            ("x; +1|@y", "\"x; '+1|'@y\""),
            ("x;\"=1\"", "\"x;\"\"'=1\"\"\""),
            ("{\"name\":\"x;=1\"}", "\"{\"\"name\"\":\"\"x;'=1\"\"}\""),
            ("a-b=c", "a-b=c"),
        ] {
            assert_eq!(cell(given), wanted, "{given:?}");
        }
    }
}
