//! The tables that a copy of a desk has, row by row as they are: from one database to another, whichever they are.

use crate::store::{Cell, StoreError, Tx, Value, WriteTx};

use super::{
    AccountRecord, CredentialRecord, Record, RepeatRecord, SecretRecord, SettingRecord, SshKeyRecord, ThrottleRecord,
    UserRecord,
};
use crate::store::bulk::{runs, values};

/// Rows that are written at a time: the largest run of one statement.
const ROWS: usize = 256;

/// A table whose rows are copied.
#[derive(Clone, Debug)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    columns: Vec<&'static str>,
    order: &'static str,
}

impl CopiedTable {
    fn tagged<T: Record>() -> Self {
        let columns = ["id", "version"].into_iter().chain(T::COLUMNS.iter().copied()).chain(["tag"]).collect();
        Self { name: T::TABLE, columns, order: "" }
    }

    fn of(name: &'static str, columns: &'static str) -> Self {
        Self { name, columns: columns.split(' ').collect(), order: "" }
    }
}

/// All of them; what a row refers to comes before it. Not among them are the head and the steps of the schema, which every
/// database has its own of, and the processes at work, which note themselves where they are.
pub fn copied_tables() -> Vec<CopiedTable> {
    let trail = "no at who via unix address action class about subject what before after operation hash";
    let refusal = "credential at id reason component clock_offset address mistake no n";
    vec![
        CopiedTable::tagged::<AccountRecord>(),
        CopiedTable::of("ring", "id purpose active wrapped created_at"),
        CopiedTable::tagged::<UserRecord>(),
        CopiedTable::of("presence", "person at address via"),
        CopiedTable::tagged::<SettingRecord>(),
        CopiedTable::tagged::<ThrottleRecord>(),
        CopiedTable::tagged::<CredentialRecord>(),
        CopiedTable::tagged::<SecretRecord>(),
        CopiedTable::of("usage", "kind credential secret_no at address waiting"),
        CopiedTable::of("tally", "kind state n"),
        CopiedTable::of("refusal", refusal),
        CopiedTable::of("asked", "one at"),
        CopiedTable::of("used_day", "credential day n refused"),
        CopiedTable::tagged::<SshKeyRecord>(),
        CopiedTable::of("ssh_use", "key at address"),
        CopiedTable { order: " ORDER BY no", ..CopiedTable::of("trail", trail) },
        CopiedTable::tagged::<RepeatRecord>(),
        CopiedTable::of("stray", "id moved_at what"),
    ]
}

/// How many rows a table has.
pub fn rows_of(tx: &mut dyn Tx, table: &CopiedTable) -> Result<i64, StoreError> {
    tx.row(&format!("SELECT COUNT(*) FROM {}", table.name), &[])?.map_or(Ok(0), |mut row| row.int())
}

/// Hands every row to `each`.
pub fn each_copied(
    tx: &mut dyn Tx,
    table: &CopiedTable,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let CopiedTable { name, columns, order } = table;
    tx.each(&format!("SELECT {} FROM {name}{order}", columns.join(", ")), &[], each)
}

/// Writes every row of a table into the same table of another database, and shows each to `each`. It holds a few hundred
/// rows at a time.
pub fn copy_table(
    from: &mut dyn Tx,
    to: &mut dyn WriteTx,
    table: &CopiedTable,
    each: &mut dyn FnMut(&[Cell<'_>]),
) -> Result<(), StoreError> {
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(ROWS);
    each_copied(from, table, &mut |row| {
        each(row);
        waiting.push(row.iter().map(|cell| Value::from(*cell)).collect());
        if waiting.len() < ROWS { Ok(()) } else { write_rows(to, table, &mut waiting) }
    })?;
    write_rows(to, table, &mut waiting)
}

fn write_rows(tx: &mut dyn WriteTx, table: &CopiedTable, rows: &mut Vec<Vec<Value>>) -> Result<(), StoreError> {
    let CopiedTable { name, columns, .. } = table;
    for run in runs(rows) {
        let into = format!("INSERT INTO {name} ({})", columns.join(", "));
        let params: Vec<_> = run.iter().flatten().cloned().collect();
        tx.execute(&format!("{into} VALUES {}", values(run.len(), columns.len(), 1)), &params)?;
    }
    rows.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::{Cancel, SqliteStore, Store as _};

    /// The tables that every database has its own rows of.
    const OWN: [&str; 3] = ["head", "process", "schema_step"];

    #[test]
    fn a_copy_has_every_table_and_every_column_of_the_schema() {
        let store = SqliteStore::in_memory().unwrap();
        let mut tx = store.read(&Cancel::default()).unwrap();
        let mut texts = |sql: &str| -> BTreeSet<String> {
            tx.rows(sql, &[]).unwrap().into_iter().map(|mut row| row.text().unwrap()).collect()
        };
        let there = texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        let copied = copied_tables();
        let told = copied.iter().map(|table| table.name).chain(OWN).map(str::to_owned).collect();
        assert_eq!(there, told, "a new table is copied, or every database has its own rows of it");
        for table in copied {
            let is = texts(&format!("SELECT name FROM pragma_table_info('{}')", table.name));
            assert_eq!(is, table.columns.iter().map(|name| (*name).to_owned()).collect(), "{}", table.name);
        }
    }
}
