//! Export the shown part of the trail to a file.

use std::path::PathBuf;

use crate::export::Format;
use crate::hub::TrailQuery;
use crate::time::Millis;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Fault, Form, Id, button, entry, text_with};

const FORMATS: &[&str] = &["JSON Lines", "CSV"];

impl Dialog {
    /// The form with a name that tells the day.
    pub fn export(part: TrailQuery, filter: &str, now: Millis) -> Self {
        let form = Form::new(vec![
            text_with(Id::File, "File", &now.utc("trail-%Y-%m-%d")),
            entry(Id::Format, "Format", Control::Choice { words: FORMATS, chosen: 0 }),
            button(Id::Submit, "Export"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self::with_form(form, DialogKind::Export { part: Box::new(part), filter: filter.to_owned() })
    }
}

/// The file and the format; a name without an ending gets that of the format.
pub fn wanted(form: &Form) -> Result<(PathBuf, Format), Fault> {
    let format = Format::ALL[form.chosen(Id::Format).min(Format::ALL.len() - 1)];
    let typed = form.text(Id::File).trim();
    let mut path = PathBuf::from(typed);
    if path.file_name().is_none() {
        return Err((Id::File, "Type the name of a file, for example trail.csv.".to_owned()));
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
        let mut form = Dialog::export(TrailQuery::default(), "", Millis(0)).form.unwrap();
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
