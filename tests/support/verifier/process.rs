//! The process, connections to it, and its responses.

use std::fs::{self, File};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{GatewayRequest, PATIENCE};

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

    /// The names of its threads.
    #[allow(dead_code, reason = "not every suite asks")]
    pub fn threads(&self) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
        tasks.filter_map(|task| Some(name(task.ok()?)?.trim_end().to_owned())).collect()
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Does something while the verifier is suspended, so that it sees all of it at once.
    pub fn suspended<T>(&self, work: impl FnOnce() -> T) -> T {
        let pid = rustix::process::Pid::from_child(&self.child);
        let until = Instant::now() + PATIENCE;
        loop {
            rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
            if !self.writes() {
                break;
            }
            // Suspended within a write it would keep everybody else from writing.
            rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
            assert!(Instant::now() < until, "it writes all the time");
            std::thread::sleep(Duration::from_millis(10));
        }
        let done = work();
        rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
        done
    }

    /// Whether it holds the lock of SQLite's writers: byte 120 of the shared memory.
    fn writes(&self) -> bool {
        let (locks, pid) = (fs::read_to_string("/proc/locks").unwrap_or_default(), self.child.id().to_string());
        locks.lines().any(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.contains(&"WRITE") && words.contains(&pid.as_str()) && words.contains(&"120")
        })
    }

    /// Shuts it down.
    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.log());
    }

    pub fn connect(&self) -> Connection<UnixStream> {
        Connection::unix(&self.socket)
    }

    /// One request on a connection of its own.
    pub fn raw(&self, request: &[u8]) -> Reply {
        self.connect().ask(request)
    }

    pub fn ask(&self, request: &GatewayRequest) -> Reply {
        self.raw(&request.bytes())
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
    pub fn until(&self, what: &str, mut is: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !is(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection for any number of requests.
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
    pub fn ask(&mut self, request: &[u8]) -> Reply {
        self.stream.write_all(request).unwrap();
        self.reply().expect("an answer")
    }

    /// The next response; `None` if the connection was closed before one.
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
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
                Err(why) => panic!("no answer: {why}"),
            }
        }
    }
}

/// A response.
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
