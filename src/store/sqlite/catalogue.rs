//! The schema catalogue (`sqlite_schema`) at one moment: what was opened, whether it is still that, and its canonical
//! form.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::store::{StoreError, Value};

use super::sql_error::failed;

const ROWS: &str = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema";

/// The two tables of ANALYZE, which are harmless and which operators may create. Compared word for word: a table of
/// this name could have columns that run functions when it is read.
const ANALYZED: [(&str, &str); 2] = [
    ("sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    ("sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"),
];

/// Type, name, table, root page and SQL text of every entry of the schema, in the order of its rows, and the schema
/// version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Catalogue {
    version: i64,
    rows: Vec<[Value; 5]>,
}

impl Catalogue {
    /// Reads the catalogue in a transaction that is open, and lets the connection load its schema from the same state.
    ///
    /// SQLite loads the schema when a statement first needs it, and from then on compares only the schema version.
    /// So the state is fixed first, which loads nothing, and an earlier schema is dropped.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        version(connection)?;
        connection.execute_batch("PRAGMA writable_schema = RESET").map_err(failed(connection))?;
        Self::read(connection)
    }

    /// The catalogue in the transaction that is open.
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let version = version(connection)?;
        let mut statement = connection.prepare_cached(ROWS).map_err(failed(connection))?;
        let row = |row: &rusqlite::Row<'_>| {
            let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|column| row.get_ref(column).map(value));
            Ok([a?, b?, c?, d?, e?])
        };
        let rows = statement.query_map([], row).and_then(Iterator::collect).map_err(failed(connection))?;
        Ok(Self { version, rows })
    }

    /// Whether the database has this catalogue in the open transaction. The schema version alone is not enough: whoever
    /// writes the file can set it too.
    pub(super) fn is_still(&self, connection: &Connection) -> Result<bool, StoreError> {
        if version(connection)? != self.version {
            return Ok(false);
        }
        let mut statement = connection.prepare_cached(ROWS).map_err(failed(connection))?;
        let mut rows = statement.query([]).map_err(failed(connection))?;
        let mut known = self.rows.iter();
        while let Some(row) = rows.next().map_err(failed(connection))? {
            let Some(known) = known.next() else { return Ok(false) };
            for (column, known) in known.iter().enumerate() {
                if !equal(known, row.get_ref(column).map_err(failed(connection))?) {
                    return Ok(false);
                }
            }
        }
        Ok(known.next().is_none())
    }

    /// Type, name, table and SQL text, ordered, without the tables of ANALYZE. Root pages differ from file to file.
    pub(super) fn entries(&self) -> Vec<[&Value; 4]> {
        let entries = self.rows.iter().map(|[kind, name, table, _, sql]| [kind, name, table, sql]);
        let mut entries: Vec<_> = entries.filter(|entry| !is_of_analyze(entry)).collect();
        entries.sort_by_cached_key(|entry| entry.map(canonical));
        entries
    }

    /// The entries as bytes: each value as its length and itself.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.entries().into_iter().flatten().flat_map(canonical).collect()
    }
}

/// The schema version. The statement does not load the schema itself.
fn version(connection: &Connection) -> Result<i64, StoreError> {
    let mut version = connection.prepare_cached("PRAGMA schema_version").map_err(failed(connection))?;
    version.query_row([], |row| row.get(0)).map_err(failed(connection))
}

fn is_of_analyze([kind, name, table, sql]: &[&Value; 4]) -> bool {
    let is = |value: &Value, text: &str| matches!(value, Value::Text(is) if is == text);
    ANALYZED.iter().any(|(of, text)| is(kind, "table") && is(name, of) && is(table, of) && is(sql, text))
}

/// Text that is not UTF-8 becomes bytes, which differ from any text of ours.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(n) => Value::Bytes(n.to_be_bytes().to_vec()),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).map_or_else(|e| e.into_bytes().into(), Value::Text),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn equal(known: &Value, is: ValueRef<'_>) -> bool {
    match (known, is) {
        (Value::Null, ValueRef::Null) => true,
        (Value::Int(known), ValueRef::Integer(is)) => *known == is,
        (Value::Text(known), ValueRef::Text(is)) => known.as_bytes() == is,
        (known, is @ (ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_))) => *known == value(is),
        _ => false,
    }
}

/// An unambiguous encoding of a value: type, length, content.
fn canonical(value: &Value) -> Vec<u8> {
    let (kind, bytes) = match value {
        Value::Null => (b'n', Vec::new()),
        Value::Int(n) => (b'i', n.to_be_bytes().to_vec()),
        Value::Text(text) => (b't', text.as_bytes().to_vec()),
        Value::Bytes(bytes) => (b'b', bytes.clone()),
    };
    [&[kind][..], &(bytes.len() as u64).to_be_bytes(), &bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(dir: &tempfile::TempDir) -> [Connection; 2] {
        [(); 2].map(|()| {
            let connection = Connection::open(dir.path().join("a.db")).unwrap();
            connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
            connection
        })
    }

    /// The check relies on this: the state is fixed first, and the schema is loaded from it.
    #[test]
    fn the_schema_is_loaded_from_the_state_that_is_checked() {
        let dir = tempfile::tempdir().unwrap();
        let [ours, other] = two(&dir);
        other.execute_batch("CREATE TABLE here (x)").unwrap();
        let planted = |sql: &str| other.execute_batch(sql).unwrap();
        // The schema is hostile when it is loaded, then clean with the same version.
        planted("CREATE TRIGGER planted AFTER INSERT ON here BEGIN DELETE FROM here; END; PRAGMA schema_version = 7");
        ours.execute_batch("SELECT * FROM here").unwrap();
        planted("DROP TRIGGER planted; PRAGMA schema_version = 7");
        ours.execute_batch("BEGIN").unwrap();
        version(&ours).unwrap();
        // Changes of the other connection from here on belong to another state.
        planted("CREATE TRIGGER planted AFTER INSERT ON here BEGIN DELETE FROM here; END; PRAGMA schema_version = 7");
        let found = Catalogue::load(&ours).unwrap();
        assert_eq!(found.rows.len(), 1, "{found:?}");
        planted("DROP TRIGGER planted; PRAGMA schema_version = 7");
        ours.execute_batch("COMMIT; INSERT INTO here VALUES (1)").unwrap();
        let kept: i64 = ours.query_row("SELECT COUNT(*) FROM here", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 1, "the trigger ran");
    }

    #[test]
    fn any_difference_in_the_schema_changes_the_catalogue() {
        let dir = tempfile::tempdir().unwrap();
        let [ours, other] = two(&dir);
        other.execute_batch("CREATE TABLE one (x UNIQUE); CREATE TABLE two (x)").unwrap();
        let known = Catalogue::read(&ours).unwrap();
        assert!(known.is_still(&ours).unwrap());
        other.execute_batch("INSERT INTO one VALUES (1)").unwrap();
        assert!(known.is_still(&ours).unwrap(), "rows are not the schema");
        let sum = "SELECT SUM(rootpage) FROM sqlite_schema WHERE name IN ('one', 'two')";
        let sum: i64 = other.query_row(sum, [], |row| row.get(0)).unwrap();
        let swap = &format!(
            "PRAGMA writable_schema = on; UPDATE sqlite_schema SET rootpage = {sum} - rootpage WHERE name IN ('one', 'two')"
        );
        other.execute_batch(swap).unwrap();
        assert!(!known.is_still(&ours).unwrap(), "its number is as it was");
        assert_eq!(known.bytes(), Catalogue::read(&ours).unwrap().bytes(), "first pages are not in it");
        other.execute_batch(swap).unwrap();
        assert!(known.is_still(&ours).unwrap());
        other.execute_batch("PRAGMA schema_version = 99").unwrap();
        assert!(!known.is_still(&ours).unwrap());
    }

    #[test]
    fn only_genuine_analyze_tables_are_left_out() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x PRIMARY KEY); INSERT INTO t VALUES (1)").unwrap();
        let before = Catalogue::read(&connection).unwrap().bytes();
        connection.execute_batch("ANALYZE").unwrap();
        let analyzed = Catalogue::read(&connection).unwrap();
        assert!(analyzed.rows.len() > 2 && analyzed.bytes() == before, "{analyzed:?}");
        connection
            .execute_batch(
                "PRAGMA writable_schema = on; UPDATE sqlite_schema SET sql = \
                 'CREATE TABLE sqlite_stat1(tbl,idx,stat AS (abs(1)))' WHERE name = 'sqlite_stat1'",
            )
            .unwrap();
        assert_ne!(Catalogue::read(&connection).unwrap().bytes(), before);
    }
}
