//! Contexts of sealed values (associated data): a value that was moved to another row or column does not open there.

use crate::vault::Context;

/// Context that a secret is sealed with.
pub(crate) fn secret_place<'a>(credential: &'a str, kind: &'a str, no: i64) -> Context<'a> {
    Context { table: "secret", row: credential, column: "sealed", kind, version: no }
}

/// Context that a user's password hash is sealed with.
pub(crate) fn password_place(id: &str, version: i64) -> Context<'_> {
    Context { table: "person", row: id, column: "password", kind: "", version }
}
