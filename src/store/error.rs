//! What can go wrong with the store. Sentences with a next step; never a value of a row.

/// Why the store did not do as it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be used now: locked, full, read-only, gone. Nothing was changed.
    #[error("{0}")]
    Unavailable(String),
    /// It is not a database of keydesk, or of a newer one, or was changed in its schema. It was left alone.
    #[error("{0}")]
    Foreign(String),
    /// The commit was sent and no answer came.
    #[error("The store did not say whether the change was kept.")]
    Unknown,
    /// The read was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A mistake of keydesk itself: a statement the database does not take, a row of another shape.
    #[error(
        "The store could not be read ({0}). Run `keydesk audit verify --as NAME`, and restore a backup if it finds damage."
    )]
    Broken(String),
}
