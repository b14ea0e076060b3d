//! The days of one credential.

use crate::account::Right;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, CredentialId, Hub, HubError, UsedDay};
use crate::store::tables::{self, UsedDayRow};
use crate::store::{StoreError, Tx};
use crate::time::Day;

impl Hub {
    /// The last `days` days of a credential, today included: every day, oldest first.
    pub fn usage(&self, actor: &Actor, id: CredentialId, days: u32) -> Result<Vec<UsedDay>, HubError> {
        let intent = Intent::new(Right::SeeCredentials, "show use").on(id);
        let today = self.now().seconds().day();
        self.read(actor, &intent, |tx| Ok(last_days(tx, &id.to_string(), today, i64::from(days))?))
    }
}

/// The last `days` days up to `today`; a day without a row has no requests.
pub(crate) fn last_days(tx: &mut dyn Tx, credential: &str, today: Day, days: i64) -> Result<Vec<UsedDay>, StoreError> {
    let first = today.0 - days.max(1) + 1;
    let mut rows = tables::used_days(tx, credential, first)?.into_iter().peekable();
    let day = |day| match rows.next_if(|row| row.day == day) {
        Some(UsedDayRow { n, refused, .. }) => UsedDay { day: Day(day), allowed: n, refused },
        None => UsedDay { day: Day(day), allowed: 0, refused: 0 },
    };
    Ok((first..=today.0).map(day).collect())
}
