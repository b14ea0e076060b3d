//! Types that the hub takes and returns.

mod credential;
mod leak;
mod list;
mod overview;
mod people;

pub use credential::{
    CredentialId, CredentialRow, CutShort, Details, Issued, LastUse, LiveSecret, NewCredential, NewLegacy, Outcome,
    Seen, Taken, Target,
};
pub use leak::{FoundSecret, Gone, LostSecret, Remedy, StillLost, WhichSecret};
pub use list::{Cursor, ListQuery, Order, Page, Position, Pulse};
pub use overview::{ByKind, Capped, Counts, CredentialOverview, Overview, SiteOverview};
pub use people::{Class, OwnSignIn, SignInOutcome, TrailQuery, TrailReport, TrailRow, UserDeed, UserRow, UserTarget};
