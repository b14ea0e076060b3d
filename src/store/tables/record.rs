//! Rows that decide something: each has an id, a version and a tag over everything else.

use crate::store::{Cell, Row, StoreError, Tx, Value, WriteTx};

/// A row of a tagged table.
pub trait Record: Sized {
    /// Table.
    const TABLE: &'static str;
    /// Columns after `id` and `version`, before `tag`, in the order of [`Record::values`].
    const COLUMNS: &'static [&'static str];

    /// Primary key.
    fn id(&self) -> &str;
    /// One more with every change.
    fn version(&self) -> i64;
    /// Values of [`Record::COLUMNS`].
    fn values(&self) -> Vec<Value>;
    /// Reads [`Record::COLUMNS`].
    fn read(id: String, version: i64, row: &mut Row) -> Result<Self, StoreError>;

    /// All columns for a SELECT.
    fn select() -> String {
        format!("id, version, {}, tag", Self::COLUMNS.join(", "))
    }
}

/// A record with the tag that stands in its row; whether it is right, only the vault can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    /// The row.
    pub record: T,
    /// Its tag.
    pub tag: Vec<u8>,
}

impl<T: Record> Tagged<T> {
    /// Reads the columns of [`Record::select`] off a row.
    pub fn take(row: &mut Row) -> Result<Self, StoreError> {
        let (id, version) = (row.text()?, row.int()?);
        Ok(Self { record: T::read(id, version, row)?, tag: row.bytes()? })
    }
}

/// The row whose `column` is `value`, if there is one.
pub fn get<T: Record>(tx: &mut dyn Tx, column: &str, value: &str) -> Result<Option<Tagged<T>>, StoreError> {
    let sql = format!("SELECT {} FROM {} WHERE {column} = $1", T::select(), T::TABLE);
    tx.row(&sql, &[value.into()])?.map(|mut row| Tagged::take(&mut row)).transpose()
}

/// Every row, as its columns of [`Record::select`], in no order.
pub fn each_tagged<T: Record>(
    tx: &mut dyn Tx,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each(&format!("SELECT {} FROM {}", T::select(), T::TABLE), &[], each)
}

/// All rows whose `column` is `value`, ordered.
pub fn all_by<T: Record>(
    tx: &mut dyn Tx,
    column: &str,
    value: &str,
    order: &str,
) -> Result<Vec<Tagged<T>>, StoreError> {
    let sql = format!("SELECT {} FROM {} WHERE {column} = $1 ORDER BY {order}", T::select(), T::TABLE);
    tx.rows(&sql, &[value.into()])?.iter_mut().map(Tagged::take).collect()
}

/// Inserts a row.
pub fn insert<T: Record>(tx: &mut dyn WriteTx, record: &T, tag: Vec<u8>) -> Result<(), StoreError> {
    let places: Vec<_> = (1..=T::COLUMNS.len() + 3).map(|i| format!("${i}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", T::TABLE, T::select(), places.join(", "));
    let mut params = vec![record.id().into(), record.version().into()];
    params.extend(record.values());
    params.push(tag.into());
    tx.execute(&sql, &params).map(|_| ())
}

/// Replaces the row that has this id and version `was`; `false` when there is none.
pub fn update<T: Record>(tx: &mut dyn WriteTx, record: &T, tag: Vec<u8>, was: i64) -> Result<bool, StoreError> {
    let sets: Vec<_> = T::COLUMNS.iter().enumerate().map(|(i, column)| format!("{column} = ${}", i + 5)).collect();
    let sql =
        format!("UPDATE {} SET version = $3, tag = $4, {} WHERE id = $1 AND version = $2", T::TABLE, sets.join(", "));
    let mut params = vec![record.id().into(), was.into(), record.version().into(), tag.into()];
    params.extend(record.values());
    Ok(tx.execute(&sql, &params)? == 1)
}
