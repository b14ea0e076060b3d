//! Which key signed, by the file that sshd writes for the session (`ExposeAuthInfo`). sshd checked the key; whoever could
//! write another file there could be anybody, so nothing but a plain file of this account is believed.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::process::geteuid;

use crate::account::PublicKey;

/// Most bytes of that file: a few lines, each with one key.
const LONGEST: u64 = 64 << 10;

/// The key that signed, or why nobody can say which.
pub fn key_used(file: Option<&Path>) -> Result<PublicKey, String> {
    let told = |why: &str| format!("sshd did not say which key was used ({why})");
    let path = file.ok_or_else(|| told("ExposeAuthInfo is not on"))?;
    // Neither a link is followed nor a pipe waited for.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = opened.map_err(|_| told("its file cannot be opened"))?;
    let meta = file.metadata().map_err(|_| told("its file cannot be read"))?;
    if !meta.is_file() {
        return Err(told("its file is not a regular one"));
    }
    if meta.uid() != geteuid().as_raw() && meta.uid() != 0 {
        return Err(told("its file belongs to another user"));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(told("others can write to its file"));
    }
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|_| told("its file cannot be read"))?;
    if text.len() as u64 > LONGEST {
        return Err(told("its file is too long"));
    }
    one_key(&text).map_err(told)
}

/// The one key of the lines: sshd writes a line for each method that was used.
fn one_key(text: &str) -> Result<PublicKey, &'static str> {
    let mut keys = text.lines().filter_map(|line| line.strip_prefix("publickey "));
    match (keys.next(), keys.next()) {
        (Some(line), None) => match line.split(' ').collect::<Vec<_>>().as_slice() {
            [algorithm, base64] => PublicKey::of(algorithm, base64).ok_or("it was no plain key"),
            _ => Err("its file is not as sshd writes it"),
        },
        (None, _) => Err("there was none"),
        (Some(_), Some(_)) => Err("there were several"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";

    fn is(text: &str, why: &str) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("auth");
        std::fs::write(&file, text).unwrap();
        match key_used(Some(&file)) {
            Ok(_) => assert_eq!(why, "", "{text}"),
            Err(said) => assert!(!why.is_empty() && said.contains(why), "{text}: {said}"),
        }
    }

    #[test]
    fn one_line_of_a_plain_key_names_it() {
        is(&format!("publickey {KEY}\n"), "");
        is(&format!("password\npublickey {KEY}\n"), "");
        is("", "there was none");
        is("password\n", "there was none");
        is(&format!("publickey {KEY}\npublickey {KEY}\n"), "several");
        is("publickey ssh-ed25519-cert-v01@openssh.com AAAA\n", "no plain key");
        is(&format!("publickey {KEY} x\n"), "not as sshd writes it");
        is(&"publickey x\n".repeat(10_000), "too long");
    }

    #[test]
    fn anything_but_a_plain_file_names_no_key() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("auth"), format!("publickey {KEY}\n")).unwrap();
        symlink(at("auth"), at("link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), rustix::fs::Mode::RUSR).unwrap();
        assert!(key_used(Some(&at("auth"))).is_ok());
        for (file, why) in [
            ("link", "cannot be opened"),
            ("pipe", "not a regular one"),
            ("gone", "cannot be opened"),
            (".", "regular"),
        ] {
            let said = key_used(Some(&at(file))).unwrap_err();
            assert!(said.contains(why), "{file}: {said}");
        }
        assert!(key_used(None).unwrap_err().contains("ExposeAuthInfo"));
    }
}
