//! What a call wants to do, as far as authorization and the trail of refusals have to know.

use crate::account::Right;
use crate::hub::CredentialId;
use crate::store::Query;

/// The intent of a call, for the words of a refusal.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) right: Right,
    /// The verb: `create`, `revoke`.
    pub(crate) asked: &'static str,
    /// The credential that it is about.
    pub(crate) subject: Option<CredentialId>,
    /// The user that it is about, or whose SSH key.
    pub(crate) user: Option<String>,
    /// Whether the password must have been given recently.
    pub(crate) sensitive: bool,
    /// Whether it only restricts: done even if the table of users was tampered with.
    pub(crate) restricts: bool,
    /// Whether it repairs tampering.
    pub(crate) repairs: bool,
    /// Whether it takes as long as reading everything.
    pub(crate) lasts: bool,
    /// What it will ask before it writes anything, besides who the actor is.
    pub(crate) prefetch: Vec<Query>,
}

impl Intent {
    pub(crate) fn new(right: Right, asked: &'static str) -> Self {
        let (sensitive, restricts, repairs, lasts) = (false, false, false, false);
        Self { right, asked, subject: None, user: None, sensitive, restricts, repairs, lasts, prefetch: Vec::new() }
    }

    pub(crate) fn on(self, id: CredentialId) -> Self {
        Self { subject: Some(id), ..self }
    }

    /// About a user. Only for names that are known: people type passwords where a name belongs.
    pub(crate) fn about(self, user: &str) -> Self {
        Self { user: Some(user.to_owned()), ..self }
    }

    pub(crate) fn prefetch(self, queries: impl Into<Vec<Query>>) -> Self {
        Self { prefetch: queries.into(), ..self }
    }

    pub(crate) fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    pub(crate) fn restricting(self) -> Self {
        Self { restricts: true, ..self }
    }

    pub(crate) fn lasting(self) -> Self {
        Self { lasts: true, ..self }
    }

    pub(crate) fn repairing(self) -> Self {
        Self { repairs: true, ..self }
    }
}
