//! Word wrap by terminal columns.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{safe, width};

/// What becomes of a word that is wider than a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongWords {
    /// It stays whole and sticks out: the terminal breaks it.
    Keep,
    /// It goes on in the next line.
    Break,
}

/// Breaks [`safe`] text into lines of at most `columns`, between words where it can.
pub fn wrap(sentence: &str, columns: usize, long: LongWords) -> Vec<String> {
    let columns = columns.max(1);
    let safe = safe(sentence);
    let mut lines = vec![String::new()];
    for word in safe.split(' ') {
        // The blank after a question takes no column: nothing stands behind it.
        let is_blank = word.is_empty() && long == LongWords::Keep;
        let fits = |line: &str| is_blank || width(line) + 1 + width(word) <= columns;
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if fits(line) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
        if long == LongWords::Break {
            break_last(&mut lines, columns);
        }
    }
    lines
}

/// Breaks the last line if it is too wide.
fn break_last(lines: &mut Vec<String>, columns: usize) {
    while let Some(last) = lines.pop() {
        if width(&last) <= columns {
            lines.push(last);
            return;
        }
        let mut used = 0;
        let fits = last.graphemes(true).take_while(|g| {
            used += width(g);
            used <= columns
        });
        // At least one, or a narrow column would never end.
        let cut: usize = fits.map(str::len).sum::<usize>().max(last.graphemes(true).next().map_or(1, str::len));
        let rest = last[cut..].to_owned();
        lines.push(last[..cut].to_owned());
        if rest.is_empty() {
            return;
        }
        lines.push(rest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_break_between_words_and_long_words_break_anywhere() {
        let wrap = |sentence, columns| wrap(sentence, columns, LongWords::Break);
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a 支払い支払い b", 6), ["a", "支払い", "支払い", "b"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn long_words_can_stay_whole() {
        let wrap = |sentence, columns| wrap(sentence, columns, LongWords::Keep);
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("one two: ", 8), ["one two: "], "the cursor stays behind the question");
        assert_eq!(wrap("abcdefghijkl mn", 5), ["abcdefghijkl", "mn"]);
        assert_eq!(wrap("支払い 支払い", 7), ["支払い", "支払い"]);
        assert_eq!(wrap("", 5), [""]);
    }

    proptest! {
        #[test]
        fn every_line_fits(sentence in "\\PC{0,60}", columns in 2usize..40) {
            for line in wrap(&sentence, columns, LongWords::Break) {
                // Combining characters cannot be parted, however narrow the column is.
                let fits = width(&line) <= columns || line.graphemes(true).count() == 1;
                prop_assert!(fits, "{line:?} in {columns}");
            }
        }
    }
}
