//! One change of everything that a filter finds: counted, said, confirmed, and made in one transaction.

use crate::account::Right;
use crate::credential::{Overlap, Verb};
use crate::hub::{
    Cancel, ChangeOutcome, CredentialRow, CredentialTarget, DisplayEvent, ListQuery, PagePosition, Watch,
};
use crate::plain::conversation::{Menu, Step};
use crate::plain::session::SignedIn;
use crate::plain::words;

use super::credential_actions::{overlap_choices, say_seen_by};
use super::{one_time_secret, options};

/// Rows read at a time.
const PAGE: u32 = 500;

/// The most that are changed at once, so that the list of what happened can be heard to its end.
const MOST: usize = 10_000;

/// The most secrets that are handed out one after the other.
const MOST_SECRETS: usize = 50;

/// Asks what to do to all that the filter finds, and does it.
pub fn change(session: &mut SignedIn<'_, '_>, query: &ListQuery) -> Step {
    if !session.has_right(Right::ManageCredentials)? {
        return Ok(());
    }
    let Some(rows) = found(session, query)? else { return Ok(()) };
    let many = words::number(rows.len() as i64, "credential", "credentials");
    let choices = [
        "Disable them: stop them for now.",
        "Enable them again.",
        "Rotate them: make a new secret for each.",
        "Change expiry, networks, owner or tags of all.",
        "Revoke them: stop them for good.",
    ];
    match session.conversation.choose(&Menu::new(format!("{many} found. What is to be done?"), choices))? {
        None => Ok(()),
        Some(0) => state(session, &rows, Verb::Disable),
        Some(1) => state(session, &rows, Verb::Enable),
        Some(2) => rotate(session, &rows),
        Some(3) => options::edit_all(session, &rows),
        Some(_) => state(session, &rows, Verb::Revoke),
    }
}

/// Everything that the filter finds, page by page.
fn found(session: &mut SignedIn<'_, '_>, query: &ListQuery) -> Step<Option<Vec<CredentialRow>>> {
    let mut query = ListQuery { limit: PAGE, position: PagePosition::Start, ..query.clone() };
    let mut rows = Vec::new();
    loop {
        let Some(page) = session.call(|hub, actor| hub.list(actor, &query))? else { return Ok(None) };
        let next = page.rows.len().checked_sub(1).and_then(|last| page.cursor(query.order, last));
        let more = page.more_after;
        rows.extend(page.rows);
        if rows.len() > MOST {
            let sentence =
                format!("The filter finds more than {MOST}. Narrow it, and change one part after the other.");
            return session.conversation.refuse(sentence).map(|()| None);
        }
        match next.filter(|_| more) {
            Some(cursor) => query.position = PagePosition::After(cursor),
            None => return Ok(Some(rows)),
        }
    }
}

/// Says which they are: three by name, and how many more.
pub(super) fn named(rows: &[CredentialRow]) -> String {
    let names: Vec<_> = rows.iter().take(3).map(|row| row.name.as_str()).collect();
    match rows.len().saturating_sub(names.len()) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

pub(super) fn targets(rows: &[CredentialRow]) -> Vec<CredentialTarget> {
    rows.iter().map(CredentialRow::target).collect()
}

fn state(session: &mut SignedIn<'_, '_>, rows: &[CredentialRow], verb: Verb) -> Step {
    if !confirmed(session, rows, verb)? {
        return session.say("Nothing was changed.");
    }
    let targets = targets(rows);
    let Some(outcomes) = session.call(|hub, actor| hub.set_state(actor, &targets, verb))? else { return Ok(()) };
    report(session, &outcomes, verb.past())?;
    say_seen_by(session, verb)
}

fn confirmed(session: &mut SignedIn<'_, '_>, rows: &[CredentialRow], verb: Verb) -> Step<bool> {
    let (count, names) = (rows.len(), named(rows));
    let many = words::number(count as i64, "credential", "credentials");
    match verb {
        Verb::Revoke => {
            session.say(format!("Revoke {many}: {names}? They stop working within a second and cannot come back."))?;
            let question = format!("To revoke them, type their number, {count}. An empty line keeps them: ");
            Ok(session.conversation.line(&question)?.is_some_and(|typed| typed == count.to_string()))
        }
        Verb::Disable | Verb::Enable => {
            let word = verb.word();
            let yes = format!("Yes, {word} all {count}.");
            session.conversation.agrees(format!("{many}: {names}."), &yes, "Go back; nothing is changed.")
        }
    }
}

/// Says how many were changed, how many were so already, and why others were left out.
pub(super) fn report(session: &mut SignedIn<'_, '_>, outcomes: &[ChangeOutcome], done: &str) -> Step {
    let count = |wanted: fn(&ChangeOutcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count() as i64;
    let changed = words::number(count(|o| matches!(o, ChangeOutcome::Done(_))), "credential is", "credentials are");
    let already = count(|o| matches!(o, ChangeOutcome::Already(_)));
    let already = if already > 0 { format!(" {already} needed no change.") } else { String::new() };
    session.say(format!("{changed} {done}.{already}"))?;
    for outcome in outcomes {
        if let ChangeOutcome::LeftOut { why, .. } = outcome {
            session.say(why.to_string())?;
        }
    }
    Ok(())
}

/// New secrets for all, in one transaction; then each is handed out.
fn rotate(session: &mut SignedIn<'_, '_>, rows: &[CredentialRow]) -> Step {
    let (count, names) = (rows.len(), named(rows));
    if count > MOST_SECRETS {
        let sentence = format!(
            "That is {count}: more than {MOST_SECRETS} secrets are not handed out line by line. Narrow the filter."
        );
        return session.conversation.refuse(sentence);
    }
    let heading = format!("New secrets for {count}: {names}. How long do the old ones keep working?");
    let menu = Menu::new(heading, overlap_choices(session)).back("Go back; nothing is changed.");
    let Some(i) = session.conversation.choose(&menu)? else { return session.say("Nothing was changed.") };
    let (targets, overlap) = (targets(rows), Overlap::ALL[i]);
    let issued = session.call(|hub, actor| {
        hub.rotate_many(actor, &targets, overlap, &mut Watch::new(&Cancel::default(), &mut |_| {}))
    })?;
    let mut left = issued.unwrap_or_default().into_iter().enumerate();
    while let Some((nth, one)) = left.next() {
        session.say(format!("Secret {} of {count}.", nth + 1))?;
        if let Err(exit) = one_time_secret::hand_out(session, one, "has a new secret") {
            // Nobody saw the rest: the next sign-in names them.
            for (_, lost) in left {
                let _ = session.hub.record_display_event(session.actor(), lost.row.id, DisplayEvent::Dropped);
            }
            return Err(exit);
        }
    }
    Ok(())
}
