//! The shipped block, line by line, compared with what sshd goes by for the account.

use std::collections::BTreeMap;

/// The block as it is shipped.
pub(super) const BLOCK: &str = include_str!("../../../assets/sshd/keydesk.conf");

/// Keywords that an operator may set otherwise: they change limits, not who gets in.
const OWN_CHOICE: [&str; 6] =
    ["maxauthtries", "maxsessions", "clientaliveinterval", "clientalivecountmax", "loglevel", "acceptenv"];

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
}
