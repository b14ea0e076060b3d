//! Servers of one race: each is a process on the servers' core, held still while another one is asked.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::Done;
use super::bare::Bare;

/// Where the servers are.
pub const SERVER_CORE: &str = "1";
/// Where the load is.
pub const LOAD_CORE: &str = "0";
/// Long enough to load a million credentials on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// Microseconds of a tick, in which Linux tells times to programs.
const TICK: f64 = 10_000.0;
/// A gateway token, which a TCP listener wants. It guards nothing.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running server; ended when dropped.
#[derive(Debug)]
pub struct Server(Child);

impl Server {
    /// Starts a program on a core; `None` leaves it to the system.
    pub fn start(mut command: Command, core: Option<&str>) -> Done<Self> {
        if let Some(core) = core {
            let mut pinned = Command::new("taskset");
            pinned.args(["-c", core]).arg(command.get_program()).args(command.get_args());
            command = pinned;
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Ok(Self(child.map_err(|why| format!("{command:?}: {why}"))?))
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // Gone already is as good.
            let _ = kill_process(pid, signal);
        }
    }

    /// Suspends the server, so that its remaining work is done in its own next turn.
    pub fn hold(&self) {
        self.signal(Signal::STOP);
    }

    /// CPU time of its threads in microseconds, without threads of lower priority, which work when nothing else is to be
    /// done. On a shared machine this is steadier than the clock.
    pub fn processor(&self) -> Done<f64> {
        let mut ticks = 0.0;
        for task in fs::read_dir(format!("/proc/{}/task", self.0.id()))? {
            let stat = fs::read_to_string(task?.path().join("stat"))?;
            // The name, which may hold anything, is in brackets. Of the fields after it, the 12th and 13th are times and
            // the 17th is the nice value.
            let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
            if fields.get(16) == Some(&"0") {
                ticks += fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
            }
        }
        Ok(ticks * TICK)
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.resume();
        self.signal(Signal::TERM);
        let _ = self.0.wait();
    }
}

/// `keydesk serve` at a desk.
pub fn keydesk(desk: &Path, listen: &str, place: &Path) -> Done<Command> {
    verifier(Path::new(env!("CARGO_BIN_EXE_keydesk")), desk, listen, place)
}

/// A verifier of another keydesk.
pub fn verifier(program: &Path, desk: &Path, listen: &str, place: &Path) -> Done<Command> {
    let token = place.join("token");
    fs::write(&token, TOKEN)?;
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600))?;
    let mut command = Command::new(program);
    command.args(["serve", "--listen", listen, "--gateway-token-file"]).arg(token);
    command.arg("--data-dir").arg(desk.join("data")).arg("--config").arg(desk.join("etc/config.toml"));
    Ok(command)
}

/// One of the bare servers.
pub fn bare(listen: &str, which: &Bare) -> Done<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bare", listen, &which.argument()]);
    Ok(command)
}

/// An address that nobody listens at.
pub fn free() -> Done<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Waits until a request is answered by 200.
pub fn wait_for(address: &str, request: &str) -> Done {
    let began = Instant::now();
    let mut last = String::new();
    while began.elapsed() < PATIENCE {
        match ask_once(address, request) {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => return Ok(()),
            Ok(answer) => last = answer,
            Err(why) => last = why.to_string(),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{address} does not answer: {last}").into())
}

fn ask_once(address: &str, request: &str) -> Done<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = [0; 1024];
    let n = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..n]).into_owned())
}

/// Waits until somebody listens at a Unix socket.
pub fn wait_for_socket(path: &PathBuf) -> Done {
    let began = Instant::now();
    while UnixStream::connect(path).is_err() {
        if began.elapsed() > PATIENCE {
            return Err(format!("nobody listens at {}", path.display()).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
