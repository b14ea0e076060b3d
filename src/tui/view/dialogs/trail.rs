//! Draws the forms about the trail: filter and export.

use ratatui::style::Style;

use crate::tui::{
    app::App,
    dialog::Export,
    form::{Control, Form, Id},
    view::{dialogs::forms, sheet::Sheet},
};

/// The fields of the form that narrows the trail.
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
        if entry.said.is_none() {
            sheet.under_say(words, Style::new());
        }
    }
}

/// The fields of the form that writes the trail into a file.
pub fn export(app: &App, d: &Export, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(&format!("Written are all {}, newest first.", d.part));
    sheet.gap();
    for (entry, focused) in d.form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
    }
    sheet.gap();
    sheet.tell("A new file on this machine, in the directory keydesk was started in unless you type another.");
    forms::state(app, d.problem.as_deref(), sheet);
}
