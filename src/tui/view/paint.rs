//! Drawing primitives: all text goes on the screen through here, clipped and sanitised.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState, StatefulWidget as _};
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
            let columns = columns.min(self.area().right() - x);
            let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(columns);
            // Words on a rule have their own colour, not that of the rule.
            self.buf.set_style(Rect { x, y, width, height: 1 }, Style::reset());
            self.buf.set_line(x, y, line, columns);
        }
    }

    /// One line that ends one column before the right edge of the window.
    pub fn right(&mut self, y: u16, line: &Line<'_>) {
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
        let x = self.area().right().saturating_sub(width + 1);
        self.line(x, y, width, line);
    }

    /// A rule from `x` over so many columns.
    pub fn rule(&mut self, x: u16, y: u16, columns: u16, glyph: &str, style: Style) {
        self.text_in(x, y, columns, &glyph.repeat(usize::from(columns)), style);
    }

    /// Text in so many columns.
    pub fn text_in(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        self.line(x, y, columns, &Line::from(span(text, style)));
    }

    /// Makes a line of the window the selected row, from `x` on: its mark, what is behind it, and the cursor.
    pub fn select(&mut self, x: u16, y: u16, columns: u16) {
        let area = Rect { x, y, width: columns, height: 1 }.intersection(self.area());
        if area.is_empty() {
            return;
        }
        let theme = self.theme;
        self.text_in(x, y, 1, theme.glyphs.here, theme.accent());
        for x in area.left()..area.right() {
            if let Some(cell) = self.buf.cell_mut((x, y)) {
                let style = theme.selected(cell.style());
                cell.set_style(style);
            }
        }
        self.cursor(x, y);
    }

    /// The page behind a sheet: the rows above it can be made out and are not for reading, or are left blank.
    pub fn veil(&mut self, rows: u16) {
        let area = Rect { height: rows, ..self.area() }.intersection(self.area());
        let veil = self.theme.veil();
        for at in area.positions() {
            let Some(cell) = self.buf.cell_mut(at) else { continue };
            match veil {
                Some(style) => drop(cell.set_style(Style::reset().patch(style))),
                None => cell.reset(),
            }
        }
    }

    /// Blanks from a row down to another.
    pub fn blank(&mut self, rows: std::ops::Range<u16>) {
        let area = self.area();
        for y in rows {
            self.text_in(area.x, y, area.width, &" ".repeat(usize::from(area.width)), Style::reset());
        }
    }

    /// A thin line from edge to edge with words in it at both ends.
    pub fn ruled(&mut self, y: u16, left: Vec<Span<'_>>, right: Vec<Span<'_>>) {
        let width = self.area().width;
        self.rule(0, y, width, self.theme.glyphs.line, self.theme.line());
        let words = |spans: Vec<Span<'_>>| spans.iter().map(Span::width).sum::<usize>() > 0;
        let framed = |spans: &[Span<'_>]| {
            let mut line = vec![Span::raw(" ")];
            line.extend(spans.iter().map(|span| Span::styled(span.content.clone().into_owned(), span.style)));
            line.push(Span::raw(" "));
            Line::from(line)
        };
        let mut end = width.saturating_sub(1);
        if words(right.clone()) {
            let line = framed(&right);
            let columns = line.width() as u16;
            end = end.saturating_sub(columns);
            self.line(end, y, columns, &line);
        }
        if words(left.clone()) {
            let line = framed(&left);
            self.line(1, y, (line.width() as u16).min(end.saturating_sub(2)), &line);
        }
    }

    /// The heading of a part of a page: its title, a thin line, and a remark at the end.
    pub fn heading(&mut self, area: Rect, title: &str, remark: Vec<Span<'_>>) {
        let theme = self.theme;
        let Rect { x, y, width, .. } = area;
        self.text_in(x, y, width, title, theme.strong());
        let from = x + text::width(title) as u16 + 1;
        let columns: u16 = remark.iter().map(|span| span.width() as u16).sum();
        let end = (x + width).saturating_sub(if columns > 0 { columns + 1 } else { 0 });
        self.rule(from, y, end.saturating_sub(from), theme.glyphs.line, theme.line());
        self.line(end + 1, y, columns, &Line::from(remark));
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

/// The scroll bar of a list in its last column, if not all of its rows are on the screen: `first` rows lie above.
pub fn scroll_bar(paint: &mut Paint<'_>, area: Rect, first: i64, all: i64) {
    let theme = paint.theme;
    let shown = i64::from(area.height);
    if all <= shown || area.width == 0 {
        return;
    }
    let of = |n: i64| usize::try_from(n).unwrap_or_default();
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some(theme.glyphs.vertical))
        .thumb_symbol(theme.glyphs.thumb)
        .track_style(theme.line())
        .thumb_style(theme.muted());
    let mut state = ScrollbarState::new(of(all - shown + 1)).position(of(first)).viewport_content_length(of(shown));
    bar.render(area, paint.buf, &mut state);
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
