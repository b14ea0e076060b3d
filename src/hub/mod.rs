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

use crate::store::Store;
use crate::store::tables::HeadRow;
use crate::time::{Clock, Millis};
use crate::vault::Vault;

pub use crate::store::Cancel;
pub use actor::{Actor, LastSignIn, Origin, Session, SignIn, Via};
pub use audit::{AcceptReport, LogFilter, LogFilterError, log_terms};
pub use credentials::CredentialEdit;
pub use desk::{DeskPaths, OpenOutcome, Progress, SetUp};
pub use error::{Conflict, Denied, HubError, InputField, SessionOver};
pub use settings::{EffectivePolicy, Setting};
pub use types::{
    ByKind, Capped, ChangeOutcome, CredentialCounts, CredentialId, CredentialInfo, CredentialOverview, CredentialPage,
    CredentialRow, CredentialTarget, DisplayEvent, EndedEarly, FoundSecret, Issued, LastUse, ListCursor, ListOrder,
    ListQuery, LiveSecret, LossCause, NameInUse, NewCredential, NewLegacy, Overview, OwnSignIn, PagePosition, Policy,
    Provenance, Pulse, REFUSALS_KEPT, Refusal, RefusalCursor, RefusedRequest, RefusedRequestQuery, Remedy, Replay,
    SecuritySettings, SettingValue, SignInOutcome, SiteOverview, TrailClass, TrailCount, TrailQuery, TrailReport,
    TrailRow, UnsavedCredential, UnsavedSecret, UsageReport, UserOperation, UserRow, UserTarget, VerifierCredential,
    VerifierSecret, WhichSecret, eviction_index, noted_line,
};
pub use verifier::{
    Drift, Feed, Findings, IdRange, LoadSummary, LoadTimings, ReadAgreement, RefusalReason, Restriction,
    SecretRestriction, StoreFinding, StorePosition,
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
