//! Drawing primitives: all text goes on the screen through here, clipped and sanitised.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::{self, LongWords};
use crate::tui::theme::Theme;

/// Where the frame is painted, and where its cursor stands.
pub struct Paint<'a> {
    /// The cells.
    pub buf: &'a mut Buffer,
    /// Colours and glyphs.
    pub theme: Theme,
    /// Where the real cursor stands: the focused row, field or button.
    pub cursor: Option<Position>,
}

impl Paint<'_> {
    /// The whole window.
    pub fn area(&self) -> Rect {
        self.buf.area
    }

    /// One line of text, cut at the right edge.
    pub fn text(&mut self, x: u16, y: u16, text: &str, style: Style) {
        let end = self.area().right();
        self.line(x, y, end.saturating_sub(x), &Line::from(span(text, style)));
    }

    /// One line of spans in so many columns. Outside the window nothing is drawn.
    pub fn line(&mut self, x: u16, y: u16, columns: u16, line: &Line<'_>) {
        if self.area().contains(Position { x, y }) {
            self.buf.set_line(x, y, line, columns.min(self.area().right() - x));
        }
    }

    /// One line that ends one column before the right edge of the window.
    pub fn right(&mut self, y: u16, line: &Line<'_>) {
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
        let x = self.area().right().saturating_sub(width + 1);
        self.line(x, y, width, line);
    }

    /// Words of a tab, and the mark under the current one.
    pub fn tab(&mut self, x: u16, y: u16, words: &str, style: Style, current: bool) {
        self.text(x, y, words, style);
        if current {
            let glyph = self.theme.glyphs.tab;
            self.rule(x, y + 1, text::width(words) as u16, glyph, style);
        }
    }

    /// A rule from `x` over so many columns.
    pub fn rule(&mut self, x: u16, y: u16, columns: u16, glyph: &str, style: Style) {
        self.text_in(x, y, columns, &glyph.repeat(usize::from(columns)), style);
    }

    /// Text in so many columns.
    pub fn text_in(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        self.line(x, y, columns, &Line::from(span(text, style)));
    }

    /// Reverses a stretch of cells: the selected row.
    pub fn style(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area.intersection(self.area()), style);
    }

    /// Puts the cursor somewhere inside the window.
    pub fn cursor(&mut self, x: u16, y: u16) {
        let area = self.area();
        let at = Position { x: x.min(area.right().saturating_sub(1)), y };
        if area.contains(at) {
            self.cursor = Some(at);
        }
    }
}

/// Text that users may have typed, made harmless.
pub fn span(words: &str, style: Style) -> Span<'static> {
    Span::styled(text::safe(words).into_owned(), style)
}

/// Text in the terminal's own style.
pub fn plain(words: &str) -> Span<'static> {
    span(words, Style::new())
}

/// Breaks a sentence into lines of at most so many columns, between words if possible.
pub fn wrap(sentence: &str, columns: usize) -> Vec<String> {
    text::wrap(sentence, columns, LongWords::Break)
}

/// Breaks a line of a file without leaving anything out; continued lines begin with `mark`.
pub fn continued(line: &str, columns: usize, mark: &str) -> Vec<String> {
    let mut rest = text::safe(line).into_owned();
    let mut lines = Vec::new();
    loop {
        let lead = if lines.is_empty() { "" } else { mark };
        let tail = rest.split_off(cut_at(&rest, columns.saturating_sub(text::width(lead))));
        lines.push(format!("{lead}{rest}"));
        if tail.is_empty() {
            return lines;
        }
        rest = tail;
    }
}

/// Bytes that fit: up to a blank in the second half, where there is one, and at least one character.
fn cut_at(line: &str, columns: usize) -> usize {
    let (mut used, mut end, mut blank) = (0, 0, None);
    for (at, grapheme) in line.grapheme_indices(true) {
        used += text::width(grapheme);
        if used > columns && end > 0 {
            return blank.unwrap_or(end);
        }
        end = at + grapheme.len();
        if grapheme == " " && used * 2 > columns {
            blank = Some(end);
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_line_of_a_file_goes_on_behind_a_mark() {
        assert_eq!(continued("  short", 20, "> "), ["  short"]);
        assert_eq!(continued("  set_header Host keydesk;", 18, "> "), ["  set_header Host ", "> keydesk;"]);
        assert_eq!(continued("abcdefghij", 6, "> "), ["abcdef", "> ghij"]);
        assert_eq!(continued("", 6, "> "), [""]);
    }

    proptest! {
        #[test]
        fn nothing_of_a_file_is_left_out(line in "[a-z ]{0,60}|\\PC{0,40}", columns in 6usize..40) {
            let lines = continued(&line, columns, "> ");
            prop_assert!(lines.iter().all(|line| text::width(line) <= columns), "{lines:?}");
            let joined: String = lines.iter().enumerate().map(|(i, l)| if i == 0 { &l[..] } else { &l[2..] }).collect();
            prop_assert_eq!(joined, text::safe(&line).into_owned());
        }
    }
}
