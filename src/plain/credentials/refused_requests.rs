//! Requests that verifiers refused: those of one credential, and the newest of all.

use crate::hub::{CredentialInfo, Refusal, RefusedRequest, RefusedRequestQuery};
use crate::plain::conversation::Step;
use crate::plain::session::SignedIn;

/// Rows per page.
const ROWS: u32 = 10;

/// Says the refused requests of a credential, newest first.
pub fn of(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    session.say("")?;
    for refusal in &details.refusals {
        session.say(format!("{}.", describe(refusal)))?;
    }
    match details.refusals.first() {
        None => session.say("No request with it was refused."),
        Some(newest) => session.say(format!("What helps for the newest: {}", newest.advice())),
    }
}

/// Says the newest refused requests of all keys until the user goes back.
pub fn browse(session: &mut SignedIn<'_, '_>) -> Step {
    // One row more than is shown tells whether there are older ones.
    let mut query = RefusedRequestQuery { limit: ROWS + 1, ..RefusedRequestQuery::default() };
    loop {
        let rows = session.call(|hub, actor| hub.refused_requests(actor, &query))?;
        let Some(mut rows) = rows else { return Ok(()) };
        let more = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        session.say("")?;
        for RefusedRequest { refusal, key, name, kind, .. } in &rows {
            session.say(format!("{name}, {} {key}: {}.", kind.api_key_word(), describe(refusal)))?;
        }
        if !more {
            let none = "No request with a key of this desk was refused.";
            return session.say(if rows.is_empty() && query.before.is_none() {
                none
            } else {
                "That was the oldest of them."
            });
        }
        if !session.conversation.agrees("There are older ones.", "Hear the next ten.", "Go back.")? {
            return Ok(());
        }
        query.before = rows.last().map(RefusedRequest::place);
    }
}

/// One refusal in words, without a full stop at the end.
pub fn describe(refusal: &Refusal) -> String {
    let from = refusal.address.map(|address| format!(" from {address}")).unwrap_or_default();
    format!("{}, on {}{from}", refusal.words_and_times(), refusal.at.millis().stamp())
}
