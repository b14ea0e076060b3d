//! Export what is shown to a file: entries of the trail, or credentials.

use std::path::PathBuf;

use crate::export::Format;
use crate::hub::{CredentialPart, TrailQuery};
use crate::time::Millis;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Fault, Form, Id, button, entry, text_with};
use crate::tui::msg::ExportPart;
use crate::tui::screen::Found;

const FORMATS: &[&str] = &["JSON Lines", "CSV"];

/// What is exported, and how it is told.
#[derive(Debug)]
pub struct Export {
    /// The part.
    pub part: ExportPart,
    /// What a filter found, and in which kind; nothing for ticked rows.
    pub found: Option<Found>,
    /// How many, as far as is known.
    pub count: Option<i64>,
}

impl Dialog {
    /// The form for the trail, with a name that tells the day.
    pub fn export_trail(part: TrailQuery, filter: &str, count: Option<i64>, now: Millis) -> Self {
        let found = Some(Found { filter: filter.to_owned(), kind: None });
        Self::export(Export { part: ExportPart::Trail(Box::new(part)), found, count }, &now.utc("trail-%Y-%m-%d"))
    }

    /// The form for credentials: what the list shows, or those that are ticked.
    pub fn export_credentials(part: CredentialPart, found: Option<Found>, count: Option<i64>, now: Millis) -> Self {
        Self::export(Export { part: ExportPart::Credentials(part), found, count }, &now.utc("keys-%Y-%m-%d"))
    }

    fn export(export: Export, name: &str) -> Self {
        let form = Form::new(vec![
            text_with(Id::File, "File", name),
            entry(Id::Format, "Format", Control::Choice { words: FORMATS, chosen: 0 }),
            button(Id::Submit, "Export"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self::with_form(form, DialogKind::Export(Box::new(export)))
    }
}

/// The file and the format; a name without an ending gets that of the format.
pub fn wanted(form: &Form) -> Result<(PathBuf, Format), Fault> {
    let format = Format::ALL[form.chosen(Id::Format).min(Format::ALL.len() - 1)];
    let typed = form.text(Id::File).trim();
    let mut path = PathBuf::from(typed);
    if path.file_name().is_none() {
        return Err((Id::File, "Type the name of a file, for example keys.csv.".to_owned()));
    }
    if path.extension().is_none() {
        path.set_extension(format.as_str());
    }
    Ok((path, format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::form::field::Edit;

    #[test]
    fn a_name_without_an_ending_gets_one() {
        let mut form = Dialog::export_trail(TrailQuery::default(), "", None, Millis(0)).form.unwrap();
        assert_eq!(wanted(&form), Ok((PathBuf::from("trail-1970-01-01.jsonl"), Format::JsonLines)));
        form.next();
        form.choose(true);
        assert_eq!(wanted(&form), Ok((PathBuf::from("trail-1970-01-01.csv"), Format::Csv)));
        form.previous();
        assert_eq!(form.insert(".txt"), Ok(()));
        assert_eq!(wanted(&form), Ok((PathBuf::from("trail-1970-01-01.txt"), Format::Csv)));
        form.edit(Edit::DeleteToStart);
        assert_eq!(wanted(&form).unwrap_err().0, Id::File);
    }
}
