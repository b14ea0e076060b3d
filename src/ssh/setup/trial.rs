//! A sign-in that is tried out: with a key of its own, which opens nothing but the version of keydesk, and that only while it
//! is tried. So whatever keeps people out is found: PAM and the account, another Match, a mistake that sshd sees only when it
//! looks up a key.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::OFlags;

use super::{ACCOUNT, reload, sshd};
use crate::time::{Clock, Millis};

/// Where the public key lies that is tried out. Only root can write there.
const KEY: &str = "/run/keydesk-enable.pub";
/// How long that key is believed: an `ssh enable` that was killed leaves it behind.
const LONGEST: i64 = 120_000;
/// Most bytes of it.
const MOST_BYTES: u64 = 4096;
/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether root tries out this key just now: `TYPE BASE64`, as sshd names it.
pub(in crate::ssh) fn is_tried(offered: &str, clock: &dyn Clock) -> bool {
    is_tried_in(Path::new(KEY), offered, 0, clock.now()).unwrap_or(false)
}

fn is_tried_in(file: &Path, offered: &str, owner: u32, now: Millis) -> Option<bool> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(file).ok()?;
    let meta = file.metadata().ok()?;
    let of_root = meta.is_file() && meta.uid() == owner && meta.mode() & 0o022 == 0;
    let age = now.0 - meta.mtime().checked_mul(1000)?;
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    Some(of_root && (-1000..LONGEST).contains(&age) && text.trim_end() == offered)
}

/// A key pair for one trial, which goes with it.
pub(super) struct Trial(PathBuf);

impl Trial {
    /// Makes the pair, and lets it be believed. `how` is what ssh-keygen is told.
    pub(super) fn begin(how: &[&str]) -> Result<Self, String> {
        // Beside the public key, where nobody else can have made it before.
        let dir = Path::new(KEY).with_file_name(format!("keydesk-enable-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&dir).map_err(|why| format!("{}: {why}.", dir.display()))?;
        let trial = Self(dir);
        let mut make = sshd::tool("ssh-keygen").ok_or("ssh-keygen is not installed.")?;
        sshd::run(make.args(["-q", "-N", "", "-C", "", "-f"]).arg(trial.private()).args(how))?;
        let public = fs::read_to_string(trial.0.join("key.pub")).map_err(|why| why.to_string())?;
        lay(Path::new(KEY), public.trim()).map_err(|why| format!("{KEY} cannot be written: {why}."))?;
        Ok(trial)
    }

    fn private(&self) -> PathBuf {
        self.0.join("key")
    }

    /// Signs in; whether keydesk answered.
    pub(super) fn sign_in(&self, address: SocketAddr) -> Result<(), String> {
        match self.said(address)? {
            (out, _) if out.starts_with("keydesk ") => Ok(()),
            (out, _) if !out.is_empty() => Err(format!("another program than keydesk answered: {}", last_line(&out))),
            (_, err) => Err(last_line(&err).to_owned()),
        }
    }

    /// Comes as far as being refused, which a mistake in the block would prevent.
    pub(super) fn is_refused(&self, address: SocketAddr) -> Result<(), String> {
        let (_, err) = self.said(address)?;
        if err.contains("Permission denied (publickey)") { Ok(()) } else { Err(last_line(&err).to_owned()) }
    }

    fn said(&self, address: SocketAddr) -> Result<(String, String), String> {
        let mut client = sshd::tool("ssh").ok_or("ssh is not installed.")?;
        let fixed = ["BatchMode=yes", "UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "IdentitiesOnly=yes"];
        client.args(["-F", "none"]).args(fixed.iter().flat_map(|option| ["-o", option]));
        client.args(["-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR", "-i"]).arg(self.private());
        client.args(["-p", &address.port().to_string(), "-l", ACCOUNT, &address.ip().to_string(), "true"]);
        let output = client.env_remove("SSH_AUTH_SOCK").stdin(Stdio::null()).output().map_err(|why| why.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&output.stdout), text(&output.stderr)))
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = fs::remove_file(KEY);
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn last_line(said: &str) -> &str {
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("sshd closed the connection")
}

/// Writes a file that everybody may read.
fn lay(place: &Path, text: &str) -> std::io::Result<()> {
    let _ = fs::remove_file(place);
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o644).open(place)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())
}

/// The first of the addresses at which an sshd answers. Where systemd holds the socket, that may be another than sshd has.
pub(super) fn answers(told: &str) -> Result<SocketAddr, String> {
    let mut why = "sshd does not say where it listens".to_owned();
    let listen = sshd::values(told, "listenaddress").join(" ");
    let mut all = [addresses(&listen), addresses(&reload::sockets())].concat();
    // First the one that sshd was asked about: a Match may treat others in another way.
    all.sort_by_key(|address| address.ip() != Ipv4Addr::LOCALHOST);
    for address in all {
        match banner(address) {
            Ok(banner) if banner == *b"SSH-" => return Ok(address),
            Ok(_) => why = format!("what answers at {address} is not sshd"),
            Err(error) => why = format!("{address}: {error}"),
        }
    }
    Err(why)
}

fn banner(address: SocketAddr) -> std::io::Result<[u8; 4]> {
    let mut banner = [0; 4];
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.read_exact(&mut banner)?;
    Ok(banner)
}

/// The addresses among some words, from here.
fn addresses(words: &str) -> Vec<SocketAddr> {
    let all = words.split_whitespace().filter_map(|word| word.parse().ok());
    all.map(|mut address: SocketAddr| {
        if address.ip().is_unspecified() {
            let local = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            address.set_ip(local);
        }
        address
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use rustix::process::getuid;

    use super::*;

    #[test]
    fn a_listener_on_every_address_is_tried_here() {
        for (listen, is) in [
            ("0.0.0.0:22", "127.0.0.1:22"),
            ("[::]:2222", "[::1]:2222"),
            ("192.0.2.1:22", "192.0.2.1:22"),
            ("[::]:22 (Stream)\n", "[::1]:22"),
        ] {
            assert_eq!(addresses(listen), [is.parse().unwrap()], "{listen}");
        }
        assert_eq!(addresses("[::]:22 0.0.0.0:22").len(), 2);
        assert_eq!(addresses("/run/sshd.sock (Stream)").len(), 0);
    }

    #[test]
    fn a_key_is_tried_only_for_a_moment_and_by_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let (file, me) = (dir.path().join("key"), getuid().as_raw());
        lay(&file, "ssh-ed25519 AAAA\n").unwrap();
        let now = Millis(file.metadata().unwrap().mtime() * 1000);
        let tried = |offered: &str, owner, after| is_tried_in(&file, offered, owner, now.plus(after));
        assert_eq!(tried("ssh-ed25519 AAAA", me, 1000), Some(true));
        assert_eq!(tried("ssh-ed25519 AAAB", me, 1000), Some(false));
        assert_eq!(tried("ssh-ed25519 AAAA", me + 1, 1000), Some(false), "of somebody else");
        assert_eq!(tried("ssh-ed25519 AAAA", me, LONGEST), Some(false), "of long ago");
        fs::set_permissions(&file, Permissions::from_mode(0o666)).unwrap();
        assert_eq!(tried("ssh-ed25519 AAAA", me, 1000), Some(false), "anybody could have written it");
        fs::remove_file(&file).unwrap();
        assert_eq!(tried("ssh-ed25519 AAAA", me, 1000), None);
    }
}
