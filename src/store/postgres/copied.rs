//! The rows of a query by `COPY` in binary form: the values alone, one row after the other, so that nobody makes anything of a row
//! before its reader looks at it.

use tokio_postgres::types::Type;

use crate::store::{Cell, Query, StoreError, Value};

use super::values::cell;

/// What stands before the first row.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// And behind that: flags, and the length of what else there is.
const HEADER: usize = SIGNATURE.len() + 4 + 4;

/// The statement that copies the rows of a query out. It has no parameters.
pub(super) fn statement(query: &Query) -> String {
    let mut rest = query.sql.split('$');
    let mut sql = format!("COPY ({}", rest.next().unwrap_or_default());
    for part in rest {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, text) = part.split_at(digits);
        let value = number.parse::<usize>().ok().and_then(|number| query.params.get(number.checked_sub(1)?));
        sql.push_str(&literal(value.unwrap_or(&Value::Null)));
        sql.push_str(text);
    }
    sql.push_str(") TO STDOUT (FORMAT binary)");
    sql
}

/// A value as part of a statement. Text goes as hexadecimal digits: whatever is in it, and whatever a string is for this server,
/// it ends nowhere else.
fn literal(value: &Value) -> String {
    let bytes = |bytes: &[u8]| format!("pg_catalog.decode('{}', 'hex')", data_encoding::HEXLOWER.encode(bytes));
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Int(n) => format!("('{n}'::pg_catalog.int8)"),
        Value::Text(text) => format!("pg_catalog.convert_from({}, 'UTF8')", bytes(text.as_bytes())),
        Value::Bytes(all) => bytes(all),
    }
}

/// Passes each of some rows to `each`: the first ones of an answer, or later ones. No row is in two messages of a server.
pub(super) fn each(
    mut rows: &[u8],
    types: &[Type],
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if rows.starts_with(SIGNATURE) {
        rows = rows.get(HEADER..).ok_or_else(broken)?;
    }
    let mut cells = Vec::with_capacity(types.len());
    while !rows.is_empty() {
        match i16::from_be_bytes(taken(&mut rows)?) {
            // The end of the answer.
            -1 => return Ok(()),
            columns if usize::try_from(columns) == Ok(types.len()) => {}
            _ => return Err(broken()),
        }
        cells.clear();
        for of in types {
            let raw = match i32::from_be_bytes(taken(&mut rows)?) {
                -1 => None,
                len => {
                    let len = usize::try_from(len).map_err(|_| broken())?;
                    let (raw, rest) = rows.split_at_checked(len).ok_or_else(broken)?;
                    rows = rest;
                    Some(raw)
                }
            };
            cells.push(cell(of, raw)?);
        }
        each(&cells)?;
    }
    Ok(())
}

fn taken<const N: usize>(rows: &mut &[u8]) -> Result<[u8; N], StoreError> {
    let (taken, rest) = rows.split_first_chunk().ok_or_else(broken)?;
    *rows = rest;
    Ok(*taken)
}

fn broken() -> StoreError {
    StoreError::Broken("the rows of a copy cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [Type; 3] = [Type::TEXT, Type::INT8, Type::BYTEA];

    fn read(rows: &[u8]) -> Result<Vec<Vec<Value>>, StoreError> {
        let mut read = Vec::new();
        each(rows, &TYPES, &mut |cells| {
            read.push(cells.iter().copied().map(Value::from).collect());
            Ok(())
        })?;
        Ok(read)
    }

    fn answer() -> Vec<u8> {
        let header = [SIGNATURE, &[0; 8]].concat();
        let one = [&[0, 3, 0, 0, 0, 1, b'a', 0, 0, 0, 8][..], &7_i64.to_be_bytes(), &[0, 0, 0, 2, 1, 2]].concat();
        let nothing = [&[0, 3][..], &[0xff; 12]].concat();
        [header, one, nothing, vec![0xff, 0xff]].concat()
    }

    #[test]
    fn rows_of_a_copy_are_read_whole_or_not_at_all() {
        let rows = [vec!["a".into(), 7.into(), vec![1, 2].into()], vec![Value::Null; 3]];
        assert_eq!(read(&answer()).unwrap(), rows);
        assert_eq!(read(&answer()[HEADER..]).unwrap(), rows, "in a later message");
        let ends = [HEADER, answer().len() - 16, answer().len() - 2];
        for cut in (SIGNATURE.len()..answer().len()).filter(|cut| !ends.contains(cut)) {
            assert_eq!(read(&answer()[..cut]), Err(broken()), "{cut}");
        }
        assert_eq!(read(&[0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Err(broken()), "too few columns");
    }

    #[test]
    fn values_take_the_place_of_parameters_and_none_is_looked_into() {
        let query = Query::new(
            "SELECT $2, $1 WHERE x > $3",
            vec![Value::from("$2'"), Value::from(-5), Value::from(vec![0xab])],
        );
        assert_eq!(
            statement(&query),
            "COPY (SELECT ('-5'::pg_catalog.int8), pg_catalog.convert_from(pg_catalog.decode('243227', 'hex'), 'UTF8') \
             WHERE x > pg_catalog.decode('ab', 'hex')) TO STDOUT (FORMAT binary)"
        );
    }
}
