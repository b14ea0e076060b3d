//! A proxy between keydesk and PostgreSQL: a network, or a server's address, that a test makes misbehave while it runs.
//!
//! It listens at a Unix socket in a directory of its own and at a port of loopback, and reads the desk's messages as far as
//! it must to know where a COMMIT is. What is encrypted passes unread.

mod messages;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use keydesk::store::{PORT, PostgresHost, PostgresPlace};

use crate::server;

use messages::Messages;

/// What the network does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Everything passes.
    #[default]
    Open,
    /// Everything passes, so much later in each direction.
    Delayed(Duration),
    /// Everything waits and passes later, as TCP does when a cable is out and in again.
    Held,
    /// What passes in this direction is gone, and so are all lines that lost something: neither end hears that the other
    /// closed.
    Swallows(Way),
    /// New connections are closed at once.
    Refuses,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    FromDesk,
    FromServer,
    Both,
}

/// What happens to the next COMMIT, once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtCommit {
    #[default]
    Passes,
    /// The line is cut in place of COMMIT.
    CutBefore,
    /// COMMIT is handed to the server, and the line is cut before its answer.
    CutBehind,
    /// COMMIT is handed to the server, which seems to stop then: it cannot write its log any more.
    StopsBehind,
    /// The line is deaf from before COMMIT on, and nobody is told.
    DeafBefore,
    /// COMMIT is handed to the server, and its answer never comes.
    DeafBehind,
}

/// What is behind the proxy.
#[derive(Clone, Debug)]
pub enum Upstream {
    /// A file: `DIR/.s.PGSQL.5432`.
    Unix(PathBuf),
    Tcp(SocketAddr),
}

enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// A connection.
struct Line {
    desk: Stream,
    server: Stream,
    /// Whether something that the desk, and that the server, sent is lost.
    lost: [AtomicBool; 2],
    /// Whether it is cut once the server has ended its side, and whether the server seems to say why.
    cut_at_end: AtomicBool,
    stops: AtomicBool,
}

#[derive(Default)]
struct State {
    network: Network,
    at_commit: AtCommit,
    /// What the network does from then on.
    then: Option<Network>,
    struck: usize,
    upstream: Option<Upstream>,
    lines: Vec<Arc<Line>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    differs: Condvar,
}

/// The proxy; all its lines are cut when it is dropped.
pub struct Proxy {
    dir: tempfile::TempDir,
    /// Its port of loopback.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    pub fn before(upstream: Upstream) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let unix = UnixListener::bind(dir.path().join(format!(".s.PGSQL.{PORT}"))).unwrap();
        let tcp = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, shared) = (tcp.local_addr().unwrap(), Arc::new(Shared::default()));
        shared.lock().upstream = Some(upstream);
        let of = shared.clone();
        thread::spawn(move || unix.incoming().flatten().for_each(|desk| of.clone().connect(Stream::Unix(desk))));
        let of = shared.clone();
        thread::spawn(move || tcp.incoming().flatten().for_each(|desk| of.clone().connect(Stream::Tcp(desk))));
        Self { dir, address, shared }
    }

    /// Before a server of the tests.
    pub fn of(server: &server::Server) -> Self {
        Self::before(Upstream::Unix(server.dir.join(format!(".s.PGSQL.{PORT}"))))
    }

    /// A database behind it.
    pub fn place(&self, database: &str) -> PostgresPlace {
        server::place(self.dir.path(), database)
    }

    /// The same by its port.
    pub fn place_by_port(&self, database: &str) -> PostgresPlace {
        let host = PostgresHost::Tcp(self.address.ip().to_string(), self.address.port());
        PostgresPlace { hosts: vec![host], ..self.place(database) }
    }

    /// From now on, also on the lines that are there.
    pub fn set(&self, network: Network) {
        self.shared.lock().network = network;
        self.shared.differs.notify_all();
    }

    /// What the next COMMIT on any line meets.
    pub fn at_commit(&self, fate: AtCommit) {
        self.shared.lock().at_commit = fate;
    }

    /// The same, and what the network does from that moment on.
    pub fn at_commit_then(&self, fate: AtCommit, network: Network) {
        let mut state = self.shared.lock();
        (state.at_commit, state.then) = (fate, Some(network));
    }

    /// How many a COMMIT met what [`Proxy::at_commit`] said.
    pub fn struck(&self) -> usize {
        self.shared.lock().struck
    }

    /// Where new connections go, as a name or an address that follows the primary.
    pub fn point_to(&self, upstream: Upstream) {
        self.shared.lock().upstream = Some(upstream);
    }

    /// Cuts all lines, deaf ones too.
    pub fn cut(&self) {
        for line in std::mem::take(&mut self.shared.lock().lines) {
            line.close();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Its threads that accept end with the process.
        self.set(Network::Refuses);
        self.cut();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: Arc<Self>, desk: Stream) {
        let (network, upstream) = {
            let state = self.lock();
            (state.network, state.upstream.clone().unwrap())
        };
        let server = match (network, upstream) {
            (Network::Refuses, _) => return desk.close(),
            (_, Upstream::Unix(path)) => UnixStream::connect(path).map(Stream::Unix),
            (_, Upstream::Tcp(address)) => tcp_to(address).map(Stream::Tcp),
        };
        let Ok(server) = server else { return desk.close() };
        let (lost, cut_at_end, stops) = Default::default();
        let line = Arc::new(Line { desk, server, lost, cut_at_end, stops });
        {
            let mut state = self.lock();
            // New connections may be refused since this one began.
            if state.network == Network::Refuses {
                return line.close();
            }
            state.lines.push(line.clone());
        }
        let (shared, back) = (self.clone(), line.clone());
        thread::spawn(move || shared.carry_back(&back));
        thread::spawn(move || self.carry(&line));
    }

    /// Waits as the network says. Whether what goes this way on a line arrives.
    fn passes(&self, line: &Line, way: Way) -> bool {
        let mut state = self.lock();
        while state.network == Network::Held {
            state = self.differs.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let network = state.network;
        drop(state);
        match network {
            Network::Delayed(by) => thread::sleep(by),
            Network::Swallows(swallowed) if swallowed == Way::Both || swallowed == way => line.lose(way),
            Network::Swallows(_) | Network::Open | Network::Held | Network::Refuses => {}
        }
        !line.has_lost(way)
    }

    /// One end has closed: the other is told, unless the line lost something.
    fn end(&self, line: &Line, way: Way) {
        if self.passes(line, way) && !line.has_lost(Way::Both) {
            line.close();
        }
    }

    /// From the server to the desk.
    fn carry_back(&self, line: &Line) {
        let mut bytes = [0; 16384];
        while let Ok(read @ 1..) = line.server.read(&mut bytes) {
            if self.passes(line, Way::FromServer) && line.desk.write(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = line.stops.load(Relaxed).then(|| line.desk.write(STOPS));
        match line.cut_at_end.load(Relaxed) {
            true => line.close(),
            false => self.end(line, Way::FromServer),
        }
    }

    /// From the desk to the server, message by message.
    fn carry(&self, line: &Line) {
        let (mut bytes, mut messages) = ([0; 16384], Messages::default());
        while let Ok(read @ 1..) = line.desk.read(&mut bytes) {
            messages.bytes.extend_from_slice(&bytes[..read]);
            while let Some((message, commits)) = messages.next() {
                if !self.passes(line, Way::FromDesk) {
                    continue;
                }
                let fate = if commits { self.strike() } else { AtCommit::Passes };
                match fate {
                    AtCommit::Passes => {}
                    AtCommit::CutBefore => return line.close(),
                    // Nobody hears the answer. What the server says before must not fail, or it would not get as far as COMMIT.
                    AtCommit::CutBehind | AtCommit::StopsBehind => {
                        line.stops.store(fate == AtCommit::StopsBehind, Relaxed);
                        line.cut_at_end.store(true, Relaxed);
                        line.lose(Way::FromServer);
                    }
                    AtCommit::DeafBefore | AtCommit::DeafBehind => line.lose(Way::Both),
                }
                let arrives = fate != AtCommit::DeafBefore;
                if arrives && line.server.write(&message).is_err() {
                    break;
                }
                if matches!(fate, AtCommit::CutBehind | AtCommit::StopsBehind) {
                    return line.server.says_no_more();
                }
            }
        }
        self.end(line, Way::FromDesk);
    }

    fn strike(&self) -> AtCommit {
        let mut state = self.lock();
        let fate = std::mem::take(&mut state.at_commit);
        if fate != AtCommit::Passes {
            state.struck += 1;
            state.network = state.then.take().unwrap_or(state.network);
        }
        fate
    }
}

/// Small messages leave at once.
fn tcp_to(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Line {
    fn lose(&self, way: Way) {
        self.lost[0].fetch_or(way != Way::FromServer, Relaxed);
        self.lost[1].fetch_or(way != Way::FromDesk, Relaxed);
    }

    /// Whether anything that went one of these ways is lost.
    fn has_lost(&self, way: Way) -> bool {
        way != Way::FromServer && self.lost[0].load(Relaxed) || way != Way::FromDesk && self.lost[1].load(Relaxed)
    }

    fn close(&self) {
        self.desk.close();
        self.server.close();
    }
}

impl Stream {
    fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => (&mut &*stream).read(bytes),
            Self::Tcp(stream) => (&mut &*stream).read(bytes),
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(stream) => (&mut &*stream).write_all(bytes),
            Self::Tcp(stream) => (&mut &*stream).write_all(bytes),
        }
    }

    /// The other end reads what was written, and then the end.
    fn says_no_more(&self) {
        let _ = match self {
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
        };
    }

    /// Ends whoever reads or writes it here too.
    fn close(&self) {
        let _ = match self {
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

/// What a server says that has no room for its log, in which the change may be.
const STOPS: &[u8] = b"E\0\0\0\x2fSPANIC\0VPANIC\0C53100\0Mno room for the log\0\0";
