//! Export of the trail and of lists of credentials as JSON Lines, or as CSV for a spreadsheet. Command line and desk
//! write the same.

mod credential;
mod csv;
mod file;
pub mod json;
mod row;

use std::io::{self, Write};

use serde::Serialize;

use crate::time::Millis;

pub use credential::{KeyJson, UseJson};
pub use file::{Written, to_file};
pub use row::json_of;

/// A row that can be exported.
pub trait Exported {
    /// The names of the columns of CSV.
    const COLUMNS: &'static str;

    /// What stands in these columns; `now` is what the state of a credential depends on.
    fn cells(&self, now: Millis) -> Vec<String>;

    /// The row as JSON.
    fn json(&self, now: Millis) -> impl Serialize;
}

/// File format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object on each line.
    JsonLines,
    /// Comma-separated values (RFC 4180).
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::JsonLines, Self::Csv];

    /// The word of the command line, and the ending of a file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// What stands before the first row.
    pub fn header<R: Exported>(self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::JsonLines => Ok(()),
            Self::Csv => write!(out, "{}\r\n", R::COLUMNS),
        }
    }

    /// Writes one row.
    pub fn row(self, out: &mut impl Write, row: &impl Exported, now: Millis) -> io::Result<()> {
        match self {
            Self::JsonLines => {
                json::write(&mut *out, &row.json(now))?;
                out.write_all(b"\n")
            }
            Self::Csv => csv::line(out, &row.cells(now)),
        }
    }
}
