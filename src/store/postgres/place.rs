//! Where a PostgreSQL server is, and how it is reached.

use std::fmt;
use std::path::PathBuf;

/// A database of a PostgreSQL server, or of several servers of which one is the primary. It never holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresPlace {
    /// The servers, in the order in which they are tried.
    pub hosts: Vec<PostgresHost>,
    /// The user to connect as.
    pub user: String,
    /// Name of the database.
    pub database: String,
    /// Whether the connection is encrypted and the server's certificate checked. Never the case on a Unix socket.
    pub verify_tls: bool,
    /// File with the password of the user, alone on its first line.
    pub password_file: Option<PathBuf>,
    /// Whether systemd passed that file in.
    pub password_from_systemd: bool,
    /// File with passwords in the form of libpq's `.pgpass`.
    pub pass_file: Option<PathBuf>,
    /// File with the certificates (PEM) that sign the server's; the system's if none is named.
    pub ca_file: Option<PathBuf>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresHost {
    /// A name or an address, and a port.
    Tcp(String, u16),
    /// The directory of a Unix socket, and the port that is part of its name.
    Unix(PathBuf, u16),
}

impl PostgresHost {
    /// Name and port as libpq's password file has them.
    pub(super) fn in_pass_file(&self) -> (String, u16) {
        match self {
            Self::Tcp(host, port) => (host.clone(), *port),
            Self::Unix(_, port) => ("localhost".to_owned(), *port),
        }
    }
}

impl fmt::Display for PostgresHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) if *port == PORT => f.write_str(host),
            Self::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(dir, port) if *port == PORT => write!(f, "{}", dir.display()),
            Self::Unix(dir, port) => write!(f, "{}:{port}", dir.display()),
        }
    }
}

/// The port that is meant where none is named.
pub const PORT: u16 = 5432;

impl fmt::Display for PostgresPlace {
    /// `postgres db1,db2/keydesk`, as it is shown everywhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self.hosts.iter().map(ToString::to_string).collect();
        write!(f, "postgres {}/{}", hosts.join(","), self.database)
    }
}
