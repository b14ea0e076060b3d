//! Requests that verifiers refused: those of one credential, and the newest of all.

use crate::hub::{CredentialInfo, Refusal, RefusedRequest, RefusedRequestQuery};

use super::{seat::Seat, talk::Said, words};

/// Rows per page.
const ROWS: u32 = 10;

/// Says the refused requests of a credential, newest first.
pub fn of(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    seat.say("")?;
    for refusal in &details.refusals {
        seat.say(format!("{}.", one(refusal)))?;
    }
    match details.refusals.first() {
        None => seat.say("No request with it was refused."),
        Some(newest) => seat.say(format!("What helps for the newest: {}", newest.advice())),
    }
}

/// Says the newest refused requests of all keys until the user goes back.
pub fn browse(seat: &mut Seat<'_, '_>) -> Said {
    // One row more than is said tells whether there are older ones.
    let mut query = RefusedRequestQuery { limit: ROWS + 1, ..RefusedRequestQuery::default() };
    loop {
        let rows = seat.done(|hub, actor| hub.refused_requests(actor, &query))?;
        let Some(mut rows) = rows else { return Ok(()) };
        let more = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        seat.say("")?;
        for RefusedRequest { refusal, key, name, kind, .. } in &rows {
            seat.say(format!("{name}, {} {key}: {}.", words::key_word(*kind), one(refusal)))?;
        }
        if !more {
            let none = "No request with a key of this desk was refused.";
            return seat.say(if rows.is_empty() && query.before.is_none() {
                none
            } else {
                "That was the oldest of them."
            });
        }
        if !seat.talk.agrees("There are older ones.", "Hear the next ten.", "Go back.")? {
            return Ok(());
        }
        query.before = rows.last().map(RefusedRequest::place);
    }
}

/// One refusal in words, without a full stop at the end.
pub fn one(refusal: &Refusal) -> String {
    let from = refusal.address.map(|address| format!(" from {address}")).unwrap_or_default();
    format!("{}, on {}{from}", refusal.words_and_times(), words::moment(refusal.at.millis()))
}
