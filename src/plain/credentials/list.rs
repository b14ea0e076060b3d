//! A list of credentials, ten rows at a time.

use crate::account::Right;
use crate::credential::{Filter, Kind, Overlap};
use crate::hub::{Cancel, CredentialPage, CredentialRow, ListQuery, PagePosition, Remedy};
use crate::plain::conversation::{Menu, Picked, Step};
use crate::plain::session::SignedIn;
use crate::plain::words;
use crate::secret::What;
use crate::time::Millis;

use super::{bulk, credential_actions, details};

/// Rows a page: as many as can be kept in mind while they are read aloud.
const ROWS: u32 = 10;

/// A choice below the rows.
#[derive(Clone, Copy)]
enum PageStep {
    Next,
    Previous,
}

impl PageStep {
    fn words(self) -> &'static str {
        match self {
            Self::Next => "Next page.",
            Self::Previous => "Previous page.",
        }
    }
}

/// Lists, and opens the details of a chosen one.
pub fn browse(session: &mut SignedIn<'_, '_>, query: ListQuery) -> Step {
    let mut query = ListQuery { limit: ROWS, ..query };
    query.revoked |= query.filter.wants_revoked();
    loop {
        let Some(page) = session.call(|hub, actor| hub.list(actor, &query))? else { return Ok(()) };
        if page.rows.is_empty() && query.position == PagePosition::Start {
            return session.say(if query.filter.is_empty() { "There is none." } else { "Nothing matches." });
        }
        if page.rows.is_empty() {
            // The last row of this page was revoked a moment ago, for example.
            query.position = PagePosition::Start;
            continue;
        }
        let steps = steps(&page);
        let now = session.hub.now();
        let mut choices: Vec<_> = page.rows.iter().map(|row| in_list(row, query.kind, now)).collect();
        choices.extend(steps.iter().map(|step| step.words().to_owned()));
        let bulk = choices.len();
        if !query.filter.is_empty() {
            choices.push(session.choice_label("Change all that are found.", Right::ManageCredentials));
        }
        match session.conversation.choose_or_search(&Menu::new(heading(&page), choices))? {
            None => return Ok(()),
            Some(Picked::Words(words)) => match Filter::parse(&words) {
                Err(why) => session.conversation.refuse(why.to_string())?,
                // A list of its own: going back leads to this one.
                Ok(filter) => browse(session, ListQuery { kind: query.kind, filter, ..ListQuery::default() })?,
            },
            Some(Picked::Item(i)) if i == bulk => bulk::change(session, &query)?,
            Some(Picked::Item(i)) => match page.rows.get(i) {
                Some(row) => details::open(session, row.id)?,
                None => query.position = to(&page, &query, steps[i - page.rows.len()]),
            },
        }
    }
}

/// A row; in a list of every kind with its kind.
fn in_list(row: &CredentialRow, of: Option<Kind>, now: Millis) -> String {
    let said = words::row(row, now);
    match (of, said.strip_prefix(&format!("{}, ", row.name))) {
        (None, Some(rest)) => format!("{}, {}, {rest}", row.name, row.kind.title()),
        _ => said,
    }
}

fn heading(page: &CredentialPage) -> String {
    let many = words::number(page.rows.len().try_into().unwrap_or(i64::MAX), "key", "keys");
    match (page.more_before, page.more_after) {
        (false, false) => format!("{many}, by name. Choose one to see it and to change it."),
        (false, true) => format!("The first {many}, by name. Choose one to see it and to change it."),
        (true, true) => format!("The next {many}."),
        (true, false) => format!("The last {many}."),
    }
}

fn steps(page: &CredentialPage) -> Vec<PageStep> {
    let next = page.more_after.then_some(PageStep::Next);
    next.into_iter().chain(page.more_before.then_some(PageStep::Previous)).collect()
}

fn to(page: &CredentialPage, query: &ListQuery, step: PageStep) -> PagePosition {
    let position = match step {
        PageStep::Next => page.cursor(query.order, page.rows.len() - 1).map(PagePosition::After),
        PageStep::Previous => page.cursor(query.order, 0).map(PagePosition::Before),
    };
    position.unwrap_or_default()
}

/// Asks for a leaked secret and offers to stop it at once.
pub fn by_secret(session: &mut SignedIn<'_, '_>) -> Step {
    if !session.has_right(Right::ManageCredentials)? {
        return Ok(());
    }
    let question = "Paste the leaked secret; it is not shown. An empty line goes back: ";
    let Some(secret) = session.conversation.hidden(question, What::ApiSecret)? else { return Ok(()) };
    session.say("Looking. This takes longer the more credentials there are.")?;
    let found = session.call(|hub, actor| hub.find_by_secret(actor, &secret, &Cancel::default(), &mut |_| {}))?;
    drop(secret);
    let Some(found) = found else { return Ok(()) };
    let Some(found) = found else {
        return session.say("No credential has or had this secret. Check that it was copied whole.");
    };
    let row = &found.row;
    session.say(words::row(row, session.hub.now()))?;
    session.say(found.which_words())?;
    let help = match found.remedy() {
        Remedy::Nothing => {
            session.say(found.remedy_words())?;
            return details::open(session, row.id);
        }
        Remedy::Rotate => "Rotate it now.",
        Remedy::StopOld => "Stop the old secret now.",
    };
    match session.conversation.agrees(found.remedy_words(), help, "Leave it and see the details.")? {
        false => details::open(session, row.id),
        true if found.remedy() == Remedy::StopOld => credential_actions::stop_old_of(session, row.target()),
        true => credential_actions::rotate_with(session, row.target(), Overlap::None),
    }
}
