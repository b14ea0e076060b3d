//! The activity log: the newest rows of the trail, ten at a time, and the check of its hash chain.

use crate::hub::{LogFilter, TrailClass, TrailQuery, differences, noted_line, origin};
use crate::secret::Secret;

use super::conversation::{Menu, Picked, Step};
use super::credentials::{one_time_secret, refused_requests};
use super::session::SignedIn;
use super::set_up::checked;
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
        "Hear all about one entry.",
        "Compare the trail with a line that you kept.",
    ];
    let mut end: Option<String> = None;
    loop {
        let class = |class| TrailQuery { class, ..TrailQuery::default() };
        let copy = end.as_ref().map(|_| "Copy the line of the last check.");
        match session.conversation.choose_or_search(&Menu::new("Activity log.", choices.into_iter().chain(copy)))? {
            None => return Ok(()),
            Some(Picked::Words(words)) => match LogFilter::parse(&words, session.hub.now()) {
                Err(why) => session.conversation.refuse(why.to_string())?,
                Ok(filter) => browse(session, found_by(filter))?,
            },
            Some(Picked::Item(0)) => browse(session, class(None))?,
            Some(Picked::Item(i)) if i <= TrailClass::ALL.len() => {
                browse(session, class(Some(TrailClass::ALL[i - 1])))?
            }
            Some(Picked::Item(4)) => end = verify(session, None)?.or(end),
            Some(Picked::Item(5)) => refused_requests::browse(session)?,
            Some(Picked::Item(6)) => entry(session)?,
            Some(Picked::Item(7)) => end = compare(session)?.or(end),
            Some(Picked::Item(_)) => copy_line(session, end.as_deref().unwrap_or_default())?,
        }
    }
}

/// The query of what was typed: words, `who:audra`, `type:change` and the like.
fn found_by(filter: LogFilter) -> TrailQuery {
    TrailQuery { class: filter.class, from: filter.since, until: filter.until, filter, ..TrailQuery::default() }
}

/// Asks for the number of an entry and says all about it: how and from where, and what differs.
fn entry(session: &mut SignedIn<'_, '_>) -> Step {
    let wrong = |text: &str| match text.parse::<i64>() {
        Ok(no) if no > 0 && no < i64::MAX => None,
        _ => Some("Type the number of an entry, for example 12.".to_owned()),
    };
    let question = "Type the number of the entry. An empty line goes back: ";
    let Some(no) = checked(session.conversation, question, wrong)?.and_then(|text| text.parse::<i64>().ok()) else {
        return Ok(());
    };
    let query = TrailQuery { before: Some(no.saturating_add(1)), limit: 1, ..TrailQuery::default() };
    let Some(rows) = session.call(|hub, actor| hub.trail(actor, &query))? else { return Ok(()) };
    let Some(row) = rows.first().filter(|row| row.no == no) else {
        return session.say(format!("There is no entry {no}."));
    };
    session.say(words::trail(row))?;
    session.say(format!("From {}.", origin(row)))?;
    for differs in differences(row) {
        let value = |value: &Option<String>| value.as_deref().unwrap_or("none").to_owned();
        session.say(match &differs.before {
            None => format!("{}: {}.", differs.label, value(&differs.after)),
            Some(_) => {
                format!("{}: before {}, after {}.", differs.label, value(&differs.before), value(&differs.after))
            }
        })?;
    }
    Ok(())
}

/// Asks for a line NO:HASH that was kept elsewhere and checks the trail against it.
fn compare(session: &mut SignedIn<'_, '_>) -> Step<Option<String>> {
    let wrong = |text: &str| {
        noted_line(text).is_none().then(|| "That is not such a line: a number, a colon and 64 characters.".to_owned())
    };
    let question = "Type or paste the line, NO:HASH. An empty line goes back: ";
    match checked(session.conversation, question, wrong)?.and_then(|text| noted_line(&text)) {
        None => Ok(None),
        Some(noted) => verify(session, Some(noted)),
    }
}

fn copy_line(session: &mut SignedIn<'_, '_>, line: &str) -> Step {
    let outcome = session.conversation.io().copy(&Secret::from_text(line));
    let said = one_time_secret::copied(&outcome, "line");
    session.say(said)
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

/// Checks the trail, also against a line that was noted; gives the line to note now, if the trail is whole.
fn verify(session: &mut SignedIn<'_, '_>, noted: Option<(i64, String)>) -> Step<Option<String>> {
    session.say("Checking. This takes longer the more entries there are.")?;
    let compared = noted.is_some();
    let Some(report) = session.call(|hub, actor| hub.verify_trail(actor, noted.clone(), &mut |_, _| {}))? else {
        return Ok(None);
    };
    match report.broken {
        Some(why) if report.whole => session.conversation.refuse(format!("The trail is whole, but {why}"))?,
        Some(why) => session.conversation.refuse(format!("The trail is not whole: {why}"))?,
        None => {
            session.say(format!("The trail is whole: {} checked.", words::number(report.rows, "entry", "entries")))?
        }
    }
    if compared && report.whole {
        session.say("It continues the line that you kept.")?;
    }
    let line = report.whole.then(|| format!("{}:{}", report.no, report.hash));
    if let Some(line) = &line {
        session.say("The line of its end follows. Keep it elsewhere, to compare later.")?;
        session.say(line)?;
    }
    match report.rolled_back {
        None => Ok(line),
        Some(at) => session.say(format!(
            "But this store is older than it was: a verifier that knows a newer state of it said so on {}. Put the newest copy \
             back, or accept this one by `keydesk audit accept --as NAME`.",
            at.stamp()
        )).map(|()| line),
    }
}
