//! The body of the dialog that rotates a secret.

use ratatui::style::Style;

use crate::credential::Overlap;
use crate::hub::CredentialRow;
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::Rotate;
use crate::tui::form::{Form, Id};
use crate::tui::relative_time;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::sheet::Sheet;

/// Lines of the dialog.
pub fn rotate(app: &App, d: &Rotate, form: &Form, sheet: &mut Sheet) {
    let theme = &app.theme;
    sheet.gap();
    // Above the choices, visible in every window: it happens with each of them.
    for old in d.ended_early(app.now) {
        sheet.say(&format!("{} {}", theme.glyphs.warning, old.sentence("stops")), theme.warn());
        sheet.gap();
    }
    let ellipsis = theme.glyphs.ellipsis;
    match d.rows.as_slice() {
        [row] => sheet.tell(&format!("The key stays {}. Its old secret keeps working for:", row.key)),
        rows => {
            let names: Vec<_> = rows.iter().take(NAMED).map(|row| text::fit(&row.name, 30, ellipsis)).collect();
            let more = rows.len() - names.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            sheet.tell(&format!("{}{more}", names.join(", ")));
            sheet.gap();
            sheet.tell("Their keys stay. How long shall the old secrets go on working?");
        }
    }
    sheet.gap();
    let focused = form.focus() == Some(Id::Overlap);
    for (i, overlap) in Overlap::ALL.into_iter().enumerate() {
        let chosen = i == form.chosen(Id::Overlap);
        let mark = if chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let style = if chosen && focused { theme.selected() } else { Style::new() };
        let until = app.now.plus(overlap.seconds() * 1000).utc("until %-d %b %Y %H:%M UTC");
        let remark = match overlap {
            Overlap::None => "it leaked: stop it now".to_owned(),
            _ if chosen => until,
            _ => String::new(),
        };
        sheet.spans(vec![span(&format!("{mark} {}", text::pad(overlap.words(), 13, '…')), style), plain(&remark)]);
        if chosen && focused {
            sheet.cursor_on_last(4);
        }
    }
    sheet.gap();
    if let [row] = d.rows.as_slice() {
        sheet.tell(&used(app, row));
    }
    let mut older = d.with_older(app.now);
    if let Some((row, until)) = older.next() {
        let until = until.millis().utc("%-d %b %H:%M UTC");
        let words = match older.count() {
            0 => format!("{} has an older secret until {until}; it stops now.", row.name),
            more => format!("{} and {more} more have older secrets; they stop now.", row.name),
        };
        sheet.say(&format!("{} {words}", theme.glyphs.warning), theme.warn());
    }
}

/// Most names that are listed.
const NAMED: usize = 3;

/// When and from where it was last used, as a sentence.
pub fn used(app: &App, row: &CredentialRow) -> String {
    match &row.last_used {
        None => "It was never used.".to_owned(),
        Some(last) => {
            let from = last.address.as_ref().map(|a| format!(" from {a}")).unwrap_or_default();
            format!("Last used {}{from}.", relative_time::ago(app.now, last.at.millis()))
        }
    }
}
