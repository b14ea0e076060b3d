//! A PostgreSQL server of the tests' own: on a scratch directory, reached by a Unix socket in it, and gone with the tests.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use keydesk::store::{PORT, PostgresHost, PostgresPlace};

use crate::need::skipped;

/// A running server.
#[derive(Debug)]
pub struct Server {
    bin: PathBuf,
    /// Where its socket and its data are.
    pub dir: PathBuf,
    /// Holds the pipe whose end ends the server, however this process ends; none for the server of another process.
    _keeper: Option<Child>,
}

/// Makes the server, keeps it until nobody holds the pipe any more, and takes everything away.
const KEEP: &str = r#"
"$1/initdb" -D "$0/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$0/initdb.log" 2>&1 || exit 1
echo 'hostssl all all 127.0.0.1/32 scram-sha-256' >"$0/data/pg_hba.conf"
echo 'local all all trust' >>"$0/data/pg_hba.conf"
"$1/postgres" -D "$0/data" -k "$0" -c listen_addresses= -c fsync=off -c autovacuum=off -c full_page_writes=off \
    -c max_connections=200 -c log_destination=stderr $2 >"$0/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
rm -rf "$0"
"#;

/// The server of these tests, started when it is first asked for; `None` where PostgreSQL is not installed.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let of_another =
        || std::env::var_os(BORROWED).map(|dir| Server { bin: bin().unwrap(), dir: dir.into(), _keeper: None });
    SERVER.get_or_init(|| of_another().or_else(|| Server::start(""))).as_ref()
}

/// The variable that names the directory of a server that another process of the tests has.
pub const BORROWED: &str = "KEYDESK_TEST_PG_DIR";

/// `KEYDESK_TEST_PG_BIN`, else the newest that the system has.
fn bin() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("KEYDESK_TEST_PG_BIN") {
        return Some(named.into());
    }
    let installed = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    installed.filter(|bin| bin.join("initdb").exists()).max()
}

/// User and group that the server runs as: it refuses to be root.
fn somebody() -> (u32, u32) {
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = passwd.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2).map(|field| field.parse().unwrap());
        Some((fields.next()?, fields.next()?))
    };
    of("postgres").or_else(|| of("nobody")).expect("a user that is not root")
}

impl Server {
    /// Starts a server with more settings, `-c NAME=VALUE`.
    pub fn start(settings: &str) -> Option<Self> {
        Self::start_with(settings, &[])
    }

    /// The same with files of its own in its directory: names and contents.
    pub fn start_with(settings: &str, files: &[(&str, &[u8])]) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Some(bin) = bin() else {
            let _ = skipped("PostgreSQL is not installed");
            return None;
        };
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = PathBuf::from(format!("/tmp/kdpg-{}-{next}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir(&dir).unwrap();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEP]).args([dir.as_os_str(), bin.as_os_str(), settings.as_ref()]);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/tmp");
        for (name, bytes) in files {
            fs::write(dir.join(name), bytes).unwrap();
            fs::set_permissions(dir.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        if rustix::process::geteuid().is_root() {
            let (uid, gid) = somebody();
            for path in fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).chain([dir.clone()]) {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
            keeper.uid(uid).gid(gid);
        }
        let server = Self { bin, dir, _keeper: Some(keeper.spawn().unwrap()) };
        let began = Instant::now();
        while !server.answers() {
            assert!(began.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {}", server.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn answers(&self) -> bool {
        // The name of the socket ends in its port.
        let names = fs::read_dir(&self.dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let Some(port) = names.filter_map(|name| name.strip_prefix(".s.PGSQL.")?.parse::<u16>().ok()).next() else {
            return false;
        };
        let mut asked = Command::new(self.bin.join("pg_isready"));
        asked.args(["-q", "-p", &port.to_string(), "-h"]).arg(&self.dir).status().is_ok_and(|status| status.success())
    }

    /// What the server said.
    pub fn log(&self) -> String {
        ["initdb.log", "log"].map(|name| fs::read_to_string(self.dir.join(name)).unwrap_or_default()).join("\n")
    }

    /// What `psql` says to some SQL, as the owner of everything; the first error is a panic.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.sql_as("postgres", database, sql).unwrap_or_else(|why| panic!("{sql}: {why}"))
    }

    /// The same as another user; what it complains about is the error.
    pub fn sql_as(&self, user: &str, database: &str, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", database, "-h"]).arg(&self.dir);
        let said = psql.args(["-c", sql]).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim().to_owned();
        if said.status.success() { Ok(text(said.stdout)) } else { Err(text(said.stderr)) }
    }

    /// The same on a server that listens on another port than the usual one.
    pub fn sql_on(&self, port: u16, sql: &str) {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-p", &port.to_string(), "-h"]).arg(&self.dir);
        assert!(psql.args(["-c", sql]).status().unwrap().success(), "{sql}");
    }

    /// A new empty database.
    pub fn database(&self) -> Arc<PostgresPlace> {
        let place = self.place(&self.fresh_name());
        self.sql("postgres", &format!("CREATE DATABASE {}", place.database));
        Arc::new(place)
    }

    /// A copy of a database that nobody is connected to.
    pub fn copy(&self, of: &str) -> Arc<PostgresPlace> {
        let place = self.place(&self.fresh_name());
        self.sql("postgres", &format!("CREATE DATABASE {} TEMPLATE {of} STRATEGY wal_log", place.database));
        Arc::new(place)
    }

    /// Where the server keeps a database, and its log of changes.
    pub fn folders(&self, database: &str) -> [PathBuf; 2] {
        let oid = self.sql(database, "CHECKPOINT; SELECT oid FROM pg_database WHERE datname = current_database()");
        [self.dir.join("data/base").join(oid), self.dir.join("data/pg_wal")]
    }

    /// Ends every connection to a database.
    pub fn disconnect(&self, database: &str) {
        let sql = format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'");
        self.sql("postgres", &sql);
    }

    fn fresh_name(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("desk_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// A database of this server, whether it is there or not.
    pub fn place(&self, database: &str) -> PostgresPlace {
        place(&self.dir, database)
    }
}

/// A pooler in transaction mode before a server, with a directory of its own for its socket. It ends with this process.
pub struct Pooler {
    pub dir: PathBuf,
    _keeper: Child,
}

impl Pooler {
    pub fn before(server: &Server) -> Self {
        let dir = server.dir.join(format!("pooler-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let text = format!(
            "[databases]\n* = host={} user=postgres\n[pgbouncer]\nunix_socket_dir = {dir}\nlisten_port = {PORT}\n\
             auth_type = any\npool_mode = transaction\nmax_client_conn = 200\ndefault_pool_size = 20\nlogfile = {dir}/log\n",
            server.dir.display(),
            dir = dir.display()
        );
        fs::write(dir.join("pgbouncer.ini"), text).unwrap();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", "pgbouncer -q \"$0/pgbouncer.ini\" & it=$!; cat >/dev/null; kill \"$it\""]).arg(&dir);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/tmp");
        if rustix::process::geteuid().is_root() {
            let (uid, gid) = somebody();
            for path in [dir.clone(), dir.join("pgbouncer.ini")] {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
            keeper.uid(uid).gid(gid);
        }
        let pooler = Self { dir, _keeper: keeper.spawn().unwrap() };
        let began = Instant::now();
        while !pooler.dir.join(format!(".s.PGSQL.{PORT}")).exists() {
            assert!(began.elapsed() < Duration::from_secs(30), "the pooler does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        pooler
    }
}

/// A database behind the socket in a directory.
pub fn place(dir: &Path, database: &str) -> PostgresPlace {
    PostgresPlace {
        hosts: vec![PostgresHost::Unix(dir.to_owned(), PORT)],
        user: "postgres".to_owned(),
        database: database.to_owned(),
        verify_tls: false,
        password_file: None,
        password_from_systemd: false,
        pass_file: None,
        ca_file: None,
    }
}

/// The URL of a database behind a Unix socket.
pub fn url(place: &PostgresPlace) -> String {
    match &place.hosts[0] {
        PostgresHost::Unix(dir, port) => {
            format!("postgres://{}@:{port}/{}?host={}", place.user, place.database, dir.display())
        }
        PostgresHost::Tcp(host, port) => {
            format!("postgres://{}@{host}:{port}/{}?sslmode=disable", place.user, place.database)
        }
    }
}
