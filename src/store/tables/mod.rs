//! The tables: what their rows hold and the statements about them, the same for every database.

mod account;
mod copied;
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

pub use account::{
    AccountRecord, RingRecord, account, account_query, insert_ring, ring, ring_made_at, ring_made_at_query, ring_query,
};
pub use copied::{CopiedTable, copied_tables, copy_table, each_copied, rows_of};
pub use credential::{
    Branch, Condition, CredentialCells, CredentialRecord, Direction, Listed, NameCells, Run, Sort, add_to_tally,
    count_anew, count_ending, count_ending_query, count_in_run, count_starting, count_starting_query, counted,
    credential_with_key, credential_with_key_query, credentials_called, credentials_named, credentials_of, end_of_run,
    keys_in_use, keys_in_use_queries, names_after, names_beginning, next_to_expire, page, page_query, put_key_aside,
    rows_of_run, survey, tallies, tallies_query,
};
pub use head::{HeadRow, head, head_query, insert_head, lock_head, lock_head_query, update_head};
pub use record::{
    Column, Record, Tagged, all_by, all_by_query, each_tag, each_tagged, get, get_many, get_query, insert, insert_all,
    remove, stored_tag, tags_query, update, version_of,
};
pub use schema_step::{
    CHANGED_AT, StepRow, migrate_account, migrate_credential, migrate_secret, old_credentials, old_secrets, old_users,
    old_users_query, sign_step, spoil_user, steps, steps_query,
};
pub use secret::{SecretRecord, secrets_after, without_a_named_secret};
pub use setting::SettingRecord;
pub use ssh_key::{
    OfferedKey, SshKeyRecord, SshUseRow, forget_ssh_key, next_ssh_key, offered_key, put_ssh_use, ssh_key,
    ssh_key_query, ssh_keys, ssh_keys_called, ssh_use,
};
pub use throttle::{ThrottleRecord, old_throttles, oldest_throttles, throttles};
pub use trail::{
    RepeatRecord, TrailRecord, changes, changes_query, done_since, dropped_lines, dropped_lines_query, find_operation,
    insert_trail, last_at, last_at_query, last_done, move_strays, once_called, refused_sign_ins, repeats, sign_ins,
    trail_after, trail_before, trail_beside, trail_ends_query, trail_hash, trail_hash_query, trail_knows, trail_length,
    trail_query,
};
pub use trail_filter::TrailFilter;
pub use user::{
    PresenceRow, UserRecord, made_by, presence, presence_query, put_presence, remove_users, roles_and_states, users,
    users_query,
};
pub use verifier::{
    CHANGED, EVERY, ProcessRecord, RefusalRow, RefusedRow, SecretCells, UsageRow, UseRow, UsedDayRow, VerifierCells,
    add_to_every, add_used_days, changed_credentials, credential_row, credentials_after, ever_asked, ever_asked_query,
    every_credential, every_secret, forget_all_refusals, forget_process, forget_processes, forget_refusals,
    forget_used_days, insert_later_usage, insert_refusals, insert_usages, last_addresses, last_batch, lock_asked,
    middle_credential, most_used_of_days, newest_refusals, next_refusal, note_asked, processes, put_process,
    put_process_position, put_usages, refusals, refusals_query, refused_on_days, repeat_refusals, secrets_between,
    secrets_of, stop_waiting, usages, usages_of, usages_query, used_days, used_days_of, used_days_query, used_since,
    wait_again,
};
