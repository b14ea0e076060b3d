//! One desk, its servers, and whoever uses it.

use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Options};
use keydesk::hub::{
    Actor, DeskPaths, Hub, HubError, Issued, ListQuery, NewCredential, Origin, PostgresPlace, StorePlace,
};
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::harness::Desk;
use super::made::{open, set_up};
use super::proxy::{Proxy, Upstream};
use super::server::Server;
use super::support::{GatewayRequest, PATIENCE, Verifier, basic};

/// A desk whose servers are each behind a proxy.
pub struct Room {
    pub dir: TempDir,
    /// One for each server, in the order of the URL.
    pub proxies: Vec<Proxy>,
    database: String,
}

/// A primary and its standby.
pub struct Pair {
    pub primary: Server,
    pub standby: Server,
    /// Between the two.
    pub wire: Proxy,
    pub room: Room,
}

impl Pair {
    /// A standby that has everything; it has each change before its commit is answered, if it is synchronous.
    pub fn new(synchronous: bool) -> Option<Self> {
        let primary = Server::start("")?;
        let wire = Proxy::of(&primary);
        let address = wire.address;
        let of = format!("host={} port={} user=postgres application_name=standby", address.ip(), address.port());
        let standby = Server::standby(&of)?;
        until("the standby follows", || primary.sql("postgres", REPLICAS) == "1");
        if synchronous {
            primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
            primary.sql("postgres", "SELECT pg_reload_conf()");
            until("it is waited for", || primary.sql("postgres", SYNCHRONOUS) == "1");
        }
        let room = Room::at(&primary, [&primary, &standby].map(Proxy::of).into());
        Some(Self { primary, standby, wire, room })
    }

    /// Makes the standby the primary.
    pub fn promote(&self) {
        assert_eq!(self.standby.sql("postgres", "SELECT pg_promote(true, 60)"), "t");
    }

    /// The number that SQL finds on the standby.
    pub fn on_standby(&self, sql: &str) -> i64 {
        self.standby.sql(&self.room.database, &format!("SET search_path = keydesk; {sql}")).parse().unwrap()
    }
}

const REPLICAS: &str = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
const SYNCHRONOUS: &str = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";

impl Room {
    /// A new desk on a server.
    pub fn at(server: &Server, proxies: Vec<Proxy>) -> Self {
        Self::in_database(&server.database().database, proxies)
    }

    /// A new desk in a database that is there.
    pub fn in_database(database: &str, proxies: Vec<Proxy>) -> Self {
        let room = Self { dir: tempfile::tempdir().unwrap(), proxies, database: database.to_owned() };
        drop(Hub::set_up(&room.places(), Arc::new(SystemClock), &set_up(), &Origin::default()).unwrap());
        room
    }

    /// A desk on a server of its own behind one proxy.
    pub fn alone(server: &Server) -> Self {
        Self::at(server, vec![Proxy::of(server)])
    }

    fn place(&self) -> PostgresPlace {
        let hosts = self.proxies.iter().flat_map(|proxy| proxy.place_by_port(&self.database).hosts).collect();
        PostgresPlace { hosts, ..self.proxies[0].place_by_port(&self.database) }
    }

    pub fn places(&self) -> DeskPaths {
        let store = StorePlace::Postgres(Arc::new(self.place()));
        let key = MasterKeyPlace::file(self.dir.path().join("etc/master.key"));
        DeskPaths { store, state_dir: Some(self.dir.path().join("state")), ..DeskPaths::new("", key) }
    }

    /// The same without a proxy before the server.
    pub fn straight_to(&self, server: &Server) -> Hub {
        let store = StorePlace::Postgres(Arc::new(server.place(&self.database)));
        open(&DeskPaths { store, state_dir: None, ..self.places() }, Arc::new(SystemClock))
    }

    pub fn hub(&self) -> Hub {
        open(&self.places(), Arc::new(SystemClock))
    }

    /// `keydesk` with these arguments, on this desk.
    pub fn command(&self, args: &[&str]) -> Command {
        let hosts: Vec<_> = self.proxies.iter().map(|proxy| proxy.address.to_string()).collect();
        let url = format!("postgres://postgres@{}/{}?sslmode=disable", hosts.join(","), self.database);
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().env("KEYDESK_STORE", url).env("HOME", self.dir.path());
        command.env("KEYDESK_CONFIG", self.dir.path().join("etc/config.toml"));
        command.env("KEYDESK_STATE_DIR", self.dir.path().join("state"));
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same on a terminal that is wide enough for every sentence.
    pub fn terminal(&self, args: &[&str]) -> Desk {
        let command = self.command(args);
        let mut on_terminal = CommandBuilder::new(command.get_program());
        on_terminal.env_clear();
        on_terminal.args(command.get_args());
        for (name, value) in command.get_envs() {
            on_terminal.env(name, value.unwrap());
        }
        on_terminal.env("TERM", "xterm-256color");
        on_terminal.env("LANG", "C.UTF-8");
        Desk::start(on_terminal, 220, 50)
    }

    /// A run of it as alice: exit code and what it said on standard error.
    pub fn run(&self, args: &[&str]) -> (i32, String) {
        let Output { status, stderr, .. } = self.command(args).args(["--as", "alice"]).output().unwrap();
        (status.code().unwrap(), String::from_utf8(stderr).unwrap())
    }

    pub fn verifier(&self) -> Verifier {
        let socket = self.dir.path().join("v.sock");
        let mut command = self.command(&["serve", "--listen", &format!("unix:{}", socket.display())]);
        command.stdout(Stdio::null());
        Verifier::spawn(command, self.dir.path(), socket)
    }
}

pub fn alice(hub: &Hub) -> Actor {
    hub.local_actor("alice", &Origin::default()).unwrap()
}

/// Creates a Basic key.
pub fn create(hub: &Hub, actor: &Actor, name: &str) -> Result<Issued, HubError> {
    let wanted = NewCredential { kind: Kind::Basic, name: name.to_owned(), legacy: None, options: Options::default() };
    hub.create(actor, &wanted)
}

/// The names of all keys, in order.
pub fn names(hub: &Hub) -> Vec<String> {
    let query = ListQuery { limit: 200, revoked: true, ..ListQuery::default() };
    let mut names: Vec<_> = hub.list(&alice(hub), &query).unwrap().rows.into_iter().map(|row| row.name).collect();
    names.sort();
    names
}

/// What a verifier says to a key with its secret.
pub fn status(verifier: &Verifier, issued: &Issued) -> u16 {
    let secret = issued.secret.as_ref().unwrap().expose_text().unwrap();
    let asked = GatewayRequest::nginx("GET", "/v1/messages").field("Authorization", &basic(&issued.row.key, secret));
    verifier.ask(&asked).status()
}

/// Waits for something to become true.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a call of the hub succeeds; every refusal before says that nothing was changed.
pub fn until_done<T>(what: &str, mut call: impl FnMut() -> Result<T, HubError>) -> T {
    let mut done = None;
    until(what, || match call() {
        Ok(value) => done.replace(value).is_none(),
        Err(why) => {
            assert!(why.exit_code() == 6 && why.to_string().contains("Nothing was changed"), "{why}");
            false
        }
    });
    done.unwrap()
}

/// Where another server is, for a proxy.
#[allow(dead_code, reason = "for an address that moves")]
pub fn upstream(server: &Server) -> Upstream {
    Upstream::Unix(server.dir.join(".s.PGSQL.5432"))
}
