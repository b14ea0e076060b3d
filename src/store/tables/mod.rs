//! The tables: what their rows hold and the statements about them, the same for every database.

mod account;
mod credential;
mod head;
mod record;
mod schema_step;
mod secret;
mod setting;
mod ssh_key;
mod throttle;
mod trail;
mod trail_filter;
mod user;
mod verifier;

pub use account::{AccountRecord, RingRecord, account, insert_ring, ring, ring_made_at};
pub use credential::{
    Branch, Condition, CredentialCells, CredentialRecord, Direction, Listed, NameCells, Run, Sort, add_to_tally,
    count_anew, count_ending, count_in_run, count_starting, counted, credential_with_key, credentials_called,
    credentials_named, credentials_of, end_of_run, names_after, names_beginning, next_to_expire, page, page_sql,
    put_key_aside, rows_of_run, survey, tallies,
};
pub use head::{HeadRow, head, insert_head, lock_head, update_head};
pub use record::{
    Column, Record, Tagged, all_by, each_tag, each_tagged, get, insert, remove, stored_tag, update, version_of,
};
pub use schema_step::{
    CHANGED_AT, StepRow, migrate_account, migrate_credential, migrate_secret, old_credentials, old_secrets, old_users,
    sign_step, spoil_user, steps,
};
pub use secret::{SecretRecord, secrets_after, without_a_named_secret};
pub use setting::SettingRecord;
pub use ssh_key::{
    OfferedKey, SshKeyRecord, SshUseRow, forget_ssh_key, next_ssh_key, offered_key, put_ssh_use, ssh_key, ssh_keys,
    ssh_keys_called, ssh_use,
};
pub use throttle::{ThrottleRecord, old_throttles, oldest_throttles, throttles};
pub use trail::{
    RepeatRecord, TrailRecord, changes, done_since, dropped_lines, find_operation, insert_trail, last_at, last_done,
    move_strays, once_called, refused_sign_ins, repeats, sign_ins, trail_after, trail_before, trail_beside, trail_hash,
    trail_knows, trail_length, trail_sql,
};
pub use trail_filter::TrailFilter;
pub use user::{PresenceRow, UserRecord, made_by, presence, put_presence, remove_users, roles_and_states, users};
pub use verifier::{
    CHANGED, EVERY, ProcessRecord, RefusalRow, RefusedRow, SecretCells, UsageRow, UseRow, UsedDayRow, VerifierCells,
    add_to_every, add_used_days, changed_credentials, credential_row, credentials_after, ever_asked, every_credential,
    every_secret, forget_all_refusals, forget_processes, forget_refusals, forget_used_days, insert_refusals,
    insert_usage, last_addresses, last_batch, lock_asked, middle_credential, most_used_of_day, newest_refusals,
    next_refusal, note_asked, processes, put_process, put_usages, refusals, refused_on_day, repeat_refusals,
    secrets_between, secrets_of, stop_waiting, usages, used_days, used_days_of, used_since, wait_again,
};
