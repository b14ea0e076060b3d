//! The check: the block beside what sshd goes by, the account, and owner and mode of everything on the way.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, User};

use super::block::compare;
use super::{ACCOUNT, sshd};

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Another choice, which opens nothing.
    Warn,
    /// It does not work, or lets in whom it should not.
    Fail,
}

impl Level {
    /// The word at the beginning of its line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One line of the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How good it is.
    pub level: Level,
    /// What was looked at: a keyword of sshd, a path, the account.
    pub check: String,
    /// What is there.
    pub says: String,
    /// What to do; empty where nothing is.
    pub next: String,
}

impl Finding {
    fn new(level: Level, check: impl Into<String>, says: impl Into<String>, next: impl Into<String>) -> Self {
        Self { level, check: check.into(), says: says.into(), next: next.into() }
    }
}

/// Everything that can be checked; `files` are those that the desk needs: its config, master key and database.
pub fn check(files: &[PathBuf]) -> Vec<Finding> {
    let mut found = vec![account()];
    match sshd::settings(ACCOUNT) {
        Err(why) => {
            let next = "Run this as root, with sshd installed.";
            found.push(Finding::new(Level::Fail, "sshd", why, next));
        }
        Ok(told) => {
            found.extend(block(&told));
            let command = sshd::value(&told, "authorizedkeyscommand").and_then(|line| line.split(' ').next());
            found.extend(
                command.filter(|path| path.starts_with('/')).map(|path| walk(Path::new(path), Uid::from_raw(0))),
            );
        }
    }
    let owner = User::from_name(ACCOUNT).ok().flatten().map_or(Uid::from_raw(0), |user| user.uid);
    found.extend(files.iter().map(|file| walk(file, owner)));
    found
}

/// Whether the account can run a forced command.
fn account() -> Finding {
    let line = |level, says: String, next: &str| Finding::new(level, format!("user {ACCOUNT}"), says, next);
    let Some(user) = User::from_name(ACCOUNT).ok().flatten() else {
        let next = "Make it: systemd-sysusers with assets/sysusers.d/keydesk.conf.";
        return line(Level::Fail, "there is no such Unix user".to_owned(), next);
    };
    let shell = user.shell.display().to_string();
    let runs = fs::metadata(&user.shell).is_ok_and(|meta| meta.is_file() && meta.mode() & 0o111 != 0);
    match ["nologin", "false"].iter().any(|no| shell.ends_with(no)) || !runs {
        false => line(Level::Ok, format!("its shell is {shell}"), ""),
        true => line(
            Level::Fail,
            format!("its shell is {shell}, by which no forced command can run"),
            "Run: usermod --shell /bin/sh keydesk.",
        ),
    }
}

/// The block beside what sshd goes by.
pub(super) fn block(told: &str) -> Vec<Finding> {
    compare(told)
        .into_iter()
        .map(|line| match (line.same(), line.own_choice) {
            (true, _) => Finding::new(Level::Ok, line.keyword, line.is, ""),
            (false, own_choice) => {
                let level = if own_choice { Level::Warn } else { Level::Fail };
                let is = if line.is.is_empty() { "nothing" } else { &line.is };
                let says = format!("{is}, and keydesk's block says {}", line.wanted);
                let next = "Run `keydesk ssh enable`; a Match in an earlier file wins over it.";
                Finding::new(level, line.keyword, says, next)
            }
        })
        .collect()
}

/// Whether nobody but root and the owner can change a file or a directory on the way to it.
fn walk(file: &Path, owner: Uid) -> Finding {
    let name = file.display().to_string();
    let fail = |says: String, next: String| Finding::new(Level::Fail, name.clone(), says, next);
    let real = match fs::canonicalize(file) {
        Ok(real) => real,
        Err(why) => {
            return fail(format!("{why}"), "Put it there, or name another place in the config file.".to_owned());
        }
    };
    let mut ways: Vec<_> = real.ancestors().collect();
    ways.reverse();
    for way in ways {
        let Ok(meta) = fs::metadata(way) else {
            return fail(format!("{} cannot be examined", way.display()), "Run this as root.".to_owned());
        };
        if let Some((says, next)) = offence(way, &meta, owner) {
            return fail(says, next);
        }
    }
    Finding::new(Level::Ok, name, "nobody else can change it or a directory on the way", "")
}

fn offence(way: &Path, meta: &Metadata, owner: Uid) -> Option<(String, String)> {
    let path = way.display();
    if meta.uid() != 0 && meta.uid() != owner.as_raw() {
        let who = User::from_uid(Uid::from_raw(meta.uid())).ok().flatten();
        let who = who.map_or_else(|| meta.uid().to_string(), |user| user.name);
        return Some((format!("{path} belongs to {who}"), format!("Run: chown root {path}.")));
    }
    let sticky = meta.is_dir() && meta.mode() & 0o1000 != 0;
    (meta.mode() & 0o022 != 0 && !sticky).then(|| {
        (
            format!("{path} can be written by others (mode {:04o})", meta.mode() & 0o7777),
            format!("Run: chmod go-w {path}."),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use rustix::process::getuid;

    use super::*;

    #[test]
    fn a_way_that_others_can_change_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().canonicalize().unwrap().join("open");
        fs::create_dir(&open).unwrap();
        fs::write(open.join("file"), "").unwrap();
        let me = Uid::from_raw(getuid().as_raw());
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(walk(&open.join("file"), me).level, Level::Ok);
        fs::set_permissions(&open, fs::Permissions::from_mode(0o775)).unwrap();
        let found = walk(&open.join("file"), me);
        assert_eq!(found.level, Level::Fail);
        assert!(found.says.contains("open can be written by others (mode 0775)"), "{found:?}");
        assert_eq!(walk(&open.join("gone"), me).level, Level::Fail);
    }
}
