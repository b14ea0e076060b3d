//! The verdict: allow with the credential, or deny with a reason.

use crate::time::Seconds;
use crate::verify::replay::Proof;
use crate::verify::snapshot::Lookup;
use crate::verify::{CredentialRef, Reason};

/// Whether a request may pass.
#[derive(Debug)]
pub enum Verdict<'a> {
    /// The request may pass.
    Allow(Allowed<'a>),
    /// The request may not pass. All denials look the same to the caller (C12).
    Deny(Denied<'a>),
}

impl<'a> Verdict<'a> {
    /// Whether the request may pass.
    pub fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// The credential it is about, if that is known.
    pub fn credential(&self) -> Option<CredentialRef<'a>> {
        match self {
            Self::Allow(allowed) => Some(allowed.credential),
            Self::Deny(denied) => denied.credential,
        }
    }
}

impl<'a> From<Result<Allowed<'a>, Denied<'a>>> for Verdict<'a> {
    fn from(judged: Result<Allowed<'a>, Denied<'a>>) -> Self {
        match judged {
            Ok(allowed) => Self::Allow(allowed),
            Err(denied) => Self::Deny(denied),
        }
    }
}

/// A request that may pass.
#[derive(Debug)]
pub struct Allowed<'a> {
    /// The credential that it was made with.
    pub credential: CredentialRef<'a>,
    /// Which of its secrets was used: the number of the secret's row.
    pub secret_version: u32,
    /// What can be said of the body.
    pub body: BodyCheck,
    /// The signature for the replay memory; `None` for credentials whose requests repeat by nature.
    pub proof: Option<Proof>,
}

/// What can be said of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyCheck {
    /// It is the one that was signed.
    Checked,
    /// There is one, or may be, and it was not compared.
    Unchecked,
    /// There is none.
    None,
}

impl BodyCheck {
    /// The word for it in the response to the gateway.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Unchecked => "unchecked",
            Self::None => "none",
        }
    }
}

/// A request that may not pass.
#[derive(Debug)]
pub struct Denied<'a> {
    /// The reason, for the log.
    pub reason: Reason,
    /// Which field or component the reason is about, in lower case: a token, and short.
    pub component: Option<String>,
    /// By how many seconds the client's clock is ahead (negative: behind), with [`Reason::ClockSkew`].
    pub clock_offset: Option<i64>,
    /// The credential that it names, if known.
    pub credential: Option<CredentialRef<'a>>,
}

/// What a log keeps of a name that a client made up.
const COMPONENT_MAX: usize = 64;

impl<'a> Denied<'a> {
    /// A refusal that is about a field or component.
    pub(super) fn about(reason: Reason, component: &[u8]) -> Self {
        let shown = &component[..component.len().min(COMPONENT_MAX)];
        let component = String::from_utf8_lossy(shown).to_ascii_lowercase();
        Self { component: Some(component), ..reason.into() }
    }

    /// A signature from another time.
    pub(super) fn clock(signed: Seconds, now: Seconds) -> Self {
        Self { clock_offset: Some(signed.0.saturating_sub(now.0)), ..Reason::ClockSkew.into() }
    }

    /// The same, of a credential that is known.
    pub(super) fn of(self, credential: CredentialRef<'a>) -> Self {
        Self { credential: Some(credential), ..self }
    }

    /// The same, of the credential that was found, if there is one.
    pub(super) fn of_any(self, found: Lookup<'a>) -> Self {
        Self { credential: found.credential(), ..self }
    }
}

impl From<Reason> for Denied<'_> {
    fn from(reason: Reason) -> Self {
        Self { reason, component: None, clock_offset: None, credential: None }
    }
}
