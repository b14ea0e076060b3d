//! The days of one credential.

use std::collections::{BTreeMap, HashMap};

use crate::account::Right;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, Cancel, CredentialId, Hub, HubError, USE_DAYS, UsedDay};
use crate::store::tables::{self, UsedDayRow};
use crate::store::{StoreError, Tx};
use crate::time::Day;

/// Most credentials of one read: those of a page.
const MOST: usize = 200;

impl Hub {
    /// The last `days` days of a credential, today included: every day, oldest first.
    pub fn usage(&self, actor: &Actor, id: CredentialId, days: u32) -> Result<Vec<UsedDay>, HubError> {
        let intent = Intent::new(Right::SeeCredentials, "show use").on(id);
        let today = self.now().seconds().day();
        self.read(actor, &intent, |tx| Ok(last_days(tx, &id.to_string(), today, i64::from(days))?))
    }
}

impl Hub {
    /// The last days of the credentials of one page of a list, in one read: the requests of each day that might pass,
    /// oldest first.
    pub fn allowed_by_day(
        &self,
        actor: &Actor,
        ids: &[CredentialId],
        cancel: &Cancel,
    ) -> Result<BTreeMap<CredentialId, Vec<i64>>, HubError> {
        let first = self.now().seconds().day().0 - USE_DAYS + 1;
        let ids: Vec<String> = ids.iter().take(MOST).map(ToString::to_string).collect();
        self.read_cancellable(actor, &Intent::new(Right::SeeCredentials, "show use"), cancel, |tx| {
            let mut days: BTreeMap<CredentialId, Vec<i64>> = BTreeMap::new();
            for row in tables::used_days_of(tx, &ids, first)? {
                let Ok(id) = row.credential.parse().map(CredentialId) else { continue };
                let day = usize::try_from(row.day - first).ok().filter(|day| *day < USE_DAYS as usize);
                if let Some(day) = day {
                    days.entry(id).or_insert_with(|| vec![0; USE_DAYS as usize])[day] = row.n;
                }
            }
            Ok(days)
        })
    }
}

/// The last `days` days up to `today`; a day without a row has no requests.
pub(crate) fn last_days(tx: &mut dyn Tx, credential: &str, today: Day, days: i64) -> Result<Vec<UsedDay>, StoreError> {
    Ok(every_day(tables::used_days(tx, credential, first_day(today, days))?, today, days))
}

/// The same of several credentials, by credential.
pub(crate) fn last_days_of(
    tx: &mut dyn Tx,
    credentials: &[String],
    today: Day,
    days: i64,
) -> Result<HashMap<String, Vec<UsedDay>>, StoreError> {
    let mut rows: HashMap<String, Vec<UsedDayRow>> = HashMap::with_capacity(credentials.len());
    for row in tables::used_days_of(tx, credentials, first_day(today, days))? {
        rows.entry(row.credential.clone()).or_default().push(row);
    }
    let all = |id: &String| (id.clone(), every_day(rows.remove(id).unwrap_or_default(), today, days));
    Ok(credentials.iter().map(all).collect())
}

/// The first of the last `days` days up to `today`.
pub(crate) fn first_day(today: Day, days: i64) -> i64 {
    today.0 - days.max(1) + 1
}

fn every_day(rows: Vec<UsedDayRow>, today: Day, days: i64) -> Vec<UsedDay> {
    let mut rows = rows.into_iter().peekable();
    let day = |day| match rows.next_if(|row| row.day == day) {
        Some(UsedDayRow { n, refused, .. }) => UsedDay { day: Day(day), allowed: n, refused },
        None => UsedDay { day: Day(day), allowed: 0, refused: 0 },
    };
    (first_day(today, days)..=today.0).map(day).collect()
}
