//! Counts the round trips of a connection to PostgreSQL: how often keydesk waits for the server.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicI64, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use keydesk::store::PORT;

/// How long an answer is held back, so that all that was sent without waiting for it is there before it.
const HELD: Duration = Duration::from_millis(15);

/// A proxy before a server.
pub struct Trips {
    dir: tempfile::TempDir,
    counted: Arc<AtomicUsize>,
}

impl Trips {
    /// Before the server whose socket is in a directory.
    pub fn before(server: &Path) -> Self {
        let (dir, counted) = (tempfile::tempdir().unwrap(), Arc::new(AtomicUsize::new(0)));
        let socket = format!(".s.PGSQL.{PORT}");
        let listener = UnixListener::bind(dir.path().join(&socket)).unwrap();
        let (server, count): (PathBuf, _) = (server.join(socket), counted.clone());
        thread::spawn(move || {
            for desk in listener.incoming().flatten() {
                carry(desk, UnixStream::connect(&server).unwrap(), count.clone());
            }
        });
        Self { dir, counted }
    }

    /// The directory of its socket.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The round trips since this was last asked.
    pub fn take(&self) -> usize {
        self.counted.swap(0, SeqCst)
    }
}

fn carry(desk: UnixStream, server: UnixStream, counted: Arc<AtomicUsize>) {
    // Requests that were not answered yet. What is sent while there are some costs no other round trip.
    let (waiting, order) = (Arc::new(AtomicI64::new(0)), Arc::new(Mutex::new(())));
    let (mut from_desk, mut to_server) = (desk.try_clone().unwrap(), server.try_clone().unwrap());
    let (asked, at_once) = (waiting.clone(), order.clone());
    thread::spawn(move || {
        let (mut bytes, mut messages) = ([0; 65_536], Messages { begun: false, bytes: Vec::new() });
        while let Ok(read @ 1..) = from_desk.read(&mut bytes) {
            let held = at_once.lock().unwrap();
            messages.bytes.extend_from_slice(&bytes[..read]);
            while let Some(message) = messages.next() {
                // Nobody waits for the answer to a rollback.
                let is_waited_for =
                    matches!(message.first(), Some(b'Q' | b'S')) && !message[5..].starts_with(b"ROLLBACK");
                if is_waited_for && asked.fetch_add(1, SeqCst) == 0 {
                    counted.fetch_add(1, SeqCst);
                } else if message.first() == Some(&b'Q') && !is_waited_for {
                    asked.fetch_add(1, SeqCst);
                }
            }
            drop(held);
            if to_server.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let (mut server, mut desk) = (server, desk);
        let (mut bytes, mut messages) = ([0; 65_536], Messages { begun: true, bytes: Vec::new() });
        while let Ok(read @ 1..) = server.read(&mut bytes) {
            thread::sleep(HELD);
            let held = order.lock().unwrap();
            messages.bytes.extend_from_slice(&bytes[..read]);
            while let Some(message) = messages.next() {
                // The one that ends the beginning of a connection answers no request.
                if message[0] == b'Z' && waiting.load(SeqCst) > 0 {
                    waiting.fetch_sub(1, SeqCst);
                }
            }
            drop(held);
            if desk.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = desk.shutdown(Shutdown::Both);
    });
}

/// What one side sends, cut into messages.
struct Messages {
    /// Whether the message that begins a connection was there: it has no kind.
    begun: bool,
    bytes: Vec<u8>,
}

impl Messages {
    fn next(&mut self) -> Option<Vec<u8>> {
        let kind = usize::from(self.begun);
        let length = self.bytes.get(kind..kind + 4)?;
        let length = kind + u32::from_be_bytes(length.try_into().unwrap()) as usize;
        (self.bytes.len() >= length).then(|| {
            let message: Vec<u8> = self.bytes.drain(..length).collect();
            let first = !std::mem::replace(&mut self.begun, true);
            if first { Vec::new() } else { message }
        })
    }
}
