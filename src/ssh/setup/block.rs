//! The shipped block, line by line, compared with what sshd goes by for the account.

use std::collections::BTreeMap;

use super::finding::{Finding, Level};
use super::pattern::matches;
use super::sshd;

/// The block as it is shipped.
pub(super) const BLOCK: &str = include_str!("../../../assets/sshd/keydesk.conf");

/// Keywords that an operator may set otherwise: they change limits, not who gets in.
const OWN_CHOICE: [&str; 6] =
    ["maxauthtries", "maxsessions", "clientaliveinterval", "clientalivecountmax", "loglevel", "acceptenv"];

/// Variables that do something before keydesk can drop them: to the loader, to the shell that sshd starts keydesk by, or to
/// where the desk is looked for.
const EARLY: [&str; 12] = [
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "GLIBC_TUNABLES",
    "PATH",
    "HOME",
    "ENV",
    "BASH_ENV",
    "BASH_FUNC_keydesk%%",
    "SHELLOPTS",
    "KEYDESK_CONFIG",
    "KEYDESK_DATA_DIR",
];

/// A line of the block beside what sshd says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// The keyword as the block writes it.
    pub(super) keyword: &'static str,
    /// What the block says.
    pub(super) wanted: String,
    /// What sshd goes by.
    pub(super) is: String,
    /// Whether an operator may set it otherwise.
    pub(super) own_choice: bool,
}

impl Compared {
    /// Whether what an operator may choose lets nobody in, or lets a client choose.
    fn keeps_out(&self) -> bool {
        match self.keyword {
            "MaxSessions" | "MaxAuthTries" => self.is == "0",
            "AcceptEnv" => self.is.split_whitespace().any(|pattern| EARLY.iter().any(|name| matches(pattern, name))),
            _ => false,
        }
    }

    /// Whether both are the same.
    pub(super) fn same(&self) -> bool {
        self.wanted == self.is
    }
}

/// Every line of the block beside what `sshd -T` says.
pub(super) fn compare(told: &str) -> Vec<Compared> {
    let mut is: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (keyword, value) in told.lines().filter_map(|line| line.trim().split_once(' ')) {
        is.entry(keyword.to_ascii_lowercase()).or_default().push(value.trim());
    }
    lines()
        .map(|(keyword, value)| {
            let name = keyword.to_ascii_lowercase();
            let is = is.get(&name).map_or(String::new(), |values| values.join(" "));
            Compared { keyword, wanted: value.to_owned(), is, own_choice: OWN_CHOICE.contains(&name.as_str()) }
        })
        .collect()
}

/// The block beside what sshd goes by, as lines of the check.
pub(super) fn block(told: &str) -> Vec<Finding> {
    compare(told)
        .into_iter()
        .map(|line| match (line.same(), line.own_choice && !line.keeps_out()) {
            (true, _) => Finding::ok(line.keyword, line.is),
            (false, own_choice) => {
                let level = if own_choice { Level::Warn } else { Level::Fail };
                let is = if line.is.is_empty() { "nothing" } else { &line.is };
                Finding::new(
                    level,
                    line.keyword,
                    format!("{is}, and keydesk's block says {}", line.wanted),
                    next(line.keyword),
                )
            }
        })
        .collect()
}

/// Who else says something of a keyword, if somebody does.
fn next(keyword: &str) -> String {
    match sshd::named_in(keyword).as_slice() {
        [] => "Run `keydesk ssh enable`.".to_owned(),
        places => format!(
            "Run `keydesk ssh enable`. If it is there already, a Match that is read before it wins: look at {}.",
            places.join(", ")
        ),
    }
}

/// Keyword and value of each line of the block.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = BLOCK.lines().filter(|line| line.starts_with("  ")).map(str::trim);
    lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> String {
        lines()
            .flat_map(|(keyword, value)| {
                let values = match keyword {
                    "AcceptEnv" | "SetEnv" => value.split(' ').collect(),
                    _ => vec![value],
                };
                values.into_iter().map(move |value| format!("{} {value}\n", keyword.to_lowercase()))
            })
            .collect()
    }

    #[test]
    fn every_line_of_the_block_is_compared() {
        let all = compare(&told());
        assert_eq!(all.len(), BLOCK.lines().filter(|line| line.starts_with("  ") && !line.starts_with("  #")).count());
        assert!(all.iter().all(Compared::same), "{all:?}");
        let other = told().replace("trustedusercakeys none", "trustedusercakeys /etc/ssh/ca.pub");
        let other = other.replace("maxsessions 4", "maxsessions 10");
        let wrong: Vec<_> = compare(&other).into_iter().filter(|line| !line.same()).collect();
        let wrong: Vec<_> = wrong.iter().map(|line| (line.keyword, line.own_choice)).collect();
        assert_eq!(wrong, [("TrustedUserCAKeys", false), ("MaxSessions", true)]);
        assert!(compare("").iter().all(|line| !line.same()));
    }

    #[test]
    fn a_variable_that_does_something_early_is_no_choice() {
        let level = |names: &str| {
            let more: String = names.split(' ').map(|name| format!("acceptenv {name}\n")).collect();
            block(&(told() + &more)).into_iter().find(|line| line.check == "AcceptEnv").unwrap().level
        };
        for names in ["GIT_*", "TZ EDITOR"] {
            assert_eq!(level(names), Level::Warn, "{names}");
        }
        for names in ["PATH", "LD_*", "*", "KEYDESK_*", "BASH_*", "HOM?", "GIT_* ENV"] {
            assert_eq!(level(names), Level::Fail, "{names}");
        }
    }

    #[test]
    fn no_session_at_all_is_no_choice() {
        let level = |sessions: &str| {
            let told = told().replace("maxsessions 4", sessions);
            block(&told).into_iter().find(|line| line.check == "MaxSessions").unwrap().level
        };
        assert_eq!((level("maxsessions 1"), level("maxsessions 0")), (Level::Warn, Level::Fail));
    }
}
