//! The tables: what their rows hold and the statements about them, the same for every database.

mod account;
mod bulk;
mod credential;
mod feed;
mod head;
mod person;
mod record;
mod refusal;
mod secret;
mod setting;
mod step;
mod step6;
mod tally;
mod throttle;
mod trail;
mod usage;

pub use account::{AccountRecord, RingRecord, account, insert_ring, ring, ring_made_at};
pub use credential::{
    Branch, Condition, CredentialRecord, Direction, Listed, Sort, credentials_of, keys_of, next_to_expire, page,
    page_sql, put_key_aside,
};
pub use feed::{
    CHANGED, CredentialCells, SecretCells, changed_credentials, credential_row, credentials_after, every_credential,
    every_secret, middle_credential, secrets_between, secrets_of,
};
pub use head::{HeadRow, head, insert_head, lock_head, update_head};
pub use person::{PersonRecord, PresenceRow, made_by, people, presence, put_presence, remove_people};
pub use record::{Record, Tagged, all_by, each_tag, each_tagged, get, insert, remove, stored_tag, update, version_of};
pub use refusal::{
    RefusalRow, RefusedRow, forget_all_refusals, forget_refusals, insert_refusals, newest_refusals, next_refusal,
    refusals, repeat_refusals,
};
pub use secret::{SecretRecord, secrets_after, without_a_named_secret};
pub use setting::SettingRecord;
pub use step::{StepRow, sign_step, steps};
pub use step6::{
    CHANGED_AT, carry_account, carry_credential, carry_secret, old_credentials, old_secrets, spoil_person,
};
pub use tally::{add_to_tally, count_anew, counted, tallies};
pub use throttle::{ThrottleRecord, old_throttles, oldest_throttles, throttles};
pub use trail::{
    RepeatRecord, TrailFilter, TrailRecord, changes, done_since, dropped_since_sign_in, find_operation, insert_trail,
    last_at, move_strays, repeats, sign_ins, trail_after, trail_before, trail_beside, trail_hash, trail_sql,
};
pub use usage::{
    UsageRow, UseRow, count_expiring, count_waiting, ever_asked, insert_usage, last_addresses, lock_asked, note_asked,
    put_usages, stop_waiting, usages, used_since, wait_again,
};
