//! SQL values that both drivers can carry: NULL, BIGINT, TEXT, bytes.

use super::StoreError;

/// One value of a row or parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One value of a row that the database still holds: a reader of a million rows copies only what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(&'a str),
    /// BLOB or BYTEA.
    Bytes(&'a [u8]),
}

impl<'a> Cell<'a> {
    /// The number, or `None` for NULL; an error for anything else.
    pub fn maybe_int(self) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Null => Ok(None),
            Self::Int(n) => Ok(Some(n)),
            other => Err(broken(Value::from(other).kind(), "a number")),
        }
    }

    /// The number; an error if it is none.
    pub fn int(self) -> Result<i64, StoreError> {
        self.maybe_int()?.ok_or_else(|| broken("NULL", "a number"))
    }

    /// The text; an error if it is none.
    pub fn text(self) -> Result<&'a str, StoreError> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(broken(Value::from(other).kind(), "text")),
        }
    }

    /// The bytes; an error if it is none.
    pub fn bytes(self) -> Result<&'a [u8], StoreError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => Err(broken(Value::from(other).kind(), "bytes")),
        }
    }
}

impl<'a> From<&'a Value> for Cell<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(n) => Self::Int(*n),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Int(n) => Self::Int(n),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

/// One row of a query, taken apart column by column from the left.
#[derive(Debug)]
pub struct Row(std::vec::IntoIter<Value>);

impl Row {
    /// A row with these values, the leftmost column first.
    pub fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// A copy of a row that the database still holds.
    pub fn copied(cells: &[Cell<'_>]) -> Self {
        Self::new(cells.iter().map(|cell| Value::from(*cell)).collect())
    }

    /// The next column as it is.
    pub fn value(&mut self) -> Result<Value, StoreError> {
        self.0.next().ok_or_else(|| StoreError::Broken("a row is too short".to_owned()))
    }

    /// The next column, a number.
    pub fn int(&mut self) -> Result<i64, StoreError> {
        self.maybe_int()?.ok_or_else(|| broken("NULL", "a number"))
    }

    /// The next column, a number or NULL.
    pub fn maybe_int(&mut self) -> Result<Option<i64>, StoreError> {
        match self.value()? {
            Value::Null => Ok(None),
            Value::Int(n) => Ok(Some(n)),
            other => Err(broken(other.kind(), "a number")),
        }
    }

    /// The next column, 0 or 1.
    pub fn flag(&mut self) -> Result<bool, StoreError> {
        Ok(self.int()? != 0)
    }

    /// The next column, text.
    pub fn text(&mut self) -> Result<String, StoreError> {
        self.maybe_text()?.ok_or_else(|| broken("NULL", "text"))
    }

    /// The next column, text or NULL.
    pub fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.value()? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => Err(broken(other.kind(), "text")),
        }
    }

    /// The next column, text; `None` for NULL and for other types. For columns without a tag, which anybody who can
    /// write the database may have written.
    pub fn any_text(&mut self) -> Result<Option<String>, StoreError> {
        Ok(match self.value()? {
            Value::Text(text) => Some(text),
            Value::Null | Value::Int(_) | Value::Bytes(_) => None,
        })
    }

    /// The next column, text; other types become U+FFFD.
    pub fn marked_text(&mut self) -> Result<Option<String>, StoreError> {
        Ok(match self.value()? {
            Value::Null => None,
            Value::Text(text) => Some(text),
            Value::Int(_) | Value::Bytes(_) => Some(char::REPLACEMENT_CHARACTER.to_string()),
        })
    }

    /// The next column, one of the words a type knows.
    pub fn word<T: std::str::FromStr>(&mut self) -> Result<T, StoreError> {
        self.text()?.parse().map_err(|_| StoreError::Broken("a column holds an unknown word".to_owned()))
    }

    /// The next column, bytes.
    pub fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.value()? {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(broken(other.kind(), "bytes")),
        }
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

fn broken(is: &str, wanted: &str) -> StoreError {
    StoreError::Broken(format!("a column holds {is} instead of {wanted}"))
}
