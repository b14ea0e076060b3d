//! Whether sshd admits the account, by what it says that the block cannot set: the lists of who may come, and the algorithms
//! of keys.

use std::ffi::CString;

use nix::unistd::{Group, User, getgrouplist};

use super::finding::{Finding, Level};
use super::pattern::matches;
use super::{ACCOUNT, sshd};

/// A connection that is tried out offers a key of one of these, by the name of its signature; and how it is made.
const MADE: [(&str, &[&str]); 4] = [
    ("ssh-ed25519", &["-t", "ed25519"]),
    ("ecdsa-sha2-nistp256", &["-t", "ecdsa", "-b", "256"]),
    ("rsa-sha2-512", &["-t", "rsa", "-b", "3072"]),
    ("rsa-sha2-256", &["-t", "rsa", "-b", "3072"]),
];
/// Signatures of keys that no file holds.
const SECURITY_KEYS: [&str; 2] = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

/// Every list that keeps the account out, or that none does; and whether a key of a user would be taken.
pub(super) fn admission(told: &str) -> Vec<Finding> {
    let mut found = vec![denied_users(told), allowed_users(told), groups(told, &own_groups())];
    found.retain(|line| !matches!(line.level, Level::Ok));
    if found.is_empty() {
        found.push(Finding::ok("AllowUsers, AllowGroups, DenyUsers, DenyGroups", format!("{ACCOUNT} may come")));
    }
    found.push(algorithms(told));
    found
}

/// The addresses from which alone people may come, if `AllowUsers` or `DenyUsers` names some.
pub(super) fn from_where(told: &str) -> Option<String> {
    let limited = [denied_users(told), allowed_users(told)].into_iter().find(|line| matches!(line.level, Level::Warn));
    limited.map(|line| format!("{}: {}", line.check, line.says))
}

/// How ssh-keygen makes a key that this sshd looks at.
pub(super) fn key_to_try(told: &str) -> Option<&'static [&'static str]> {
    let accepted: Vec<_> = accepted(told).collect();
    MADE.iter().find(|(name, _)| accepted.contains(name)).map(|(_, how)| *how)
}

fn accepted(told: &str) -> impl Iterator<Item = &str> {
    sshd::value(told, "pubkeyacceptedalgorithms").unwrap_or_default().split(',').map(str::trim)
}

fn algorithms(told: &str) -> Finding {
    let check = "PubkeyAcceptedAlgorithms";
    let all = MADE.map(|(name, _)| name).into_iter().chain(SECURITY_KEYS);
    let (taken, not): (Vec<_>, Vec<_>) = all.partition(|name| accepted(told).any(|accepted| accepted == *name));
    match (taken.as_slice(), not.as_slice()) {
        ([], _) => {
            let next = "Add ssh-ed25519 to it.";
            Finding::fail(check, "sshd takes no key that the desk takes", next)
        }
        (_, []) => Finding::ok(check, "every key that the desk takes"),
        (_, not) => Finding::new(Level::Warn, check, format!("sshd does not take {}", not.join(", ")), ""),
    }
}

/// User and host of a pattern. One without a host is for every one.
fn parts(pattern: &str) -> (&str, &str) {
    pattern.rsplit_once('@').unwrap_or((pattern, "*"))
}

/// The hosts of all patterns that are about the account.
fn hosts<'a>(told: &'a str, keyword: &str) -> Vec<&'a str> {
    let patterns = sshd::values(told, keyword).into_iter().map(parts);
    patterns.filter(|(user, _)| matches(user, ACCOUNT)).map(|(_, host)| host).collect()
}

fn denied_users(told: &str) -> Finding {
    let hosts = hosts(told, "denyusers");
    match hosts.as_slice() {
        [] => Finding::ok("DenyUsers", "nothing"),
        hosts if hosts.contains(&"*") => {
            Finding::fail("DenyUsers", format!("{ACCOUNT} is denied"), format!("Take {ACCOUNT} off the list."))
        }
        hosts => Finding::new(Level::Warn, "DenyUsers", format!("{ACCOUNT} is denied from {}", hosts.join(", ")), ""),
    }
}

fn allowed_users(told: &str) -> Finding {
    let hosts = hosts(told, "allowusers");
    match hosts.as_slice() {
        [] if sshd::values(told, "allowusers").is_empty() => Finding::ok("AllowUsers", "nothing"),
        [] => {
            let next = format!("Add the line: AllowUsers {ACCOUNT}.");
            Finding::fail("AllowUsers", format!("others are allowed, and {ACCOUNT} is not"), next)
        }
        hosts if hosts.contains(&"*") => Finding::ok("AllowUsers", format!("{ACCOUNT} is allowed")),
        hosts => {
            Finding::new(Level::Warn, "AllowUsers", format!("{ACCOUNT} is allowed from {} only", hosts.join(", ")), "")
        }
    }
}

fn groups(told: &str, own: &[String]) -> Finding {
    let named = |keyword| {
        sshd::values(told, keyword).into_iter().find(|pattern| own.iter().any(|group| matches(pattern, group)))
    };
    if let Some(group) = named("denygroups") {
        let next = format!("Take {group} off the list, or {ACCOUNT} out of the group.");
        return Finding::fail("DenyGroups", format!("{ACCOUNT} is in {group}, which is denied"), next);
    }
    match sshd::values(told, "allowgroups").as_slice() {
        [] => Finding::ok("AllowGroups", "nothing"),
        _ if named("allowgroups").is_some() => Finding::ok("AllowGroups", format!("{ACCOUNT} is in one of them")),
        _ => {
            let next = format!("Add the line: AllowGroups {}.", own.first().map_or(ACCOUNT, String::as_str));
            Finding::fail("AllowGroups", format!("others are allowed, and no group of {ACCOUNT} is"), next)
        }
    }
}

/// The names of the account's groups, its own first.
fn own_groups() -> Vec<String> {
    let user = User::from_name(ACCOUNT).ok().flatten();
    let all = user.and_then(|user| getgrouplist(&CString::new(ACCOUNT).ok()?, user.gid).ok()).unwrap_or_default();
    all.into_iter().filter_map(|gid| Group::from_gid(gid).ok().flatten()).map(|group| group.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_users_let_in_keep_out_or_limit() {
        use Level::{Fail, Ok, Warn};
        for (told, denied, allowed) in [
            ("", Ok, Ok),
            ("allowusers alice\nallowusers bram", Ok, Fail),
            ("allowusers alice\nAllowUsers keydesk", Ok, Ok),
            ("allowusers key*", Ok, Ok),
            ("allowusers alice bram keydesk", Ok, Ok),
            ("allowusers keydesk@10.0.0.0/8\nallowusers keydesk@*.example", Ok, Warn),
            ("allowusers keydesk@10.0.0.0/8\nallowusers *@*", Ok, Ok),
            ("denyusers alice", Ok, Ok),
            ("denyusers k?ydesk", Fail, Ok),
            ("denyusers *@192.0.2.*", Warn, Ok),
        ] {
            assert_eq!((denied_users(told).level, allowed_users(told).level), (denied, allowed), "{told}");
        }
        assert_eq!(from_where("allowusers keydesk\n"), None);
        let limited = from_where("allowusers keydesk@10.0.0.0/8\n").unwrap();
        assert_eq!(limited, "AllowUsers: keydesk is allowed from 10.0.0.0/8 only");
    }

    #[test]
    fn a_group_of_the_account_lets_in_or_keeps_out() {
        let own = ["keydesk".to_owned(), "operators".to_owned()];
        for (told, good) in [
            ("", true),
            ("allowgroups ssh-users", false),
            ("allowgroups ssh-users\nallowgroups oper*", true),
            ("denygroups operators", false),
            ("denygroups others\nallowgroups keydesk", true),
        ] {
            assert_eq!(!groups(told, &own).is_fail(), good, "{told}");
        }
    }

    #[test]
    fn a_key_is_tried_that_this_sshd_takes() {
        let told = |names: &str| format!("pubkeyacceptedalgorithms {names}\n");
        assert_eq!(key_to_try(&told("rsa-sha2-256,ssh-ed25519")).unwrap()[1], "ed25519");
        assert_eq!(key_to_try(&told("rsa-sha2-256")).unwrap()[1], "rsa");
        assert_eq!(key_to_try(&told("sk-ssh-ed25519@openssh.com")), None);
        assert!(algorithms(&told("ssh-dss,ssh-ed25519-cert-v01@openssh.com")).is_fail());
        assert!(matches!(algorithms(&told("ssh-ed25519")).level, Level::Warn));
        let all = MADE.map(|(name, _)| name).into_iter().chain(SECURITY_KEYS).collect::<Vec<_>>().join(",");
        assert!(matches!(algorithms(&told(&all)).level, Level::Ok));
    }
}
