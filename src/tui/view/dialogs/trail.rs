//! The bodies of the dialogs about the trail: an entry in full, what a check found, filter and export.

use crate::hub::{TrailReport, TrailRow};
use crate::time::Millis;
use crate::tui::app::App;
use crate::tui::form::{Control, Form, Id};
use crate::tui::screen::TrailFilter;
use crate::tui::view::sheet::Sheet;
use crate::tui::view::trail_words::{differences, origin, summary};

/// The dialog with everything about one entry.
pub fn entry(app: &App, row: &TrailRow, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(&summary(row));
    sheet.tell(&origin(row));
    sheet.gap();
    let differences = differences(row);
    if differences.is_empty() {
        sheet.tell("Nothing that is kept was changed by it.");
    }
    for difference in differences {
        sheet.tell(&difference.words(app.theme.glyphs.arrow));
    }
    sheet.gap();
}

/// The dialog with what the check of the trail found.
pub fn checked(report: &TrailReport, at: Millis, sheet: &mut Sheet) {
    sheet.gap();
    match &report.broken {
        None => {
            sheet.tell(&format!("All {} entries are whole, checked {}.", report.rows, at.utc("%H:%M UTC")));
            sheet.gap();
            if let Some(at) = report.rolled_back {
                sheet.tell(&format!(
                    "But this store is older than it was: a verifier that knows a newer state said so on {}. Put the newest \
                     copy back, or accept this one by `keydesk audit accept --as NAME`.",
                    at.utc("%-d %b %H:%M UTC")
                ));
                sheet.gap();
            }
            sheet
                .tell("Whoever can write the database could still cut the end off. Note this elsewhere, to find that:");
            sheet.gap();
            sheet.tell(&format!("{}:{}", report.no, report.hash));
            sheet.gap();
            sheet.tell("To hold the trail against it later:");
            sheet.tell("keydesk audit verify --as NAME --expect NOTED");
        }
        Some(what) => {
            sheet.tell(&format!("The trail is broken: {what}."));
            sheet.gap();
            sheet.tell(&format!("{} entries before it are whole.", report.rows));
            sheet.gap();
            sheet.tell("Find out who could write the database, and restore a backup.");
        }
    }
}

/// Title of that dialog.
pub fn checked_title(report: &TrailReport) -> &'static str {
    if report.broken.is_none() { "Trail whole" } else { "Trail broken" }
}

/// The fields of the form that filters the trail.
pub fn filter(form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    for (entry, focused) in form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
        let words = match entry.id {
            Id::Name => "a user's name; empty means everybody",
            Id::NotBefore => "2026-08-01, 2026-08-01T09:00:00Z or 7d, UTC",
            Id::Expires => "before this; empty means until now",
            _ => continue,
        };
        if entry.error.is_none() {
            sheet.explain_under(words);
        }
    }
}

/// The fields of the form that writes the trail into a file.
pub fn export(filter: &TrailFilter, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(&format!("Written are all {}, newest first.", filter.words()));
    sheet.gap();
    for (entry, focused) in form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
    }
    sheet.gap();
    sheet.tell("A new file on this machine, in the directory keydesk was started in unless you type another.");
}
