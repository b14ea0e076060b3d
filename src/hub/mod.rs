//! The use cases. Screen, line-by-line mode and command line call only this.
//!
//! Every call takes the [`Actor`] and checks it in its own transaction; every change writes the store, the trail and
//! the head in one transaction. A secret is handed out only after its row is committed.

mod actor;
mod attention;
mod audit;
mod credentials;
mod desk;
mod error;
mod overview;
mod settings;
mod trail_words;
mod tx;
mod types;
mod usage;
mod users;
mod verifier;

use std::sync::{Arc, Mutex, PoisonError};

use crate::files::ProtectedPlaces;
use crate::hub::attention::Survey;
use crate::hub::desk::seen_file::Seen;
use crate::store::Store;
use crate::store::tables::HeadRow;
use crate::time::{Clock, Millis};
use crate::vault::Vault;

pub use crate::store::{Cancel, Heard, Listener, PORT, PostgresHost, PostgresPlace, StoreUse, Unconfirmed};
pub use actor::{Actor, KeyUsed, LastSignIn, Origin, Session, SignIn, Via};
pub use attention::{AttentionItem, AttentionLevel, AttentionWords, Group, RefusedKey, STATES, StateCounts};
pub use audit::{AcceptReport, LogFilter, LogFilterError, log_terms};
pub use credentials::{CredentialEdit, CredentialPart, Watch};
pub use desk::{CopiedRows, DeskPaths, OpenOutcome, Progress, SchemaStatus, SetUp, StoreCopy, StoreNotice, StorePlace};
pub use error::{Conflict, Denied, HubError, InputField, SessionOver};
pub use settings::{EffectivePolicy, Setting};
pub use trail_words::{Difference, differences, key_of, origin};
pub use tx::{RefusedDeed, UNANSWERED, asking_while};
pub use types::{
    ChangeNumber, ChangeOutcome, CountPart, CountQuery, CredentialCounts, CredentialId, CredentialInfo,
    CredentialOverview, CredentialPage, CredentialRow, CredentialTarget, DisplayEvent, EndedEarly, FoundSecret, Issued,
    JumpPart, JumpQuery, LastUse, ListCursor, ListOrder, ListQuery, LiveSecret, LossCause, MostUsed, NameInUse,
    NewCredential, NewLegacy, NewUser, Overview, OwnSignIn, PagePosition, Policy, ProcessKind, ProcessNote, Provenance,
    Pulse, REFUSALS_KEPT, Refusal, RefusalCursor, RefusedRequest, RefusedRequestQuery, RefusedSignIn, Remedy, Replay,
    SecuritySettings, SettingValue, SignInOutcome, SiteOverview, SiteUsage, Tampering, TrailClass, TrailCount,
    TrailQuery, TrailReport, TrailRow, USE_DAYS, UnsavedCredential, UnsavedSecret, UsageReport, UseCount, UsedDay,
    UserOperation, UserRow, UserTarget, VerifierCredential, VerifierRow, VerifierSecret, WhichSecret, WithPassword,
    eviction_index, noted_line, sum_of_days,
};
pub use usage::{Behind, SeenBy};
pub use users::{
    AuthorizedKey, KeyProof, NewSshKey, SshKeyRow, SshKeyState, UserCondition, UserFilter, UserFilterError,
    authorized_key, user_terms,
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
    /// Where no user may have a file made.
    protected: ProtectedPlaces,
    /// The newest head that this handle has seen, to detect a rollback.
    highest: Mutex<Option<HeadRow>>,
    seen: Seen,
    /// What the last survey of all credentials found.
    survey: Mutex<Option<Survey>>,
    /// What the last look at the store found.
    notices: Mutex<Vec<StoreNotice>>,
}

impl Hub {
    /// The time now, by the clock this desk was opened with.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// The newest change that this handle has seen: right after one of its own, that one or a later one.
    pub fn newest_change(&self) -> ChangeNumber {
        let highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        let number = |head: &HeadRow| ChangeNumber { epoch: head.epoch, change: head.change };
        highest.as_ref().map(number).unwrap_or_default()
    }

    /// The directories in which no user may have a file made, because those of the desk are there.
    pub fn protected_places(&self) -> &ProtectedPlaces {
        &self.protected
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
