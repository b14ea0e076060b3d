//! "Needs attention": one line for each thing, worst first.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::hub::{AttentionItem, AttentionLevel, AttentionWords};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::screen::Menu;
use crate::tui::view::paint::{Paint, span};

/// Columns before the words of a line: the mark, and blanks around it.
const BEFORE: usize = 4;

/// The heading and the lines, in this area.
pub fn attention(app: &App, workspace: &Workspace, menu: &Menu, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let items = app.attention();
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    if items.is_empty() {
        let known = workspace.overview.is_some();
        let words = if known { "Nothing needs attention." } else { "" };
        return paint.text_in(heading.x, area.y, heading.width, words, theme.muted());
    }
    // When they do not all fit, the focused one stays visible.
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    let first = menu.attention().map_or(0, |i| (i + 1).saturating_sub(rows));
    let last = (first + rows).min(items.len());
    let count = match last - first == items.len() {
        true => items.len().to_string(),
        false => format!("{}–{last} of {} {}", first + 1, items.len(), theme.glyphs.order[1]),
    };
    let count = if theme.glyphs.nobody == "-" { count.replace('–', "-") } else { count };
    paint.heading(heading, "Needs attention", vec![span(&count, theme.strong())]);
    for (y, (i, item)) in (area.y + 1..area.bottom()).zip(items.iter().enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..area };
        line(app, item, paint, row);
        if menu.attention() == Some(i) {
            paint.select(row.x, y, row.width);
        }
    }
}

fn line(app: &App, item: &AttentionItem, paint: &mut Paint<'_>, row: Rect) {
    let theme = app.theme;
    let AttentionWords { name, said, more } = item.words(app.now);
    let room = usize::from(row.width).saturating_sub(BEFORE + 2);
    // The name is shortened first, so that what happened is told in full.
    let name = text::fit(&name, room.saturating_sub(text::width(&said)), theme.glyphs.ellipsis);
    let words = text::fit(&format!("{name}{said}"), room, theme.glyphs.ellipsis);
    let (mark, style, beside) = match item.level() {
        AttentionLevel::Danger => (theme.glyphs.tampered, theme.armed(), theme.armed()),
        AttentionLevel::Warning => (theme.glyphs.warning, theme.text(), theme.muted()),
        AttentionLevel::Muted => (theme.glyphs.dot, theme.muted(), theme.muted()),
    };
    let marked = match item.level() {
        AttentionLevel::Danger => style,
        AttentionLevel::Warning => theme.warning().patch(theme.strong()),
        AttentionLevel::Muted => theme.muted(),
    };
    let left = vec![Span::raw("  "), span(mark, marked), span(&format!(" {words}"), style)];
    if item.level() == AttentionLevel::Danger {
        let inner = row.width.saturating_sub(2);
        paint.text_in(row.x + 1, row.y, inner, &" ".repeat(usize::from(inner)), style);
    }
    paint.line(row.x, row.y, row.width, &Line::from(left));
    // What is said beside it is left out where there is no room for all of it.
    if text::width(&words) + text::width(&more) + 3 <= room {
        let columns = text::width(&more) as u16;
        let x = (row.x + row.width).saturating_sub(columns + 1);
        paint.text_in(x, row.y, columns, &more, beside);
    }
}
