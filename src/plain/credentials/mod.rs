//! API Settings: the three sections of credentials, as on the help page.

mod bulk;
mod create;
mod credential_actions;
mod details;
pub(super) mod list;
pub(super) mod one_time_secret;
pub(super) mod options;
pub(super) mod refused_requests;
mod spell_out;

use crate::account::Right;
use crate::credential::{Filter, Kind, State, filter_terms};
use crate::hub::{CredentialCounts, ListQuery};
use crate::plain::conversation::{Menu, Step};
use crate::plain::session::SignedIn;
use crate::plain::words;

/// Shows API Settings and runs what is chosen, until the user goes back.
pub fn api_settings(session: &mut SignedIn<'_, '_>) -> Step {
    loop {
        let Some(counts) = session.call(|hub, actor| hub.counts(actor))? else { return Ok(()) };
        let mut choices: Vec<_> = Kind::ALL.iter().map(|kind| section_words(&counts, *kind)).collect();
        choices.push("Find keys of every kind by words.".to_owned());
        choices.push(session.choice_label("Find the key that a leaked secret belongs to.", Right::ManageCredentials));
        match session.conversation.choose(&Menu::new("API Settings.", choices))? {
            None => return Ok(()),
            Some(i) if i < Kind::ALL.len() => section(session, Kind::ALL[i])?,
            Some(3) => filtered(session, ListQuery::default())?,
            Some(_) => list::by_secret(session)?,
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

fn section(session: &mut SignedIn<'_, '_>, kind: Kind) -> Step {
    loop {
        let Some(counts) = session.call(|hub, actor| hub.counts(actor))? else { return Ok(()) };
        let many = counts.listed(kind);
        let word = kind.noun();
        let heading = match many {
            0 => format!("{}. No {word}s yet. Choose 1 to create the first one.", kind.title()),
            n => format!("{}, {}.", kind.title(), words::number(n, word, &format!("{word}s"))),
        };
        let choices = [
            session.choice_label("Create new key.", Right::ManageCredentials),
            "List them.".to_owned(),
            "Find some of them by words.".to_owned(),
            "List them with the revoked ones.".to_owned(),
        ];
        let query = ListQuery { kind: Some(kind), ..ListQuery::default() };
        match session.conversation.choose(&Menu::new(heading, choices))? {
            None => return Ok(()),
            Some(0) => create::create(session, kind)?,
            Some(1) => list::browse(session, query)?,
            Some(2) => filtered(session, query)?,
            Some(_) => list::browse(session, ListQuery { revoked: true, ..query })?,
        }
    }
}

/// Asks for a filter until it is valid, then lists the matching keys.
fn filtered(session: &mut SignedIn<'_, '_>, query: ListQuery) -> Step {
    let terms: Vec<_> = filter_terms().map(|(term, _)| term).collect();
    let question = format!(
        "Type words of the name or the key. These may stand among them: {}. An empty line goes back: ",
        terms.join(" ")
    );
    loop {
        let Some(text) = session.conversation.line(&question)? else { return Ok(()) };
        match Filter::parse(&text) {
            Err(why) => session.conversation.refuse(why.to_string())?,
            Ok(filter) => return list::browse(session, ListQuery { filter, ..query }),
        }
    }
}
