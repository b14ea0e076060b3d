//! The history of one credential, under its details.

use ratatui::style::Style;

use crate::account::Right;
use crate::hub::TrailRow;
use crate::text;

use super::super::app::App;
use super::super::dialog::About;
use super::super::reply::HISTORY;
use super::paint::{plain, span};
use super::sheet::Sheet;

/// Adds it, for those who may read the trail.
pub fn add(app: &App, about: &About, sheet: &mut Sheet) {
    if !app.room.as_ref().is_some_and(|room| room.may(Right::ReadTrail)) {
        return;
    }
    sheet.spans(vec![span("History", app.theme.strong())]);
    match &about.history {
        None => sheet.tell("Reading the trail ..."),
        Some(rows) => {
            for row in rows {
                let line = text::fit(&line(app, row), sheet.room(), app.theme.glyphs.ellipsis);
                sheet.spans(vec![plain(&line)]);
            }
            if rows.len() >= HISTORY as usize {
                sheet.say("Older entries are in the Activity tab.", Style::new());
            }
        }
    }
    sheet.gap();
}

fn line(app: &App, row: &TrailRow) -> String {
    let ellipsis = app.theme.glyphs.ellipsis;
    let who = text::pad(row.who.as_deref().unwrap_or("-"), 9, ellipsis);
    let times = if row.count > 1 { format!(" x{}", row.count) } else { String::new() };
    let from = row.address.as_deref().map(|a| format!(" from {a}")).unwrap_or_default();
    format!("{}  {who} {}{times}{from}", row.at.utc("%d %b %Y %H:%M"), row.did)
}
