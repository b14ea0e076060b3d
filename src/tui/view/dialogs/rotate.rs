//! The body of the sheet that rotates a secret.

use crate::credential::{Overlap, State};
use crate::hub::CredentialRow;
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::Rotate;
use crate::tui::form::{Form, Id};
use crate::tui::relative_time;
use crate::tui::view::dialogs::change_state::all_found;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::screens::details;
use crate::tui::view::sheet::Sheet;

/// Lines of the sheet.
pub fn rotate(app: &App, d: &Rotate, form: &Form, sheet: &mut Sheet) {
    let theme = &app.theme;
    sheet.gap();
    match d.rows.as_slice() {
        [row] => sheet.tell(&format!("The key stays {}. How long shall its old secret go on working?", row.key)),
        rows => {
            let names: Vec<_> =
                rows.iter().take(NAMED).map(|row| text::fit_middle(&row.name, 30, theme.glyphs.ellipsis)).collect();
            let more = rows.len() - names.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            sheet.tell(&format!("{}{more}", names.join(", ")));
            all_found(rows.len(), d.all_of.as_ref(), sheet);
            sheet.gap();
            sheet.tell("Their keys stay. How long shall the old secrets go on working?");
        }
    }
    sheet.gap();
    let focused = form.focus() == Some(Id::Overlap);
    let several = d.rows.len() > 1;
    let danger = |overlap: Overlap| span(&format!("{:<14}", overlap.words()), theme.danger());
    for (i, overlap) in Overlap::ALL.into_iter().enumerate() {
        let chosen = i == form.chosen(Id::Overlap);
        let mark = if chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let until = app.now.plus(overlap.seconds() * 1000).utc("until %-d %b %Y %H:%M UTC");
        let (words, remark) = match overlap {
            Overlap::None if several => (danger(overlap), span("they leaked: stop them now", theme.danger())),
            Overlap::None => (danger(overlap), span("it leaked: stop it now", theme.muted())),
            _ => (plain(&text::pad(overlap.words(), 14, theme.glyphs.ellipsis)), span(&until, theme.muted())),
        };
        let mark = span(&format!("{mark} "), if chosen { theme.accent() } else { theme.text() });
        sheet.choice(vec![mark, words, remark], chosen && focused);
        if chosen && focused {
            sheet.cursor_on_last(1);
        }
    }
    sheet.gap();
    for old in d.ended_early(app.now) {
        sheet.warn(&old.sentence("stops"));
    }
    refused(app, d, sheet);
    if let [row] = d.rows.as_slice() {
        sheet.explain(&used(app, row));
    }
    // One key may stop the secrets of many callers.
    let mut older = d.with_older(app.now);
    if let Some((row, until)) = older.next() {
        let until = until.millis().utc("%-d %b %H:%M UTC");
        let words = match older.count() {
            0 => format!("{} has an older secret until {until}; it stops now.", row.name),
            more => format!("{} and {more} more have older secrets; they stop now.", row.name),
        };
        sheet.marked(theme.glyphs.warning, &words, theme.danger(), theme.danger());
    }
}

/// A new secret does not help where the credential itself is refused.
fn refused(app: &App, d: &Rotate, sheet: &mut Sheet) {
    let disabled = d.rows.iter().filter(|row| row.state == State::Disabled).count();
    match (d.rows.as_slice(), disabled) {
        ([_], 1) => sheet.warn("It is disabled: its secrets are refused until it is enabled."),
        ([row], _) => {
            if let Some(why) = details::refused_because(app, row) {
                sheet.warn(&format!("Its secrets are refused: {why}."));
            }
        }
        (_, 0) => {}
        (_, 1) => sheet.warn("1 is disabled: its secrets are refused until it is enabled."),
        (_, n) => sheet.warn(&format!("{n} are disabled: their secrets are refused until they are enabled.")),
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
