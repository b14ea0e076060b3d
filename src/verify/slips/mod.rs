//! Known client mistakes: a table for each part of a request, and the search for the one that was made.
//!
//! Nothing here decides. A mistake is looked for after the verdict, for the log and for `keydesk explain`.

mod basic;
mod digests;
mod keys;
mod legacy;
mod orders;
mod signature;
mod spelling;
mod strings;
mod targets;
mod texts;
mod tidy;

pub(super) use basic::{is_bare, mistake as in_basic, pair as basic_pair};
pub(super) use digests::mistake as in_digests;
pub(super) use legacy::{mistake as in_legacy, pair as legacy_pair};
pub(super) use signature::mistake as in_signature;
pub(super) use spelling::readings;
pub(super) use tidy::tidy;

/// How many slips at once are looked for, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// One, of those that come up often: a verifier's refusals may be many.
    Quick,
    /// Two, and the orders that fields can be signed in.
    Thorough,
}

#[cfg(test)]
mod work_tests;
