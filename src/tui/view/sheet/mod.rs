//! A sheet: lines under a heavy line with a title, standing on the hint line, scrolled so that the focused one is always
//! visible. The page above it is muted.

mod buttons;
mod value;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::form::{Control, FormEntry};
use crate::tui::layout::HINTS;
use crate::tui::theme::Theme;
use crate::tui::view::paint::{Paint, span, wrap};
use crate::tui::view::sheet::value::{choices, is_gap, value};

pub use value::part;

/// Columns before the words of a sheet.
const MARGIN: usize = 4;
/// Columns of a field's mark and the blank after it, behind the margin.
const MARK: usize = 2;
/// Between two buttons.
const GAP: usize = 3;

/// A sheet while it is built.
pub struct Sheet {
    title: String,
    columns: usize,
    theme: Theme,
    lines: Vec<Line<'static>>,
    /// Line and column of the cursor.
    cursor: Option<(usize, usize)>,
    label: usize,
    /// Something is ended for good here, or was changed outside keydesk.
    danger: bool,
    /// A page of its own: nothing of the one behind is shown.
    page: bool,
    /// Its buttons stand under the values of its fields.
    fields: bool,
}

impl Sheet {
    /// An empty one, with so many columns between its margins.
    pub fn new(title: impl Into<String>, columns: u16, theme: Theme) -> Self {
        Self {
            title: title.into(),
            columns: usize::from(columns),
            theme,
            lines: vec![],
            cursor: None,
            label: 11,
            danger: false,
            page: false,
            fields: false,
        }
    }

    /// Warns of what cannot be undone.
    pub fn dangerous(mut self, danger: bool) -> Self {
        self.danger = danger;
        self
    }

    /// How wide the labels of fields are.
    pub fn labels(mut self, columns: usize) -> Self {
        self.label = columns;
        self
    }

    /// Takes the place of the page, from the top on.
    pub fn paged(mut self) -> Self {
        self.page = true;
        self
    }

    /// Columns between its margins.
    pub fn width(&self) -> usize {
        self.columns
    }

    /// Columns under the value of a field.
    pub fn under_width(&self) -> usize {
        self.columns.saturating_sub(MARK + self.label)
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// A sentence, wrapped.
    pub fn say(&mut self, sentence: &str, style: Style) {
        for line in wrap(sentence, self.width()) {
            self.spans(vec![span(&line, style)]);
        }
    }

    /// A sentence in the terminal's own style.
    pub fn tell(&mut self, sentence: &str) {
        self.say(sentence, self.theme.text());
    }

    /// A sentence that explains, and is known after the first time.
    pub fn explain(&mut self, sentence: &str) {
        self.say(sentence, self.theme.muted());
    }

    /// A warning behind its mark, wrapped under its first word.
    pub fn warn(&mut self, sentence: &str) {
        self.marked(self.theme.glyphs.warning, sentence, self.theme.warning(), self.theme.warning());
    }

    /// What went wrong, behind its mark.
    pub fn wrong(&mut self, sentence: &str) {
        self.marked(self.theme.glyphs.over, sentence, self.theme.danger(), self.theme.danger());
    }

    /// A sentence behind a glyph, wrapped under its first word.
    pub fn marked(&mut self, glyph: &str, sentence: &str, mark: Style, words: Style) {
        for (i, line) in wrap(sentence, self.width().saturating_sub(2)).iter().enumerate() {
            let glyph = if i == 0 { glyph } else { " " };
            self.spans(vec![span(glyph, mark.patch(self.theme.strong())), span(&format!(" {line}"), words)]);
        }
    }

    /// A sentence, wrapped, in which some words have a style of their own.
    pub fn stressed(&mut self, sentence: &str, stressed: &[(&str, Style)]) {
        for line in wrap(sentence, self.width()) {
            let found = stressed.iter().filter(|(words, _)| !words.is_empty());
            let mut marks: Vec<_> = found.filter_map(|(w, style)| Some((line.find(w)?, w.len(), *style))).collect();
            marks.sort_by_key(|(at, ..)| *at);
            let (mut spans, mut done) = (vec![], 0);
            for (at, len, style) in marks {
                spans.push(span(&line[done..at], self.theme.text()));
                spans.push(span(&line[at..at + len], style));
                done = at + len;
            }
            spans.push(span(&line[done..], self.theme.text()));
            self.spans(spans);
        }
    }

    /// One line of spans behind the margin.
    pub fn spans(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw(" ".repeat(MARGIN))];
        line.extend(spans);
        self.lines.push(Line::from(line));
    }

    /// A choice or a question that can be focused: its mark stands in the margin.
    pub fn choice(&mut self, spans: Vec<Span<'static>>, focused: bool) {
        let mark = if focused { self.theme.glyphs.here } else { " " };
        let mut line = vec![Span::raw("  "), span(mark, self.theme.accent()), Span::raw(" ")];
        line.extend(spans);
        self.lines.push(Line::from(line));
    }

    /// A row of a list from edge to edge; the selected one is set off.
    pub fn row(&mut self, spans: Vec<Span<'static>>, selected: bool) {
        let mark = if selected { self.theme.glyphs.here } else { " " };
        let mut line = vec![span(mark, self.theme.accent()), Span::raw(" ".repeat(MARGIN - 1))];
        line.extend(spans);
        let mut line = Line::from(line);
        if selected {
            self.cursor = Some((self.lines.len(), 0));
            let rest = (2 * MARGIN + self.columns).saturating_sub(line.width());
            line.spans.push(Span::raw(" ".repeat(rest)));
            line.spans.iter_mut().for_each(|span| span.style = self.theme.selected(Style::reset().patch(span.style)));
        }
        self.lines.push(line);
    }

    /// A line under the value of a field.
    pub fn under(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw(" ".repeat(MARK + self.label))];
        line.extend(spans);
        self.spans(line);
    }

    /// A sentence under the value of a field, wrapped.
    pub fn under_say(&mut self, sentence: &str, style: Style) {
        for line in wrap(sentence, self.under_width()) {
            self.under(vec![span(&line, style)]);
        }
    }

    /// A sentence under the value of a field that explains it.
    pub fn explain_under(&mut self, sentence: &str) {
        self.under_say(sentence, self.theme.muted());
    }

    /// One field of a form with what is wrong with it.
    pub fn field(&mut self, entry: &FormEntry, focused: bool) {
        let (glyphs, theme) = (self.theme.glyphs, self.theme);
        self.fields = true;
        let label = if focused { theme.strong() } else { theme.muted() };
        let mark = span(if focused { glyphs.here } else { " " }, theme.accent());
        // The glyph of the fold stands where the mark of a field does; its own is in the margin.
        let mut line = match entry.input {
            Control::Fold { open } => {
                let fold = if open { glyphs.open } else { glyphs.closed };
                let label = span(&text::pad(entry.label, self.label, glyphs.ellipsis), label);
                vec![Span::raw("  "), mark, Span::raw(" "), span(&format!("{fold} "), theme.accent()), label]
            }
            _ => {
                let label = span(&text::pad(entry.label, self.label, glyphs.ellipsis), label);
                vec![Span::raw(" ".repeat(MARGIN)), mark, Span::raw(" "), label]
            }
        };
        let room = self.under_width().saturating_sub(1);
        let (value, at) = value(entry, room, &theme);
        line.extend(value);
        if focused {
            self.cursor = Some((self.lines.len(), MARGIN + MARK + self.label + at));
        }
        self.lines.push(Line::from(line));
        for more in choices(entry, room, &theme).into_iter().skip(1) {
            self.under(more);
        }
        if let Some(message) = &entry.error {
            self.broken(message);
        }
    }

    /// What is wrong with the field above.
    fn broken(&mut self, message: &str) {
        let theme = self.theme;
        self.under_say(&format!("{} {message}", theme.glyphs.broken), theme.danger());
    }

    /// Adds words at the end of the last line.
    pub fn append(&mut self, spans: Vec<Span<'static>>) {
        if let Some(line) = self.lines.last_mut() {
            line.spans.extend(spans);
        }
    }

    /// Adds words at the right edge of the last line, if there is room for them.
    pub fn at_end(&mut self, spans: Vec<Span<'static>>) {
        let end = MARGIN + self.columns;
        let Some(line) = self.lines.last_mut() else { return };
        let columns: usize = spans.iter().map(Span::width).sum();
        let Some(blank) = end.checked_sub(line.width() + columns).filter(|blank| *blank >= 2) else { return };
        line.spans.push(Span::raw(" ".repeat(blank)));
        line.spans.extend(spans);
    }

    /// What an empty field may hold: after it if that fits, else under it.
    pub fn aside(&mut self, words: &str) {
        let used = self.lines.last().map_or(0, Line::width);
        match used + 2 + text::width(words) <= MARGIN + self.columns {
            true => self.append(vec![span(&format!("  {words}"), self.theme.muted())]),
            false => self.under_say(words, self.theme.muted()),
        }
    }

    /// The checks of a form that share one line.
    pub fn checks(&mut self, label: &'static str, entries: &[(&FormEntry, bool, &str)]) {
        let (glyphs, theme) = (self.theme.glyphs, self.theme);
        let focused = entries.iter().any(|(_, focused, _)| *focused);
        let style = if focused { theme.strong() } else { theme.muted() };
        let mark = span(if focused { glyphs.here } else { " " }, theme.accent());
        let label = span(&text::pad(label, self.label, glyphs.ellipsis), style);
        let mut line = vec![Span::raw(" ".repeat(MARGIN)), mark, Span::raw(" "), label];
        let mut at = MARGIN + MARK + self.label;
        for (entry, focused, words) in entries {
            let on = matches!(entry.input, Control::Check(true));
            let shown = format!("{} {words}", if on { glyphs.done } else { glyphs.dot });
            let width = text::width(&shown);
            if *focused {
                self.cursor = Some((self.lines.len(), at));
            }
            line.push(span(&shown, if *focused { theme.button() } else { theme.text() }));
            line.push(Span::raw("  "));
            at += width + 2;
        }
        self.lines.push(Line::from(line));
        for message in entries.iter().filter_map(|(e, ..)| e.error.as_deref()) {
            self.broken(message);
        }
    }

    /// Puts the cursor on a column of the last line, counted from the margin.
    pub fn cursor_on_last(&mut self, column: usize) {
        self.cursor = Some((self.lines.len().saturating_sub(1), MARGIN + column));
    }

    /// Puts the cursor on a column of a line, counted from the margin; `line` is the number of lines up to it.
    pub fn cursor_at(&mut self, line: usize, column: usize) {
        self.cursor = Some((line.saturating_sub(1), MARGIN + column));
    }

    /// Number of its lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Draws it on the hint line; `scroll` is the first line to show if nothing is focused.
    pub fn draw(&self, paint: &mut Paint<'_>, scroll: usize) {
        let area = paint.area();
        let bottom = area.height.saturating_sub(HINTS);
        // Under the first line, which says where this is, and the title.
        let above = 2;
        let room = usize::from(bottom.saturating_sub(above));
        // A page that is only read scrolls, and keeps its gaps.
        if self.lines.len() > room && self.cursor.is_some() && self.lines.iter().any(is_gap) {
            return self.without_gap().draw(paint, scroll);
        }
        let inner = self.lines.len().min(room);
        let y = if self.page { above } else { bottom.saturating_sub(inner as u16) };
        match self.page {
            true => paint.blank(1..bottom),
            false => {
                paint.veil(y.saturating_sub(1));
                paint.blank(y.saturating_sub(1)..bottom);
            }
        }
        let most = self.lines.len() - inner;
        let first = match self.cursor {
            // The buttons at the end explain the fields above them: show as much as fits before the focus.
            Some((line, _)) => (line + 2).saturating_sub(inner).min(most),
            None => scroll.min(most),
        };
        if !self.page {
            self.title_line(paint, y.saturating_sub(1), (first > 0, first < most));
        }
        for (y, line) in (y..).zip(self.lines.iter().skip(first).take(inner)) {
            paint.line(0, y, area.width, line);
        }
        // Without focus the cursor marks what is read next: the first visible line with text.
        let says = |line: &Line<'_>| line.spans.iter().any(|span| !span.content.trim().is_empty());
        let read = self.lines.iter().enumerate().skip(first).find(|(_, line)| says(line)).map(|(i, _)| (i, MARGIN));
        let at = self.cursor.or(read).filter(|(line, _)| *line >= first && *line < first + inner);
        if let Some((line, column)) = at {
            paint.cursor(column as u16, y + (line - first) as u16);
        }
    }

    /// Removes the last empty line: in a low window words need the space.
    fn without_gap(&self) -> Self {
        let gap = self.lines.iter().rposition(is_gap).unwrap_or_default();
        let mut lines = self.lines.clone();
        lines.remove(gap);
        let cursor = self.cursor.map(|(line, column)| (line - usize::from(line > gap), column));
        Self { lines, cursor, title: self.title.clone(), ..*self }
    }

    /// The heavy line with the title, and at its end whether there is more above and below.
    fn title_line(&self, paint: &mut Paint<'_>, y: u16, (above, below): (bool, bool)) {
        let theme = self.theme;
        let width = paint.area().width;
        let style = if self.danger { theme.danger() } else { theme.accent() };
        paint.rule(0, y, width, theme.glyphs.heavy, style);
        let mark = if self.danger { format!("{} ", theme.glyphs.tampered) } else { String::new() };
        let title =
            text::fit(&format!("{mark}{}", self.title), usize::from(width).saturating_sub(12), theme.glyphs.ellipsis);
        paint.text_in(2, y, width, &format!(" {title} "), style.patch(theme.strong()));
        let [up, down] = theme.glyphs.order;
        let more = match (above, below) {
            (true, true) => format!(" {up} {down} "),
            (true, false) => format!(" {up} "),
            (false, true) => format!(" {down} "),
            (false, false) => return,
        };
        paint.text_in(width.saturating_sub(text::width(&more) as u16 + 2), y, 6, &more, style);
    }
}
