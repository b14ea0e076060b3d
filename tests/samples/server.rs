//! A server that takes one request, keeps it as it came, and answers 200.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// What every answer holds, so that a sample can be seen to print it.
pub const ANSWER: &str = r#"{"replies": [], "sample": "arrived"}"#;

/// One running server on a free port of the loopback interface.
pub struct Server {
    pub address: SocketAddr,
    requests: Receiver<Vec<u8>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        // It ends with the test process; a request nobody waits for any more is nobody's business.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(request) = take(stream.unwrap()) else { continue };
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { address, requests }
    }

    /// The one request that came. A sample that sends none, or two, is wrong.
    #[track_caller]
    pub fn request(&self) -> Vec<u8> {
        let request = self.requests.recv_timeout(Duration::from_secs(10)).expect("no request arrived");
        assert!(self.requests.try_recv().is_err(), "a second request arrived");
        request
    }
}

/// Head and body of one request, answered.
fn take(stream: TcpStream) -> std::io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let lower = String::from_utf8_lossy(&line).to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        assert!(!lower.starts_with("transfer-encoding:") && !lower.starts_with("expect:"), "{lower}");
        request.extend_from_slice(&line);
        if line == b"\r\n" {
            break;
        }
    }
    let head = request.len();
    request.resize(head + length, 0);
    reader.read_exact(&mut request[head..])?;
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{ANSWER}",
        ANSWER.len()
    )?;
    Ok(request)
}
