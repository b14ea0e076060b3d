//! Types for the fuzzy search over credentials.

use crate::hub::CredentialRow;

/// What is searched, and from where on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JumpQuery {
    /// What was typed.
    pub typed: String,
    /// Only tags are searched.
    pub tags: bool,
    /// The id behind which the part begins; empty for the first part.
    pub after: String,
}

/// The outcome of one part.
#[derive(Clone, Debug, Default)]
pub struct JumpPart {
    /// The best matches of this part, each with how well it matches.
    pub found: Vec<(u32, CredentialRow)>,
    /// How many matched in this part.
    pub matched: i64,
    /// How many were looked at.
    pub looked_at: i64,
    /// Where the next part begins; `None` after the last.
    pub next: Option<String>,
}
