//! Settings of the desk: policy that every process follows.

use crate::store::{Row, StoreError, Value};

use super::Record;

/// One setting; its id is its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRecord {
    /// Name of the setting.
    pub id: String,
    /// Version of the row.
    pub version: i64,
    /// The value, as text.
    pub value: String,
    /// Change number of the store when it was last changed.
    pub change: i64,
}

impl Record for SettingRecord {
    const TABLE: &'static str = "setting";
    const COLUMNS: &'static [&'static str] = &["value", "change"];

    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn values(&self) -> Vec<Value> {
        vec![(&self.value).into(), self.change.into()]
    }

    fn read(id: String, version: i64, row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self { id, version, value: row.text()?, change: row.int()? })
    }
}
