//! Making a running sshd read its configuration anew: by systemd, or by a signal to the process that listens. A file with a
//! process id may be old, and the process another one by now: nothing is signalled but an sshd that listens.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::sshd;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reloaded {
    /// sshd reads it anew, or does so with each connection.
    Done,
    /// No sshd runs.
    NoneRuns,
    /// Several listen, and none is known to be the one.
    Several,
}

/// How the process that listens calls itself.
const LISTENER: &str = "[listener]";

/// Makes a running sshd read its configuration anew.
pub(super) fn reload(settings: &str) -> Result<Reloaded, String> {
    if by_systemd()? {
        return Ok(Reloaded::Done);
    }
    let noted = sshd::value(settings, "pidfile").filter(|file| *file != "none");
    let noted = noted.and_then(|file| fs::read_to_string(file).ok()).and_then(|text| text.trim().parse().ok());
    if let Some(process) = noted.and_then(listener) {
        return tell(&process);
    }
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    match numbers.filter_map(listener).collect::<Vec<_>>().as_slice() {
        [] => Ok(Reloaded::NoneRuns),
        [process] => tell(process),
        _ => Ok(Reloaded::Several),
    }
}

fn tell(process: &OwnedFd) -> Result<Reloaded, String> {
    match pidfd_send_signal(process, Signal::HUP) {
        Ok(()) => Ok(Reloaded::Done),
        Err(rustix::io::Errno::SRCH) => Ok(Reloaded::NoneRuns),
        Err(why) => Err(format!("sshd could not be told to read its configuration: {why}.")),
    }
}

/// The sockets that systemd holds for sshd, as it writes them.
pub(super) fn sockets() -> String {
    let listen = |unit| systemctl(&["show", "--property=Listen", "--value", unit]).unwrap_or_default();
    SOCKETS.map(listen).join(" ")
}

const SOCKETS: [&str; 2] = ["ssh.socket", "sshd.socket"];

fn systemctl(args: &[&str]) -> Result<String, String> {
    match sshd::tool("systemctl").filter(|_| Path::new("/run/systemd/system").is_dir()) {
        Some(mut systemctl) => sshd::run(systemctl.args(args)),
        None => Err("systemd does not run this machine.".to_owned()),
    }
}

/// Whether systemd runs sshd, and has told it.
fn by_systemd() -> Result<bool, String> {
    for unit in ["ssh.service", "sshd.service"] {
        if systemctl(&["is-active", "--quiet", unit]).is_ok() {
            return systemctl(&["reload", unit]).map(|_| true);
        }
    }
    // With a socket in place of the service each connection reads it anew.
    Ok(SOCKETS.iter().any(|unit| systemctl(&["is-active", "--quiet", unit]).is_ok()))
}

/// The process, if it is an sshd of this system that listens by the usual configuration.
fn listener(process: i32) -> Option<OwnedFd> {
    // Taken first: what is read afterwards is of this process, or it is gone.
    // A negative number would be a group of processes.
    let number = (process > 0).then(|| Pid::from_raw(process)).flatten()?;
    let held = pidfd_open(number, PidfdFlags::empty()).ok()?;
    let of = |what: &str| format!("/proc/{process}/{what}");
    let program = fs::canonicalize(sshd::program().ok()?).ok()?;
    let runs = fs::read_link(of("exe")).ok()?;
    // An upgrade has replaced the file while it runs.
    let runs = runs.to_str()?.trim_end_matches(" (deleted)");
    // A container has an sshd and a configuration of its own.
    let same_files = fs::read_link(of("ns/mnt")).ok()? == fs::read_link("/proc/self/ns/mnt").ok()?;
    let line = fs::read(of("cmdline")).ok()?;
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    (Path::new(runs) == program && same_files && listens(&line)).then_some(held)
}

/// Whether a command line is that of an sshd that listens by the usual configuration.
fn listens(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().collect();
    let config = words.iter().position(|word| *word == "-f").and_then(|at| words.get(at + 1).copied());
    let config = config.or_else(|| words.iter().find_map(|word| word.strip_prefix("-f/").map(|_| &word[2..])));
    words.contains(&LISTENER) && config.is_none_or(|config| config == sshd::CONFIG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sshd_that_listens_by_this_configuration_is_meant() {
        for (line, meant) in [
            ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", true),
            ("sshd: /usr/sbin/sshd -D -f /etc/ssh/sshd_config [listener] 1 of 10-100 startups", true),
            ("sshd: /usr/sbin/sshd -D -f /srv/other [listener] 0 of 10-100 startups", false),
            ("sshd: /usr/sbin/sshd -D -f/srv/other [listener] 0 of 10-100 startups", false),
            ("sshd: alice [priv]", false),
            ("sshd: alice@pts/0", false),
            ("/usr/sbin/sshd -D", false),
            ("", false),
        ] {
            assert_eq!(listens(line), meant, "{line}");
        }
    }

    #[test]
    fn no_other_process_is_taken_for_sshd() {
        assert!(listener(std::process::id() as i32).is_none());
        assert!(listener(0).is_none() && listener(-1).is_none() && listener(i32::MAX).is_none());
    }
}
