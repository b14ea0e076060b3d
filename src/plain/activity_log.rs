//! The activity log: the newest rows of the trail, ten at a time, and the check of its hash chain.

use crate::hub::{TrailClass, TrailQuery};

use super::conversation::{Menu, Step};
use super::credentials::refused_requests;
use super::session::SignedIn;
use super::words;

/// Rows per page.
const ROWS: u32 = 10;

/// Shows the activity log and runs what is chosen, until the user goes back.
pub fn activity_log(session: &mut SignedIn<'_, '_>) -> Step {
    let choices = [
        "Hear the newest entries.",
        "Only changes.",
        "Only sign-ins and copies.",
        "Only refusals.",
        "Check that the trail is whole.",
        "Hear which requests of clients were refused.",
    ];
    loop {
        let class = |class| TrailQuery { class, ..TrailQuery::default() };
        match session.conversation.choose(&Menu::new("Activity log.", choices))? {
            None => return Ok(()),
            Some(0) => browse(session, class(None))?,
            Some(i) if i <= TrailClass::ALL.len() => browse(session, class(Some(TrailClass::ALL[i - 1])))?,
            Some(i) if i <= TrailClass::ALL.len() + 1 => verify(session)?,
            Some(_) => refused_requests::browse(session)?,
        }
    }
}

/// Says rows, newest first, until the user goes back.
pub fn browse(session: &mut SignedIn<'_, '_>, query: TrailQuery) -> Step {
    // One row more than is shown tells whether there are older ones.
    let mut query = TrailQuery { limit: ROWS + 1, ..query };
    loop {
        let Some(mut rows) = session.call(|hub, actor| hub.trail(actor, &query))? else { return Ok(()) };
        let more = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        session.say("")?;
        for row in &rows {
            session.say(words::trail(row))?;
        }
        if !more {
            return session.say(if rows.is_empty() { "There is no entry." } else { "That was the oldest of them." });
        }
        if !session.conversation.agrees("There are older entries.", "Hear the next ten.", "Go back.")? {
            return Ok(());
        }
        query.before = rows.last().map(|row| row.no);
    }
}

fn verify(session: &mut SignedIn<'_, '_>) -> Step {
    let Some(report) = session.call(|hub, actor| hub.verify_trail(actor, None, &mut |_, _| {}))? else { return Ok(()) };
    match report.broken {
        Some(why) if report.whole => session.conversation.refuse(format!("The trail is whole, but {why}"))?,
        Some(why) => session.conversation.refuse(format!("The trail is not whole: {why}"))?,
        None => {
            session.say(format!("The trail is whole: {} checked.", words::number(report.rows, "entry", "entries")))?
        }
    }
    match report.rolled_back {
        None => Ok(()),
        Some(at) => session.say(format!(
            "But this store is older than it was: a verifier that knows a newer state of it said so on {}. Put the newest copy \
             back, or accept this one by `keydesk audit accept --as NAME`.",
            at.stamp()
        )),
    }
}
