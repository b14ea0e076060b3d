//! Is this request's credential good? Pure functions over a request, a snapshot of the store, and a second.
//!
//! The rules have numbers (C1, H5, S7, L2, R1…), and each is named where it is enforced. Nothing here knows an HTTP
//! server or a store. A server does this for each request:
//!
//! 1. make a [`Request`] of what the gateway forwarded, and call [`decide()`] with the current [`Snapshot`];
//! 2. if that needs a slow hash ([`Decision::NeedsPassword`]), find the [`CheckOutcome`] in a cache or on another thread, and
//!    [`resolve`](PasswordCheck::resolve) the check;
//! 3. pass the verdict through the replay [`Guard`](replay::Guard), if replay protection is on;
//! 4. respond to the gateway. Reasons are for the log.

mod basic;
mod decide;
mod decision;
mod explain;
mod hmac_scheme;
mod identity;
mod judge;
mod legacy;
mod password_check;
mod reason;
pub mod replay;
mod request;
mod rfc9421;
mod secrets;
mod sign;
mod signature;
mod snapshot;
mod syntax;
mod verdict;

pub use decide::{decide, signing_strings};
pub use decision::Decision;
pub use explain::{Claim, Elsewhere, ExplainedRefusal, Explanation, Used, claim, exchanged, explain, meant, mistake};
pub use password_check::{CheckOutcome, PasswordCheck};
pub use reason::Reason;
pub use request::{Body, Field, Framing, Request, Scheme, Surface, Version};
pub use sign::{Dialect, Draft, sign};
pub use snapshot::{BuildError, Builder, Change, CredentialRef, Entry, LiveSecret, Snapshot, SnapshotError};
pub use verdict::{Allowed, BodyCheck, Denied, Verdict};

#[cfg(test)]
mod tests;
