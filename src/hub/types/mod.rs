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
mod usage;
mod user;
mod verifier;

pub use credential::{
    ChangeOutcome, CredentialInfo, CredentialRow, DisplayEvent, EndedEarly, Issued, LastUse, LiveSecret, NameInUse,
    NewCredential, NewLegacy, Tampering,
};
pub use id::{CredentialId, CredentialTarget};
pub use list::{
    CountPart, CountQuery, CredentialPage, JumpPart, JumpQuery, ListCursor, ListOrder, ListQuery, PagePosition, Pulse,
};
pub use overview::{CredentialCounts, CredentialOverview, Overview, SiteOverview};
pub use policy::{Policy, Replay};
pub use refusal::{
    REFUSALS_KEPT, Refusal, RefusalCursor, RefusedRequest, RefusedRequestQuery, UsageReport, eviction_index,
};
pub use secret::{FoundSecret, LossCause, Remedy, UnsavedCredential, UnsavedSecret, WhichSecret};
pub use setting::{Provenance, SecuritySettings, SettingValue};
pub use trail::{TrailClass, TrailCount, TrailQuery, TrailReport, TrailRow, noted_line};
pub use usage::{
    ChangeNumber, MostUsed, ProcessKind, ProcessNote, SiteUsage, USE_DAYS, UseCount, UsedDay, VerifierRow, sum_of_days,
};
pub use user::{NewUser, OwnSignIn, RefusedSignIn, SignInOutcome, UserOperation, UserRow, UserTarget, WithPassword};
pub use verifier::{VerifierCredential, VerifierSecret};
