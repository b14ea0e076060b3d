//! Values on their way to the server and back, typed by what they are.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::{Cell, StoreError, Value};

/// A parameter. Its type goes with it: an untyped one would be text to the server.
#[derive(Debug)]
pub(super) enum Param {
    /// A value.
    One(Value),
    /// A column of many rows.
    Column(Vec<Self>),
}

impl Param {
    /// The parameter and its type.
    pub(super) fn typed(value: Value) -> (Self, Type) {
        let of = match &value {
            Value::Null => Type::UNKNOWN,
            Value::Int(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Bytes(_) => Type::BYTEA,
        };
        (Self::One(value), of)
    }

    /// A column of many rows, an array of the type of its values.
    pub(super) fn column(values: Vec<Value>) -> (Self, Type) {
        let of = match values.iter().find(|value| **value != Value::Null) {
            Some(Value::Int(_)) => Type::INT8_ARRAY,
            Some(Value::Bytes(_)) => Type::BYTEA_ARRAY,
            Some(Value::Text(_) | Value::Null) | None => Type::TEXT_ARRAY,
        };
        (Self::Column(values.into_iter().map(Self::One).collect()), of)
    }
}

impl ToSql for Param {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::One(Value::Null) => Ok(IsNull::Yes),
            Self::One(Value::Int(n)) => n.to_sql(of, out),
            Self::One(Value::Text(text)) => text.to_sql(of, out),
            Self::One(Value::Bytes(bytes)) => bytes.to_sql(of, out),
            Self::Column(values) => values.to_sql(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The bytes of a column as they came.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A column of a row, without a copy.
pub(super) fn column(row: &Row, column: usize) -> Result<Cell<'_>, StoreError> {
    let Raw(raw) = row.try_get(column).map_err(|_| wrong())?;
    cell(row.columns()[column].type_(), raw)
}

/// A column of this type. Smaller numbers and truth values are numbers, as in every other database.
pub(super) fn cell<'a>(of: &Type, raw: Option<&'a [u8]>) -> Result<Cell<'a>, StoreError> {
    let Some(raw) = raw else { return Ok(Cell::Null) };
    let number = |bytes: &[u8]| -> Option<i64> {
        Some(match bytes.len() {
            1 => i64::from(bytes[0] != 0),
            2 => i64::from(i16::from_be_bytes(bytes.try_into().ok()?)),
            4 => i64::from(i32::from_be_bytes(bytes.try_into().ok()?)),
            8 => i64::from_be_bytes(bytes.try_into().ok()?),
            _ => return None,
        })
    };
    match *of {
        Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL => number(raw).map(Cell::Int).ok_or_else(wrong),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => {
            std::str::from_utf8(raw).map(Cell::Text).map_err(|_| wrong())
        }
        Type::BYTEA => Ok(Cell::Bytes(raw)),
        _ => Err(wrong()),
    }
}

fn wrong() -> StoreError {
    StoreError::Broken("a column has a type that keydesk does not use".to_owned())
}
