//! What the hub hands out and takes in.

mod credential;
mod list;
mod overview;
mod people;

pub use credential::{
    CredentialId, CredentialRow, Details, Issued, LastUse, LiveSecret, NewCredential, NewLegacy, Outcome, Seen, Taken,
    Target,
};
pub use list::{Cursor, ListQuery, Order, Page, Position, Pulse};
pub use overview::{Capped, Counts, CredentialOverview, Overview, SiteOverview};
pub use people::{Class, OwnSignIn, SignInOutcome, TrailQuery, TrailReport, TrailRow, UserRow, UserTarget};
