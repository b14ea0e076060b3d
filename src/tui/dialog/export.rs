//! Export the shown part of the trail to a file.

use std::path::PathBuf;

use crate::{
    export::Format,
    time::Millis,
    tui::form::{Control, Form, Id, button, entry, text_with},
};

const FORMATS: &[&str] = &["JSON Lines", "CSV"];

/// The dialog's state.
#[derive(Debug)]
pub struct Export {
    /// The exported part, in words.
    pub part: String,
    /// The file, the format and the buttons.
    pub form: Form,
    /// Error of the last try.
    pub problem: Option<String>,
}

impl Export {
    /// The form with a name that tells the day.
    pub fn new(part: String, now: Millis) -> Self {
        let form = Form::new(vec![
            text_with(Id::File, "File", &now.utc("trail-%Y-%m-%d")),
            entry(Id::Format, "Format", Control::Choice { words: FORMATS, chosen: 0 }),
            button(Id::Submit, "Export"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self { part, form, problem: None }
    }

    /// The file and the format; a name without an ending gets that of the format.
    pub fn wanted(&self) -> Result<(PathBuf, Format), (Id, String)> {
        let format = Format::ALL[self.form.chosen(Id::Format).min(Format::ALL.len() - 1)];
        let typed = self.form.text(Id::File).trim();
        let mut path = PathBuf::from(typed);
        if path.file_name().is_none() {
            return Err((Id::File, "Type the name of a file, for example trail.csv.".to_owned()));
        }
        if path.extension().is_none() {
            path.set_extension(format.as_str());
        }
        Ok((path, format))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::form::field::Edit;

    #[test]
    fn a_name_without_an_ending_gets_one() {
        let mut export = Export::new("entries".to_owned(), Millis(0));
        assert_eq!(export.wanted(), Ok((PathBuf::from("trail-1970-01-01.jsonl"), Format::JsonLines)));
        export.form.next();
        export.form.choose(true);
        assert_eq!(export.wanted(), Ok((PathBuf::from("trail-1970-01-01.csv"), Format::Csv)));
        export.form.previous();
        assert_eq!(export.form.insert(".txt"), Ok(()));
        assert_eq!(export.wanted(), Ok((PathBuf::from("trail-1970-01-01.txt"), Format::Csv)));
        export.form.edit(Edit::DeleteToStart);
        assert_eq!(export.wanted().unwrap_err().0, Id::File);
    }
}
