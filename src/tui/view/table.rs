//! Lists of rows in columns: heads, rows, scroll bar, and the panel of the selected row.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::app::App;
use crate::tui::view::paint::{Paint, span, wrap};

/// Columns before the first cell: the mark, the tick, a blank.
pub const LEAD: u16 = 3;

/// One column: its head, and how wide it is with the gap behind it.
pub struct Column {
    head: &'static str,
    width: usize,
    /// The list is ordered by it: from the first value on, or from the last.
    order: Option<bool>,
}

/// A column of this width.
pub fn column(head: &'static str, width: usize) -> Column {
    Column { head, width, order: None }
}

impl Column {
    /// Columns that words before another column may take.
    pub fn room(&self) -> usize {
        self.width.saturating_sub(1)
    }

    /// The list is ordered by it; `down` if from its last value on.
    pub fn ordered(self, down: bool) -> Self {
        Self { order: Some(down), ..self }
    }
}

/// A cell: its words and how they are drawn.
pub type Cell = (String, Style);

/// The heads of the columns.
pub fn heads(app: &App, columns: &[Column], paint: &mut Paint<'_>, y: u16) {
    let theme = app.theme;
    let mut line = vec![Span::raw(" ".repeat(usize::from(LEAD)))];
    for column in columns {
        let used = match column.order {
            Some(down) => {
                let arrow = theme.glyphs.order[usize::from(down)];
                line.push(span(column.head, theme.strong()));
                line.push(span(&format!(" {arrow}"), theme.accent().patch(theme.strong())));
                text::width(column.head) + 2
            }
            None => {
                line.push(span(&text::fit(column.head, column.width, theme.glyphs.ellipsis), theme.muted()));
                text::width(column.head)
            }
        };
        line.push(Span::raw(" ".repeat(column.width.saturating_sub(used))));
    }
    paint.line(0, y, paint.area().width.saturating_sub(1), &Line::from(line));
}

/// One row; the selected one from edge to edge.
pub fn row(app: &App, columns: &[Column], cells: &[Cell], selected: bool, paint: &mut Paint<'_>, y: u16) {
    let ellipsis = app.theme.glyphs.ellipsis;
    let mut line = vec![Span::raw(" ".repeat(usize::from(LEAD)))];
    for (i, (column, (words, style))) in columns.iter().zip(cells).enumerate() {
        let room = column.width.saturating_sub(usize::from(i + 1 < columns.len()));
        let words = text::fit(words, room, ellipsis);
        let blank = column.width.saturating_sub(text::width(&words));
        line.push(span(&words, *style));
        line.push(Span::raw(" ".repeat(blank)));
    }
    let width = paint.area().width;
    paint.line(0, y, width.saturating_sub(1), &Line::from(line));
    if selected {
        paint.select(0, y, width.saturating_sub(1));
    }
}

/// Words in place of rows.
pub fn nothing(words: &str, paint: &mut Paint<'_>, y: u16) {
    let theme = paint.theme;
    for (y, line) in (y..).zip(wrap(words, usize::from(paint.area().width).saturating_sub(6))) {
        paint.text(LEAD, y, &line, theme.text());
    }
    paint.cursor(LEAD, y);
}

/// One line of a panel: a label and a value.
pub type Fact = (&'static str, Vec<Span<'static>>);

/// The panel of the selected row, a fact in each line; what is too long goes on in the next, while there is room.
pub fn panel(app: &App, facts: &[Fact], label: usize, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let room = usize::from(area.width).saturating_sub(2 + label);
    let mut y = area.y;
    let left: usize = facts.len();
    for (i, (name, value)) in facts.iter().enumerate() {
        if y >= area.bottom() {
            return;
        }
        let head = span(&text::pad(name, label, theme.glyphs.ellipsis), theme.muted());
        let width: usize = value.iter().map(Span::width).sum();
        // The lines that the facts below need are not taken.
        let spare = usize::from(area.bottom() - y).saturating_sub(left - i);
        let plain: String = value.iter().map(|span| span.content.as_ref()).collect();
        if width <= room || spare == 0 {
            let mut line = vec![head];
            match (width <= room, value.first()) {
                (false, Some(first)) => line.push(span(&text::fit(&plain, room, theme.glyphs.ellipsis), first.style)),
                _ => line.extend(value.iter().cloned()),
            }
            paint.line(1, y, area.width.saturating_sub(1), &Line::from(line));
            y += 1;
            continue;
        }
        let style = value.first().map(|span| span.style).unwrap_or_default();
        for (n, words) in wrap(&plain, room).iter().take(1 + spare).enumerate() {
            let head = if n == 0 { head.clone() } else { Span::raw(" ".repeat(label)) };
            paint.line(1, y, area.width.saturating_sub(1), &Line::from(vec![head, span(words, style)]));
            y += 1;
        }
    }
}
