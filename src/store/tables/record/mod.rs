//! Tagged rows: rows that decide something. Each has an id, a version and a tag over everything else.

mod column;
mod macros;

pub use column::Column;
pub(super) use macros::{cells, record};

use crate::store::bulk::{places, runs};
use crate::store::{Cell, Query, Row, StoreError, Tx, Value, WriteTx};

/// A row of a tagged table.
pub trait Record: Sized {
    /// Name of the table.
    const TABLE: &'static str;
    /// Columns after `id` and `version`, before `tag`, in the order of [`Record::values`].
    const COLUMNS: &'static [&'static str];
    /// The last of [`Record::COLUMNS`] that came after the table's first release, each with its default. The tag covers
    /// such a column, by name and value, only where it differs from the default: rows of before keep their tags, and a
    /// program that does not know the column refuses the rows that use it.
    const LATER: &'static [(&'static str, Cell<'static>)] = &[];
    /// Whether the head carries a sum over the rows of this table.
    const SUMMED: bool = true;

    /// The primary key of the row.
    fn id(&self) -> &str;
    /// Version of the row: one more with every change.
    fn version(&self) -> i64;
    /// Values of [`Record::COLUMNS`].
    fn values(&self) -> Vec<Value>;
    /// Builds the record from its id, its version and the columns of [`Record::COLUMNS`].
    fn read(id: String, version: i64, row: &mut Row) -> Result<Self, StoreError>;

    /// All columns for a SELECT.
    fn select() -> String {
        format!("id, version, {}, tag", Self::COLUMNS.join(", "))
    }
}

/// A record with the tag that stands in its row; whether it is right, only the vault can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    /// The row without its tag.
    pub record: T,
    /// The tag that the row carries, not checked yet.
    pub tag: Vec<u8>,
}

impl<T: Record> Tagged<T> {
    /// Reads the columns of [`Record::select`] off a row.
    pub fn take(row: &mut Row) -> Result<Self, StoreError> {
        let (id, version) = (row.text()?, row.int()?);
        Ok(Self { record: T::read(id, version, row)?, tag: row.bytes()? })
    }
}

/// The query of [`get`].
pub fn get_query<T: Record>(column: &str, value: &str) -> Query {
    Query::new(format!("SELECT {} FROM {} WHERE {column} = $1", T::select(), T::TABLE), [value.into()])
}

/// The row whose `column` is `value`, if there is one.
pub fn get<T: Record>(tx: &mut dyn Tx, column: &str, value: &str) -> Result<Option<Tagged<T>>, StoreError> {
    let Some(mut row) = get_query::<T>(column, value).row(tx)? else { return Ok(None) };
    let found = Tagged::<T>::take(&mut row)?;
    // An index that was written by hand leads to any row.
    let is = match T::COLUMNS.iter().position(|name| *name == column) {
        Some(place) => found.record.values().get(place) == Some(&value.into()),
        None => found.record.id() == value,
    };
    if is { Ok(Some(found)) } else { Err(StoreError::Broken(format!("an index of {} leads to another row", T::TABLE))) }
}

/// The rows with these ids, in no order.
pub fn get_many<T: Record>(tx: &mut dyn Tx, ids: &[String]) -> Result<Vec<Tagged<T>>, StoreError> {
    let of_run = |ids: &[String]| {
        let sql = format!("SELECT {} FROM {} WHERE id IN ({})", T::select(), T::TABLE, places(ids.len(), 1));
        Query::new(sql, ids.iter().map(Value::from).collect::<Vec<_>>())
    };
    let mut found = Vec::with_capacity(ids.len());
    for mut row in all_rows(tx, runs(ids).map(of_run).collect())? {
        found.push(Tagged::take(&mut row)?);
    }
    Ok(found)
}

/// The rows of several queries, in one round trip.
pub(in crate::store::tables) fn all_rows(tx: &mut dyn Tx, queries: Vec<Query>) -> Result<Vec<Row>, StoreError> {
    tx.prefetch(queries.clone())?;
    let mut rows = Vec::new();
    for query in queries {
        rows.extend(query.rows(tx)?);
    }
    Ok(rows)
}

/// The tag that stands in the row with this id and version, if there is one.
pub fn stored_tag<T: Record>(tx: &mut dyn Tx, id: &str, version: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = format!("SELECT tag FROM {} WHERE id = $1 AND version = $2", T::TABLE);
    tx.row(&sql, &[id.into(), version.into()])?.map(|mut row| row.bytes()).transpose()
}

/// The version of the row whose `column` is `value`, whatever else is in it.
pub fn version_of<T: Record>(tx: &mut dyn Tx, column: &str, value: &str) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT version FROM {} WHERE {column} = $1", T::TABLE);
    tx.row(&sql, &[value.into()])?.map(|mut row| row.int()).transpose()
}

/// The query of [`each_tag`].
pub fn tags_query(table: &str) -> Query {
    // An index that holds all that is asked for would be read in place of the table; none holds this text.
    Query::new(format!("SELECT id, version, tag FROM {table} WHERE id || '' IS NOT NULL"), [])
}

/// Hands over id, version and tag of every row, in no order and by no index.
pub fn each_tag(
    tx: &mut dyn Tx,
    table: &str,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each(&tags_query(table).sql, &[], each)
}

/// Removes the row with this id; that there is none is an error of the change.
pub fn remove<T: Record>(tx: &mut dyn WriteTx, id: &str) -> Result<(), StoreError> {
    tx.queue_one(T::TABLE, &format!("DELETE FROM {} WHERE id = $1", T::TABLE), &[id.into()])
}

/// Every row, as its columns of [`Record::select`], in no order.
pub fn each_tagged<T: Record>(
    tx: &mut dyn Tx,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each(&format!("SELECT {} FROM {}", T::select(), T::TABLE), &[], each)
}

/// The query of [`all_by`].
pub fn all_by_query<T: Record>(column: &str, value: &str, order: &str) -> Query {
    let sql = format!("SELECT {} FROM {} WHERE {column} = $1 ORDER BY {order}", T::select(), T::TABLE);
    Query::new(sql, [value.into()])
}

/// All rows whose `column` is `value`, ordered.
pub fn all_by<T: Record>(
    tx: &mut dyn Tx,
    column: &str,
    value: &str,
    order: &str,
) -> Result<Vec<Tagged<T>>, StoreError> {
    all_by_query::<T>(column, value, order).rows(tx)?.iter_mut().map(Tagged::take).collect()
}

/// Inserts a row.
pub fn insert<T: Record>(tx: &mut dyn WriteTx, record: &T, tag: Vec<u8>) -> Result<(), StoreError> {
    insert_all(tx, vec![(record, tag)])
}

/// Inserts rows, each with its tag.
pub fn insert_all<T: Record>(tx: &mut dyn WriteTx, rows: Vec<(&T, Vec<u8>)>) -> Result<(), StoreError> {
    let row = |(record, tag): (&T, Vec<u8>)| {
        let mut values = vec![record.id().into(), record.version().into()];
        values.extend(record.values());
        values.push(tag.into());
        values
    };
    let sql = format!("INSERT INTO {} ({}) {{rows}}", T::TABLE, T::select());
    tx.queue_rows(&sql, &[], rows.into_iter().map(row).collect())
}

/// Replaces the row that has this id and version `was`; that there is none is an error of the change.
pub fn update<T: Record>(tx: &mut dyn WriteTx, record: &T, tag: Vec<u8>, was: i64) -> Result<(), StoreError> {
    let sets: Vec<_> = T::COLUMNS.iter().enumerate().map(|(i, column)| format!("{column} = ${}", i + 5)).collect();
    let sql =
        format!("UPDATE {} SET version = $3, tag = $4, {} WHERE id = $1 AND version = $2", T::TABLE, sets.join(", "));
    let mut params = vec![record.id().into(), was.into(), record.version().into(), tag.into()];
    params.extend(record.values());
    tx.queue_one(T::TABLE, &sql, &params)
}
