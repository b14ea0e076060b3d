//! Checks the counters of keys against the keys. They are only shown at the desk, and decide nothing.

use std::collections::BTreeMap;

use crate::credential::{Kind, State};
use crate::hub::HubError;
use crate::store::{Tx, tables};

/// The first wrong counter, as a sentence without a full stop.
pub(crate) fn first_mismatch(tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
    let numbers = |rows: Vec<(String, String, i64)>| -> BTreeMap<(String, String), i64> {
        rows.into_iter().map(|(kind, state, n)| ((kind, state), n)).collect()
    };
    let (noted, mut counted) = (numbers(tables::tallies(tx)?), numbers(tables::counted(tx)?));
    // A kind and state that was never counted has zero.
    noted.keys().for_each(|place| _ = counted.entry(place.clone()).or_default());
    let wrong = counted.into_iter().map(|(place, is)| (noted.get(&place).copied().unwrap_or_default(), is, place));
    Ok(wrong.filter(|(says, is, _)| says != is).map(|(says, is, place)| sentence(&place, says, is)).next())
}

fn sentence((kind, state): &(String, String), says: i64, is: i64) -> String {
    // The row may hold any text.
    let which = match (kind.parse::<Kind>(), state.parse::<State>()) {
        (Ok(kind), Ok(state)) => format!("{state} {} keys", kind.word()),
        _ => "keys of a kind or state that there is not".to_owned(),
    };
    format!(
        "the number of {which} was changed outside keydesk, to {says} where there are {is} (`keydesk audit accept --as NAME` \
         counts anew)"
    )
}
