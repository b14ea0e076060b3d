//! Putting the block in place: tested before sshd reads it, and taken back if nobody could sign in any more.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::block::BLOCK;
use super::check::{Level, block};
use super::{ACCOUNT, sshd};

/// Where sshd reads it.
const PLACE: &str = "/etc/ssh/sshd_config.d/keydesk.conf";
/// The newest keyword of the block. An older sshd would refuse the block, and takes no SetEnv of a Match either.
const NEWEST_WANTED: &str = "requiredrsasize";
const TOO_OLD: &str = "This sshd is older than OpenSSH 9.1 and cannot keep what the block of keydesk asks for. Nothing was changed. Upgrade \
                       openssh-server.";
/// How often a new connection is tried while sshd reads its configuration, and how long is waited between.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(300);
/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enabled {
    /// sshd goes by it, and a new connection works.
    Running,
    /// It is in place; no sshd runs.
    Waiting,
}

/// Puts the block in place. On an error everything is as it was.
pub fn enable() -> Result<Enabled, String> {
    let place = Path::new(PLACE);
    // Whatever is wrong already is not this block's fault.
    sshd::test().map_err(|why| format!("sshd's configuration is wrong already, and nothing was changed. {why}"))?;
    let told = sshd::settings(ACCOUNT).map_err(|why| format!("sshd does not say what it goes by. {why}"))?;
    if sshd::value(&told, NEWEST_WANTED).is_none() {
        return Err(TOO_OLD.to_owned());
    }
    let before = fs::read(place).ok();
    if before.as_deref().is_some_and(|text| text != BLOCK.as_bytes()) {
        return Err(format!(
            "{PLACE} is there with another content, and was left alone. Remove it, then run this again."
        ));
    }
    write(place).map_err(|why| format!("{PLACE} cannot be written: {why}. Run this as root."))?;
    let tried = try_it();
    if tried.is_err() && before.is_none() {
        let _ = fs::remove_file(place);
        let _ = sshd::settings(ACCOUNT).and_then(|told| sshd::reload(&told));
    }
    tried
}

fn try_it() -> Result<Enabled, String> {
    let taken_back = |why: String| format!("The block was taken back. {why}");
    sshd::test().map_err(taken_back)?;
    let told = sshd::settings(ACCOUNT).map_err(taken_back)?;
    let wrong = block(&told).into_iter().find(|line| matches!(line.level, Level::Fail));
    if let Some(line) = wrong {
        let why = "/etc/ssh/sshd_config must have the line: Include /etc/ssh/sshd_config.d/*.conf, and no earlier Match may say \
                   otherwise";
        return Err(taken_back(format!("sshd does not go by it: {} is {}. {why}.", line.check, line.says)));
    }
    if !sshd::reload(&told).map_err(taken_back)? {
        return Ok(Enabled::Waiting);
    }
    let address = address(&told).ok_or_else(|| taken_back("sshd does not say where it listens.".to_owned()))?;
    let mut outcome = Err(String::new());
    for _ in 0..TRIES {
        thread::sleep(BETWEEN);
        outcome = second_connection(address);
        if outcome.is_ok() {
            return Ok(Enabled::Running);
        }
    }
    outcome.map(|()| Enabled::Running).map_err(|why| taken_back(format!("A second connection failed: {why}")))
}

fn write(place: &Path) -> std::io::Result<()> {
    let new = place.with_extension("conf-new");
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(&new)?;
    file.write_all(BLOCK.as_bytes())?;
    // The umask of keydesk leaves the owner alone.
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.sync_all()?;
    fs::rename(new, place)
}

/// Where sshd listens, from here.
fn address(told: &str) -> Option<SocketAddr> {
    let mut address: SocketAddr = sshd::value(told, "listenaddress")?.parse().ok()?;
    if address.ip().is_unspecified() {
        let local = if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() };
        address.set_ip(local);
    }
    Some(address)
}

/// A stranger's key must come as far as being refused: some mistakes are found by sshd only when it looks up a key, and
/// then it drops the connection.
fn second_connection(address: SocketAddr) -> Result<(), String> {
    let mut banner = [0; 4];
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|why| why.to_string())?;
    stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.read_exact(&mut banner))
        .map_err(|why| why.to_string())?;
    if banner != *b"SSH-" {
        return Err("what answers is not sshd".to_owned());
    }
    drop(stream);
    let Ok(keys) = Keys::make() else {
        // Without a client there is nothing to offer a key with.
        return Ok(());
    };
    let mut client = Command::new("ssh");
    client.args([
        "-F",
        "none",
        "-o",
        "BatchMode=yes",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "StrictHostKeyChecking=no",
    ]);
    client
        .args(["-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR", "-i"])
        .arg(keys.0.join("key"));
    client.args(["-p", &address.port().to_string(), "-l", ACCOUNT, &address.ip().to_string(), "true"]);
    let output = client.env_remove("SSH_AUTH_SOCK").stdin(Stdio::null()).output().map_err(|why| why.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    match said.contains("Permission denied (publickey)") {
        true => Ok(()),
        false => Err(said.lines().last().unwrap_or("sshd closed it").trim().to_owned()),
    }
}

/// A key pair that nobody knows, in a directory of its own.
struct Keys(PathBuf);

impl Keys {
    fn make() -> Result<Self, String> {
        let dir = std::env::temp_dir().join(format!("keydesk-enable-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&dir).map_err(|why| why.to_string())?;
        let keys = Self(dir);
        let mut make = Command::new("ssh-keygen");
        sshd::run(make.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(keys.0.join("key"))).map(|_| keys)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_every_address_is_tried_here() {
        for (told, is) in [
            ("port 22\nlistenaddress 0.0.0.0:22\n", "127.0.0.1:22"),
            ("listenaddress [::]:2222\n", "[::1]:2222"),
            ("Port 22\nListenAddress 192.0.2.1:22\n", "192.0.2.1:22"),
            ("listenaddress 192.0.2.1:22\n", "192.0.2.1:22"),
        ] {
            assert_eq!(address(told), is.parse().ok(), "{told}");
        }
        assert_eq!(address("port 22"), None);
    }
}
