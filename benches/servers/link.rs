//! A network between keydesk and a server: what is sent arrives so much later, however much is on its way.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use keydesk::store::{PORT, PostgresHost, PostgresPlace};

use crate::server::Server;

/// A port of loopback behind which a server is so far away.
pub struct Link {
    pub port: u16,
}

impl Link {
    /// `round_trip` is added to each round trip, half of it in each direction.
    pub fn to(server: &Server, round_trip: Duration) -> io::Result<Self> {
        let (listener, socket) = (TcpListener::bind(("127.0.0.1", 0))?, server.dir.join(format!(".s.PGSQL.{PORT}")));
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for desk in listener.incoming().flatten() {
                let _ = carry(desk, &socket, round_trip / 2);
            }
        });
        Ok(Self { port })
    }

    pub fn place(&self, of: &PostgresPlace) -> PostgresPlace {
        PostgresPlace { hosts: vec![PostgresHost::Tcp("127.0.0.1".to_owned(), self.port)], ..of.clone() }
    }
}

fn carry(desk: TcpStream, socket: &PathBuf, late: Duration) -> io::Result<()> {
    desk.set_nodelay(true)?;
    let server = UnixStream::connect(socket)?;
    let (mut from_desk, mut from_server) = (desk.try_clone()?, server.try_clone()?);
    let (mut to_desk, mut to_server) = (desk, server);
    let (there, back) = (mpsc::channel(), mpsc::channel());
    let read = move |from: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>, to: &mpsc::Sender<(Instant, Vec<u8>)>| {
        let mut bytes = vec![0; 65_536];
        while let Ok(read @ 1..) = from(&mut bytes) {
            if to.send((Instant::now() + late, bytes[..read].to_vec())).is_err() {
                break;
            }
        }
    };
    thread::spawn(move || read(&mut |bytes| from_desk.read(bytes), &there.0));
    thread::spawn(move || read(&mut |bytes| from_server.read(bytes), &back.0));
    thread::spawn(move || {
        arrive(&there.1, |bytes| to_server.write_all(bytes));
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        arrive(&back.1, |bytes| to_desk.write_all(bytes));
        let _ = to_desk.shutdown(Shutdown::Both);
    });
    Ok(())
}

fn arrive(from: &mpsc::Receiver<(Instant, Vec<u8>)>, mut write: impl FnMut(&[u8]) -> io::Result<()>) {
    for (at, bytes) in from {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        if write(&bytes).is_err() {
            return;
        }
    }
}
