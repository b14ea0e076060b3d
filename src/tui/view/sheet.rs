//! The frame of a dialog: lines in a column, scrolled so that the focused one is always visible.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::form::{Control, Form, FormEntry, Id};
use crate::tui::theme::Theme;
use crate::tui::view::paint::{Paint, plain, span, wrap};

/// Columns before the words of a field: blank, focus mark, blank.
const MARGIN: usize = 3;

/// A dialog while it is built.
pub struct Sheet {
    title: String,
    columns: usize,
    theme: Theme,
    lines: Vec<Line<'static>>,
    /// Line and column of the cursor.
    cursor: Option<(usize, usize)>,
    label: usize,
    top: bool,
}

impl Sheet {
    /// An empty one, `columns` wide with its frame.
    pub fn new(title: impl Into<String>, columns: u16, theme: Theme) -> Self {
        let columns = usize::from(columns).saturating_sub(2);
        Self { title: title.into(), columns, theme, lines: vec![], cursor: None, label: 10, top: false }
    }

    /// How wide the labels of fields are.
    pub fn labels(mut self, columns: usize) -> Self {
        self.label = columns;
        self
    }

    /// Places it at the top, so that nothing in it moves when a line is added at its foot.
    pub fn at_top(mut self) -> Self {
        self.top = true;
        self
    }

    /// Columns between the frame and its margins.
    pub fn width(&self) -> usize {
        self.columns.saturating_sub(2 * MARGIN)
    }

    /// Columns under the value of a field.
    pub fn under_width(&self) -> usize {
        self.width().saturating_sub(self.label)
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
        self.say(sentence, Style::new());
    }

    /// One line of spans behind the margin.
    pub fn spans(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw(" ".repeat(MARGIN))];
        line.extend(spans);
        self.lines.push(Line::from(line));
    }

    /// A line under the value of a field.
    pub fn under(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw(" ".repeat(self.label))];
        line.extend(spans);
        self.spans(line);
    }

    /// A sentence under the value of a field, wrapped.
    pub fn under_say(&mut self, sentence: &str, style: Style) {
        for line in wrap(sentence, self.under_width()) {
            self.under(vec![span(&line, style)]);
        }
    }

    /// One field of a form with what is wrong with it.
    pub fn field(&mut self, entry: &FormEntry, focused: bool) {
        let glyphs = self.theme.glyphs;
        let mark = if focused { glyphs.focus } else { " " };
        let label = match entry.input {
            Control::Fold { open } => {
                format!("{} {}", if open { glyphs.open } else { glyphs.closed }, entry.label)
            }
            _ => entry.label.to_owned(),
        };
        let label_style = if focused { self.theme.strong() } else { Style::new() };
        // The glyph of the fold takes the place of the focus mark, which moves into the margin.
        let (lead, width) = match entry.input {
            Control::Fold { .. } => (mark.to_owned(), self.label + 2),
            _ => (format!(" {mark} "), self.label),
        };
        let room = self.width().saturating_sub(self.label + 1);
        let (value, at) = value(entry, room, &self.theme);
        let mut line = vec![Span::raw(lead), span(&text::pad(&label, width, glyphs.ellipsis), label_style)];
        line.extend(value);
        if focused {
            self.cursor = Some((self.lines.len(), MARGIN + self.label + at));
        }
        self.lines.push(Line::from(line));
        for more in choices(entry, room, &self.theme).into_iter().skip(1) {
            self.under(more);
        }
        if let Some(message) = &entry.error {
            let message = format!("{} {message}", glyphs.unmet);
            self.under_say(&message, self.theme.bad());
        }
    }

    /// Adds words at the end of the last line.
    pub fn append(&mut self, spans: Vec<Span<'static>>) {
        if let Some(line) = self.lines.last_mut() {
            line.spans.extend(spans);
        }
    }

    /// What an empty field may hold, in brackets: after it if that fits, else under it.
    pub fn aside(&mut self, words: &str) {
        let used = self.lines.last().map_or(0, Line::width);
        let words = format!("({words})");
        match used + 2 + text::width(&words) <= self.columns.saturating_sub(1) {
            true => self.append(vec![plain(&format!("  {words}"))]),
            false => self.under_say(&words, Style::new()),
        }
    }

    /// The checks of a form that share one line.
    pub fn checks(&mut self, label: &'static str, entries: &[(&FormEntry, bool, &str)]) {
        let glyphs = self.theme.glyphs;
        let focused = entries.iter().any(|(_, focused, _)| *focused);
        let mark = if focused { glyphs.focus } else { " " };
        let mut line = vec![Span::raw(format!(" {mark} ")), plain(&text::pad(label, self.label, glyphs.ellipsis))];
        let mut at = MARGIN + self.label;
        for (entry, focused, words) in entries {
            let on = matches!(entry.input, Control::Check(true));
            let shown = format!("{} {words}", if on { glyphs.ticked } else { glyphs.unticked });
            let width = text::width(&shown);
            if *focused {
                self.cursor = Some((self.lines.len(), at));
            }
            line.push(span(&shown, if *focused { self.theme.selected() } else { Style::new() }));
            line.push(Span::raw("  "));
            at += width + 2;
        }
        self.lines.push(Line::from(line));
        for message in entries.iter().filter_map(|(e, ..)| e.error.as_deref()) {
            self.under_say(&format!("{} {message}", glyphs.unmet), self.theme.bad());
        }
    }

    /// The buttons of a form, in one line in the middle. Those that cannot be used yet have round brackets.
    pub fn buttons(&mut self, form: &Form, usable: impl Fn(&FormEntry) -> bool) {
        let shown: Vec<_> = form.shown().filter(|(e, _)| is_foot(e)).collect();
        let words = |e: &FormEntry| match (&e.input, usable(e)) {
            (Control::Button(words), true) => format!("[ {words} ]"),
            (Control::Button(words), false) => format!("( {words} )"),
            _ => String::new(),
        };
        let gap = 4;
        let width: usize = shown.iter().map(|(e, _)| text::width(&words(e)) + gap).sum::<usize>().saturating_sub(gap);
        let mut at = self.columns.saturating_sub(width) / 2;
        let mut line = vec![Span::raw(" ".repeat(at))];
        for (entry, focused) in shown {
            let words = words(entry);
            if focused {
                self.cursor = Some((self.lines.len(), at + 2));
            }
            let style = match focused {
                true => self.theme.selected(),
                false => Style::new(),
            };
            at += text::width(&words) + gap;
            line.push(span(&words, style));
            line.push(Span::raw(" ".repeat(gap)));
        }
        self.lines.push(Line::from(line));
    }

    /// Puts the cursor on a column of the last line.
    pub fn cursor_on_last(&mut self, column: usize) {
        self.cursor = Some((self.lines.len().saturating_sub(1), column));
    }

    /// Number of its lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Draws it in the middle of `body`; `scroll` is the first line to show if nothing is focused.
    pub fn draw(&self, paint: &mut Paint<'_>, body: Rect, scroll: usize) {
        let room = usize::from(body.height.saturating_sub(2));
        // A page that is only read scrolls, and keeps its gaps.
        if self.lines.len() > room && self.cursor.is_some() && self.lines.iter().any(is_gap) {
            return self.without_gap().draw(paint, body, scroll);
        }
        let inner = self.lines.len().min(room);
        let height = u16::try_from(inner + 2).unwrap_or(body.height);
        let width = u16::try_from(self.columns + 2).unwrap_or(body.width).min(body.width);
        let x = body.x + (body.width - width) / 2;
        let y = if self.top { body.y } else { body.y + body.height.saturating_sub(height) / 2 };
        let area = Rect { x, y, width, height };
        // Words cut in half beside the box would only be noise.
        for row in y..y + height {
            paint.text_in(body.x, row, body.width, &" ".repeat(usize::from(body.width)), Style::reset());
        }
        self.frame(paint, area);
        let most = self.lines.len() - inner;
        let first = match self.cursor {
            // The buttons at the end explain the fields above them: show as much as fits before the focus.
            Some((line, _)) => (line + 2).saturating_sub(inner).min(most),
            None => scroll.min(most),
        };
        for (i, line) in self.lines.iter().skip(first).take(inner).enumerate() {
            paint.line(x + 1, y + 1 + i as u16, width.saturating_sub(2), line);
        }
        // Without focus the cursor marks what is read next: the first visible line with text.
        let says = |line: &Line<'_>| line.spans.iter().any(|span| !span.content.trim().is_empty());
        let read = self.lines.iter().enumerate().skip(first).find(|(_, line)| says(line)).map(|(i, _)| (i, MARGIN));
        let at = self.cursor.or(read).filter(|(line, _)| *line >= first && *line < first + inner);
        if let Some((line, column)) = at {
            let column = column.min(self.columns.saturating_sub(1)) as u16;
            paint.cursor(x + 1 + column, y + 1 + (line - first) as u16);
        }
        self.marks_of_more(paint, area, first > 0, first < most);
    }

    /// Removes the last empty line: in a low window words need the space.
    fn without_gap(&self) -> Self {
        let gap = self.lines.iter().rposition(is_gap).unwrap_or_default();
        let mut lines = self.lines.clone();
        lines.remove(gap);
        let cursor = self.cursor.map(|(line, column)| (line - usize::from(line > gap), column));
        Self { lines, cursor, title: self.title.clone(), ..*self }
    }

    fn frame(&self, paint: &mut Paint<'_>, area: Rect) {
        let Rect { x, y, width, height } = area;
        let glyphs = self.theme.glyphs;
        for row in y..y + height {
            paint.text_in(x, row, width, &" ".repeat(usize::from(width)), Style::reset());
            paint.text_in(x, row, 1, glyphs.vertical, Style::new());
            paint.text_in(x + width.saturating_sub(1), row, 1, glyphs.vertical, Style::new());
        }
        for (row, left, right) in [(y, 0, 1), (y + height.saturating_sub(1), 2, 3)] {
            paint.rule(x, row, width, glyphs.horizontal, Style::new());
            paint.text_in(x, row, 1, glyphs.corners[left], Style::new());
            paint.text_in(x + width.saturating_sub(1), row, 1, glyphs.corners[right], Style::new());
        }
        let title = text::fit(&self.title, usize::from(width).saturating_sub(8), glyphs.ellipsis);
        paint.text_in(x + 2, y, width.saturating_sub(4), &format!(" {title} "), self.theme.strong());
    }

    fn marks_of_more(&self, paint: &mut Paint<'_>, area: Rect, above: bool, below: bool) {
        let x = area.right().saturating_sub(9);
        if above {
            paint.text_in(x, area.y, 7, " above ", Style::new());
        }
        if below {
            paint.text_in(x, area.bottom().saturating_sub(1), 7, " below ", Style::new());
        }
    }
}

fn is_gap(line: &Line<'_>) -> bool {
    line.width() == 0
}

/// A button at the foot; Generate stands beside its field.
fn is_foot(entry: &FormEntry) -> bool {
    matches!(entry.input, Control::Button(_)) && entry.id != Id::Generate
}

/// What a field shows, and the column of the cursor in it.
fn value(entry: &FormEntry, room: usize, theme: &Theme) -> (Vec<Span<'static>>, usize) {
    match &entry.input {
        Control::Text(field) => {
            let (shown, at) = part(field.text(), field.before_cursor(), room);
            (vec![plain(&shown)], at)
        }
        Control::Password(field) if field.shown() => {
            let typed = field.typed();
            let before: String = typed.expose().chars().take(typed.cursor_chars()).collect();
            let (shown, at) = part(typed.expose(), &before, room);
            (vec![plain(&shown)], at)
        }
        Control::Password(field) => {
            let (all, before) = (field.typed().chars(), field.typed().cursor_chars());
            let dots = theme.glyphs.bullet;
            let (shown, at) = part(&dots.repeat(all), &dots.repeat(before), room);
            (vec![plain(&shown)], at)
        }
        Control::Preset(preset) => {
            let before = text::width(preset.field().before_cursor());
            let typed = text::width(&text::safe(preset.field().text()));
            let words = choices(entry, room, theme);
            let at = words.iter().last().map_or(0, |line| line.iter().map(Span::width).sum::<usize>());
            let at = if preset.is_typed() { at.saturating_sub(3 + typed) + before } else { 1 };
            (words.into_iter().next().unwrap_or_default(), at)
        }
        Control::Choice { .. } => (choices(entry, room, theme).into_iter().next().unwrap_or_default(), 1),
        Control::Check(_) | Control::Fold { .. } | Control::Button(_) => (vec![], 0),
    }
}

/// The words of a choice with their marks, in as many lines as they need.
fn choices(entry: &FormEntry, room: usize, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let (words, chosen): (Vec<String>, usize) = match &entry.input {
        Control::Choice { words, chosen } => (words.iter().map(|word| (*word).to_owned()).collect(), *chosen),
        Control::Preset(preset) => {
            let mut words: Vec<String> = preset.words().iter().map(|word| (*word).to_owned()).collect();
            if let Some(last) = words.last_mut().filter(|_| preset.is_typed()) {
                last.push(' ');
                last.push_str(&text::safe(preset.field().text()));
            }
            (words, preset.chosen())
        }
        _ => return vec![],
    };
    let mut lines = vec![vec![]];
    let mut used = 0;
    for (i, words) in words.iter().enumerate() {
        let mark = if i == chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let shown = format!("{mark} {words}");
        let width = text::width(&shown);
        // They may end in the margin.
        if used > 0 && used + width > room + MARGIN {
            lines.push(vec![]);
            used = 0;
        }
        used += width + 3;
        if let Some(line) = lines.last_mut() {
            line.push(plain(&format!("{shown}   ")));
        }
    }
    lines
}

/// The part of a long text with the cursor in it, and the cursor's column in that part.
pub fn part(typed: &str, before: &str, room: usize) -> (String, usize) {
    let (typed, before) = (text::safe(typed), text::safe(before));
    let at = text::width(&before);
    if at < room {
        return (text::fit(&typed, room, '…'), at);
    }
    let mut skipped = 0;
    let mut rest = typed.chars();
    // Whole characters are left out at the start until the cursor fits.
    while at - skipped >= room {
        let Some(c) = rest.next() else { break };
        skipped += text::width(c.encode_utf8(&mut [0; 4]));
    }
    (text::fit(rest.as_str(), room, '…'), at.saturating_sub(skipped))
}
