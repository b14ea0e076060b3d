//! Errors of the store: sentences with a next step, never a value of a row.

/// Why a call of the store failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be used now: locked, full, read-only, gone. Nothing was changed.
    #[error("{0}")]
    Unavailable(String),
    /// Not a keydesk database, made by a newer keydesk, or its schema was modified. Nothing was changed.
    #[error("{0}")]
    Foreign(String),
    /// A desk is where one was to be made. Nothing was changed.
    #[error("There is a desk in {0} already.")]
    DeskThere(String),
    /// The commit was sent and no answer came: it may or may not be kept.
    #[error("The store did not say whether the change was kept.")]
    Unknown,
    /// The read was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A bug in keydesk: a statement that the database does not accept, or a row of another shape.
    #[error(
        "The store could not be read ({0}). Run `keydesk audit verify --as NAME`, and restore a backup if it finds damage."
    )]
    Broken(String),
}
