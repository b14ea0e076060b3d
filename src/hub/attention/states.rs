//! Numbers by state from counters and indexes, at any size of desk.

use crate::credential::{EXPIRING_DAYS, Kind, State, Wanted};
use crate::hub::attention::survey::Survey;
use crate::hub::attention::types::stored_as;
use crate::hub::{STATES, StateCounts};
use crate::store::{StoreError, Tx, tables};
use crate::time::{DAY, Millis};

/// The numbers, with what a survey knows if there is one.
pub(crate) fn states(tx: &mut dyn Tx, now: Millis, survey: Option<&Survey>) -> Result<StateCounts, StoreError> {
    match survey {
        Some(survey) => survey.states(tx, now),
        None => by_index(tx, now, None),
    }
}

pub(super) fn by_index(tx: &mut dyn Tx, now: Millis, survey: Option<&Survey>) -> Result<StateCounts, StoreError> {
    let mut counts = StateCounts::default();
    for (kind, state, n) in tables::tallies(tx)? {
        if let (Ok(kind), Ok(state)) = (kind.parse::<Kind>(), state.parse::<State>()) {
            counts.add(kind, stored_as(state), n);
        }
    }
    let second = now.seconds().0;
    let soon = (now.0 + EXPIRING_DAYS * DAY) / 1000 + 1;
    let of_kind = |kind: Kind| {
        let kind = kind.as_str();
        let ending =
            [(i64::MIN, second + 1), (second + 1, soon)].map(|(from, to)| tables::count_ending_query(kind, from, to));
        [tables::count_starting_query(kind, second, soon)].into_iter().chain(ending)
    };
    tx.prefetch(Kind::ALL.into_iter().flat_map(of_kind).collect())?;
    for kind in Kind::ALL {
        // Those that have not started are called so, whenever they expire.
        let [starting, starting_expired, starting_soon] = tables::count_starting(tx, kind.as_str(), second, soon)?;
        let expired = tables::count_ending(tx, kind.as_str(), i64::MIN, second + 1)? - starting_expired;
        let expiring = tables::count_ending(tx, kind.as_str(), second + 1, soon)? - starting_soon;
        counts.add(kind, Wanted::NotYet, starting);
        counts.add(kind, Wanted::Expired, expired);
        counts.add(kind, Wanted::Expiring, expiring);
        counts.add(kind, Wanted::Active, -(starting + expired + expiring));
        let Some(survey) = survey else { continue };
        for state in STATES {
            counts.add(kind, state, -survey.claimed.of(kind, state));
        }
        counts.add(kind, Wanted::Tampered, survey.states.of(kind, Wanted::Tampered));
    }
    Ok(counts)
}
