//! The three verifiers: real processes, each with a line of its own to the store, and somebody who asks it one thing after
//! the other and starts it anew when it was killed.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::desks::{Board, Known, number};
use super::history::{Heard, Moment, Said};
use super::proxy::Proxy;
use super::random::Random;
use super::support::{GatewayRequest, basic};

/// How long an answer may take, of a verifier that is stopped for a while.
const ANSWER: Duration = Duration::from_secs(30);
/// How often an older secret is sent, of a hundred times.
const OLDER: u64 = 15;

pub struct Verifier {
    which: usize,
    dir: tempfile::TempDir,
    pub proxy: Proxy,
    environment: Vec<(String, String)>,
    process: Mutex<Process>,
}

#[derive(Default)]
struct Process {
    child: Option<Child>,
    /// Whether it has answered since it was started.
    answered: bool,
    /// Killed on purpose: it stays away until then.
    away_until: Option<Instant>,
}

/// An answer's status and head, and its body.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Verifier {
    pub fn new(which: usize, proxy: Proxy, environment: Vec<(String, String)>) -> Self {
        Self { which, dir: tempfile::tempdir().unwrap(), proxy, environment, process: Mutex::default() }
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("v.sock")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Kills it; it stays away for some time.
    pub fn kill(&self, away: Duration) {
        let mut process = self.process.lock().unwrap();
        process.away_until = Some(Instant::now() + away);
        if let Some(mut child) = process.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Stops it for some time, as a machine that stalls does.
    pub fn stall(&self, time: Duration) {
        let pid = self.process.lock().unwrap().child.as_ref().map(Pid::from_child);
        let Some(pid) = pid else { return };
        // Only who asks takes the child away, and waits for its answer meanwhile.
        let _ = kill_process(pid, Signal::STOP);
        thread::sleep(time);
        let _ = kill_process(pid, Signal::CONT);
    }

    /// Sees that it runs, if it may.
    pub fn see_that_it_runs(&self, board: &Board) {
        let mut process = self.process.lock().unwrap();
        let ended = match &mut process.child {
            Some(child) => child.try_wait().unwrap(),
            None => None,
        };
        if let Some(status) = ended {
            // One that cannot reach its store at the start ends, and is started again.
            if process.answered {
                let log = self.log();
                let last: Vec<_> = log.lines().rev().take(5).collect();
                let odd = format!("verifier {} ended by itself: {status}, {last:?}", self.which);
                board.recorder.write(|history| history.odd.push(odd));
            }
            process.child = None;
            process.away_until = Some(Instant::now() + Duration::from_millis(300));
        }
        let may = process.away_until.is_none_or(|until| Instant::now() >= until);
        if process.child.is_none() && may {
            *process = Process { child: Some(self.spawn()), answered: false, away_until: None };
            board.recorder.hear(self.which, Heard::Started);
        }
    }

    fn spawn(&self) -> Child {
        let log = File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().envs(self.environment.iter().cloned());
        command.args(["serve", "--listen", &format!("unix:{}", self.socket().display())]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// Asks it until the run is over.
    pub fn ask_on(&self, board: &Board, mut random: Random) {
        let mut line = None;
        while !board.is_over() {
            self.see_that_it_runs(board);
            if random.chance(30) {
                self.ask_how_it_is(board, &mut line);
            }
            if let Some(known) = board.pick(&mut random) {
                let older = random.chance(OLDER);
                let which = if older { random.below(known.secrets.len()) } else { known.secrets.len() - 1 };
                self.ask(board, &mut line, &known, which);
            }
            board.rest(&mut random);
        }
    }

    /// One request with one of the secrets of a credential; what came of it, if anything did.
    pub fn ask(&self, board: &Board, line: &mut Option<UnixStream>, known: &Known, which: usize) -> Option<Said> {
        let (secret, text) = &known.secrets[which];
        let request = GatewayRequest::nginx("GET", "/v1/messages").field("Authorization", &basic(&known.key, text));
        let (began, reply, ended) = self.exchange(board, line, &request.bytes())?;
        let name = reply.field("x-keydesk-name").and_then(number);
        let said = match (reply.status, name) {
            (200, Some(name)) => Said::Allowed(name),
            (401, _) => Said::Refused,
            (503, _) => Said::Closed,
            _ => {
                let odd = format!("verifier {} answered {} {}", self.which, reply.status, reply.head);
                board.recorder.write(|history| history.odd.push(odd));
                return None;
            }
        };
        let (key, secret) = (known.id.clone(), *secret);
        board.recorder.hear(self.which, Heard::Answer { began, ended, key, secret, said: said.clone() });
        Some(said)
    }

    /// What it says of itself: when it looked at the store, and that nothing is wrong with it.
    fn ask_how_it_is(&self, board: &Board, line: &mut Option<UnixStream>) -> Option<()> {
        let request = b"GET /readyz HTTP/1.1\r\nHost: v\r\n\r\n";
        let (began, reply, _) = self.exchange(board, line, request)?;
        let whole = ["tampered credentials: 0\n", "tampered settings: none\n", "changed outside keydesk: none\n"];
        if !whole.iter().all(|line| reply.body.contains(line)) || reply.body.contains("went back") {
            board.recorder.write(|history| history.odd.push(format!("verifier {}: {}", self.which, reply.body)));
        }
        let age = reply.body.lines().find_map(|line| line.strip_prefix("last in sight: ")?.split(" s ago").next());
        let age = age.and_then(|age| age.parse::<f64>().ok()).expect("an age");
        let age = (age * 1e6) as Moment;
        board.recorder.hear(self.which, Heard::Sight { began, age });
        Some(())
    }

    /// One request on the line that is there or a new one; nothing if that breaks.
    fn exchange(
        &self,
        board: &Board,
        line: &mut Option<UnixStream>,
        request: &[u8],
    ) -> Option<(Moment, Reply, Moment)> {
        if line.is_none() {
            *line = UnixStream::connect(self.socket()).ok();
        }
        let stream = line.as_mut()?;
        let began = board.recorder.clock.now();
        match exchanged(stream, request) {
            Ok(reply) => {
                self.process.lock().unwrap().answered = true;
                Some((began, reply, board.recorder.clock.now()))
            }
            Err(_) => {
                *line = None;
                None
            }
        }
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.kill(Duration::MAX.min(Duration::from_secs(3_600)));
    }
}

fn exchanged(stream: &mut UnixStream, request: &[u8]) -> io::Result<Reply> {
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(request)?;
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(reply) = Reply::of(&bytes) {
            return Ok(reply);
        }
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

impl Reply {
    /// A whole response; nothing if more is to come.
    fn of(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let reply = Self { status: head.get(9..12)?.parse().ok()?, head: head.to_owned(), body: body.to_owned() };
        let length = reply.field("content-length").map_or(0, |length| length.parse().unwrap());
        (body.len() >= length).then_some(reply)
    }

    fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}
