//! What a session hands over to itself when it executes itself again with a clean environment: in a sealed file in memory,
//! whose number is an argument. It stays open, so that the session can execute itself once more to change between the
//! screen and lines.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
use serde::{Deserialize, Serialize};

use super::words::LONGEST;

/// No byte can be changed any more.
const SEALS: SealFlags = SealFlags::WRITE.union(SealFlags::GROW).union(SealFlags::SHRINK).union(SealFlags::SEAL);

/// What sshd said about the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// The file that names the key that signed (`SSH_USER_AUTH`).
    pub user_auth: Option<PathBuf>,
    /// Address of the client, from `SSH_CONNECTION`.
    pub address: Option<IpAddr>,
    /// The command that was asked for (`SSH_ORIGINAL_COMMAND`); bytes, for it may be anything.
    pub command: Option<Vec<u8>>,
    /// Whether it was longer than any command, and was dropped.
    pub too_long: bool,
}

impl Handover {
    /// From what sshd put into the environment. An empty command is the same as none.
    pub fn new(user_auth: Option<PathBuf>, address: Option<IpAddr>, command: Option<Vec<u8>>) -> Self {
        let too_long = command.as_ref().is_some_and(|command| command.len() > LONGEST);
        let command = command.filter(|command| !too_long && !command.is_empty());
        Self { user_auth, address, command, too_long }
    }

    /// Writes it to a file in memory that the executed program inherits.
    pub fn write(&self) -> io::Result<OwnedFd> {
        // Without CLOEXEC, so that it is inherited.
        let file = memfd_create("keydesk-session", MemfdFlags::ALLOW_SEALING)?;
        let mut file = File::from(file);
        file.write_all(&serde_json::to_vec(self)?)?;
        fcntl_add_seals(&file, SEALS)?;
        Ok(file.into())
    }

    /// Reads it, if this descriptor is such a file.
    pub fn read(descriptor: u32) -> io::Result<Self> {
        let file = File::open(format!("/proc/self/fd/{descriptor}"))?;
        if !fcntl_get_seals(&file)?.contains(SEALS) {
            return Err(io::Error::other("it is not sealed"));
        }
        let mut text = Vec::new();
        file.take(16 * LONGEST as u64).read_to_end(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}

/// The number of a descriptor, for an argument.
pub fn number(descriptor: &OwnedFd) -> String {
    descriptor.as_raw_fd().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_file_says_what_was_written() {
        let address = "203.0.113.9".parse().ok();
        let wrote = Handover::new(Some("/tmp/sshauth.x".into()), address, Some(b"key list \xff".to_vec()));
        let file = wrote.write().unwrap();
        let descriptor: u32 = number(&file).parse().unwrap();
        assert_eq!(Handover::read(descriptor).unwrap(), wrote);
        assert!(File::from(file).write_all(b"more").is_err());
        let other = tempfile::tempfile().unwrap();
        assert!(Handover::read(other.as_raw_fd() as u32).is_err());
        assert!(Handover::read(4_000_000).is_err());
    }

    #[test]
    fn an_empty_command_is_none_and_a_long_one_is_dropped() {
        let of = |command: &[u8]| Handover::new(None, None, Some(command.to_vec()));
        assert_eq!(of(b""), Handover::default());
        let long = of(&vec![b'x'; LONGEST + 1]);
        assert!(long.too_long && long.command.is_none());
        assert!(of(&vec![b'x'; LONGEST]).command.is_some());
    }
}
