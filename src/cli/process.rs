//! Process hardening, and the Unix user and client address for the trail.

use std::{env, fs, net::IpAddr, sync::Arc};

use rustix::{
    fs::Mode,
    process::{DumpableBehavior, Resource, Rlimit, getuid, set_dumpable_behavior, setrlimit, umask},
};

use crate::{credential::client_address, hub::Origin, text};

/// Files for the owner alone, no core dump, no other process that looks into this one's memory.
///
/// Errors are passed over: a kernel that refuses to make the process safer must not keep an administrator out.
pub fn harden() {
    umask(Mode::from_raw_mode(0o077));
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // A limit on the size of files is an error of the write, as a full disk is, and not the end of the process: that
    // would leave the terminal raw.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

/// Which Unix user runs this process, and where they came from, for the trail.
pub fn origin() -> Origin {
    let uid = getuid().as_raw();
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let unix = Some(user_name(&passwd, uid).unwrap_or_else(|| uid.to_string()));
    Origin { unix, address: env::var("SSH_CONNECTION").ok().and_then(|line| client(&line)) }
}

/// Whether this is a session that keydesk's own forced command opened: there the SSH key says who acts, not `--as`.
pub fn in_forced_session() -> bool {
    ["SSH_ORIGINAL_COMMAND", "SSH_USER_AUTH"].iter().any(|mark| env::var_os(mark).is_some())
}

/// Name of a user in the text of `/etc/passwd`, unless it could do harm on a screen.
fn user_name(passwd: &str, uid: u32) -> Option<String> {
    let number = uid.to_string();
    let named = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number && !name.is_empty() && text::offence(name).is_none()).then(|| name.to_owned())
    };
    passwd.lines().find_map(named)
}

/// The client in `SSH_CONNECTION`: "client port server port".
fn client(line: &str) -> Option<IpAddr> {
    client_address(line.split(' ').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_number() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\nbad\u{1b}:x:7:7::/:\n:x:8:8::/:\n";
        assert_eq!(user_name(passwd, 1000).as_deref(), Some("bob"));
        assert_eq!(user_name(passwd, 0).as_deref(), Some("root"));
        for none in [7, 8, 100] {
            assert_eq!(user_name(passwd, none), None);
        }
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
