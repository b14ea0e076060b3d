//! A desk, a verifier that is its real binary, and questions as raw bytes.

use std::{
    fs::{self, File},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use base64ct::{Base64, Encoding as _};
use keydesk::{
    credential::{Kind, Options, Verb},
    hub::{
        Actor, Hub, Issued, NewCredential, NewLegacy, Origin, Places, Policy, SetUp, Setting, Start, TrailQuery,
        TrailRow,
    },
    secret::Secret,
    time::SystemClock,
    vault::MasterKeyPlace,
};
use tempfile::TempDir;

/// Long enough for a loaded machine; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const CLIENT: &str = "203.0.113.9";

/// A desk in a directory of its own.
pub struct Desk {
    pub hub: Hub,
    pub alice: Actor,
    pub dir: TempDir,
}

fn places(dir: &Path) -> Places {
    Places::new(dir.join("data/keydesk.db"), MasterKeyPlace::file(dir.join("config/master.key")))
}

/// The desk whose two halves are at these places.
pub fn open_at(database: &Path, master_key: &Path) -> Hub {
    open(&Places::new(database, MasterKeyPlace::file(master_key)))
}

fn open(places: &Places) -> Hub {
    match Hub::open(places, Arc::new(SystemClock)).unwrap() {
        Start::Ready(hub) => hub,
        Start::New => panic!("no desk"),
    }
}

impl Desk {
    /// Set-up costs a hash and syncs, so it is done once and copied.
    pub fn new() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let password = Secret::from_text("correct horse battery");
            let wanted = SetUp { account: "Acme Messaging".to_owned(), name: "alice".to_owned(), password };
            drop(Hub::set_up(&places(dir.path()), Arc::new(SystemClock), &wanted, &Origin::default()).unwrap());
            dir
        });
        let dir = tempfile::tempdir().unwrap();
        for file in ["data/keydesk.db", "config/master.key"] {
            let to = dir.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(made.path().join(file), to).unwrap();
        }
        let hub = open(&places(dir.path()));
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        Self { hub, alice, dir }
    }

    /// Another desk: its own account, store and master key.
    pub fn of(account: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let password = Secret::from_text("correct horse battery");
        let wanted = SetUp { account: account.to_owned(), name: "alice".to_owned(), password };
        let hub = Hub::set_up(&places(dir.path()), Arc::new(SystemClock), &wanted, &Origin::default()).unwrap();
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        Self { hub, alice, dir }
    }

    pub fn master_key(&self) -> PathBuf {
        places(self.dir.path()).master_key.path
    }

    /// The desk as another process would open it.
    pub fn open_again(self) -> Self {
        let hub = open(&places(self.dir.path()));
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        Self { hub, alice, dir: self.dir }
    }

    pub fn database(&self) -> PathBuf {
        places(self.dir.path()).database
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

    /// A statement behind keydesk's back.
    pub fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
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

    /// The same, in a process that may open so many files.
    pub fn verifier_allowed(&self, files: u32, more: &[&str]) -> Verifier {
        let socket = self.dir.path().join("v.sock");
        let listen = format!("unix:{}", socket.display());
        let command = self.command(&["--listen", &listen]);
        let mut shell = Command::new("sh");
        shell.env_clear().arg("-c").arg(format!("ulimit -n {files}; exec \"$@\"")).arg("sh");
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

/// A running verifier; killed when dropped.
pub struct Verifier {
    pub child: Child,
    pub socket: PathBuf,
    log: PathBuf,
}

impl Verifier {
    pub fn spawn(mut command: Command, dir: &Path, socket: PathBuf) -> Self {
        let log = dir.join("log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let mut verifier = Self { child: command.stderr(file).spawn().unwrap(), socket, log };
        let until = Instant::now() + PATIENCE;
        while UnixStream::connect(&verifier.socket).is_err() {
            let ended = verifier.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < until, "not listening: {ended:?}\n{}", verifier.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        verifier
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop; says how long it took.
    pub fn stop(mut self) -> Duration {
        let began = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.log());
        began.elapsed()
    }

    pub fn connect(&self) -> Connection<UnixStream> {
        Connection::unix(&self.socket)
    }

    /// One question on a connection of its own.
    pub fn raw(&self, question: &[u8]) -> Reply {
        self.connect().ask(question)
    }

    pub fn ask(&self, question: &Question) -> Reply {
        self.raw(&question.bytes())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: v\r\n\r\n").as_bytes())
    }

    /// A number of the metrics page.
    pub fn metric(&self, name: &str) -> f64 {
        let page = self.get("/metrics").text();
        let line = page.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
        line.unwrap_or_else(|| panic!("no {name} in\n{page}")).rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Waits for something to become true.
    pub fn until(&self, what: &str, mut is: impl FnMut(&Self) -> bool) -> Duration {
        let began = Instant::now();
        while !is(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        began.elapsed()
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection that can be asked more than once.
pub struct Connection<S> {
    pub stream: S,
    rest: Vec<u8>,
}

impl Connection<UnixStream> {
    pub fn unix(path: &Path) -> Self {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, rest: Vec::new() }
    }
}

impl Connection<TcpStream> {
    pub fn tcp(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, rest: Vec::new() }
    }
}

impl<S: std::io::Read + std::io::Write> Connection<S> {
    pub fn ask(&mut self, question: &[u8]) -> Reply {
        self.stream.write_all(question).unwrap();
        self.reply().expect("an answer")
    }

    /// The next answer; `None` if the connection was closed before one.
    pub fn reply(&mut self) -> Option<Reply> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(reply) = Reply::take(&mut self.rest) {
                return Some(reply);
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(n) => self.rest.extend_from_slice(&buffer[..n]),
                Err(why) if why.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(why) => panic!("no answer: {why}"),
            }
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// All of it, byte for byte.
    pub bytes: Vec<u8>,
    head: usize,
}

impl Reply {
    fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        (bytes.len() >= head + length).then(|| Self { bytes: bytes.drain(..head + length).collect(), head })
    }

    pub fn status(&self) -> u16 {
        String::from_utf8_lossy(&self.bytes[9..12]).parse().unwrap()
    }

    pub fn field(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(&self.bytes[..self.head]).into_owned();
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes[self.head..]).into_owned()
    }
}

/// A question as a gateway asks it.
#[derive(Clone)]
pub struct Question {
    line: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Question {
    pub fn nginx(method: &str, target: &str) -> Self {
        Self {
            line: "GET /v1/authz/nginx HTTP/1.1".to_owned(),
            fields: pairs(&[
                ("Host", "verifier"),
                ("X-Original-Method", method),
                ("X-Original-URI", target),
                ("X-Original-Proto", "HTTP/1.1"),
                ("X-Original-Host", "api.example.com"),
                ("X-Original-Scheme", "https"),
                ("X-Original-Client", CLIENT),
                ("X-Original-Framing", "cl=;te="),
            ]),
            body: Vec::new(),
        }
    }

    pub fn forward(method: &str, target: &str) -> Self {
        Self {
            line: "GET /v1/authz/forward HTTP/1.1".to_owned(),
            fields: pairs(&[
                ("Host", "verifier"),
                ("X-Forwarded-Method", method),
                ("X-Forwarded-Uri", target),
                ("X-Original-Proto", "HTTP/1.1"),
                ("X-Forwarded-Host", "api.example.com"),
                ("X-Forwarded-Proto", "https"),
                ("X-Original-Client", CLIENT),
                ("X-Original-Framing", "cl=;te=?"),
            ]),
            body: Vec::new(),
        }
    }

    pub fn envoy(method: &str, target: &str) -> Self {
        Self {
            line: format!("{method} /v1/authz/envoy{target} HTTP/1.1"),
            fields: pairs(&[
                ("Host", "api.example.com"),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-For", &format!("1.2.3.4, {CLIENT}")),
                ("X-Original-Framing", "cl=;te="),
            ]),
            body: Vec::new(),
        }
    }

    /// As Traefik's ForwardAuth asks, by its documentation: the client's fields, five that it writes itself, those of its
    /// entry point, and what its HTTP library adds.
    pub fn traefik(method: &str, target: &str) -> Self {
        Self {
            line: "GET /v1/authz/traefik HTTP/1.1".to_owned(),
            fields: pairs(&[
                ("Host", "127.0.0.1:8730"),
                ("User-Agent", "client/1"),
                ("X-Forwarded-Method", method),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "api.example.com"),
                ("X-Forwarded-Uri", target),
                ("X-Forwarded-For", CLIENT),
                ("X-Forwarded-Port", "443"),
                ("X-Forwarded-Server", "gate"),
                ("X-Real-Ip", CLIENT),
                ("Accept-Encoding", "gzip"),
            ]),
            body: Vec::new(),
        }
    }

    /// The Legacy surface of the same family.
    pub fn legacy(mut self) -> Self {
        for family in ["envoy", "forward", "traefik"] {
            self.line = self.line.replace(&format!("/v1/authz/{family}"), &format!("/v1/authz/{family}-legacy"));
        }
        self
    }

    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn fields(self, fields: &[(String, String)]) -> Self {
        fields.iter().fold(self, |question, (name, value)| question.field(name, value))
    }

    pub fn by(self, key: &Key) -> Self {
        let value = key.basic();
        self.field("Authorization", &value)
    }

    /// Another value for a field that is there.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(n, _)| n == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.without("Content-Length").field("Content-Length", &length)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.line).into_bytes();
        for (name, value) in &self.fields {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
