//! Catalog of the settings: one table of names, words, defaults and allowed values.

use crate::credential::Algorithms;
use crate::hub::{Policy, Replay};
use crate::sample::{Site, Upstream};

/// Minutes without a key after which the desk locks, unless set.
pub(crate) const IDLE_LOCK_MINUTES: i64 = 10;

/// A setting of the desk or its verifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// Minutes without a key after which a desk locks.
    LockTime,
    /// Where clients reach the API.
    ApiAddress,
    /// Upstream of the gateway: the API that it forwards requests to.
    Upstream,
    /// Staleness limit: seconds for which a verifier answers without the store.
    Staleness,
    /// Replay protection: whether a signature is accepted twice.
    Replay,
    /// Algorithms that may sign requests.
    Algorithms,
    /// Days for which counts of requests are kept.
    KeepCounts,
}

/// The description of a setting.
struct Row {
    /// Its name on the command line.
    name: &'static str,
    /// Its name in the store and in the trail's rows.
    key: &'static str,
    title: &'static str,
    /// What it means, and the allowed values.
    meaning: &'static str,
}

#[rustfmt::skip]
const TABLE: [Row; 7] = [
    Row { name: "lock-time", key: "idle_lock_minutes", title: "Lock time",
        meaning: "minutes without a key after which a desk locks: 1 to 1440" },
    Row { name: "api-address", key: "api_address", title: "Address of the API",
        meaning: "where clients reach the API; samples use it: https://api.example.com" },
    Row { name: "upstream", key: "api_upstream", title: "Upstream",
        meaning: "where a gateway passes on to what it lets through; snippets use it: 127.0.0.1:9000" },
    Row { name: "staleness", key: "verifier_staleness_seconds", title: "Staleness",
        meaning: "seconds for which a verifier answers without the database: 1 to 3600" },
    Row { name: "replay", key: "verifier_replay", title: "Replay guard",
        meaning: "off, or node: each verifier refuses a signature that it has accepted since it was set, also after a restart" },
    Row { name: "algorithms", key: "verifier_algorithms", title: "Algorithms",
        meaning: "what requests may be signed with: all, or some of hmac-sha1 hmac-sha256 hmac-sha384 hmac-sha512" },
    Row { name: "keep-counts", key: "keep_counts_days", title: "Counts kept",
        meaning: "days for which the counts of requests by credential and day are kept: 1 to 3650" },
];

/// Range of the lock time in minutes: a day at most.
const LOCK_RANGE: std::ops::RangeInclusive<i64> = 1..=24 * 60;
/// Days for which counts are kept, unless set: a year, and some to compare it with the next.
const KEEP_COUNTS_DAYS: i64 = 400;
/// Range of those days: ten years at most.
const KEEP_COUNTS_RANGE: std::ops::RangeInclusive<i64> = 1..=3_650;
/// Range of the staleness limit in seconds: an hour at most.
const STALENESS_RANGE: std::ops::RangeInclusive<i64> = 1..=3_600;

impl Setting {
    /// Every setting, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::LockTime,
        Self::ApiAddress,
        Self::Upstream,
        Self::Staleness,
        Self::Replay,
        Self::Algorithms,
        Self::KeepCounts,
    ];

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its name on the screen.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// What it means, and the allowed values.
    pub fn meaning(self) -> &'static str {
        self.row().meaning
    }

    /// Its name in the store.
    pub(in crate::hub) fn key(self) -> &'static str {
        self.row().key
    }

    /// The value until somebody sets it.
    pub fn default_value(self) -> String {
        match self {
            Self::LockTime => IDLE_LOCK_MINUTES.to_string(),
            Self::ApiAddress => Site::default().base(),
            Self::Upstream => Upstream::default().to_string(),
            Self::Staleness => Policy::default().staleness.to_string(),
            Self::Replay => Policy::default().replay.as_str().to_owned(),
            Self::Algorithms => ALL_ALGORITHMS.to_owned(),
            Self::KeepCounts => KEEP_COUNTS_DAYS.to_string(),
        }
    }

    /// The remedy that sets it again, for the middle of a sentence.
    pub fn remedy(self) -> String {
        format!("set it again: `keydesk setting set {} VALUE --as NAME`", self.name())
    }

    /// The value in place of one that this keydesk cannot parse although its tag is right, because another version
    /// wrote it. None for settings that decide on requests; addresses are only for users and samples.
    pub(in crate::hub) fn in_place_of_odd(self) -> Option<String> {
        match self {
            Self::LockTime | Self::ApiAddress | Self::Upstream | Self::KeepCounts => Some(self.default_value()),
            Self::Staleness | Self::Replay | Self::Algorithms => None,
        }
    }

    /// Validates and normalizes a typed value; the error is a sentence.
    pub fn check(self, typed: &str) -> Result<String, String> {
        let typed = typed.trim();
        match self {
            Self::LockTime => within(typed, &LOCK_RANGE, "A desk locks after", "minutes"),
            Self::Staleness => {
                within(typed, &STALENESS_RANGE, "A verifier answers without the database for", "seconds")
            }
            Self::KeepCounts => within(typed, &KEEP_COUNTS_RANGE, "Counts are kept for", "days"),
            Self::ApiAddress => Site::new(typed).map(|site| site.base()).map_err(|why| why.to_string()),
            Self::Upstream => typed.parse::<Upstream>().map(|u| u.to_string()).map_err(|why| why.to_string()),
            Self::Replay => typed
                .parse::<Replay>()
                .map(|replay| replay.as_str().to_owned())
                .map_err(|()| "The replay guard is off or node. Write one of the two.".to_owned()),
            Self::Algorithms if typed == ALL_ALGORITHMS => Ok(typed.to_owned()),
            Self::Algorithms => {
                let read = typed.replace(',', " ").parse::<Algorithms>().map_err(|why| why.to_string())?;
                let text = read.to_string();
                Ok(if text.is_empty() { ALL_ALGORITHMS.to_owned() } else { text })
            }
        }
    }
}

/// The value for no restriction.
pub(crate) const ALL_ALGORITHMS: &str = "all";

fn within(typed: &str, range: &std::ops::RangeInclusive<i64>, what: &str, unit: &str) -> Result<String, String> {
    let number = typed.parse::<i64>().ok().filter(|number| range.contains(number));
    let (least, most) = (range.start(), range.end());
    number
        .map(|number| number.to_string())
        .ok_or_else(|| format!("{what} {least} to {most} {unit}. Choose a number of that range."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_follows_the_enum_and_allows_every_default() {
        let names = ["lock-time", "api-address", "upstream", "staleness", "replay", "algorithms", "keep-counts"];
        assert_eq!(Setting::ALL.map(Setting::name), names);
        for (i, setting) in Setting::ALL.into_iter().enumerate() {
            assert_eq!(setting as usize, i);
            assert_eq!(setting.check(&setting.default_value()), Ok(setting.default_value()));
        }
    }

    #[test]
    fn values_are_normalized_to_one_spelling() {
        for (setting, typed, kept) in [
            (Setting::LockTime, " 030 ", Some("30")),
            (Setting::LockTime, "0", None),
            (Setting::Staleness, "3601", None),
            (Setting::KeepCounts, "90", Some("90")),
            (Setting::KeepCounts, "0", None),
            (Setting::Replay, "node", Some("node")),
            (Setting::Replay, "site", None),
            (Setting::ApiAddress, "https://api.acme.test/", Some("https://api.acme.test")),
            (Setting::ApiAddress, "api.acme.test", None),
            (Setting::Upstream, "10.0.0.7:80", Some("10.0.0.7:80")),
            (Setting::Upstream, "10.0.0.7", None),
            (Setting::Algorithms, "", Some("all")),
            (Setting::Algorithms, "hmac-sha512,hmac-sha256", Some("hmac-sha256 hmac-sha512")),
            (Setting::Algorithms, "md5", None),
        ] {
            let checked = setting.check(typed);
            assert_eq!(checked.as_deref().ok(), kept, "{setting:?} {typed}");
            assert!(checked.is_ok() || checked.unwrap_err().ends_with('.'), "{setting:?} {typed}");
        }
    }
}
