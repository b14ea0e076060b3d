//! Compares credentials, users and SSH keys with the trail: is each as its last change left it, and does each that was created
//! still exist? Reads no index, and the trail in the order of its numbers.

use std::collections::HashMap;

use crate::hub::HubError;
use crate::hub::audit::trail_state::{LastKnown, changed_row};
use crate::store::tables::{self, CredentialRecord, Record, SshKeyRecord, TrailRecord, UserRecord};
use crate::store::{Cell, Tx};

/// What the trail says about one row.
struct Expected {
    told: LastKnown,
    table: &'static str,
    seen: bool,
}

/// The last change of each credential, user and SSH key, by the trail.
#[derive(Default)]
pub(crate) struct LastChanges(HashMap<String, Expected>);

impl LastChanges {
    /// Applies a trail row. Must get every one, in order.
    pub(crate) fn take_up(&mut self, row: &TrailRecord) {
        let (Some(table), Some(subject)) = (changed_row(row), &row.subject) else { return };
        self.0
            .entry(subject.clone())
            .or_insert(Expected { told: LastKnown::default(), table, seen: false })
            .told
            .take_up(row, false);
    }

    /// The first row that differs from the trail, as a sentence without a full stop.
    pub(crate) fn first_mismatch(mut self, tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
        let tables: [(&str, &str, CheckTable<'_>); 3] = [
            (CredentialRecord::TABLE, "key", &mut |changes, tx| changes.hold::<CredentialRecord>(tx)),
            (UserRecord::TABLE, "user", &mut |changes, tx| changes.hold::<UserRecord>(tx)),
            (SshKeyRecord::TABLE, "SSH key", &mut |changes, tx| changes.hold::<SshKeyRecord>(tx)),
        ];
        for (table, thing, hold) in tables {
            if let Some(name) = hold(&mut self, tx)? {
                let how = "it was changed by hand, or an older copy was put back";
                return Ok(Some(format!("the {thing} {name} is not as the trail left it: {how}")));
            }
            let gone = self.0.values().filter(|last| last.table == table && !last.seen);
            if let Some(name) = gone.filter_map(|last| last.told.name.as_ref()).min() {
                return Ok(Some(format!("the {thing} {name} was removed outside keydesk")));
            }
        }
        Ok(None)
    }

    /// The name of the first row of a table whose last change is not the one in the trail.
    fn hold<T: Record>(&mut self, tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
        // Columns follow id and version.
        let place = |column: &str| T::COLUMNS.iter().position(|name| *name == column).map_or(0, |i| i + 2);
        let (at, name) = (place("changed_at"), place("name").max(place("fingerprint")));
        // Only credentials have secrets; revoked ones need none.
        let secret = T::COLUMNS.contains(&"secret_no").then(|| place("secret_no"));
        let mut found = None;
        tables::each_tagged::<T>(tx, &mut |row| {
            let cell = |place: usize| row.get(place).copied().unwrap_or(Cell::Null);
            let last = cell(0).text().ok().and_then(|id| self.0.get_mut(id)).filter(|last| last.table == T::TABLE);
            let as_left = last.is_some_and(|last| {
                last.seen = true;
                let LastKnown { revoked, secret: no, .. } = last.told;
                Cell::Int(last.told.at) == cell(at)
                    && (revoked || secret.is_none_or(|place| Cell::Int(no) == cell(place)))
            });
            if !as_left && found.is_none() {
                found = Some(cell(name).text().unwrap_or("without a name").to_owned());
            }
            Ok(())
        })?;
        Ok(found)
    }
}

type CheckTable<'a> = &'a mut dyn FnMut(&mut LastChanges, &mut dyn Tx) -> Result<Option<String>, HubError>;
