//! Messages into the state machine, and effects out of it.

use std::path::PathBuf;

pub use crate::clipboard::CopyOutcome;
use crate::{
    account::{Right, Role, UserState},
    config::Appearance,
    credential::{Kind, Overlap, Verb},
    export::{Format, Written},
    hub::{
        Actor, CredentialId, Denied, Details, Edit, FoundSecret, HubError, Issued, ListQuery, LostSecret,
        NewCredential, Outcome, Overview, OwnSignIn, Page, Pulse, Refused, RefusedQuery, Security, Seen, SetUp,
        Setting, SignIn, Taken, Target, TrailQuery, TrailReport, TrailRow, UserRow, UserTarget,
    },
    secret::Secret,
    tui::keymap::chord::Chord,
};

/// A message: everything that can happen to the desk.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "moved once or twice, never kept in rows")]
pub enum Msg {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size (columns, rows) now.
    Resize(u16, u16),
    /// A worker finished.
    Reply(Ticket, Reply),
    /// A worker is so far: secrets compared.
    Progress(Ticket, i64),
    /// A copy was tried.
    Copied(Ticket, CopyOutcome),
    /// The deadline that [`crate::tui::App::deadline`] named has come.
    Tick,
    /// A choice of looks was written down, or not, with the reason.
    Remembered(Result<(), String>),
    /// Back from ctrl-z.
    Resumed,
}

/// Names one effect, so that its reply finds the dialog that waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// An effect that the state machine asks for.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "moved once or twice, never kept in rows")]
pub enum Effect {
    /// Call the hub on the worker of [`Call::lane`].
    Call(Ticket, Call),
    /// The reply is not wanted any more: interrupt the read.
    Cancel(Ticket),
    /// Put text on the user's clipboard.
    Copy(Ticket, Secret),
    /// Draw every cell again.
    Repaint,
    /// Hand the terminal back and stop (ctrl-z).
    Suspend,
    /// Write the looks down for the next time.
    Remember(Appearance),
    /// Leave.
    Quit,
    /// Quit, and re-execute line by line.
    Lines,
}

/// Which worker does it: one writes, one reads, so that a long search never stands before Create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Changes, sign-in, set-up.
    Write,
    /// Everything that only reads.
    Read,
}

/// One call of the hub.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Call {
    SetUp(SetUp),
    SignIn {
        name: String,
        password: Secret,
    },
    SignOut(Actor),
    ChangeOwnPassword {
        actor: Actor,
        old: Secret,
        new: Secret,
    },
    Create(Actor, NewCredential),
    Rotate(Actor, Target, Overlap),
    ChangeUser(Actor, UserChange),
    /// The password once more.
    Confirm(Actor, Secret),
    SetState(Actor, Vec<Target>, Verb),
    Edit(Actor, Vec<Target>, Edit),
    LegacyPassword {
        actor: Actor,
        target: Target,
        typed: Option<Secret>,
    },
    StopOld(Actor, Target),
    Seen(Actor, CredentialId, Seen),
    Refused(Actor, Right),
    /// Answered at once when the change number is not this one, else when it no longer is.
    Pulse(Actor, Option<i64>),
    /// With the unsaved secrets, to learn which of them still matter.
    Overview(Actor, Vec<LostSecret>),
    List(Actor, ListQuery),
    Details(Actor, CredentialId),
    Taken {
        actor: Actor,
        kind: Kind,
        name: String,
        username: String,
    },
    Trail(Actor, TrailQuery),
    RefusedRequests(Actor, RefusedQuery),
    Find {
        actor: Actor,
        secret: Secret,
    },
    Users(Actor),
    /// The part of the trail into a new file.
    Export {
        actor: Actor,
        query: TrailQuery,
        path: PathBuf,
        format: Format,
    },
    Security(Actor),
    /// One's own last sign-ins.
    SignIns(Actor),
    SetSettings(Actor, Vec<(Setting, String)>),
    /// Is the whole trail whole?
    Verify(Actor),
}

/// One change of a user.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum UserChange {
    Add { name: String, role: Role, password: Secret },
    Role(UserTarget, Role),
    Password(UserTarget, Secret),
    State(UserTarget, UserState),
    Unlock(String),
}

/// What comes of a call. What an error means, the slot that waits for the reply knows.
pub type Reply = Result<Answer, HubError>;

/// The hub's answer to a call.
#[derive(Debug)]
pub enum Answer {
    /// The desk of this account was set up.
    SetUp(String),
    /// What came of a sign-in.
    SignIn(SignIn),
    /// A note for the trail was written; nothing waits for it.
    Noted,
    /// The password was changed; the session goes on with a new epoch.
    PasswordChanged(Actor),
    /// The password was right.
    Reauthenticated(Actor),
    /// A new key or a new secret.
    Issued(Issued),
    /// What came of a change of state, for each row.
    States(Vec<Outcome>),
    /// What came of an edit, or of stopping an old secret, for each row.
    Edited(Vec<Outcome>),
    /// The settings were set.
    SettingsSet,
    /// The user as they are now.
    User(UserRow),
    /// The file with the trail.
    Exported(Written),
    /// The refusal to show.
    Denied(Denied),
    /// Whose secret it is, if anybody's.
    Found(Option<FoundSecret>),
    /// Whether the store changed.
    Pulse(Pulse),
    /// What the menu shows.
    Overview(Overview),
    /// Rows of the list.
    Page(Page),
    /// All about one credential.
    Details(Details),
    /// Whether a name and a username are taken.
    Taken(Taken),
    /// Rows of the trail.
    Trail(Vec<TrailRow>),
    /// Requests that were refused.
    RefusedRequests(Vec<Refused>),
    /// The users.
    Users(Vec<UserRow>),
    /// What Security shows.
    Security(Security),
    /// One's own last sign-ins.
    SignIns(Vec<OwnSignIn>),
    /// What the check of the trail found.
    Verified(TrailReport),
}
