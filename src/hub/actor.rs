//! Who acts, from where, and how they proved who they are.

use std::net::IpAddr;

use crate::account::{Role, UserName};
use crate::hub::UnsavedSecret;
use crate::time::Millis;

/// Where a call comes from, for the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Name of the Unix user whose process this is; its number where it has no name.
    pub unix: Option<String>,
    /// Address of the SSH client; none on a local terminal.
    pub address: Option<IpAddr>,
}

/// How the actor proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the password of the user.
    Password,
    /// By `--as NAME`: whoever can read the database and the master key owns the desk.
    Local,
    /// By an SSH key.
    SshKey(KeyUsed),
}

/// The SSH key that opened a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUsed {
    /// Its number.
    pub no: i64,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Fingerprint and label with a blank between, for the trail.
    pub told: String,
}

impl KeyUsed {
    /// A key with its fingerprint and label.
    pub fn new(no: i64, fingerprint: &str, label: &str) -> Self {
        let told = format!("{fingerprint} {label}").trim_end().to_owned();
        Self { no, fingerprint: fingerprint.to_owned(), told }
    }

    /// The label, or the fingerprint where there is none.
    pub fn called(&self) -> &str {
        self.told.split_once(' ').map_or(&self.told, |(_, label)| label)
    }
}

impl Via {
    /// The word for it in the trail.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Password => "password",
            Self::Local => "local",
            Self::SshKey(key) => &key.told,
        }
    }
}

/// A user who acts. Every hub call takes one and checks in its transaction that the user is active, that the role
/// allows the call, and that `epoch` is still the user's: disabling, a new role or a new password raises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Name of the user.
    pub user: UserName,
    /// How they proved who they are.
    pub via: Via,
    /// Where the call comes from.
    pub origin: Origin,
    /// Epoch of the user when the session began.
    pub epoch: i64,
    /// When the password was last given: sensitive changes want it within [`Actor::CONFIRMED_FOR`].
    pub confirmed_at: Option<Millis>,
}

impl Actor {
    /// For how long a password once given is enough, in milliseconds.
    pub const CONFIRMED_FOR: i64 = 5 * crate::time::MINUTE;

    /// Whether the SSH key with this fingerprint opened the session.
    pub fn signed_in_with(&self, fingerprint: &str) -> bool {
        matches!(&self.via, Via::SshKey(used) if used.fingerprint == fingerprint)
    }

    /// Whether the password was given recently enough. Whoever acts locally has no password to give.
    pub fn confirmed(&self, now: Millis) -> bool {
        let recent = |at: Millis| (0..=Self::CONFIRMED_FOR).contains(&now.since(at));
        self.via == Via::Local || self.confirmed_at.is_some_and(recent)
    }
}

/// A way of the trail in words: `password`, `SSH key laptop`; the fingerprint where a key has no label.
fn way_in_words(via: &str) -> String {
    match via {
        "password" => via.to_owned(),
        "local" => "on this machine".to_owned(),
        key => format!("SSH key {}", key.split_once(' ').map_or(key, |(_, label)| label)),
    }
}

/// A signed-in user and what the first screen says about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The actor of the session's calls.
    pub actor: Actor,
    /// The user's role, so that faces can grey out what it does not allow. Every call checks again.
    pub role: Role,
    /// Name of the account.
    pub account: String,
    /// The sign-in before this one.
    pub last: Option<LastSignIn>,
    /// The password was set by somebody else: it must be changed before anything else.
    pub must_change_password: bool,
    /// Secrets that were on the screen when the connection dropped, since the last sign-in.
    pub dropped: Vec<UnsavedSecret>,
    /// Whether the user has a password: without one a session cannot be unlocked.
    pub has_password: bool,
    /// When the SSH key that opened the session expires.
    pub ends_at: Option<Millis>,
    /// Idle lock: milliseconds without a key after which the desk locks.
    pub idle_lock: i64,
}

/// When and from where a user signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSignIn {
    /// When the sign-in was.
    pub at: Millis,
    /// Address of the client; none for a local terminal.
    pub address: Option<String>,
    /// How it was proved; none where it was not noted.
    pub via: Option<String>,
}

impl LastSignIn {
    /// The way in one or two words, for a list: `password`, `SSH key`.
    pub fn way(&self) -> Option<&'static str> {
        self.via.as_deref().map(|via| match via {
            "password" => "password",
            "local" => "on this machine",
            _ => "SSH key",
        })
    }

    /// The way behind a blank, for a sentence: ` by password`.
    pub fn by(&self) -> String {
        self.via.as_deref().map_or_else(String::new, by)
    }
}

/// A way of the trail behind a blank, for a sentence: ` by password`.
pub(crate) fn by(via: &str) -> String {
    match via {
        "local" => " on this machine".to_owned(),
        via => format!(" by {}", way_in_words(via)),
    }
}

/// The result of a sign-in.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each sign-in, and most are a welcome")]
pub enum SignIn {
    /// Signed in: the session begins.
    Welcome(Session),
    /// Wrong name or password: the same words and the same time for both.
    Wrong {
        /// Tries left before a pause.
        left: u32,
        /// Length of that pause in milliseconds.
        pause: i64,
    },
    /// The name is locked; nothing was checked.
    Locked {
        /// End of the pause.
        until: Millis,
    },
}
