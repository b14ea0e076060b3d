//! Settings of the desk: policy that every process follows.

use super::record::record;

record! {
    /// One setting; its id is its name.
    SettingRecord in "setting" {
        /// The value, as text.
        value: String,
        /// Change number of the store when it was last changed.
        change: i64,
    }
}
