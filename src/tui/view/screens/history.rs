//! The history of one credential, under its details: refused requests and rows of the trail.

use crate::account::Right;
use crate::hub::TrailRow;
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::CredentialDetails;
use crate::tui::reply::HISTORY;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::sheet::Sheet;

/// Adds it, for those who may read the trail.
pub fn add(app: &App, about: &CredentialDetails, sheet: &mut Sheet) {
    if !app.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ReadTrail)) {
        return;
    }
    refusals(app, about, sheet);
    sheet.spans(vec![span("History", app.theme.strong())]);
    match &about.history {
        None => sheet.tell("Reading the trail ..."),
        Some(rows) => {
            for row in rows {
                let line = text::fit(&line(app, row), sheet.width(), app.theme.glyphs.ellipsis);
                sheet.spans(vec![plain(&line)]);
            }
            if rows.len() >= HISTORY as usize {
                sheet.explain("Older entries are in the Activity tab.");
            }
        }
    }
    sheet.gap();
}

/// The last refused requests with this credential: why a client is refused.
fn refusals(app: &App, about: &CredentialDetails, sheet: &mut Sheet) {
    let Some(newest) = about.details.refusals.first() else { return };
    sheet.spans(vec![span("Refused requests", app.theme.strong())]);
    for refusal in &about.details.refusals {
        let from = refusal.address.map(|a| format!(" from {a}")).unwrap_or_default();
        let line = format!("{}  {}{from}", refusal.at.millis().utc("%d %b %Y %H:%M"), refusal.words_and_times());
        sheet.spans(vec![plain(&text::fit(&line, sheet.width(), app.theme.glyphs.ellipsis))]);
    }
    sheet.explain(newest.advice());
    sheet.gap();
}

fn line(app: &App, row: &TrailRow) -> String {
    let ellipsis = app.theme.glyphs.ellipsis;
    let who = text::pad(row.who.as_deref().unwrap_or("-"), 9, ellipsis);
    let times = if row.count > 1 { format!(" x{}", row.count) } else { String::new() };
    let from = row.address.as_deref().map(|a| format!(" from {a}"));
    let from = row.local().map(|unix| format!(" {unix}")).or(from).unwrap_or_default();
    format!("{}  {who} {}{times}{from}", row.at.utc("%d %b %Y %H:%M"), row.did)
}
