//! A desk, its verifier, an API and a gateway between them, each a process or a thread of its own on loopback.

use std::cell::RefCell;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Options};
use keydesk::sample;

use super::client::Sent;
use super::upstream::Upstream;
use crate::need;
use crate::support::{Desk, Key, PATIENCE, Verifier, free_port};

/// A gateway and what is its own about it.
pub struct Gateway {
    pub name: &'static str,
    /// Its file in `assets/gateways/`.
    pub file: &'static str,
    /// Where its program is, if it is installed.
    pub program: fn() -> Option<PathBuf>,
    /// Writes what else it needs beside its file, and says how it is started.
    pub command: fn(program: &Path, place: &Path, file: &Path) -> Command,
    /// Its status when the verifier is missing, and when that does not respond.
    pub down: u16,
    pub hung: u16,
    /// What it does with each of `targets::ODD`.
    pub targets: &'static [super::targets::Fate],
    /// It sends bodies to the verifier.
    pub sees_bodies: bool,
    /// What it tells about the framing of a body.
    pub framing: Framing,
    /// It reaches the verifier at an address, with a token.
    pub by_address: bool,
    /// It passes trailers on, whatever their names.
    pub passes_trailers: bool,
}

/// What a gateway tells of `Content-Length` and `Transfer-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Both,
    /// The first alone.
    Partly,
    /// Nothing: it sends the body itself, if it is configured to.
    Nothing,
}

/// All of it, running.
pub struct House {
    pub desk: Desk,
    pub api: Upstream,
    pub gate: SocketAddr,
    pub keys: Keys,
    pub more: Vec<Key>,
    verifier: RefCell<Option<Verifier>>,
    _process: Process,
}

/// Credentials that are there before the verifier starts.
pub struct Keys {
    pub one: Key,
    pub other: Key,
    pub signs: Key,
    /// Restricted to loopback, and to other networks.
    pub here: Key,
    pub there: Key,
}

impl Keys {
    fn new(desk: &Desk) -> Self {
        let near = |name: &str, networks: &str| {
            let networks = networks.parse().unwrap();
            desk.with(Kind::Basic, name, Options { networks, ..Options::default() })
        };
        Self {
            one: desk.key(Kind::Basic, "nightly export"),
            other: desk.key(Kind::Basic, "other"),
            signs: desk.key(Kind::Hmac, "支払い"),
            here: near("here", "127.0.0.1/32"),
            there: near("there", "203.0.113.0/24"),
        }
    }
}

/// A process that is killed when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program by its name.
pub fn installed(program: &str) -> Option<PathBuf> {
    if !need::need(program) {
        return None;
    }
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
    Some(PathBuf::from(String::from_utf8(found.stdout).unwrap().trim_end()))
}

impl Gateway {
    /// Everything started, or `None` where the program is missing.
    pub fn start(&self) -> Option<House> {
        self.start_with(|_| Vec::new())
    }

    /// The same with more credentials.
    pub fn start_with(&self, more: impl FnOnce(&Desk) -> Vec<Key>) -> Option<House> {
        self.start_at(Desk::new, more)
    }

    /// The same with a desk of its own.
    pub fn start_at(&self, desk: impl FnOnce() -> Desk, more: impl FnOnce(&Desk) -> Vec<Key>) -> Option<House> {
        let program = (self.program)()?;
        let (desk, api) = (desk(), Upstream::start());
        let (keys, more) = (Keys::new(&desk), more(&desk));
        let (verifier, place) = self.verifier(&desk);
        // Another process may take a free port between its choice and its use; a gateway that ends at once is started
        // again at another one.
        for _ in 0..5 {
            let gate = free_port();
            if let Some(process) = self.at(gate, &program, &desk, &api, &place) {
                return Some(House {
                    desk,
                    api,
                    gate,
                    keys,
                    more,
                    verifier: RefCell::new(Some(verifier)),
                    _process: process,
                });
            }
        }
        panic!("{} does not start: {}", self.name, fs::read_to_string(desk.dir.path().join("gateway.log")).unwrap());
    }

    /// A verifier, and where the gateway is told that it listens.
    fn verifier(&self, desk: &Desk) -> (Verifier, String) {
        if !self.by_address {
            let verifier = desk.verifier();
            let place = format!("unix:{}", verifier.socket.display());
            return (verifier, place);
        }
        let token = desk.dir.path().join("token");
        fs::write(&token, TOKEN).unwrap();
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
        let place = free_port().to_string();
        let flags = ["--listen", &place, "--gateway-token-file", token.to_str().unwrap()];
        (desk.verifier_with(&flags), place)
    }

    fn at(&self, gate: SocketAddr, program: &Path, desk: &Desk, api: &Upstream, verifier: &str) -> Option<Process> {
        let place = desk.dir.path().join("gateway");
        fs::create_dir_all(&place).unwrap();
        let file = place.join(self.file);
        fs::write(&file, self.filled(gate, api.address, verifier)).unwrap();
        fs::write(place.join("gate"), gate.to_string()).unwrap();
        let log = File::options().create(true).append(true).open(desk.dir.path().join("gateway.log")).unwrap();
        let mut command = (self.command)(program, &place, &file);
        command.current_dir(&place).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut process = Process(command.spawn().unwrap());
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(gate).is_err() {
            if process.0.try_wait().unwrap().is_some() || Instant::now() > until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // It may listen before it has read its configuration.
        while self.by_address && Sent::new("GET", "/").to(gate).status == 404 {
            assert!(Instant::now() < until, "{} never reads its file", self.name);
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(process)
    }

    /// The file as the desk shows it for these addresses, with another port for clients.
    fn filled(&self, gate: SocketAddr, api: SocketAddr, verifier: &str) -> String {
        let shown = sample::Gateway::ALL.into_iter().find(|shown| shown.title() == self.name).unwrap();
        let text = snippet(shown, verifier, api);
        if self.by_address {
            return text.replace("PUT THE GATEWAY TOKEN HERE", TOKEN);
        }
        assert!(text.matches(GATE).count() > 1, "{GATE} is explained and used in {}", self.file);
        text.replace(GATE, &gate.port().to_string())
    }

    /// What the API hears about the body of an HTTP/1 request without one.
    pub fn none(&self) -> &'static str {
        if self.framing == Framing::Partly { "unchecked" } else { "none" }
    }
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// What the desk shows.
pub fn snippet(gateway: sample::Gateway, verifier: &str, api: SocketAddr) -> String {
    gateway.snippet(verifier, &api.to_string().parse().unwrap()).unwrap()
}

/// The port where the shipped files let clients arrive.
const GATE: &str = "8080";

impl House {
    /// Sends a request that must get through.
    #[track_caller]
    pub fn through(&self, sent: &Sent) -> super::upstream::Arrived {
        let answered = sent.to(self.gate);
        assert!(answered.status == 200, "{sent:?}\n{answered:?}\n{}", self.log());
        self.api.one()
    }

    /// Sends a request that must be refused with this status and must not reach the API.
    #[track_caller]
    pub fn refused(&self, sent: &Sent, status: u16) -> String {
        let answered = sent.to(self.gate);
        assert!(answered.status == status, "not {status}: {sent:?}\n{answered:?}\n{}", self.log());
        self.api.none();
        answered.text
    }

    fn log(&self) -> String {
        // The verifier logs refusals a moment after its response.
        std::thread::sleep(Duration::from_secs(1));
        let read = |name: &str| fs::read_to_string(self.desk.dir.path().join(name)).unwrap_or_default();
        format!("the verifier:\n{}\nthe gateway:\n{}", read("log"), read("gateway.log"))
    }

    /// Kills the verifier.
    pub fn kill_verifier(&self) -> PathBuf {
        let verifier = self.verifier.take().unwrap();
        let socket = verifier.socket.clone();
        verifier.kill();
        socket
    }

    /// Puts something in the verifier's place that never responds.
    pub fn hang(&self, socket: &Path) -> UnixListener {
        fs::remove_file(socket).unwrap();
        UnixListener::bind(socket).unwrap()
    }

    /// Starts the verifier again.
    pub fn revive(&self, socket: &Path) {
        let _ = fs::remove_file(socket);
        *self.verifier.borrow_mut() = Some(self.desk.verifier());
    }
}
