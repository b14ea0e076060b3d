//! Types for the trail.

use crate::hub::{CredentialId, LogFilter};
use crate::time::Millis;

/// A row of the trail, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Sequence number: the order of the trail.
    pub no: i64,
    /// When it happened.
    pub at: Millis,
    /// Name of the user who acted; `None` where nobody was signed in.
    pub who: Option<String>,
    /// How they proved who they are: `password`, `local`, or an SSH key's fingerprint.
    pub via: Option<String>,
    /// Unix user of the process.
    pub unix: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
    /// What was done: a word such as `credential.created`.
    pub action: String,
    /// The action in words: `created HMAC key`.
    pub did: String,
    /// Name of what it was done to.
    pub what: String,
    /// Id of the row it was done to.
    pub subject: Option<String>,
    /// The row before, as JSON.
    pub before: Option<String>,
    /// The row after, as JSON.
    pub after: Option<String>,
    /// How many times, for refusals that are counted together.
    pub count: i64,
    /// The hash over it and everything before it, lower-case hex.
    pub hash: String,
}

impl TrailRow {
    /// The credential that it is about; `None` for an entry about something else.
    pub fn credential(&self) -> Option<CredentialId> {
        let about = self.action.starts_with("credential.") || self.action.starts_with("secret.");
        let refused = self.action == "refused.credential";
        let subject = self.subject.as_deref().filter(|_| about || refused)?;
        uuid::Uuid::parse_str(subject).ok().map(CredentialId)
    }

    /// The line to note elsewhere for this entry.
    pub fn line(&self) -> String {
        format!("{}:{}", self.no, self.hash)
    }

    /// Who acted: `alice`, or `alice (unix bob)` where bob acted in that name with `--as`; `None` where nobody was
    /// signed in.
    pub fn actor(&self) -> Option<String> {
        let who = self.who.as_deref()?;
        Some(self.local().map_or_else(|| who.to_owned(), |unix| format!("{who} {unix}")))
    }

    /// `(unix bob)`, where somebody acted with `--as`.
    pub fn local(&self) -> Option<String> {
        let unix = self.unix.as_deref().filter(|_| self.via.as_deref() == Some("local"))?;
        Some(format!("(unix {unix})"))
    }

    /// To what it was done; `None` where that is the one who did it.
    pub fn object(&self) -> Option<&str> {
        Some(&*self.what).filter(|what| !what.is_empty() && self.who.as_deref() != Some(what))
    }
}

/// The three types of row in the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailClass {
    /// Something was changed.
    Change,
    /// Somebody signed in or out, or looked at a secret.
    Access,
    /// Something was refused.
    Refusal,
}

impl TrailClass {
    /// Every type of row.
    pub const ALL: [Self; 3] = [Self::Change, Self::Access, Self::Refusal];

    /// The word for it in the store, on the screen and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Access => "access",
            Self::Refusal => "refusal",
        }
    }

    /// The word for several.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Change => "changes",
            Self::Access => "accesses",
            Self::Refusal => "refusals",
        }
    }
}

/// A filter of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailQuery {
    /// Rows with a lower number only.
    pub before: Option<i64>,
    /// Only rows about this credential.
    pub credential: Option<CredentialId>,
    /// Only rows about credentials.
    pub credentials_only: bool,
    /// Only entries of this user.
    pub who: Option<String>,
    /// Only this type of row.
    pub class: Option<TrailClass>,
    /// Not before this moment.
    pub from: Option<Millis>,
    /// Before this moment.
    pub until: Option<Millis>,
    /// Words and terms that somebody typed.
    pub filter: LogFilter,
    /// Length of the answer; at most 500 rows.
    pub limit: u32,
}

/// How many entries there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrailCount {
    /// Of those that were asked for.
    pub found: i64,
    /// In all.
    pub all: i64,
}

/// Reads a line that was noted elsewhere: the number of an entry, a colon, and its hash.
pub fn noted_line(typed: &str) -> Option<(i64, String)> {
    let (no, hash) = typed.trim().split_once(':')?;
    let no = no.parse::<i64>().ok().filter(|no| *no >= 0)?;
    let whole = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    whole.then(|| (no, hash.to_ascii_lowercase()))
}

/// What `audit verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailReport {
    /// Rows that were checked.
    pub rows: i64,
    /// Number of the last row.
    pub no: i64,
    /// Its hash, lower-case hex: note number and hash elsewhere to detect a truncated trail later.
    pub hash: String,
    /// The first thing that is wrong, in the trail or in what it vouches for; `None` when all is as it was left.
    pub broken: Option<String>,
    /// Whether the trail itself is whole, whatever was done to other rows.
    pub whole: bool,
    /// Names of the credentials that were changed outside keydesk, the first hundred of them.
    pub tampered: Vec<String>,
    /// When a verifier noted that it knows a newer state of this store, unless that was accepted since.
    pub rolled_back: Option<Millis>,
}
