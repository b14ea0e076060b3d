//! The use cases. TUI, plain mode, command line and SSH call only this.
//!
//! Every call takes the [`Actor`] and checks him in its own transaction; every change writes the store, the trail and
//! the head in one transaction. A secret is handed out only after its row is committed.

mod actor;
mod error;
mod rows;

pub use actor::{Actor, LastSignIn, Origin, Session, SignIn, Via};
pub use error::{Conflict, Denied, Field, HubError, SessionOver};
pub use rows::{
    Capped, Counts, CredentialId, CredentialOverview, CredentialRow, Cursor, Details, Issued, LastUse, ListQuery,
    LiveSecret, NewCredential, NewLegacy, Order, Outcome, Overview, Page, Position, Pulse, Seen, SiteOverview, Taken,
    Target, TrailQuery, TrailReport, TrailRow, UserRow,
};

mod api_stub;
pub use api_stub::*;
pub(crate) mod list {
    pub(crate) fn cursor(_: super::Order, _: &super::CredentialRow) -> super::Cursor {
        todo!()
    }
}
