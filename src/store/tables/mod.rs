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
mod tally;
mod throttle;
mod trail;
mod usage;

pub use account::{AccountRow, RingRecord, account, insert_account, insert_ring, ring, ring_made_at};
pub use credential::{
    Branch, Condition, CredentialRecord, Direction, Listed, Sort, credentials_of, keys_of, next_to_expire, page,
    page_sql,
};
pub use feed::{
    CHANGED, CredentialCells, SecretCells, changed_credentials, credential_row, credentials_after, live_secrets_after,
    live_secrets_of, middle_credential,
};
pub use head::{HeadRow, head, insert_head, lock_head, update_head};
pub use person::{PersonRecord, PresenceRow, made_by, people, presence, put_presence};
pub use record::{Record, Tagged, all_by, each_tagged, get, insert, update};
pub use refusal::{
    RefusalRow, RefusedRow, forget_all_refusals, forget_refusals, insert_refusals, newest_refusals, next_refusal,
    refusals, repeat_refusals,
};
pub use secret::{SecretRecord, secrets_after, without_one_current};
pub use setting::SettingRecord;
pub use tally::{add_to_tally, count_anew, counted, tallies};
pub use throttle::{ThrottleRecord, forget_old_throttles, forget_throttle, oldest_throttles, throttles};
pub use trail::{
    RepeatRecord, TrailFilter, TrailRecord, changes, done_since, dropped_since_sign_in, find_operation, insert_trail,
    last_at, put_back, put_back_sql, removed, repeats, sign_ins, trail_after, trail_before, trail_beside, trail_hash,
    trail_sql,
};
pub use usage::{
    UsageRow, UseRow, count_expiring, count_waiting, ever_asked, insert_usage, last_addresses, lock_asked, note_asked,
    put_usages, stop_waiting, usages, used_since, wait_again,
};
