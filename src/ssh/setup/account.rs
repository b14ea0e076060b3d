//! The Unix user of the desk: whether sshd would let it in at all, whatever key is offered.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::unistd::User;

use super::finding::Finding;
use super::{ACCOUNT, sshd};

const SHADOW: &str = "/etc/shadow";
/// While one of these is there, nobody but root signs in. The second is looked at by PAM alone.
const NO_LOGIN: [&str; 2] = ["/etc/nologin", "/run/nologin"];

/// What keeps the account out, or that nothing does. `today` is the number of the day since 1970.
pub(super) fn account(told: Option<&str>, today: i64) -> Vec<Finding> {
    let check = format!("user {ACCOUNT}");
    let Some(user) = User::from_name(ACCOUNT).ok().flatten() else {
        let next = "Make it: systemd-sysusers with assets/sysusers.d/keydesk.conf.";
        return vec![Finding::fail(check, "there is no such Unix user", next)];
    };
    let pam = told.and_then(|told| sshd::value(told, "usepam")) == Some("yes");
    let mut found = vec![shell(check, &user.shell)];
    // A user of a directory service has no line there; and only root can read it.
    let shadow = fs::read_to_string(SHADOW).ok();
    let entry = shadow.and_then(|text| Shadow::of(&text, ACCOUNT));
    found.extend(entry.map(|entry| entry.finding(pam, today)));
    let places = NO_LOGIN.iter().take(if pam { 2 } else { 1 });
    found.extend(places.filter(|file| Path::new(file).exists()).map(|file| {
        Finding::fail(
            *file,
            "it is there, so nobody but root is let in",
            format!("When the machine may be used again: rm {file}."),
        )
    }));
    found
}

/// Whether its shell can run a forced command. sshd asks for the file, and `nologin` and `false` run nothing.
fn shell(check: String, shell: &Path) -> Finding {
    let name = shell.display();
    let runs = fs::metadata(shell).is_ok_and(|meta| meta.is_file() && meta.mode() & 0o111 != 0);
    let refuses = shell.file_name().is_some_and(|name| name == "nologin" || name == "false");
    match runs && !refuses {
        true => Finding::ok(check, format!("its shell is {name}")),
        false => {
            let next = "Run: usermod --shell /bin/sh keydesk.";
            Finding::fail(check, format!("its shell is {name}, by which no forced command can run"), next)
        }
    }
}

/// The line of /etc/shadow, as far as it keeps somebody out who comes with a key. Days are counted from 1970.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shadow {
    locked: bool,
    changed: Option<i64>,
    longest: Option<i64>,
    expires: Option<i64>,
}

impl Shadow {
    fn of(text: &str, account: &str) -> Option<Self> {
        let line = text.lines().find(|line| line.split(':').next() == Some(account))?;
        let fields: Vec<_> = line.split(':').collect();
        let days = |field: usize| fields.get(field).and_then(|days| days.parse().ok()).filter(|days| *days >= 0);
        let locked = fields.get(1).is_some_and(|password| password.starts_with('!'));
        Some(Self { locked, changed: days(2), longest: days(4), expires: days(7) })
    }

    fn finding(&self, pam: bool, today: i64) -> Finding {
        let check = SHADOW;
        if self.expires.is_some_and(|day| today >= day) {
            let next = "Run: chage --expiredate -1 keydesk.";
            return Finding::fail(check, "the account has expired", next);
        }
        if self.locked && !pam {
            // A hash that no password has: nobody can sign in by password with it either.
            let next = "Run: usermod --password '*' keydesk. No password opens it then either.";
            return Finding::fail(check, "the account is locked, and sshd lets no locked one in with UsePAM no", next);
        }
        let old = |day: i64| day == 0 || self.longest.is_some_and(|longest| today - day >= longest);
        if pam && self.changed.is_some_and(old) {
            let next = "Run: chage --lastday -1 --maxdays -1 keydesk.";
            return Finding::fail(check, "the password of the account must be changed before anybody is let in", next);
        }
        Finding::ok(check, "the account is neither locked nor expired")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_shadow_says_who_is_kept_out() {
        for (line, pam, words) in [
            ("keydesk:!*:20000::::::", true, "neither"),
            ("keydesk:!*:20000::::::", false, "is locked"),
            ("keydesk:*:20000::::::", false, "neither"),
            ("keydesk:*:20000:0:99999:7:::", true, "neither"),
            ("keydesk:*:20000:::::20100:", true, "has expired"),
            ("keydesk:*:20000:::::20100:", false, "has expired"),
            ("keydesk:*:20000:::::20101:", false, "neither"),
            ("keydesk:*:0::::::", true, "must be changed"),
            ("keydesk:*:0::::::", false, "neither"),
            ("keydesk:*:20000:0:90:7:::", true, "must be changed"),
            ("keydesk:*:-1:0:90:7:::", true, "neither"),
            ("keydesk:*", true, "neither"),
        ] {
            let said = Shadow::of(&format!("root:!:1::::::\n{line}\n"), "keydesk").unwrap().finding(pam, 20_100);
            assert!(said.says.contains(words), "{line}: {said:?}");
        }
        assert_eq!(Shadow::of("root:*:1::::::\n", "keydesk"), None);
    }

    #[test]
    fn a_shell_that_is_not_there_or_runs_nothing_is_named() {
        for (path, good) in
            [("/bin/sh", true), ("/usr/sbin/nologin", false), ("/bin/false", false), ("/no/sh", false), ("/etc", false)]
        {
            assert_eq!(!shell(String::new(), Path::new(path)).is_fail(), good, "{path}");
        }
    }
}
