//! API Settings: the three sections of credentials, as on the help page.

use crate::{
    account::Right,
    credential::{Filter, Kind, State, filter_terms},
    hub::{CredentialCounts, ListQuery},
};

use super::{
    create, list,
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// Shows API Settings and runs what is chosen, until the user goes back.
pub fn api_settings(seat: &mut Seat<'_, '_>) -> Said {
    loop {
        let Some(counts) = seat.done(|hub, actor| hub.counts(actor))? else { return Ok(()) };
        let mut choices: Vec<_> = Kind::ALL.iter().map(|kind| section_words(&counts, *kind)).collect();
        choices.push("Find keys of every kind by words.".to_owned());
        choices.push(seat.for_whom("Find the key that a leaked secret belongs to.", Right::ManageCredentials));
        match seat.talk.choose(&Menu::new("API Settings.", choices))? {
            None => return Ok(()),
            Some(i) if i < Kind::ALL.len() => section(seat, Kind::ALL[i])?,
            Some(3) => filtered(seat, ListQuery::default())?,
            Some(_) => list::by_secret(seat)?,
        }
    }
}

fn section_words(counts: &CredentialCounts, kind: Kind) -> String {
    let (active, disabled) = (counts.of(kind, State::Active), counts.of(kind, State::Disabled));
    match (active, disabled) {
        (active, 0) => format!("{}: {active} active.", kind.title()),
        (active, disabled) => format!("{}: {active} active, {disabled} disabled.", kind.title()),
    }
}

fn section(seat: &mut Seat<'_, '_>, kind: Kind) -> Said {
    loop {
        let Some(counts) = seat.done(|hub, actor| hub.counts(actor))? else { return Ok(()) };
        let many = counts.listed(kind);
        let word = words::kind_word(kind);
        let heading = match many {
            0 => format!("{}. No {word}s yet. Choose 1 to create the first one.", kind.title()),
            n => format!("{}, {}.", kind.title(), words::number(n, word, &format!("{word}s"))),
        };
        let choices = [
            seat.for_whom("Create new key.", Right::ManageCredentials),
            "List them.".to_owned(),
            "Find some of them by words.".to_owned(),
            "List them with the revoked ones.".to_owned(),
        ];
        let query = ListQuery { kind: Some(kind), ..ListQuery::default() };
        match seat.talk.choose(&Menu::new(heading, choices))? {
            None => return Ok(()),
            Some(0) => create::create(seat, kind)?,
            Some(1) => list::browse(seat, query)?,
            Some(2) => filtered(seat, query)?,
            Some(_) => list::browse(seat, ListQuery { revoked: true, ..query })?,
        }
    }
}

/// Asks for a filter until it is understood, then lists what it lets through.
fn filtered(seat: &mut Seat<'_, '_>, query: ListQuery) -> Said {
    let terms: Vec<_> = filter_terms().map(|(term, _)| term).collect();
    let question = format!(
        "Type words of the name or the key. These may stand among them: {}. An empty line goes back: ",
        terms.join(" ")
    );
    loop {
        let Some(text) = seat.talk.line(&question)? else { return Ok(()) };
        match Filter::parse(&text) {
            Err(why) => seat.talk.refuse(why.to_string())?,
            Ok(filter) => return list::browse(seat, ListQuery { filter, ..query }),
        }
    }
}
