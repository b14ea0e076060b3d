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

/// Makes the server, or with a fourth argument a standby of another, keeps it until nobody holds the pipe any more, and takes
/// everything away. With `again` as the third argument it is started again whenever it ends.
const KEEP: &str = r#"
if [ -n "$4" ]; then
    "$1/pg_basebackup" -D "$0/data" -R -c fast -N -d "$4" >"$0/initdb.log" 2>&1 || exit 1
else
    "$1/initdb" -D "$0/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$0/initdb.log" 2>&1 || exit 1
    echo 'hostssl all all 127.0.0.1/32 scram-sha-256' >"$0/data/pg_hba.conf"
    echo 'local all,replication all trust' >>"$0/data/pg_hba.conf"
fi
serve() {
    "$1/postgres" -D "$0/data" -k "$0" -c listen_addresses= -c fsync=off -c autovacuum=off -c full_page_writes=off \
        -c max_connections=200 -c log_destination=stderr $2 >>"$0/log" 2>&1
}
(serve "$@"; while [ "$3" = again ] && ! [ -e "$0/ended" ]; do sleep 0.1; serve "$@"; done) &
server=$!
cat >/dev/null
: >"$0/ended"
while :; do kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"; sleep 0.2; done 2>/dev/null &
ending=$!
wait "$server"
kill "$ending"
rm -rf "$0"
"#;

/// Everything that a role or the owner of a database may set for the sessions of others.
pub fn settings() -> impl Iterator<Item = &'static str> {
    include_str!("hostile/settings.conf").lines().filter(|line| !line.starts_with('#'))
}

/// Functions, operators, views and types of the same names as the system's, in a schema that a role or a database looks into
/// first.
pub const TRAPS: &str = include_str!("hostile/traps.sql");

/// The user for whom all of this is set.
const HOSTILE: &str = "hostile";

/// The server of these tests, started when it is first asked for; `None` where PostgreSQL is not installed.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let of_another =
        || std::env::var_os(BORROWED).map(|dir| Server { bin: bin().unwrap(), dir: dir.into(), _keeper: None });
    let own = || {
        Server::start("").inspect(|server| {
            if is_hostile() {
                server.be_hostile()
            }
        })
    };
    SERVER.get_or_init(|| of_another().or_else(own)).as_ref()
}

/// Whether keydesk is to be somebody for whose sessions everything is set that can be: `KEYDESK_TEST_SETTINGS=hostile`.
fn is_hostile() -> bool {
    std::env::var("KEYDESK_TEST_SETTINGS").is_ok_and(|settings| settings == "hostile")
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

/// One that is gone already needs no killing.
fn kill(pid: Option<i32>) {
    if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
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
        Self::start_as("once", settings, files, ("", ""))
    }

    /// One that is started again whenever it ends.
    pub fn start_again_and_again(settings: &str) -> Option<Self> {
        Self::start_as("again", settings, &[], ("", ""))
    }

    /// A standby of the server that is reached by these parameters of a connection.
    pub fn standby(of: &str) -> Option<Self> {
        Self::start_as("once", "", &[], (of, ""))
    }

    /// With a directory `small` in which only so many megabytes have room. Needs root.
    pub fn with_little_room(megabytes: u32) -> Option<Self> {
        Self::start_as("once", "", &[], ("", &megabytes.to_string()))
    }

    fn start_as(how: &str, settings: &str, files: &[(&str, &[u8])], (of, room): (&str, &str)) -> Option<Self> {
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
        if !room.is_empty() {
            let (uid, gid) = somebody();
            keeper = Command::new("unshare");
            let mount = format!(
                "mkdir \"$1/small\" && mount -t tmpfs -o size={room}m,uid={uid},gid={gid},mode=700 tmpfs \"$1/small\" && shift && \
                 exec setpriv --reuid {uid} --regid {gid} --clear-groups sh \"$@\""
            );
            keeper.args(["-m", "sh", "-c", &mount, "sh"]).arg(&dir);
        }
        keeper.args(["-c", KEEP]).args([
            dir.as_os_str(),
            bin.as_os_str(),
            settings.as_ref(),
            how.as_ref(),
            of.as_ref(),
        ]);
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
            if room.is_empty() {
                keeper.uid(uid).gid(gid);
            }
        }
        let server = Self { bin, dir, _keeper: Some(keeper.spawn().unwrap()) };
        server.until_it_answers();
        Some(server)
    }

    pub fn until_it_answers(&self) {
        let began = Instant::now();
        while !self.answers() {
            assert!(began.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `kill -9` of the server.
    pub fn crash(&self) {
        let file = fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap_or_default();
        kill(file.lines().next().and_then(|pid| pid.parse().ok()));
    }

    /// `kill -9` of the process of one connection, after which the server ends all of them and recovers.
    pub fn kill_one(&self) {
        let one = "SELECT pid FROM pg_stat_activity WHERE application_name = 'keydesk' ORDER BY random() LIMIT 1";
        kill(self.sql_as("postgres", "postgres", one).ok().and_then(|pid| pid.parse().ok()));
    }

    /// Sends a signal to all its processes.
    pub fn signal(&self, signal: rustix::process::Signal) {
        for pid in self.processes() {
            let _ = rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal);
        }
    }

    /// All its processes, the one that started the others first.
    pub fn processes(&self) -> Vec<i32> {
        let pid = fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap();
        let main: i32 = pid.lines().next().unwrap().parse().unwrap();
        let parent = |pid: i32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<i32>().ok()
        };
        let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let children = all.filter(|pid| parent(*pid) == Some(main));
        [main].into_iter().chain(children).collect()
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

    /// One of PostgreSQL's programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
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
        self.sql("postgres", &format!("CREATE DATABASE {} TEMPLATE {of}", place.database));
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
        let place = place(&self.dir, database);
        let user = if is_hostile() { HOSTILE.to_owned() } else { place.user };
        PostgresPlace { user, ..place }
    }

    /// Makes [`HOSTILE`], and puts [`TRAPS`] into each database that is made from now on.
    fn be_hostile(&self) {
        let set = settings().map(|setting| format!("ALTER ROLE {HOSTILE} SET {setting}"));
        let make = format!("CREATE ROLE {HOSTILE} LOGIN SUPERUSER");
        self.sql("postgres", &std::iter::once(make).chain(set).collect::<Vec<_>>().join("; "));
        self.sql("template1", TRAPS);
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
        if rustix::process::geteuid().is_root() {
            let (uid, gid) = somebody();
            for path in [dir.clone(), dir.join("pgbouncer.ini")] {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
        }
        Self { _keeper: Self::run(&dir), dir }
    }

    /// Ends it with all its connections, and starts another at the same place.
    pub fn start_again(&mut self) {
        drop(self._keeper.stdin.take());
        self._keeper.wait().unwrap();
        let _ = fs::remove_file(self.dir.join(format!(".s.PGSQL.{PORT}")));
        self._keeper = Self::run(&self.dir);
    }

    fn run(dir: &Path) -> Child {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", "pgbouncer -q \"$0/pgbouncer.ini\" & it=$!; cat >/dev/null; kill \"$it\"; wait"]).arg(dir);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/tmp");
        if rustix::process::geteuid().is_root() {
            let (uid, gid) = somebody();
            keeper.uid(uid).gid(gid);
        }
        let keeper = keeper.spawn().unwrap();
        let began = Instant::now();
        while !dir.join(format!(".s.PGSQL.{PORT}")).exists() {
            assert!(began.elapsed() < Duration::from_secs(30), "the pooler does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        keeper
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
