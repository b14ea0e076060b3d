//! Many rows in one statement: each column is one parameter, so that the statement is as short as for one row. A server parses
//! and plans it each time.

use crate::store::{Value, bulk};

use super::Statement;

/// Rows of one statement.
const AT_ONCE: usize = 1_024;

/// A statement over rows, which `{rows}` stands for in it, for some of them at a time.
pub(in crate::store::postgres) fn over_rows(sql: &str, params: &[Value], rows: Vec<Vec<Value>>) -> Vec<Statement> {
    let (mut rows, mut statements) = (rows.into_iter(), Vec::new());
    while rows.len() > 0 {
        let some: Vec<_> = rows.by_ref().take(AT_ONCE).collect();
        statements.push(match some.len() {
            1 => of_one_row(sql, params.to_vec(), some),
            _ => of_columns(sql, params.to_vec(), columns(some)),
        });
    }
    statements
}

fn of_one_row(sql: &str, mut params: Vec<Value>, row: Vec<Vec<Value>>) -> Statement {
    let before = params.len();
    params.extend(row.into_iter().flatten());
    let values = bulk::values(1, params.len() - before, before + 1);
    Statement::Typed(sql.replace("{rows}", &format!("VALUES {values}")), params, None)
}

fn columns(rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let (count, width) = (rows.len(), rows.first().map_or(0, Vec::len));
    let mut columns: Vec<_> = (0..width).map(|_| Vec::with_capacity(count)).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    columns
}

fn of_columns(sql: &str, params: Vec<Value>, columns: Vec<Vec<Value>>) -> Statement {
    // A column without values has no type: what the statement does with NULL says which.
    let is_empty = |column: &Vec<Value>| column.iter().all(|value| *value == Value::Null);
    let named: Vec<_> =
        columns.iter().enumerate().map(|(i, column)| (i > 0 && is_empty(column), format!("c{i}"))).collect();
    let all: Vec<_> = named.iter().map(|(is_empty, name)| if *is_empty { "NULL" } else { name }).collect();
    let names: Vec<_> = named.iter().filter(|(is_empty, _)| !is_empty).map(|(_, name)| name.as_str()).collect();
    let places: Vec<_> = (1..=names.len()).map(|i| format!("${}", params.len() + i)).collect();
    let table = format!("SELECT {} FROM unnest({}) AS told ({})", all.join(", "), places.join(", "), names.join(", "));
    let kept = columns.into_iter().zip(named).filter(|(_, (is_empty, _))| !is_empty).map(|(column, _)| column);
    Statement::Columns(sql.replace("{rows}", &table), params, kept.collect())
}
