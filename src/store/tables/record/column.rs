//! The types of columns, and how each is written and read.

use crate::store::{Cell, Row, StoreError, Value};

/// The type of a column in a record.
pub trait Column: Sized {
    /// What a reader gets that copies nothing.
    type Cell<'a>;

    /// The value to write.
    fn value(&self) -> Value;
    /// Takes the next column off a row.
    fn take(row: &mut Row) -> Result<Self, StoreError>;
    /// Reads a cell.
    fn of(cell: Cell<'_>) -> Result<Self::Cell<'_>, StoreError>;
}

impl Column for i64 {
    type Cell<'a> = Self;

    fn value(&self) -> Value {
        (*self).into()
    }

    fn take(row: &mut Row) -> Result<Self, StoreError> {
        row.int()
    }

    fn of(cell: Cell<'_>) -> Result<Self, StoreError> {
        cell.int()
    }
}

impl Column for Option<i64> {
    type Cell<'a> = Self;

    fn value(&self) -> Value {
        (*self).into()
    }

    fn take(row: &mut Row) -> Result<Self, StoreError> {
        row.maybe_int()
    }

    fn of(cell: Cell<'_>) -> Result<Self, StoreError> {
        cell.maybe_int()
    }
}

impl Column for bool {
    type Cell<'a> = Self;

    fn value(&self) -> Value {
        (*self).into()
    }

    fn take(row: &mut Row) -> Result<Self, StoreError> {
        row.flag()
    }

    fn of(cell: Cell<'_>) -> Result<Self, StoreError> {
        Ok(cell.int()? != 0)
    }
}

impl Column for String {
    type Cell<'a> = &'a str;

    fn value(&self) -> Value {
        self.into()
    }

    fn take(row: &mut Row) -> Result<Self, StoreError> {
        row.text()
    }

    fn of(cell: Cell<'_>) -> Result<&str, StoreError> {
        cell.text()
    }
}

impl Column for Vec<u8> {
    type Cell<'a> = &'a [u8];

    fn value(&self) -> Value {
        self.as_slice().into()
    }

    fn take(row: &mut Row) -> Result<Self, StoreError> {
        row.bytes()
    }

    fn of(cell: Cell<'_>) -> Result<&[u8], StoreError> {
        cell.bytes()
    }
}
