//! Standard output: lists page by page, and secrets once.

use std::{
    io::{self, BufWriter, StdoutLock, Write as _},
    os::fd::AsFd as _,
};

use comfy_table::{ColumnConstraint, Table, Width, presets};
use serde::Serialize;

use crate::{text, time::Millis};

use super::{arrives, failure::Failure, json};

/// Output format of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
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

    /// One row of the table; what people typed in it is made safe by the printer.
    fn cells(&self, now: Millis) -> Vec<String>;

    /// The row as JSON.
    fn json(&self, now: Millis) -> impl Serialize;
}

/// Prints a list page by page, so that a million rows need no more memory than one page.
pub struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    form: Form,
    now: Millis,
    rows: u64,
    /// Widths of the table's columns so far: later pages are at least as wide, so that columns stay in line.
    widths: Vec<u16>,
}

impl Printer {
    /// A list in this form; `now` is what times in it are relative to.
    pub fn new(form: Form, now: Millis) -> Self {
        let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        Self { out, form, now, rows: 0, widths: Vec::new() }
    }

    /// Prints some more rows.
    pub fn page<T: Listed>(&mut self, rows: &[T]) -> Result<(), Failure> {
        heard()?;
        match self.form {
            Form::Table if rows.is_empty() => {}
            Form::Table => self.table(rows)?,
            Form::Json | Form::JsonLines => rows.iter().try_for_each(|row| self.json(row))?,
        }
        Ok(())
    }

    /// Ends the list; `empty` is said to people when it has no rows.
    pub fn finish(mut self, empty: &str) -> Result<(), Failure> {
        heard()?;
        match (self.form, self.rows) {
            (Form::Json, 0) => writeln!(self.out, "[]")?,
            (Form::Json, _) => writeln!(self.out, "\n]")?,
            (Form::Table, 0) => super::failure::say(empty),
            (Form::Table | Form::JsonLines, _) => {}
        }
        Ok(self.out.flush()?)
    }

    fn json<T: Listed>(&mut self, row: &T) -> Result<(), Failure> {
        let before = match (self.form, self.rows) {
            (Form::Json, 0) => "[\n",
            (Form::Json, _) => ",\n",
            _ => "",
        };
        self.out.write_all(before.as_bytes())?;
        json::write(&mut self.out, &row.json(self.now))?;
        if self.form == Form::JsonLines {
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

/// An error if nobody would get what is printed: of a command that only reads, that is all there is.
pub fn heard() -> Result<(), Failure> {
    match arrives::silent() {
        None => Ok(()),
        Some(why) => Err(Failure::failed(format!("Standard output cannot be written: {why}. Send it somewhere else."))),
    }
}

/// One JSON document on one line.
pub fn document(value: &impl Serialize) -> Result<(), Failure> {
    let mut line = Vec::new();
    json::write(&mut line, value)?;
    line.push(b'\n');
    bytes(&line)
}

/// Writes bytes unchanged.
pub fn bytes(text: &[u8]) -> Result<(), Failure> {
    heard()?;
    let mut out = io::stdout().lock();
    Ok(out.write_all(text).and_then(|()| out.flush())?)
}

/// Prints lines for reading; each is sanitised.
pub fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    heard()?;
    done(lines)
}

/// The same of what was done: it is done, whether or not standard output was closed.
pub fn done<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    Ok(lines.into_iter().try_for_each(|line| writeln!(out, "{}", text::safe(line.as_ref())))?)
}

/// Bytes with a secret in them, whole or with an error that the caller must not pass over.
///
/// Straight to the descriptor: `io::stdout` keeps what it is given in a buffer that nobody wipes.
pub fn secret(bytes: &[u8]) -> io::Result<()> {
    let out = io::stdout();
    let mut rest = bytes;
    while !rest.is_empty() {
        match rustix::io::write(out.as_fd(), rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => rest = &rest[n..],
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}
