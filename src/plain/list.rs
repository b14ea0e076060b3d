//! A list of credentials, ten rows at a time.

use crate::{
    account::Right,
    credential::Overlap,
    hub::{Cancel, CredentialPage, ListQuery, PagePosition, Remedy},
    secret::What,
};

use super::{
    deeds, details,
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// Rows a page: as many as can be kept in mind while they are read aloud.
const ROWS: u32 = 10;

/// What a choice below the rows does.
#[derive(Clone, Copy)]
enum Turn {
    Next,
    Previous,
}

impl Turn {
    fn words(self) -> &'static str {
        match self {
            Self::Next => "Next page.",
            Self::Previous => "Previous page.",
        }
    }
}

/// Lists, and opens the details of a chosen one.
pub fn browse(seat: &mut Seat<'_, '_>, query: ListQuery) -> Said {
    let mut query = ListQuery { limit: ROWS, ..query };
    query.revoked |= query.filter.wants_revoked();
    loop {
        let Some(page) = seat.done(|hub, actor| hub.list(actor, &query))? else { return Ok(()) };
        if page.rows.is_empty() && query.position == PagePosition::Start {
            return seat.say("There is none.");
        }
        if page.rows.is_empty() {
            // The last row of this page was revoked a moment ago, for example.
            query.position = PagePosition::Start;
            continue;
        }
        let turns = turns(&page);
        let now = seat.hub.now();
        let mut choices: Vec<_> = page.rows.iter().map(|row| words::row(row, now)).collect();
        choices.extend(turns.iter().map(|turn| turn.words().to_owned()));
        let chosen = seat.talk.choose(&Menu::new(heading(&page), choices))?;
        let Some(i) = chosen else { return Ok(()) };
        match page.rows.get(i) {
            Some(row) => details::open(seat, row.id)?,
            None => query.position = to(&page, &query, turns[i - page.rows.len()]),
        }
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

fn turns(page: &CredentialPage) -> Vec<Turn> {
    let next = page.more_after.then_some(Turn::Next);
    next.into_iter().chain(page.more_before.then_some(Turn::Previous)).collect()
}

fn to(page: &CredentialPage, query: &ListQuery, turn: Turn) -> PagePosition {
    let position = match turn {
        Turn::Next => page.cursor(query.order, page.rows.len() - 1).map(PagePosition::After),
        Turn::Previous => page.cursor(query.order, 0).map(PagePosition::Before),
    };
    position.unwrap_or_default()
}

/// Asks for a leaked secret and offers to stop it at once.
pub fn by_secret(seat: &mut Seat<'_, '_>) -> Said {
    if !seat.may(Right::ManageCredentials)? {
        return Ok(());
    }
    let question = "Paste the leaked secret; it is not shown. An empty line goes back: ";
    let Some(secret) = seat.talk.hidden(question, What::ApiSecret)? else { return Ok(()) };
    seat.say("Looking. This takes longer the more credentials there are.")?;
    let found = seat.done(|hub, actor| hub.find_by_secret(actor, &secret, &Cancel::default(), &mut |_| {}))?;
    drop(secret);
    let Some(found) = found else { return Ok(()) };
    let Some(found) = found else {
        return seat.say("No credential has or had this secret. Look whether it was copied whole.");
    };
    let row = &found.row;
    seat.say(words::row(row, seat.hub.now()))?;
    seat.say(found.which_words())?;
    let help = match found.remedy() {
        Remedy::Nothing => {
            seat.say(found.remedy_words())?;
            return details::open(seat, row.id);
        }
        Remedy::Rotate => "Rotate it now.",
        Remedy::StopOld => "Stop the old secret now.",
    };
    match seat.talk.agrees(found.remedy_words(), help, "Leave it and see the details.")? {
        false => details::open(seat, row.id),
        true if found.remedy() == Remedy::StopOld => deeds::stop_old_of(seat, row.target()),
        true => deeds::rotate_with(seat, row.target(), Overlap::None),
    }
}
