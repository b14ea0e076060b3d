//! What the hub hands out: rows for lists, details, counts, the trail.

use uuid::Uuid;

use crate::account::{Role, UserState};
use crate::credential::{Condition, Kind, Options, State, condition};
use crate::secret::Secret;
use crate::time::{Millis, Seconds};

/// Identity of a credential's row; shows in JSON only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(pub Uuid);

impl std::fmt::Display for CredentialId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A credential as lists and details show it. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRow {
    /// Identity.
    pub id: CredentialId,
    /// Kind.
    pub kind: Kind,
    /// API key, or Legacy username.
    pub key: String,
    /// Name.
    pub name: String,
    /// State as written.
    pub state: State,
    /// Times, networks, note, algorithms, body digest.
    pub options: Options,
    /// When it was made.
    pub created_at: Millis,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed.
    pub changed_at: Millis,
    /// Who last changed it.
    pub changed_by: String,
    /// Version of the row: a change names the one it was decided on.
    pub version: i64,
    /// Last use of any of its live secrets; `None` when never used.
    pub last_used: Option<LastUse>,
    /// The tag of its row is wrong: a verifier refuses it.
    pub tampered: bool,
}

impl CredentialRow {
    /// State with its times looked at.
    pub fn condition(&self, now: Millis) -> Condition {
        condition(self.state, self.options.not_before, self.options.expires_at, now)
    }

    /// What a change of this row, as it was read here, is aimed at.
    pub fn target(&self) -> Target {
        Target { id: self.id, version: self.version }
    }
}

/// When and from where a credential was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Seconds,
    /// Address of the client, if known.
    pub address: Option<String>,
}

/// One live secret of a credential, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSecret {
    /// 1 for the first, one more with each rotation.
    pub version: i64,
    /// When it stops working; `None` for the current one.
    pub valid_until: Option<Seconds>,
    /// When it was made.
    pub created_at: Millis,
    /// Who made it.
    pub created_by: String,
    /// Its last use.
    pub last_used: Option<LastUse>,
}

/// All about one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The row.
    pub row: CredentialRow,
    /// Its secrets that work now, newest first: one or two.
    pub secrets: Vec<LiveSecret>,
}

/// A row as it was when somebody decided to change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub id: CredentialId,
    /// As of which version; the change is refused when the row has another.
    pub version: i64,
}

/// What to create.
#[derive(Debug)]
pub struct NewCredential {
    /// Kind.
    pub kind: Kind,
    /// Name as typed. For Legacy an empty one becomes the username.
    pub name: String,
    /// Legacy only.
    pub legacy: Option<NewLegacy>,
    /// The rest.
    pub options: Options,
}

/// The Legacy half of [`NewCredential`].
#[derive(Debug)]
pub struct NewLegacy {
    /// Username as typed.
    pub username: String,
    /// Typed password; `None` to have one generated.
    pub password: Option<Secret>,
}

/// A new credential or a new secret, right after its commit: the only time the secret is handed out.
#[derive(Debug)]
pub struct Issued {
    /// The credential.
    pub row: CredentialRow,
    /// The secret; `None` when its user typed it.
    pub secret: Option<Secret>,
    /// The old secret works until then, after a rotation with overlap.
    pub old_until: Option<Seconds>,
}

/// What became of one of several rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Changed.
    Done(CredentialRow),
    /// It was so already.
    Already(CredentialRow),
    /// Left out: somebody changed it since. The row is as it is now.
    LeftOut {
        /// As it is now.
        row: CredentialRow,
        /// Why, as a sentence.
        why: super::Conflict,
    },
}

/// Columns a list can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By name, case folded.
    #[default]
    Name,
    /// By key.
    Key,
    /// Newest first.
    Created,
    /// Active, disabled, revoked; then by name.
    State,
}

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// The first.
    #[default]
    Start,
    /// The last.
    End,
    /// The rows after a cursor.
    After(Cursor),
    /// The rows before a cursor, in the order of the list.
    Before(Cursor),
    /// From a cursor on, its own row included: to read the same page again.
    From(Cursor),
}

/// A place in a list: the values it is ordered by, the id of the row last. Opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub(super) Vec<crate::store::Value>);

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// One kind, or all.
    pub kind: Option<Kind>,
    /// Revoked ones too.
    pub revoked: bool,
    /// By what.
    pub order: Order,
    /// Where.
    pub position: Position,
    /// Most rows; at most 500.
    pub limit: u32,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows, in order.
    pub rows: Vec<CredentialRow>,
    /// There are rows before these.
    pub more_before: bool,
    /// There are rows after these.
    pub more_after: bool,
    /// Change number of the store when it was read.
    pub change: i64,
}

impl Page {
    /// The cursor that stands on row `i`.
    pub fn cursor(&self, order: Order, i: usize) -> Option<Cursor> {
        self.rows.get(i).map(|row| super::list::cursor(order, row))
    }
}

/// How many credentials there are, by kind and state as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([[i64; 3]; 3]);

impl Counts {
    /// Of one kind in one state.
    pub fn of(&self, kind: Kind, state: State) -> i64 {
        self.0[kind as usize][state as usize]
    }

    /// Of one kind, revoked ones left out.
    pub fn listed(&self, kind: Kind) -> i64 {
        self.of(kind, State::Active) + self.of(kind, State::Disabled)
    }

    /// Of all kinds in one state.
    pub fn in_state(&self, state: State) -> i64 {
        Kind::ALL.into_iter().map(|kind| self.of(kind, state)).sum()
    }

    pub(crate) fn set(&mut self, kind: Kind, state: State, n: i64) {
        self.0[kind as usize][state as usize] = n;
    }
}

/// A number that stops at 999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capped(pub i64);

impl Capped {
    /// Where it stops.
    pub const MOST: i64 = 999;
}

impl std::fmt::Display for Capped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            n if n > Self::MOST => write!(f, "{}+", Self::MOST),
            n => write!(f, "{n}"),
        }
    }
}

/// What menu and settings show. What a role may not see is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Name of the account.
    pub account: String,
    /// Names of the active Administrators.
    pub administrators: Vec<String>,
    /// About credentials.
    pub credentials: Option<CredentialOverview>,
    /// About people and the trail; Administrators only.
    pub site: Option<SiteOverview>,
}

/// The credentials' part of [`Overview`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialOverview {
    /// By kind and state.
    pub counts: Counts,
    /// Active ones that expire within 30 days.
    pub expiring: Capped,
    /// The next to expire, at most three.
    pub next_to_expire: Vec<CredentialRow>,
    /// Active ones that were never used since they were made.
    pub never_used: Capped,
}

/// The Administrators' part of [`Overview`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteOverview {
    /// Users, disabled ones too.
    pub users: i64,
    /// Of them locked now.
    pub locked: i64,
    /// Rows of the trail.
    pub trail_rows: i64,
    /// The newest rows of the trail that changed something, newest first, at most three.
    pub last_changes: Vec<TrailRow>,
    /// When the newest row of the trail was written.
    pub last_row_at: Option<Millis>,
    /// When the master key was made.
    pub master_key_made_at: Option<Millis>,
}

/// A user as lists show him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// State.
    pub state: UserState,
    /// End of a pause after wrong passwords.
    pub locked_until: Option<Millis>,
    /// Last sign-in.
    pub last_sign_in: Option<super::LastSignIn>,
    /// When the user was made.
    pub created_at: Millis,
    /// By whom.
    pub created_by: String,
    /// Live credentials that this user made.
    pub made: i64,
    /// The password was set by another and must be changed.
    pub must_change_password: bool,
    /// Version of the row.
    pub version: i64,
    /// The tag of the row is wrong.
    pub tampered: bool,
}

/// One row of the trail, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Number: the order of the trail.
    pub no: i64,
    /// When.
    pub at: Millis,
    /// Who; `None` where nobody was signed in.
    pub who: Option<String>,
    /// How he proved it: `password`, `local`, or an SSH key's fingerprint.
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
}

/// What part of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailQuery {
    /// Rows with a lower number only.
    pub before: Option<i64>,
    /// Only rows about this credential.
    pub credential: Option<CredentialId>,
    /// Only rows about credentials.
    pub credentials_only: bool,
    /// Most rows; at most 500.
    pub limit: u32,
}

/// What `audit verify` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailReport {
    /// Rows that were checked.
    pub rows: i64,
    /// Number of the last row.
    pub no: i64,
    /// Its hash, lower-case hex: note both elsewhere to find a cut end later.
    pub hash: String,
    /// What is wrong with the first bad row; `None` when the trail is whole.
    pub broken: Option<String>,
}

/// Whether a form's name or username exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Another credential of the kind has this name: allowed, but worth saying.
    pub name: bool,
    /// The username exists: it cannot be used.
    pub username: bool,
}

/// What a list looks at once a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Change number of the store: the list is read again when it is not the page's.
    pub change: i64,
}

/// Something that happened in front of the screen and belongs in the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The secret was copied from the one-time view.
    Copied,
    /// The line dropped, or the process was ended, while the secret was shown.
    Dropped,
}
