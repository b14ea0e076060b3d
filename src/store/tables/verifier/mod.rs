//! What verifiers read and write: all credentials, last uses, counts, refused requests, and themselves.

mod feed;
mod process;
mod refusal;
mod usage;
mod used_day;

pub use feed::{
    CHANGED, SecretCells, VerifierCells, changed_credentials, credential_row, credentials_after, every_credential,
    every_secret, middle_credential, secrets_between, secrets_of,
};
pub use process::{ProcessRecord, forget_processes, last_batch, processes, put_process};
pub use refusal::{
    RefusalRow, RefusedRow, forget_all_refusals, forget_refusals, insert_refusals, newest_refusals, next_refusal,
    refusals, repeat_refusals,
};
pub use usage::{
    UsageRow, UseRow, ever_asked, insert_usage, last_addresses, lock_asked, note_asked, put_usages, stop_waiting,
    usages, used_since, wait_again,
};
pub(in crate::store::tables) use used_day::refused_more;
pub use used_day::{
    EVERY, UsedDayRow, add_to_every, add_used_days, forget_used_days, most_used_of_day, refused_on_day, used_days,
    used_days_of,
};
