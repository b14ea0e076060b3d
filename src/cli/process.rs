//! Process hardening, and the Unix user and client address for the trail.

use std::env;
use std::net::IpAddr;
use std::sync::Arc;

use nix::unistd::{Uid, User, getuid};
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

use crate::credential::client_address;
use crate::hub::Origin;
use crate::text;

/// Hardens the process: files for the owner alone, no core dump, no access to its memory by other processes.
///
/// Errors are ignored: a kernel that refuses must not keep an administrator out.
pub fn harden() {
    umask(Mode::from_raw_mode(0o077));
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // Executed again by `/proc/self/exe` it would be called "exe".
    let _ = rustix::thread::set_name(c"keydesk");
    // A file size limit makes the write fail, as a full disk does, instead of ending the process, which
    // would leave the terminal raw.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

/// Which Unix user runs this process, and where they came from, for the trail.
pub fn origin() -> Origin {
    let uid = getuid();
    let unix = Some(user_name(uid).unwrap_or_else(|| uid.to_string()));
    Origin { unix, address: env::var("SSH_CONNECTION").ok().and_then(|line| client(&line)) }
}

/// Whether sshd started this for the account of the desk, by the mark that `assets/sshd/keydesk.conf` sets: there the SSH key
/// says who acts, not `--as`. sshd's own variables do not tell: an operator's shell may have them as well.
pub fn in_forced_session() -> bool {
    env::var_os("KEYDESK_SSH").is_some()
}

/// Name of a user, from `/etc/passwd` or a directory service; `None` if it could do harm on a screen.
fn user_name(uid: Uid) -> Option<String> {
    let user = User::from_uid(uid).ok().flatten()?;
    (!user.name.is_empty() && text::offence(&user.name).is_none()).then_some(user.name)
}

/// The client in `SSH_CONNECTION`: "client port server port".
fn client(line: &str) -> Option<IpAddr> {
    client_address(line.split(' ').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_names_its_users() {
        assert_eq!(user_name(Uid::from_raw(0)).as_deref(), Some("root"));
        assert_eq!(user_name(Uid::from_raw(4_000_000_000)), None);
    }

    #[test]
    fn the_client_of_an_ssh_connection() {
        assert_eq!(client("203.0.113.9 50000 10.0.0.1 22"), "203.0.113.9".parse().ok());
        assert_eq!(client("::ffff:203.0.113.9 50000 ::1 22"), "203.0.113.9".parse().ok());
        assert_eq!(client("fe80::1%eth0 50000 fe80::2 22"), "fe80::1".parse().ok());
        assert_eq!(client(""), None);
        assert_eq!(client("UNKNOWN 1 2 3"), None);
    }
}
