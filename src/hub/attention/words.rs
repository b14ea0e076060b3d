//! The words of "Needs attention": what is wrong, and in a few words more about it.

use crate::credential::EXPIRING_DAYS;
use crate::hub::{AttentionItem, Group, LossCause, RefusedKey};
use crate::text::{as_typed, grouped};
use crate::time::{Millis, short_duration};

/// The words of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttentionWords {
    /// The name that it begins with, if it does: what is shortened first.
    pub name: String,
    /// What is wrong.
    pub said: String,
    /// What is said beside it where there is room.
    pub more: String,
}

impl AttentionItem {
    /// A sentence without a full stop, and what is said beside it.
    pub fn words(&self, now: Millis) -> AttentionWords {
        match self {
            Self::Lost(lost) => named(&lost.row.name, lost_words(lost.how).to_owned(), "rotate it".to_owned()),
            Self::ExpiredCalled(keys) => {
                refused(keys, " has expired and is still called", "expired credentials are still called", false)
            }
            Self::RefusedMore(keys) => {
                refused(keys, " is refused more than usual", "credentials are refused more than usual", true)
            }
            other => {
                let (said, more) = other.other_words(now);
                named("", said, more)
            }
        }
    }

    /// The filter that finds what a line counts; `None` for lines that are not about credentials, or about one.
    pub fn filter(&self) -> Option<String> {
        let more_than = |keys: &[RefusedKey]| {
            let least = keys.iter().map(|key| key.since_yesterday).min().unwrap_or_default();
            format!("refused>{}", (least - 1).max(0))
        };
        match self {
            Self::Tampered(_) => Some("state:tampered".to_owned()),
            Self::Expiring(..) => Some(format!("expires<{EXPIRING_DAYS}d")),
            Self::ExpiredCalled(keys) => Some(format!("state:expired {}", more_than(keys))),
            Self::RefusedMore(keys) => Some(more_than(keys)),
            Self::Unused(_) => Some("unused>90d state:usable".to_owned()),
            Self::NeverUsed(_) => Some("used:never unused>7d state:usable".to_owned()),
            Self::Store(_)
            | Self::UsersTampered(_)
            | Self::SettingTampered
            | Self::WentBack
            | Self::Altered(_)
            | Self::OneAdministrator(..)
            | Self::Lost(_)
            | Self::Locked(_)
            | Self::Unasked => None,
        }
    }

    /// The words of a line that does not begin with a name.
    fn other_words(&self, now: Millis) -> (String, String) {
        match self {
            Self::Lost(_) | Self::ExpiredCalled(_) | Self::RefusedMore(_) => Default::default(),
            Self::Store(notice) => (notice.said(), notice.more()),
            Self::Tampered(group) => {
                (format!("{} changed outside keydesk", credentials(group.total())), and_more(group))
            }
            Self::UsersTampered(names) => {
                (format!("{} changed outside keydesk", counted(names.len() as i64, "user")), names.join(", "))
            }
            Self::SettingTampered => ("A setting was changed outside keydesk".to_owned(), "set it again".to_owned()),
            Self::WentBack => (
                "An older copy of the database was put back".to_owned(),
                as_typed("keydesk audit accept --as NAME").into_owned(),
            ),
            Self::Altered(what) => {
                (format!("Not trusted: {what}"), as_typed("keydesk audit verify --as NAME").into_owned())
            }
            Self::OneAdministrator(only, locked) => {
                ("Only one Administrator can sign in".to_owned(), one_of(only, locked))
            }
            Self::Expiring(n, first) => {
                let left = first.options.expires_at.map_or(0, |at| at.millis().since(now)).max(0);
                let verb = if *n == 1 { "expires" } else { "expire" };
                let said = format!("{} {verb} within {EXPIRING_DAYS} days", credentials(*n));
                let which = if *n == 1 { "" } else { "first " };
                (said, format!("{which}{}, in {}", first.name, short_duration(left)))
            }
            Self::Locked(names) => (format!("{} locked", are(names.len() as i64, "user")), names.join(", ")),
            Self::Unused(group) => (format!("{} not used for 90 days", were(group.total())), and_more(group)),
            Self::NeverUsed(group) => {
                (format!("{} never used", were(group.total())), "created over 7 days ago".to_owned())
            }
            Self::Unasked => ("No gateway has asked yet".to_owned(), "see how to set one up".to_owned()),
        }
    }
}

fn named(name: &str, said: String, more: String) -> AttentionWords {
    AttentionWords { name: name.to_owned(), said, more }
}

fn refused(keys: &[RefusedKey], one: &str, many: &str, usual: bool) -> AttentionWords {
    let Some(first) = keys.first() else { return AttentionWords::default() };
    let (name, since) = (&first.row.name, format!("{} since yesterday", grouped(first.since_yesterday)));
    match keys.len() {
        1 if usual => named(name, one.to_owned(), format!("{since}, usually {}", grouped(first.usual))),
        1 => named(name, one.to_owned(), since),
        n => named("", format!("{n} {many}"), format!("first {name}, {since}")),
    }
}

fn counted(n: i64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn credentials(n: i64) -> String {
    counted(n, "credential")
}

fn were(n: i64) -> String {
    format!("{} {}", credentials(n), if n == 1 { "was" } else { "were" })
}

fn are(n: i64, noun: &str) -> String {
    format!("{} {}", counted(n, noun), if n == 1 { "is" } else { "are" })
}

/// The first of a group by name, and how many others.
fn and_more(group: &Group) -> String {
    match group.total() {
        ..=1 => group.name.clone(),
        n => format!("{} and {} more", group.name, grouped(n - 1)),
    }
}

fn one_of(only: &str, locked: &[String]) -> String {
    match locked {
        [] => only.to_owned(),
        [one] => format!("{only}; {one} is locked"),
        many => format!("{only}; {} are locked", many.join(", ")),
    }
}

/// What happened to a secret, after the name.
fn lost_words(how: LossCause) -> &'static str {
    match how {
        LossCause::LineDropped => ": line dropped with its secret shown",
        LossCause::Wiped => ": secret wiped before it was copied",
    }
}
