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

pub(in crate::verify) use basic::{is_bare, mistake as in_basic, pair as basic_pair};
pub(in crate::verify) use digests::mistake as in_digests;
pub(in crate::verify) use legacy::{mistake as in_legacy, pair as legacy_pair};
pub(in crate::verify) use signature::mistake as in_signature;
pub(in crate::verify) use spelling::readings;
pub(in crate::verify) use tidy::tidy;

/// How many slips at once are looked for, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum Depth {
    /// One, of those that come up often: a verifier's refusals may be many.
    Quick,
    /// Two, and the orders that fields can be signed in.
    Thorough,
}

#[cfg(test)]
mod work_tests;
