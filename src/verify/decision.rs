//! A verdict, or the password check that has to come first.

use crate::verify::{PasswordCheck, Verdict};

/// The result of [`decide`](super::decide()).
#[derive(Debug)]
pub enum Decision<'a> {
    /// The request is judged.
    Verdict(Verdict<'a>),
    /// A slow hash is needed first: find its outcome, then call [`PasswordCheck::resolve`].
    NeedsPassword(PasswordCheck),
}
