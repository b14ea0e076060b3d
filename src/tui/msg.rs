//! Messages into the state machine, and effects out of it.

use std::path::PathBuf;

pub use crate::clipboard::CopyOutcome;
use crate::{
    account::{Right, Role, UserState},
    config::Appearance,
    credential::{Kind, Overlap, Verb},
    export::{Format, Written},
    hub::{
        Actor, CredentialId, Details, Edit, FoundSecret, HubError, Issued, ListQuery, LostSecret, NewCredential,
        Outcome, Overview, OwnSignIn, Page, Pulse, Refused, RefusedQuery, Security, Seen, Session, SetUp, Setting,
        SignIn, Taken, Target, TrailQuery, TrailReport, TrailRow, UserRow, UserTarget,
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

/// The hub's answer to a call.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Reply {
    SetUp(Result<String, HubError>),
    SignIn(Result<SignIn, HubError>),
    /// The session goes on with a new epoch.
    Actor(Result<Actor, HubError>),
    /// Done, with nothing to tell.
    Done(Result<(), HubError>),
    Issued(Result<Issued, HubError>),
    States(Result<Vec<Outcome>, HubError>),
    /// What became of the rows that were edited, or whose old secret was stopped.
    Edited(Result<Vec<Outcome>, HubError>),
    Pulse(Result<Pulse, HubError>),
    Overview(Result<Overview, HubError>),
    Page(Result<Page, HubError>),
    Details(Result<Details, HubError>),
    Taken(Result<Taken, HubError>),
    Found(Result<Option<FoundSecret>, HubError>),
    Trail(Result<Vec<TrailRow>, HubError>),
    RefusedRequests(Result<Vec<Refused>, HubError>),
    Users(Result<Vec<UserRow>, HubError>),
    Exported(Result<Written, HubError>),
    Security(Result<Security, HubError>),
    SignIns(Result<Vec<OwnSignIn>, HubError>),
    Verified(Result<TrailReport, HubError>),
    /// The user as they are now.
    User(Result<UserRow, HubError>),
    /// The actor whose password was right.
    Confirmed(Result<Actor, HubError>),
    /// The refusal to show; `Err` when even that could not be written.
    Denied(Result<crate::hub::Denied, HubError>),
    /// Signed in without a password: the demo.
    Session(Session),
}
