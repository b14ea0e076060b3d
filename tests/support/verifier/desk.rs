//! A desk that a verifier follows, and its credentials.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use base64ct::{Base64, Encoding as _};
use keydesk::credential::{Kind, Options, Verb};
use keydesk::hub::{
    Actor, DeskPaths, Hub, Issued, NewCredential, NewLegacy, Origin, Policy, SetUp, Setting, StorePlace, TrailQuery,
    TrailRow,
};
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;
use tempfile::TempDir;

use super::Verifier;
use crate::made::{copy, make, on_postgres, open, places, set_up};
use crate::server::{server, url};

/// A desk in a directory of its own.
pub struct Desk {
    pub hub: Hub,
    pub alice: Actor,
    pub dir: TempDir,
}

/// The desk whose two halves are at these places.
pub fn open_at(database: &Path, master_key: &Path) -> Hub {
    open(&DeskPaths::new(database, MasterKeyPlace::file(master_key)), Arc::new(SystemClock))
}

impl Desk {
    /// A copy of a desk that is set up once.
    pub fn new() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            drop(make(&dir, Arc::new(SystemClock)));
            dir
        });
        let dir = tempfile::tempdir().unwrap();
        copy(made, &dir);
        Self::at(dir)
    }

    /// Another desk: its own account, store and master key.
    pub fn of(account: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let wanted = SetUp { account: account.to_owned(), ..set_up() };
        drop(Hub::set_up(&places(&dir), Arc::new(SystemClock), &wanted, &Origin::default()).unwrap());
        Self::at(dir)
    }

    /// The desk in `dir`.
    fn at(dir: TempDir) -> Self {
        Self::by(&places(&dir), dir)
    }

    fn by(places: &DeskPaths, dir: TempDir) -> Self {
        let hub = open(places, Arc::new(SystemClock));
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        Self { hub, alice, dir }
    }

    pub fn master_key(&self) -> PathBuf {
        places(&self.dir).master_key.path
    }

    /// The desk as another process would open it.
    pub fn open_again(self) -> Self {
        Self::at(self.dir)
    }

    /// The same on a machine that has seen nothing of it.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn open_elsewhere(self) -> Self {
        Self::by(&DeskPaths { state_dir: None, ..places(&self.dir) }, self.dir)
    }

    pub fn database(&self) -> PathBuf {
        places(&self.dir).store.file().unwrap().to_owned()
    }

    pub fn with(&self, kind: Kind, name: &str, options: Options) -> Key {
        let legacy = (kind == Kind::Legacy).then(|| NewLegacy { username: name.to_owned(), password: None });
        let wanted = NewCredential { kind, name: name.to_owned(), legacy, options };
        Key::of(self.hub.create(&self.alice, &wanted).unwrap())
    }

    pub fn key(&self, kind: Kind, name: &str) -> Key {
        self.with(kind, name, Options::default())
    }

    pub fn set(&self, key: &Key, verb: Verb) {
        let row = self.hub.find(&self.alice, &key.key, Some(key.kind)).unwrap();
        self.hub.set_state(&self.alice, &[row.target()], verb).unwrap();
    }

    pub fn trail(&self) -> Vec<TrailRow> {
        self.hub.trail(&self.alice, &TrailQuery { limit: 200, ..TrailQuery::default() }).unwrap()
    }

    pub fn policy(&self, policy: &Policy) {
        let Policy { staleness, replay, algorithms } = policy;
        let wanted = [
            (Setting::Staleness, staleness.to_string()),
            (Setting::Replay, replay.as_str().to_owned()),
            (Setting::Algorithms, algorithms.to_string()),
        ];
        self.hub.set_settings(&self.alice, &wanted).unwrap();
    }

    /// Executes SQL as somebody outside keydesk would.
    pub fn sql(&self, sql: &str) {
        if let StorePlace::Postgres(place) = places(&self.dir).store {
            let sql = sql.replace("x'00'", "'\\x00'::bytea");
            let sql = sql.replace("PRAGMA foreign_keys = OFF", "SET session_replication_role = replica");
            server().unwrap().sql(&place.database, &format!("SET search_path = keydesk; {sql}"));
            return;
        }
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }

    /// The same in the way of the trail's triggers, which are there again afterwards as if nothing had been.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn sql_past_triggers(&self, sql: &str) {
        if on_postgres() {
            let again =
                ["rows", "text", "all"].map(|of| format!("ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_{of}"));
            return self.sql(&format!("ALTER TABLE trail DISABLE TRIGGER USER; {sql}; {}", again.join("; ")));
        }
        let triggers =
            "SELECT group_concat(sql, '; ') FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'trail'";
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        let triggers: String = connection.query_row(triggers, [], |row| row.get(0)).unwrap();
        drop(connection);
        self.sql(&format!("DROP TRIGGER trail_keeps_text; DROP TRIGGER trail_keeps_rows; {sql}; {triggers}"));
    }

    /// A verifier at a Unix socket.
    pub fn verifier(&self) -> Verifier {
        self.verifier_with(&[])
    }

    pub fn verifier_with(&self, more: &[&str]) -> Verifier {
        let socket = self.dir.path().join("v.sock");
        let listen = format!("unix:{}", socket.display());
        let mut command = self.command(&["--listen", &listen]);
        command.args(more);
        Verifier::spawn(command, self.dir.path(), socket)
    }

    /// The same, with a limit on open files.
    pub fn verifier_allowed(&self, files: u32, more: &[&str]) -> Verifier {
        let socket = self.dir.path().join("v.sock");
        let listen = format!("unix:{}", socket.display());
        let command = self.command(&["--listen", &listen]);
        let mut shell = Command::new("sh");
        shell.env_clear().arg("-c").arg(format!("ulimit -n {files}; exec \"$@\"")).arg("sh");
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.arg(command.get_program()).args(command.get_args()).args(more);
        shell.stdin(Stdio::null()).stdout(Stdio::null());
        Verifier::spawn(shell, self.dir.path(), socket)
    }

    /// `keydesk serve` with these arguments, at this desk.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().arg("serve").args(args);
        command.arg("--data-dir").arg(self.dir.path().join("data"));
        command.arg("--config").arg(self.dir.path().join("config/config.toml"));
        if let StorePlace::Postgres(place) = places(&self.dir).store {
            command.env("KEYDESK_STORE", url(&place)).env("KEYDESK_STATE_DIR", self.dir.path().join("state"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

/// A credential with its secret.
#[derive(Clone)]
pub struct Key {
    pub kind: Kind,
    pub key: String,
    pub name: String,
    pub secret: String,
    pub id: keydesk::hub::CredentialId,
}

impl Key {
    fn of(issued: Issued) -> Self {
        let secret = issued.secret.unwrap().expose_text().unwrap().to_owned();
        let row = issued.row;
        Self { kind: row.kind, key: row.key, name: row.name, secret, id: row.id }
    }

    /// `Authorization` for Basic.
    pub fn basic(&self) -> String {
        basic(&self.key, &self.secret)
    }

    /// `Authorization` for the HMAC dialect, over date and request line; and the date.
    pub fn hmac(&self, method: &str, target: &str) -> [(String, String); 2] {
        let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let text = format!("date: {date}\n{method} {target} HTTP/1.1");
        let mac = keydesk::vault::Hash::Sha256.mac(self.secret.as_bytes(), text.as_bytes());
        let signature = Base64::encode_string(mac.as_bytes());
        let value = format!(
            "hmac username=\"{}\", algorithm=\"hmac-sha256\", headers=\"date request-line\", signature=\"{signature}\"",
            self.key
        );
        [("Date".to_owned(), date), ("Authorization".to_owned(), value)]
    }

    /// A SOAP body with the username and a password.
    pub fn soap(&self, password: &str) -> String {
        format!(
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:ns=\"http://xml.m4u.com.au/2009\"><soapenv:Body><ns:checkUser><ns:authentication>\
             <ns:userId>{}</ns:userId><ns:password>{password}</ns:password></ns:authentication></ns:checkUser>\
             </soapenv:Body></soapenv:Envelope>",
            self.key
        )
    }
}

pub fn basic(key: &str, secret: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{key}:{secret}").as_bytes()))
}
