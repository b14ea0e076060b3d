//! Types that the hub takes and returns.

mod credential;
mod id;
mod list;
mod overview;
mod policy;
mod refusal;
mod secret;
mod setting;
mod trail;
mod user;
mod verifier;

pub use credential::{
    CredentialRow, CutShort, Details, Issued, LastUse, LiveSecret, NewCredential, NewLegacy, Outcome, Seen, Taken,
};
pub use id::{CredentialId, Target};
pub use list::{Cursor, ListQuery, Order, Page, Position, Pulse};
pub use overview::{ByKind, Capped, Counts, CredentialOverview, Overview, SiteOverview};
pub use policy::{Policy, Replay};
pub use refusal::{Before, REFUSALS_KEPT, Refusal, Refused, RefusedQuery, Use, crowded};
pub use secret::{FoundSecret, Gone, LostSecret, Remedy, StillLost, WhichSecret};
pub use setting::{Security, SetTo, Standing};
pub use trail::{Class, TrailQuery, TrailReport, TrailRow};
pub use user::{OwnSignIn, SignInOutcome, UserDeed, UserRow, UserTarget};
pub use verifier::{Fed, FedSecret};
