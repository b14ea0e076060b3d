//! Draws the form that writes entries of the trail, or credentials, into a file.

use crate::credential::Kind;
use crate::tui::dialog::Export;
use crate::tui::form::{Control, Form};
use crate::tui::msg::ExportPart;
use crate::tui::view::screens::api::number;
use crate::tui::view::sheet::Sheet;

/// Title of the dialog.
pub fn title(of: &Export) -> &'static str {
    match of.part {
        ExportPart::Trail(_) => "Export the activity log",
        ExportPart::Credentials(_) => "Export credentials",
    }
}

/// Lines of the dialog, without its buttons.
pub fn export(of: &Export, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(&what(of));
    sheet.gap();
    for (entry, focused) in form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
    }
    sheet.gap();
    sheet.explain("A new file on this machine, in the directory keydesk was started in unless you type another.");
}

/// What the file will have in it.
fn what(of: &Export) -> String {
    let count = of.count.map_or(String::new(), |count| format!(" {}", number(count)));
    let filter = of.found.as_ref().map_or("", |found| &found.filter);
    match (&of.part, &of.found) {
        (ExportPart::Trail(_), _) if filter.is_empty() => format!("Exports all{count} entries, newest first."),
        (ExportPart::Trail(_), _) => format!("Exports the{count} entries that / {filter} finds, newest first."),
        (ExportPart::Credentials(_), None) if of.count == Some(1) => {
            "Exports one credential, without its secret.".to_owned()
        }
        (ExportPart::Credentials(_), None) => {
            format!("Exports the{count} ticked credentials, without secrets.")
        }
        (ExportPart::Credentials(_), Some(found)) => {
            let kind = found.kind.map_or("", Kind::word);
            match filter {
                "" => format!("Exports all{count} {kind} credentials in this order, without secrets."),
                filter => format!(
                    "Exports the{count} {kind} credentials that / {filter} finds in this order, without secrets."
                ),
            }
        }
    }
}
