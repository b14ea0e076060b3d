//! Standard output: lists page by page, and secrets once.

use std::io::{self, BufWriter, StdoutLock, Write as _};

use comfy_table::{ColumnConstraint, Table, Width, presets};
use serde::Serialize;

use crate::export::json;
use crate::time::Millis;
use crate::{terminal, text};

use super::error::{CliError, stderr_line};

mod stdout_check;

pub use stdout_check::require_writable;

/// Output format of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFormat {
    /// A table for reading.
    Table,
    /// One JSON array.
    Json,
    /// JSON Lines: one document per line.
    JsonLines,
}

/// A type whose values can be printed as a list.
pub trait Listed {
    /// Titles of the columns.
    const TITLES: &'static [&'static str];

    /// One row of the table; the printer sanitises it.
    fn cells(&self, now: Millis) -> Vec<String>;

    /// The row as JSON.
    fn json(&self, now: Millis) -> impl Serialize;
}

/// Prints a list page by page, so that a million rows need no more memory than one page.
pub struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    format: ListFormat,
    now: Millis,
    rows: u64,
    /// Widths of the table's columns so far: later pages are at least as wide, so that columns stay aligned.
    widths: Vec<u16>,
}

impl Printer {
    /// A list in this form; `now` is what times in it are relative to.
    pub fn new(format: ListFormat, now: Millis) -> Self {
        let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        Self { out, format, now, rows: 0, widths: Vec::new() }
    }

    /// Prints some more rows.
    pub fn page<T: Listed>(&mut self, rows: &[T]) -> Result<(), CliError> {
        require_open()?;
        match self.format {
            ListFormat::Table if rows.is_empty() => {}
            ListFormat::Table => self.table(rows)?,
            ListFormat::Json | ListFormat::JsonLines => rows.iter().try_for_each(|row| self.json(row))?,
        }
        Ok(())
    }

    /// Ends the list; a table without rows prints `empty` on standard error.
    pub fn finish(mut self, empty: &str) -> Result<(), CliError> {
        require_open()?;
        match (self.format, self.rows) {
            (ListFormat::Json, 0) => writeln!(self.out, "[]")?,
            (ListFormat::Json, _) => writeln!(self.out, "\n]")?,
            (ListFormat::Table, 0) => stderr_line(empty),
            (ListFormat::Table | ListFormat::JsonLines, _) => {}
        }
        Ok(self.out.flush()?)
    }

    fn json<T: Listed>(&mut self, row: &T) -> Result<(), CliError> {
        let before = match (self.format, self.rows) {
            (ListFormat::Json, 0) => "[\n",
            (ListFormat::Json, _) => ",\n",
            _ => "",
        };
        self.out.write_all(before.as_bytes())?;
        json::write(&mut self.out, &row.json(self.now))?;
        if self.format == ListFormat::JsonLines {
            self.out.write_all(b"\n")?;
        }
        self.rows += 1;
        Ok(())
    }

    fn table<T: Listed>(&mut self, rows: &[T]) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if self.rows == 0 {
            table.set_header(T::TITLES.iter().copied());
        }
        for row in rows {
            table.add_row(row.cells(self.now).iter().map(|cell| text::safe(cell)));
        }
        // The constraint counts the padding of one blank on either side.
        table.set_constraints(self.widths.iter().map(|w| ColumnConstraint::LowerBoundary(Width::Fixed(w + 2))));
        let found = table.column_max_content_widths();
        let before = std::mem::take(&mut self.widths).into_iter().chain(std::iter::repeat(0));
        self.widths = found.into_iter().zip(before).map(|(a, b)| a.max(b)).collect();
        self.rows += rows.len() as u64;
        table.lines().try_for_each(|line| writeln!(self.out, "{}", line.trim_end()))
    }
}

/// An error if standard output is closed. For commands that only read: their output is all they do.
pub fn require_open() -> Result<(), CliError> {
    match stdout_check::unwritable_reason() {
        None => Ok(()),
        Some(why) => {
            Err(CliError::failed(format!("Standard output cannot be written: {why}. Send it somewhere else.")))
        }
    }
}

/// One JSON document on one line.
pub fn document(value: &impl Serialize) -> Result<(), CliError> {
    let mut line = Vec::new();
    json::write(&mut line, value)?;
    line.push(b'\n');
    bytes(&line)
}

/// Writes bytes unchanged.
pub fn bytes(text: &[u8]) -> Result<(), CliError> {
    require_open()?;
    let mut out = io::stdout().lock();
    Ok(out.write_all(text).and_then(|()| out.flush())?)
}

/// Prints lines for reading; each is sanitised.
pub fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Result<(), CliError> {
    require_open()?;
    outcome(lines)
}

/// Prints what a change did; no error if standard output is closed, for the change is made.
pub fn outcome<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    Ok(lines.into_iter().try_for_each(|line| writeln!(out, "{}", text::safe(line.as_ref())))?)
}

/// Writes bytes with a secret in them: all of them, or an error that the caller must handle.
///
/// Straight to the descriptor: `io::stdout` would keep them in a buffer that nobody wipes.
pub fn secret(bytes: &[u8]) -> io::Result<()> {
    terminal::write_all(bytes)
}
