//! The bodies of the dialogs about the trail: an entry in full, what a check found.

use ratatui::style::Style;

use crate::hub::{TrailReport, TrailRow, differences, key_of, origin};
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{CheckSheet, NotedLine};
use crate::tui::form::Form;
use crate::tui::relative_time;
use crate::tui::screen::TrailCheck;
use crate::tui::view::deeds;
use crate::tui::view::paint::{plain, span, wrap};
use crate::tui::view::sheet::Sheet;

/// The sheet with everything about one entry.
pub fn entry(app: &App, row: &TrailRow, sheet: &mut Sheet) {
    let (theme, ellipsis) = (app.theme, app.theme.glyphs.ellipsis);
    sheet.gap();
    sheet.say(&deeds::sentence(row), theme.strong());
    let when = row.at.utc("%-d %b %Y %H:%M:%S UTC");
    sheet.explain(&format!("{when}, {}", relative_time::long_ago(app.now, row.at)));
    sheet.gap();
    let differences = differences(row);
    if differences.is_empty() {
        sheet.explain("It changed nothing.");
    } else {
        let room = sheet.width().saturating_sub(LABEL) / 2;
        let line = |label: &str, [before, after]: [&str; 2], styles: [Style; 2]| {
            let before = text::pad(&text::fit(before, room.saturating_sub(1), ellipsis), room, ellipsis);
            let label = span(&text::pad(label, LABEL, ellipsis), theme.muted());
            vec![label, span(&before, styles[0]), span(&text::fit(after, room, ellipsis), styles[1])]
        };
        sheet.spans(line("", ["BEFORE", "AFTER"], [theme.muted(); 2]));
        for difference in differences {
            let values = [&difference.before, &difference.after].map(|value| value.as_deref().unwrap_or("none"));
            sheet.spans(line(&difference.label, values, [theme.text(), theme.strong()]));
        }
    }
    sheet.gap();
    let mut fact = |label: &str, value: &str| {
        for (i, line) in wrap(value, sheet.width().saturating_sub(LABEL)).iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            sheet.spans(vec![span(&text::pad(label, LABEL, ellipsis), theme.muted()), plain(line)]);
        }
    };
    let origin = origin(row);
    fact("From", &origin);
    if let Some(key) = key_of(row) {
        fact("Key", &key);
    }
    fact("Hash", &format!("{}, follows {}", short_line(row, ellipsis), row.no - 1));
}

/// Columns of the labels in the sheet of an entry.
const LABEL: usize = 13;

/// Number and hash of an entry, with the middle of the hash left out.
fn short_line(row: &TrailRow, ellipsis: char) -> String {
    let hash = &row.hash;
    let (start, end) = (hash.get(..8).unwrap_or(hash), hash.get(hash.len().saturating_sub(6)..).unwrap_or_default());
    format!("{}:{start}{ellipsis}{end}", row.no)
}

/// The sheet with what the check of the activity log found.
pub fn checked(app: &App, sheet_of: &CheckSheet, form: &Form, sheet: &mut Sheet) {
    let theme = app.theme;
    let CheckSheet { check: TrailCheck { report, at }, noted } = sheet_of;
    sheet.gap();
    if !report.whole {
        let what = report.broken.as_deref().unwrap_or_default();
        sheet.wrong(&format!("The activity log is broken: {what}."));
        sheet.gap();
        sheet.tell(&format!("{} entries before it are whole.", report.rows));
        sheet.gap();
        sheet.tell("Find out who could write the database, and restore a backup.");
        return;
    }
    let whole = format!("All {} entries are whole. Verified {}.", report.rows, at.utc("%H:%M:%S UTC"));
    sheet.marked(theme.glyphs.done, &whole, theme.success(), theme.success_words());
    if let Some(what) = altered(report) {
        sheet.marked(theme.glyphs.tampered, &what, theme.danger(), theme.danger());
    }
    if let Some(at) = report.rolled_back {
        sheet.warn(&format!(
            "This store is older than it was: a verifier that knows a newer state said so on {}. Put the newest copy back, or \
             accept this one by `keydesk audit accept --as NAME`.",
            at.utc("%-d %b %H:%M UTC")
        ));
    }
    sheet.gap();
    sheet.explain("Whoever writes the database could still cut the end off. This line, kept somewhere else, shows it:");
    sheet.gap();
    sheet.say(&format!("{}:{}", report.no, report.hash), theme.strong());
    sheet.gap();
    for (entry, focused) in form.shown().filter(|(entry, _)| entry.is_field()) {
        sheet.field(entry, focused);
        match noted.as_ref().filter(|_| entry.error.is_none()) {
            None => {}
            Some(NotedLine::Comparing(_)) => sheet.under_say("Comparing ...", theme.strong()),
            Some(NotedLine::Same(no)) => {
                let same = format!("{} Entry {no} is as you noted it, and all before it.", theme.glyphs.done);
                sheet.under_say(&same, theme.success_words());
            }
            Some(NotedLine::Other(why)) => sheet.under_say(&format!("{} {why}.", theme.glyphs.broken), theme.danger()),
        }
    }
}

/// What was changed outside keydesk, beside a log that is whole.
fn altered(report: &TrailReport) -> Option<String> {
    let names = report.tampered.join(", ");
    match (report.tampered.len(), &report.broken) {
        (0, None) => None,
        (0, Some(what)) => Some(format!("But {what}.")),
        (1, _) => Some(format!("1 credential was changed outside keydesk: {names}   g goes to it")),
        (n, _) => Some(format!("{n} credentials were changed outside keydesk: {names}   g goes to them")),
    }
}
