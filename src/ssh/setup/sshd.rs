//! sshd as a program: what it goes by, whether its configuration is right, and how it reads it anew.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// Where sshd is.
const PLACES: [&str; 3] = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];

/// Path of sshd, if it is installed.
fn program() -> Result<&'static str, String> {
    let found = PLACES.into_iter().find(|path| Path::new(path).exists());
    found.ok_or_else(|| "sshd is not installed. Install openssh-server.".to_owned())
}

/// What sshd goes by for the account, as `sshd -T` prints it.
pub(super) fn settings(account: &str) -> Result<String, String> {
    let user = format!("user={account},host=localhost,addr=127.0.0.1");
    run(Command::new(program()?).args(["-T", "-C", &user]))
}

/// Tests the configuration.
pub(super) fn test() -> Result<(), String> {
    run(Command::new(program()?).arg("-t")).map(|_| ())
}

/// What a keyword is set to. sshd 10.0 prints keywords in small letters, 10.6 as its manual writes them.
pub(super) fn value<'a>(settings: &'a str, keyword: &str) -> Option<&'a str> {
    let mut all = settings.lines().filter_map(|line| line.split_once(' '));
    all.find(|(name, _)| name.eq_ignore_ascii_case(keyword)).map(|(_, value)| value.trim())
}

/// Makes a running sshd read its configuration anew. `false` if none runs.
pub(super) fn reload(settings: &str) -> Result<bool, String> {
    if Path::new("/run/systemd/system").is_dir() {
        for unit in ["ssh.service", "sshd.service"] {
            let mut asked = Command::new("systemctl");
            if run(asked.args(["is-active", "--quiet", unit])).is_ok() {
                return run(Command::new("systemctl").args(["reload", unit])).map(|_| true);
            }
        }
        // With a socket in place of the service each connection reads it anew.
        let mut asked = Command::new("systemctl");
        if run(asked.args(["is-active", "--quiet", "ssh.socket"])).is_ok() {
            return Ok(true);
        }
    }
    let file = value(settings, "pidfile").filter(|file| *file != "none");
    let text = file.and_then(|file| fs::read_to_string(file).ok());
    match text.and_then(|text| Pid::from_raw(text.trim().parse().ok()?)) {
        None => Ok(false),
        Some(pid) => match kill_process(pid, Signal::HUP) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::SRCH) => Ok(false),
            Err(why) => Err(format!("sshd could not be told to read its configuration: {why}.")),
        },
    }
}

/// Runs a program to its end; what it printed, or the first lines of what it complained about.
pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|why| format!("{name} cannot be run: {why}."))?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
            Err(if lines.is_empty() { format!("{name} failed.") } else { format!("{name}: {}", lines.join(" ")) })
        }
    }
}
