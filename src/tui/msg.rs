//! Messages into the state machine, and effects out of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::account::{Role, UserState};
pub use crate::clipboard::CopyOutcome;
use crate::config::Appearance;
use crate::credential::{Kind, Note, Overlap, Verb};
use crate::export::{Format, Written};
use crate::hub::{
    Actor, ChangeNumber, ChangeOutcome, CountPart, CountQuery, CredentialEdit, CredentialId, CredentialInfo,
    CredentialPage, CredentialPart, CredentialTarget, Denied, DisplayEvent, FoundSecret, HubError, Issued, JumpPart,
    JumpQuery, ListQuery, NameInUse, NewCredential, NewSshKey, NewUser, Overview, OwnSignIn, Pulse, RefusedDeed,
    RefusedRequest, RefusedRequestQuery, SecuritySettings, SeenBy, SetUp, Setting, SignIn, SshKeyRow, StoreNotice,
    Tampering, TrailCount, TrailQuery, TrailReport, TrailRow, UnsavedSecret, UserRow, UserTarget, WithPassword,
};
use crate::secret::Secret;
use crate::tui::keymap::chord::Chord;

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
    /// Progress of a long read or change: secrets compared, entries checked, credentials changed.
    Progress(Ticket, i64),
    /// The commit of a change got no answer, and the store is asked whether the change is there.
    Asking(Ticket),
    /// A copy was tried.
    Copied(Ticket, CopyOutcome),
    /// The terminal told what its background is.
    Background {
        /// It is light.
        light: bool,
    },
    /// The deadline that [`crate::tui::App::deadline`] named has come.
    Tick,
    /// An appearance choice was saved, or could not be, with the reason.
    Remembered(Result<(), String>),
    /// The survey of a large desk found something else than before.
    Surveyed,
    /// There is something else to be told of the store than before.
    StoreNotices(Vec<StoreNotice>),
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
    /// The reply is not wanted any more, or the change is to be taken back: interrupt it.
    Cancel(Ticket),
    /// Put text on the user's clipboard.
    Copy(Ticket, Secret),
    /// Draw every cell again.
    Repaint,
    /// Hand the terminal back and stop (ctrl-z).
    Suspend,
    /// Save an appearance choice for the next time.
    Remember(Appearance),
    /// Save what nobody waits for.
    RememberQuietly(Appearance),
    /// Save the name that was used last.
    RememberName(String),
    /// Leave.
    Quit,
    /// Leave a session by SSH key that is over, with an exit code and a sentence for whoever was in it.
    End(u8, String),
    /// Quit, and re-execute line by line.
    Lines,
}

/// The worker that carries out a call: one writes, one reads, so that a long search never delays a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Changes, sign-in, set-up.
    Write,
    /// Everything that only reads.
    Read,
}

/// One call of the hub.
#[derive(Debug)]
pub enum Call {
    /// Sets up a desk: its account and the first Administrator.
    SetUp(SetUp),
    /// Signs a user in.
    SignIn {
        /// The user's name, as typed.
        name: String,
        /// The password.
        password: Secret,
    },
    /// Ends the session.
    SignOut(Actor),
    /// Changes the password of the signed-in user.
    ChangeOwnPassword {
        /// Whose password it is.
        actor: Actor,
        /// The password until now.
        old: Secret,
        /// The password from now on.
        new: Secret,
    },
    /// Creates a key.
    Create(Actor, NewCredential),
    /// Makes new secrets; the old ones work until the overlap ends.
    Rotate(Actor, Vec<CredentialTarget>, Overlap),
    /// Changes a user.
    ChangeUser(Actor, UserChange),
    /// The SSH keys of a user that were not removed.
    SshKeys(Actor, String),
    /// Adds an SSH key to a user.
    AddSshKey(Actor, String, NewSshKey),
    /// Removes the SSH key with this fingerprint.
    RemoveSshKey(Actor, String),
    /// Checks the password again before a sensitive change.
    Confirm(Actor, Secret),
    /// Disables, enables or revokes.
    SetState(Actor, Vec<CredentialTarget>, Verb),
    /// Edits fields of credentials.
    Edit(Actor, Vec<CredentialTarget>, CredentialEdit),
    /// Sets another password for a Legacy credential.
    LegacyPassword {
        /// Who sets it.
        actor: Actor,
        /// The credential.
        target: CredentialTarget,
        /// The typed password; `None` to have one generated.
        typed: Option<Secret>,
    },
    /// Ends the overlap of a rotation now.
    StopOld(Actor, CredentialTarget),
    /// How many verifiers answer from a change.
    SeenBy(Actor, ChangeNumber),
    /// Notes that a secret was copied.
    Seen(Actor, CredentialId, DisplayEvent),
    /// Notes that the role was refused something, and reads the words for it.
    Refused(Actor, RefusedDeed),
    /// Answered at once when the change number is not this one, else when it no longer is.
    Pulse(Actor, Option<i64>),
    /// What the menu shows; with the unsaved secrets, to learn which of them still matter.
    Overview(Actor, Vec<UnsavedSecret>),
    /// Rows of the list.
    List(Actor, ListQuery),
    /// How many of each kind a filter finds in a part of all.
    CountFound(Actor, CountQuery),
    /// The use of the rows of a page, by day.
    UsedDays(Actor, Vec<CredentialId>),
    /// What is known of a credential that was changed outside keydesk.
    Tampering(Actor, CredentialId),
    /// Credentials that the palette finds.
    Jump(Actor, JumpQuery),
    /// All about one credential.
    Details(Actor, CredentialId),
    /// Whether a name or a username is taken.
    Taken {
        /// Who asks.
        actor: Actor,
        /// Kind of the new key.
        kind: Kind,
        /// The name, or empty.
        name: String,
        /// The username, or empty.
        username: String,
    },
    /// Rows of the trail.
    Trail(Actor, TrailQuery),
    /// How many rows of the trail there are.
    TrailCount(Actor, TrailQuery),
    /// Requests that verifiers refused.
    RefusedRequests(Actor, RefusedRequestQuery),
    /// Whose secret is this?
    Find {
        /// Who asks.
        actor: Actor,
        /// The secret that leaked.
        secret: Secret,
    },
    /// The users.
    Users(Actor),
    /// Writes a part of the trail, or of a list, into a new file.
    Export {
        /// Who exports.
        actor: Actor,
        /// The part.
        part: ExportPart,
        /// The file, as typed.
        path: PathBuf,
        /// Its format.
        format: Format,
    },
    /// What Security shows.
    Security(Actor),
    /// One's own last sign-ins.
    SignIns(Actor),
    /// Sets settings together.
    SetSettings(Actor, Vec<(Setting, String)>),
    /// Checks the whole trail.
    Verify(Actor),
    /// The same, and holds the hash of one entry against one that was noted.
    Compare(Actor, i64, String),
}

/// What is exported.
#[derive(Clone, Debug)]
pub enum ExportPart {
    /// Entries of the trail.
    Trail(Box<TrailQuery>),
    /// Credentials, without their secrets.
    Credentials(CredentialPart),
}

/// One change of a user.
#[derive(Debug)]
pub enum UserChange {
    /// Adds a user, with a first password that must be changed.
    Add(NewUser),
    /// Gives another role.
    Role(UserTarget, Role),
    /// Sets a password, which must be changed; keydesk makes one if there is none.
    Password(UserTarget, Option<Secret>),
    /// Changes the note.
    Note(UserTarget, Note),
    /// Disables or enables.
    State(UserTarget, UserState),
    /// Ends the pause after wrong passwords.
    Unlock(String),
}

/// The outcome of a call. What an error means depends on the slot that waits for the reply.
pub type Reply = Result<Answer, HubError>;

/// The hub's answer to a call.
#[derive(Debug)]
pub enum Answer {
    /// The desk of this account was set up.
    SetUp(String),
    /// The outcome of a sign-in.
    SignIn(SignIn),
    /// A note for the trail was written; nothing waits for it.
    Noted,
    /// The password was changed; the session goes on with a new epoch.
    PasswordChanged(Actor),
    /// The password was right.
    Reauthenticated(Actor),
    /// A new key or a new secret.
    Issued(Issued),
    /// New secrets of several keys.
    Rotated(Vec<Issued>),
    /// The outcome of a change of state, for each row, and its number.
    States(Vec<ChangeOutcome>, ChangeNumber),
    /// How many verifiers answer from a change.
    SeenBy(SeenBy),
    /// The outcome of an edit, or of stopping an old secret, for each row.
    Edited(Vec<ChangeOutcome>),
    /// The settings were set.
    SettingsSet,
    /// The user as they are now, with the password if keydesk made it.
    User(WithPassword),
    /// The SSH keys of a user.
    SshKeys(Vec<SshKeyRow>),
    /// The SSH key that was added or removed.
    SshKeyChanged(Box<SshKeyRow>),
    /// The file that was written.
    Exported(Written),
    /// The refusal to show.
    Denied(Denied),
    /// Whose secret it is, if anybody's.
    Found(Option<FoundSecret>),
    /// Whether the store changed.
    Pulse(Pulse),
    /// What the menu shows.
    Overview(Box<Overview>),
    /// Rows of the list.
    Page(CredentialPage),
    /// How many of each kind were found in a part of all.
    CountFound(CountPart),
    /// The use of the rows of a page, by day.
    UsedDays(BTreeMap<CredentialId, Vec<i64>>),
    /// What is known of a credential that was changed outside keydesk.
    Tampering(Box<Tampering>),
    /// Credentials that the palette found in a part of all.
    Jump(JumpPart),
    /// All about one credential.
    Details(CredentialInfo),
    /// Whether a name and a username are taken.
    Taken(NameInUse),
    /// Rows of the trail.
    Trail(Vec<TrailRow>),
    /// How many rows of the trail there are.
    TrailCount(TrailCount),
    /// Requests that were refused.
    RefusedRequests(Vec<RefusedRequest>),
    /// The users.
    Users(Vec<UserRow>),
    /// What Security shows.
    Security(SecuritySettings),
    /// One's own last sign-ins.
    SignIns(Vec<OwnSignIn>),
    /// What the check of the trail found.
    Verified(TrailReport),
}
