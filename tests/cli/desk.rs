//! A desk in a directory of its own, and what a run of `keydesk` came to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Spawn, Output, Stdio};
use std::sync::{Arc, LazyLock};

use assert_cmd::Command;
use keydesk::hub::{DeskPaths, Hub, OpenOutcome};
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;
use serde_json::Value;

pub use crate::need::need;

pub const PASSWORD: &str = "correct horse battery";

/// A home of its own: nothing of the machine's settings reaches the program, nothing of the program's gets out.
pub struct Desk {
    dir: tempfile::TempDir,
}

/// Set up once and copied: a hash and two syncs for each test would be most of the time.
static READY: LazyLock<Desk> = LazyLock::new(|| {
    let desk = Desk::empty();
    desk.typing(PASSWORD, &["init", "--account", "Acme Messaging", "--name", "alice", "--password-stdin"]).done();
    for (name, role) in [("bram", "administrator"), ("chen", "basic"), ("dora", "advanced")] {
        desk.typing(PASSWORD, &["user", "add", name, "--as", "alice", "--role", role, "--password-stdin"]).done();
    }
    desk
});

impl Desk {
    /// A home with no desk in it.
    pub fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// Administrators alice and bram, Basic User chen, Advanced User dora; no credentials.
    pub fn ready() -> Self {
        let desk = Self::empty();
        copy(READY.path(), desk.path());
        desk
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("data/keydesk.db")
    }

    pub fn master_key(&self) -> PathBuf {
        self.path().join("etc/master.key")
    }

    pub fn config(&self) -> PathBuf {
        self.path().join("etc/config.toml")
    }

    /// The environment of every run.
    fn environment(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("HOME", self.path().join("home")),
            ("KEYDESK_DATA_DIR", self.path().join("data")),
            ("KEYDESK_CONFIG", self.config()),
        ]
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().envs(self.environment()).args(args);
        command
    }

    /// The directory of the database, for a flag: `ssh session` believes no environment.
    pub fn data_dir(&self) -> String {
        self.path().join("data").display().to_string()
    }

    /// For what assert_cmd cannot do: to be killed, to be looked at while it runs, to have odd streams.
    pub fn spawn(&self, args: &[&str]) -> Spawn {
        let mut command = Spawn::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().envs(self.environment()).args(args).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::new(args, self.command(args).output().unwrap())
    }

    /// With a line on standard input.
    pub fn typing(&self, line: &str, args: &[&str]) -> Run {
        Run::new(args, self.command(args).write_stdin(format!("{line}\n")).output().unwrap())
    }

    /// Creates a credential with `--json`; what it printed.
    pub fn create(&self, args: &[&str]) -> Value {
        let all = [&["key", "create", "--as", "alice", "--json"], args].concat();
        self.run(&all).done().json()
    }

    /// A key of a new credential.
    pub fn new_key(&self, kind: &str, name: &str) -> String {
        text(&self.create(&["--kind", kind, "--name", name])["key"])
    }

    /// All credentials, revoked ones too.
    pub fn list(&self) -> Vec<Value> {
        let listed = self.run(&["key", "list", "--as", "alice", "--all", "--json"]).done().json();
        listed.as_array().unwrap().clone()
    }

    /// The trail, newest first.
    pub fn trail(&self) -> Vec<Value> {
        self.run(&["audit", "list", "--as", "alice", "--json"]).done().json().as_array().unwrap().clone()
    }

    /// `NO:HASH` of a whole trail.
    pub fn verify(&self) -> String {
        self.run(&["audit", "verify", "--as", "alice"]).done().out.trim().to_owned()
    }

    /// The desk by the library, for what the command line cannot do.
    pub fn hub(&self) -> Hub {
        let places = DeskPaths::new(self.database(), MasterKeyPlace::file(self.master_key()));
        match Hub::open(&places, Arc::new(SystemClock)).unwrap() {
            OpenOutcome::Ready(hub) => hub,
            OpenOutcome::New => panic!("there is no desk"),
        }
    }

    /// Everything that the program wrote, by path.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        walk(self.path(), &mut files);
        files.sort();
        files
    }
}

/// What a run came to.
pub struct Run {
    what: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn new(args: &[&str], output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self {
            what: format!("keydesk {}", args.join(" ")),
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// It ended well.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}: {}", self.what, self.err);
        self
    }

    /// It ended with `code`, one sentence that holds `says` on standard error, and nothing on standard output.
    #[track_caller]
    pub fn fails(self, code: i32, says: &str) -> Self {
        let Self { what, err, .. } = &self;
        assert_eq!(self.code, Some(code), "{what}: {err}");
        assert_eq!(self.out, "", "{what}: something on standard output");
        assert!(err.starts_with("keydesk: ") && err.ends_with('\n') && err.lines().count() == 1, "{what}: {err:?}");
        assert!(err.contains(says), "{what}: {says:?} is not in {err:?}");
        assert!(!err.chars().any(|c| c.is_control() && c != '\n'), "{what}: control characters in {err:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{}: {e}: {:?}", self.what, self.out))
    }
}

/// The text of a JSON string.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Runs SQL with the `sqlite3` program, as somebody would who has no master key.
#[track_caller]
pub fn sqlite3(database: &Path, sql: &str) -> String {
    let output = Spawn::new("sqlite3").arg("-bail").arg(database).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => {
                fs::create_dir(&target).unwrap();
                fs::set_permissions(&target, entry.metadata().unwrap().permissions()).unwrap();
                copy(&entry.path(), &target);
            }
            false => drop(fs::copy(entry.path(), &target).unwrap()),
        }
    }
}

fn walk(dir: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => walk(&entry.path(), files),
            false => files.push((entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
}
