//! The use cases. Screen, line-by-line mode and command line call only this.
//!
//! Every call takes the [`Actor`] and checks it in its own transaction; every change writes the store, the trail and
//! the head in one transaction. A secret is handed out only after its row is committed.

mod actor;
mod audit;
mod credentials;
mod desk;
mod error;
mod overview;
mod settings;
mod tx;
mod types;
mod users;
mod verifier;

use std::sync::{Arc, Mutex};

use crate::store::{Store, tables::HeadRow};
use crate::time::{Clock, Millis};
use crate::vault::Vault;

pub use crate::store::Cancel;
pub use actor::{Actor, LastSignIn, Origin, Session, SignIn, Via};
pub use audit::Accepted;
pub use credentials::Edit;
pub use desk::{Places, Progress, SetUp, Start};
pub use error::{Conflict, Denied, Field, HubError, SessionOver};
pub use settings::{Followed, Setting};
pub use types::{
    Before, ByKind, Capped, Class, Counts, CredentialId, CredentialOverview, CredentialRow, Cursor, CutShort, Details,
    Fed, FedSecret, FoundSecret, Gone, Issued, LastUse, ListQuery, LiveSecret, LostSecret, NewCredential, NewLegacy,
    Order, Outcome, Overview, OwnSignIn, Page, Policy, Position, Pulse, REFUSALS_KEPT, Refusal, Refused, RefusedQuery,
    Remedy, Replay, Security, Seen, SetTo, SignInOutcome, SiteOverview, Standing, StillLost, Taken, Target, TrailQuery,
    TrailReport, TrailRow, Use, UserDeed, UserRow, UserTarget, WhichSecret, crowded,
};
pub use verifier::{
    Agreed, Feed, Findings, Mark, Part, Read, Since, Taken as TakenAway, TakenSecrets, Took, Why, Wrong,
};

/// The use cases of one open desk. Shared by threads.
pub struct Hub {
    store: Arc<dyn Store>,
    vault: Vault,
    clock: Arc<dyn Clock>,
    account: String,
    /// Whether the row of the account is as keydesk left it.
    account_intact: bool,
    /// The newest head that this handle has seen, to detect a rollback.
    highest: Mutex<Option<HeadRow>>,
}

impl Hub {
    /// The time now, by the clock this desk was opened with.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Name of the account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Whether the name of the account is the one that keydesk wrote.
    pub fn account_is_intact(&self) -> bool {
        self.account_intact
    }
}
