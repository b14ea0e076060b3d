//! An API that keeps every request as it came and answers 200.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

use crate::support::PATIENCE;

/// What every answer holds: replies, for clients that list them, and one message, for clients that send one.
pub const ANSWER: &str = r#"{"replies": [], "messages": [{"message_id": "arrived"}]}"#;

/// One running API on a free port of the loopback interface.
pub struct Upstream {
    pub address: SocketAddr,
    requests: Receiver<Arrived>,
}

/// A request that a gateway let through.
#[derive(Debug)]
pub struct Arrived {
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

impl Upstream {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        // It ends with the test process; a gateway may keep connections open, so each has a thread of its own.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sender) = (stream.unwrap(), sender.clone());
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(arrived) = take(&mut reader) {
                        // Kept before it is answered, so that who has the answer finds the request.
                        if sender.send(arrived).is_err() || answer(reader.get_mut()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, requests }
    }

    /// The one request that came.
    #[track_caller]
    pub fn one(&self) -> Arrived {
        let one = self.requests.recv_timeout(PATIENCE).expect("a request that arrives");
        self.none();
        one
    }

    /// Nothing more has come.
    #[track_caller]
    pub fn none(&self) {
        if let Ok(arrived) = self.requests.try_recv() {
            panic!("let through: {}", String::from_utf8_lossy(&arrived.head));
        }
    }

    /// What came, if something did.
    pub fn some(&self) -> Option<Arrived> {
        self.requests.try_recv().ok()
    }
}

fn answer(stream: &mut TcpStream) -> std::io::Result<()> {
    let length = ANSWER.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{ANSWER}")
}

fn take(reader: &mut BufReader<TcpStream>) -> Option<Arrived> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
    }
    let mut arrived = Arrived { head, body: Vec::new() };
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

/// Reads one chunk; the last one has no bytes.
fn chunk(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let size = usize::from_str_radix(line.trim_end(), 16).ok()?;
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

    /// The value of a field that came once or not at all.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut all = self.all(name);
        assert!(all.len() < 2, "{name} came {} times: {}", all.len(), String::from_utf8_lossy(&self.head));
        all.pop()
    }
}
