//! An API that keeps every byte as it came, answers 200, and becomes a tunnel for whoever asks it to.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::PATIENCE;

/// What every answer holds: replies, for clients that list them, and one message, for clients that send one.
pub const ANSWER: &str = r#"{"replies": [], "messages": [{"message_id": "arrived"}]}"#;

/// One running API on a free port of the loopback interface.
pub struct Upstream {
    pub address: SocketAddr,
    requests: Receiver<Arrived>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

/// A request that a gateway let through.
#[derive(Debug)]
pub struct Arrived {
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

/// A connection of which every byte is kept, whatever is made of it.
struct Kept {
    stream: TcpStream,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.bytes.lock().unwrap().extend_from_slice(&buffer[..read]);
        Ok(read)
    }
}

impl Upstream {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        let bytes: Arc<Mutex<Vec<u8>>> = Arc::default();
        let kept = bytes.clone();
        // It ends with the test process; a gateway may keep connections open, so each has a thread of its own.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (sender, kept) = (sender.clone(), Kept { stream: stream.unwrap(), bytes: kept.clone() });
                thread::spawn(move || serve(kept, &sender));
            }
        });
        Self { address, requests, bytes }
    }

    /// The one request that arrived.
    #[track_caller]
    pub fn one(&self) -> Arrived {
        let one = self.requests.recv_timeout(PATIENCE).expect("a request that arrives");
        self.none();
        one
    }

    /// Asserts that nothing more arrived.
    #[track_caller]
    pub fn none(&self) {
        if let Ok(arrived) = self.requests.try_recv() {
            panic!("let through: {}", String::from_utf8_lossy(&arrived.head));
        }
    }

    /// The next request, if one arrived.
    pub fn some(&self) -> Option<Arrived> {
        self.requests.try_recv().ok()
    }

    /// All bytes that arrived since the last call, requests or not.
    pub fn bytes(&self) -> String {
        while self.some().is_some() {}
        String::from_utf8_lossy(&std::mem::take(&mut *self.bytes.lock().unwrap())).into_owned()
    }
}

fn serve(kept: Kept, sender: &Sender<Arrived>) {
    let mut reader = BufReader::new(kept);
    while let Some(arrived) = take(&mut reader) {
        let tunnel = tunnel(&arrived);
        // Recorded before the response, so that whoever has the response finds the request.
        if sender.send(arrived).is_err() {
            return;
        }
        let stream = &mut reader.get_mut().stream;
        if let Some(begin) = tunnel {
            let _ = stream.write_all(begin.as_bytes());
            // Then everything up to the end of something like a head; after that it is closed.
            let _ = head(&mut reader);
            return;
        }
        if answer(stream).is_err() {
            return;
        }
    }
}

/// How a request is answered that asks for the connection.
fn tunnel(arrived: &Arrived) -> Option<String> {
    let upgrade = arrived.all("upgrade");
    if arrived.line().to_ascii_uppercase().starts_with("CONNECT ") {
        return Some("HTTP/1.1 200 OK\r\n\r\n".to_owned());
    }
    let to = upgrade.first()?;
    Some(format!("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: {to}\r\n\r\n"))
}

fn answer(stream: &mut TcpStream) -> io::Result<()> {
    let length = ANSWER.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{ANSWER}")
}

fn head(reader: &mut BufReader<Kept>) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

fn take(reader: &mut BufReader<Kept>) -> Option<Arrived> {
    let mut arrived = Arrived { head: head(reader)?, body: Vec::new() };
    if arrived.field("transfer-encoding").is_some() {
        while let size @ 1.. = chunk(reader, &mut arrived.body)? {
            assert!(size < 1 << 20);
        }
    } else if let Some(length) = arrived.field("content-length") {
        arrived.body.resize(length.parse().unwrap(), 0);
        reader.read_exact(&mut arrived.body).ok()?;
    }
    Some(arrived)
}

/// Reads one chunk; the last one has no bytes, and trailers behind it.
fn chunk(reader: &mut BufReader<Kept>, body: &mut Vec<u8>) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let size = usize::from_str_radix(line.trim_end(), 16).ok()?;
    if size == 0 {
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        }
        return Some(0);
    }
    let mut bytes = vec![0; size + 2];
    reader.read_exact(&mut bytes).ok()?;
    body.extend_from_slice(&bytes[..size]);
    Some(size)
}

impl Arrived {
    /// Method, target and version.
    pub fn line(&self) -> String {
        String::from_utf8_lossy(&self.head).lines().next().unwrap().to_owned()
    }

    pub fn target(&self) -> String {
        self.line().split(' ').nth(1).unwrap().to_owned()
    }

    /// Every value of a field; `_` in its name counts as `-`, as it does for CGI and WSGI applications.
    pub fn all(&self, name: &str) -> Vec<String> {
        let head = String::from_utf8_lossy(&self.head).into_owned();
        let fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let same = fields.filter(|(n, _)| n.replace('_', "-").eq_ignore_ascii_case(name));
        same.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// The value of a field that arrived once at most.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut all = self.all(name);
        assert!(all.len() < 2, "{name} came {} times: {}", all.len(), String::from_utf8_lossy(&self.head));
        all.pop()
    }
}
