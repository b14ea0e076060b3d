//! Export of the trail as JSON Lines, or as CSV for a spreadsheet. Command line and desk write the same.

mod csv;
mod file;
pub mod json;
mod row;

use std::io::{self, Write};

use crate::hub::TrailRow;

pub use file::{Written, to_file};
pub use row::json_of;

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
    pub fn header(self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::JsonLines => Ok(()),
            Self::Csv => out.write_all(csv::HEADER),
        }
    }

    /// Writes one row of the trail.
    pub fn row(self, out: &mut impl Write, row: &TrailRow) -> io::Result<()> {
        match self {
            Self::JsonLines => {
                json::write(&mut *out, &json_of(row))?;
                out.write_all(b"\n")
            }
            Self::Csv => csv::line(out, row),
        }
    }
}
