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
pub use process::{
    ProcessRecord, forget_process, forget_processes, last_batch, processes, put_process, put_process_position,
};
pub use refusal::{
    RefusalRow, RefusedRow, forget_all_refusals, forget_refusals, insert_refusals, newest_refusals, next_refusal,
    refusals, refusals_query, repeat_refusals,
};
pub use usage::{
    UsageRow, UseRow, ever_asked, ever_asked_query, insert_later_usage, insert_usages, last_addresses, lock_asked,
    note_asked, put_usages, stop_waiting, usages, usages_of, usages_query, used_since, wait_again,
};
pub(in crate::store::tables) use used_day::refused_more;
pub use used_day::{
    EVERY, UsedDayRow, add_to_every, add_used_days, forget_used_days, most_used_of_days, refused_on_days, used_days,
    used_days_of, used_days_query,
};
