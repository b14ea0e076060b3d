//! The attacker: the `sqlite3` program on the same database.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use keydesk::store::{Cancel, Commit, SqliteStore, Store, StoreError, tables};

/// A desk without rows.
pub struct Desk {
    pub dir: tempfile::TempDir,
    pub path: PathBuf,
}

impl Desk {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keydesk.db");
        SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
        Self { dir, path }
    }

    pub fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path, &mut |_, _| Ok(())).unwrap()
    }

    /// Runs a process that ends again.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        let output = Command::new("sqlite3").arg("-bail").arg(&self.path).arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Changes `sqlite_schema` without changing the schema version, in one transaction.
    pub fn unnoticed(&self, sql: &str) {
        let number = self.sql("PRAGMA schema_version");
        self.sql(&format!(
            "PRAGMA writable_schema = on; BEGIN IMMEDIATE; {sql}; PRAGMA schema_version = {number}; COMMIT"
        ));
        assert_eq!(self.sql("PRAGMA schema_version"), number);
    }

    pub fn beside(&self, ending: &str) -> PathBuf {
        self.dir.path().join(format!("keydesk.db{ending}"))
    }

    pub fn remove(&self, endings: &[&str]) {
        endings.iter().for_each(|ending| std::fs::remove_file(self.beside(ending)).unwrap());
    }

    /// The counter of a kind as seen by a new process, which also checks the database.
    #[track_caller]
    pub fn others_see(&self, kind: &str) -> String {
        assert_eq!(self.sql("PRAGMA integrity_check"), "ok");
        self.sql(&format!("SELECT n FROM tally WHERE kind = '{kind}'"))
    }
}

/// The same program, kept open.
pub struct Other {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
}

impl Other {
    pub fn at(path: &Path) -> Self {
        let mut command = Command::new("sqlite3");
        let mut child = command.arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (asks, says) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, asks, says }
    }

    /// Runs a statement and returns the first line of its output.
    pub fn ask(&mut self, sql: &str) -> String {
        writeln!(self.asks, "{sql}; SELECT 'done';").unwrap();
        let mut lines = (&mut self.says).lines().map(Result::unwrap);
        let first = lines.next().unwrap();
        if first != "done" {
            assert!(lines.any(|line| line == "done"));
        }
        first
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Adds to a counter in a transaction of its own.
pub fn add(store: &dyn Store, kind: &str, n: i64) -> Result<(), StoreError> {
    let mut tx = store.write()?;
    tables::add_to_tally(&mut *tx, kind, "active", n)?;
    match tx.commit() {
        Commit::Committed => Ok(()),
        Commit::NotCommitted(why) => Err(why),
        Commit::Unknown => Err(StoreError::Unknown),
    }
}

/// The counter of a kind as the store sees it.
pub fn number(store: &dyn Store, kind: &str) -> Result<i64, StoreError> {
    let all = tables::tallies(&mut *store.read(&Cancel::default())?)?;
    Ok(all.into_iter().find(|(of, ..)| of == kind).map_or(0, |(.., n)| n))
}
