//! The check: the block beside what sshd goes by, the account, and owner and mode of everything on the way.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, User};

use super::account::account;
use super::admission::admission;
use super::block::block;
use super::finding::{Finding, Level};
use super::{ACCOUNT, sshd};
use crate::time::Clock;

const DAY: i64 = 86_400_000;

/// Everything that can be checked; `files` are those that the desk needs: its config, master key and database.
pub fn check(files: &[PathBuf], clock: &dyn Clock) -> Vec<Finding> {
    let told = sshd::settings(ACCOUNT);
    let mut found = lets_in(told.as_deref().ok(), clock);
    match told {
        Err(why) => found.push(Finding::fail("sshd", why, "Run this as root, with sshd installed.")),
        Ok(told) => {
            found.extend(block(&told));
            found.extend(elsewhere(&told));
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

/// What is wrong only for those who come from elsewhere. A site may mean that, so it is a warning.
fn elsewhere(here: &str) -> Vec<Finding> {
    let all = |told: &str| block(told).into_iter().chain(admission(told)).filter(Finding::is_fail);
    let known: Vec<_> = all(here).map(|line| line.check).collect();
    let told = sshd::settings_elsewhere(ACCOUNT).unwrap_or_default();
    let more = all(&told).filter(|line| !told.is_empty() && !known.contains(&line.check));
    more.map(|line| {
        let says = format!("{}, for a client at {}, which stands for all others", line.says, sshd::ELSEWHERE);
        Finding::new(Level::Warn, line.check, says, line.next)
    })
    .collect()
}

/// What keeps everybody out, whatever the block says.
pub(super) fn lets_in(told: Option<&str>, clock: &dyn Clock) -> Vec<Finding> {
    let mut found = account(told, clock.now().0.div_euclid(DAY));
    found.extend(told.map(admission).into_iter().flatten());
    found
}

/// Whether nobody but root and the owner can change a file or a directory on the way to it.
fn walk(file: &Path, owner: Uid) -> Finding {
    let name = file.display().to_string();
    let fail = |says: String, next: String| Finding::fail(name.clone(), says, next);
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
    Finding::ok(name, "nobody else can change it or a directory on the way")
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
