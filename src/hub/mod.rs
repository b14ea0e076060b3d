//! The use cases. Screen, line-by-line mode and command line call only this.
//!
//! Every call takes the [`Actor`] and checks it in its own transaction; every change writes the store, the trail and
//! the head in one transaction. A secret is handed out only after its row is committed.

mod action;
mod actor;
mod as_left;
mod change;
mod check;
mod convert;
mod create;
mod desk;
mod details;
mod edit;
mod error;
mod feed;
mod guard;
mod leak;
mod list;
mod look;
mod lost;
mod mark;
mod mend;
mod numbers;
mod overview;
mod own;
mod places;
mod policy;
mod refusal;
mod refused;
mod report;
mod rows;
mod setting;
mod settings;
mod settled;
mod sign_in;
mod state;
mod steps;
mod sums;
mod tagged;
mod tombstone;
mod trail;
mod upgrade;
mod users;
mod vouched;
mod walk;
mod why;

pub use crate::store::Cancel;
pub use actor::{Actor, LastSignIn, Origin, Session, SignIn, Via};
pub use desk::{Hub, SetUp, Start};
pub use edit::Edit;
pub use error::{Conflict, Denied, Field, HubError, SessionOver};
pub use feed::{Agreed, Fed, FedSecret, Feed, Findings, Part, Read, Taken as TakenAway, TakenSecrets, Took, Wrong};
pub use mark::{Mark, Since};
pub use mend::Accepted;
pub use places::Places;
pub use policy::{Followed, Policy, Replay};
pub use refused::{Before, REFUSALS_KEPT, Refused, RefusedQuery, crowded};
pub use report::{Refusal, Use};
pub use rows::{
    ByKind, Capped, Class, Counts, CredentialId, CredentialOverview, CredentialRow, Cursor, CutShort, Details,
    FoundSecret, Gone, Issued, LastUse, ListQuery, LiveSecret, LostSecret, NewCredential, NewLegacy, Order, Outcome,
    Overview, OwnSignIn, Page, Position, Pulse, Remedy, Seen, SignInOutcome, SiteOverview, StillLost, Taken, Target,
    TrailQuery, TrailReport, TrailRow, UserDeed, UserRow, UserTarget, WhichSecret,
};
pub use setting::Setting;
pub use settings::{Security, SetTo, Standing};
pub use upgrade::Progress;
pub use why::Why;
