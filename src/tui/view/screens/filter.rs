//! Draws the filter line above the list, and its error below.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::credential::{Kind, State, filter_terms};
use crate::hub::CredentialCounts;
use crate::text;
use crate::tui::screen::Api;
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::sheet;

const LABEL: &str = "/ ";

/// The line, while there is a filter; an error is shown right under it, over headings and rows.
pub fn line(api: &Api, paint: &mut Paint<'_>, area: Rect) {
    let Some((field, entry)) = api.search.field().filter(|_| api.search.shown()) else { return };
    let theme = paint.theme;
    let mark = if api.search.open { theme.glyphs.focus } else { " " };
    let room = usize::from(area.width).saturating_sub(6);
    let empty = field.text().is_empty();
    let (shown, at) = sheet::part(field.text(), field.before_cursor(), room);
    let words = plain(&if empty { placeholder(room) } else { shown });
    let clears = plain(if api.search.open { "" } else { "   (esc clears the filter)" });
    let spans = vec![plain(&format!("{mark} ")), span(LABEL, theme.strong()), words, clears];
    paint.line(1, area.y, area.width.saturating_sub(1), &Line::from(spans));
    if let Some(message) = &entry.error {
        let message = format!("{} {message}", theme.glyphs.unmet);
        let blank = " ".repeat(usize::from(area.width));
        for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&message, room)) {
            paint.text_in(area.x, y, area.width, &blank, Style::reset());
            paint.text_in(5, y, area.width.saturating_sub(5), &line, theme.bad());
        }
    }
    if api.search.open {
        paint.cursor(1 + 2 + LABEL.len() as u16 + at as u16, area.y);
    }
}

/// The placeholder: words, and as many of the terms as fit.
fn placeholder(room: usize) -> String {
    const MORE: &str = "; F1 tells all)";
    let mut message = "(words".to_owned();
    for (i, (term, _)) in filter_terms().enumerate() {
        let next = format!("{}{term}", if i == 0 { ", " } else { " " });
        if text::width(&message) + text::width(&next) + MORE.len() > room {
            break;
        }
        message.push_str(&next);
    }
    message + MORE
}

/// In place of the rows, when the filter leaves none.
pub fn nothing(api: &Api) -> String {
    let what = match api.kind {
        Kind::Legacy => "Legacy API credential".to_owned(),
        Kind::Basic | Kind::Hmac => api.kind.noun().to_owned(),
    };
    let typed = text::safe(api.search.typed()).into_owned();
    format!("No {what} is found by {typed}. Press esc to clear the filter.")
}

/// How many were found, if that is known without counting: `2 of` before the line about all of them.
pub fn found(api: &Api, counts: CredentialCounts) -> Option<String> {
    if !api.search.narrows() {
        return None;
    }
    let revoked = api.revoked || api.search.filter().wants_revoked();
    let all = counts.listed(api.kind) + if revoked { counts.of(api.kind, State::Revoked) } else { 0 };
    let what = format!("{}s", api.kind.noun());
    Some(match api.list.whole().filter(|_| !api.search.awaited) {
        Some(n) => format!("filter: {n} of {all} {what}"),
        None => format!("filter: some of {all} {what}"),
    })
}
