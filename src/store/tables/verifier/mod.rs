//! What verifiers read and write: all credentials, last uses, refused requests.

mod feed;
mod refusal;
mod usage;

pub use feed::{
    CHANGED, SecretCells, VerifierCells, changed_credentials, credential_row, credentials_after, every_credential,
    every_secret, middle_credential, secrets_between, secrets_of,
};
pub use refusal::{
    RefusalRow, RefusedRow, forget_all_refusals, forget_refusals, insert_refusals, newest_refusals, next_refusal,
    refusals, repeat_refusals,
};
pub use usage::{
    UsageRow, UseRow, count_expiring, count_waiting, ever_asked, insert_usage, last_addresses, lock_asked, note_asked,
    put_usages, stop_waiting, usages, used_since, wait_again,
};
