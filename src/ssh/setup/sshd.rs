//! sshd as a program: what it goes by, and whether its configuration is right.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PLACE;

/// Where sshd is.
const PLACES: [&str; 3] = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
/// Where the other programs are: whoever calls keydesk has a PATH of their own.
const TOOLS: [&str; 3] = ["/usr/bin", "/bin", "/usr/local/bin"];
/// The configuration that sshd reads, and the directory that its first line includes.
pub(super) const CONFIG: &str = "/etc/ssh/sshd_config";
const DROP_INS: &str = "/etc/ssh/sshd_config.d";
/// An address that stands for all others.
pub(super) const ELSEWHERE: &str = "192.0.2.1";
/// The port of a connection that is asked about, until it is known.
const PORT: &str = "22";
/// What sshd complains about where it has not run since the machine was started, in front of the directory.
const NEVER_RUN: &str = "Missing privilege separation directory: ";
/// The directory on most systems, which a unit of sshd makes for itself.
const OF_SSHD: &str = "/run/sshd";

/// Path of sshd, if it is installed.
pub(super) fn program() -> Result<&'static str, String> {
    let found = PLACES.into_iter().find(|path| Path::new(path).exists());
    found.ok_or_else(|| "sshd is not installed. Install openssh-server.".to_owned())
}

/// Another program.
pub(super) fn tool(name: &str) -> Option<Command> {
    TOOLS.iter().map(|dir| Path::new(dir).join(name)).find(|path| path.exists()).map(Command::new)
}

/// What sshd goes by for the account when it comes from this machine, as `sshd -T` prints it.
pub(super) fn settings(account: &str) -> Result<String, String> {
    settings_for(account, "host=localhost,addr=127.0.0.1")
}

/// The same for one who comes from elsewhere: an address that nobody has (RFC 5737).
pub(super) fn settings_elsewhere(account: &str) -> Result<String, String> {
    settings_for(account, &format!("host=client.example,addr={ELSEWHERE}"))
}

fn settings_for(account: &str, client: &str) -> Result<String, String> {
    // Without the part about this end a Match of it would be an error.
    let ask = |port: &str| {
        let here = format!("laddr=127.0.0.1,lport={port},rdomain=");
        let connection = format!("user={account},{client},{here}");
        run(Command::new(program()?).args(["-T", "-C", &connection])).map_err(with_hint)
    };
    let told = ask(PORT)?;
    match value(&told, "port") {
        Some(port) if port != PORT => ask(port),
        _ => Ok(told),
    }
}

/// Tests the configuration.
pub(super) fn test() -> Result<(), String> {
    run(Command::new(program()?).arg("-t")).map(|_| ()).map_err(with_hint)
}

/// Makes the directory that sshd lacks for a test where systemd starts it with each connection alone.
pub(super) fn make_directory() {
    if test().is_err_and(|why| why.contains(&format!("{NEVER_RUN}{OF_SSHD}."))) {
        let _ = fs::DirBuilder::new().mode(0o755).create(OF_SSHD);
        // The umask of keydesk leaves the owner alone.
        let _ = fs::set_permissions(OF_SSHD, fs::Permissions::from_mode(0o755));
    }
}

fn with_hint(why: String) -> String {
    match why.contains(NEVER_RUN) {
        true => format!("{why}. Start sshd once, which makes it, and run this again."),
        false => why,
    }
}

/// What a keyword is set to. sshd 10.0 prints keywords in small letters, 10.6 as its manual writes them.
pub(super) fn value<'a>(settings: &'a str, keyword: &str) -> Option<&'a str> {
    lines(settings, keyword).next()
}

/// Everything that a keyword is set to, which may be on several lines.
pub(super) fn values<'a>(settings: &'a str, keyword: &str) -> Vec<&'a str> {
    lines(settings, keyword).flat_map(str::split_whitespace).collect()
}

fn lines<'a>(settings: &'a str, keyword: &str) -> impl Iterator<Item = &'a str> {
    let all = settings.lines().filter_map(|line| line.trim().split_once(' '));
    all.filter(move |(name, _)| name.eq_ignore_ascii_case(keyword)).map(|(_, value)| value.trim())
}

/// Where the files of sshd name a keyword, but for keydesk's block.
pub(super) fn named_in(keyword: &str) -> Vec<String> {
    let drop_ins = fs::read_dir(DROP_INS).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = drop_ins.filter(|file| file != Path::new(PLACE)).collect();
    files.sort();
    files.push(PathBuf::from(CONFIG));
    files.iter().flat_map(|file| named_in_file(file, keyword)).collect()
}

fn named_in_file(file: &Path, keyword: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let is_named = |line: &str| {
        let word = line.trim_start().split([' ', '\t', '=']).next().unwrap_or_default();
        word.eq_ignore_ascii_case(keyword)
    };
    let lines = text.lines().zip(1..).filter(|(line, _)| is_named(line));
    lines.map(|(_, number)| format!("{}:{number}", file.display())).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_is_found_wherever_a_file_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "# PermitTTY no\nMatch all\n\tpermittty=no\nPermitTTYs no\n  PermitTTY yes\n").unwrap();
        let at = |number| format!("{}:{number}", file.path().display());
        assert_eq!(named_in_file(file.path(), "PermitTTY"), [at(3), at(5)]);
    }

    #[test]
    fn values_are_gathered_from_all_lines() {
        let told = "port 22\nallowusers a b\nAllowUsers c\npermittty yes\n";
        assert_eq!(values(told, "allowusers"), ["a", "b", "c"]);
        assert_eq!((value(told, "PermitTTY"), value(told, "none")), (Some("yes"), None));
    }
}
