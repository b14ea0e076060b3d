//! Documentation: samples that call the API, for every role; with one's own key where the list may be seen.

use crate::{
    credential::Kind,
    hub::Details,
    sample::{self, Language, Subject},
    secret::Secret,
};

use super::{
    once,
    seat::Seat,
    talk::{Menu, Said},
};

/// Documentation of each kind, without a key.
pub fn documentation(seat: &mut Seat<'_, '_>) -> Said {
    let mut menu = Menu::new("Documentation: how to call the API.", Kind::ALL.map(|kind| format!("{}.", kind.title())));
    menu.heading.push("The configuration of a gateway is printed by keydesk snippet, outside this desk.".to_owned());
    while let Some(i) = seat.talk.choose(&menu)? {
        languages(seat, &Subject::placeholder(Kind::ALL[i]))?;
    }
    Ok(())
}

/// The samples of a credential.
pub fn of(seat: &mut Seat<'_, '_>, details: &Details) -> Said {
    let row = &details.row;
    languages(seat, &Subject::new(row.kind, &row.key).signing_with(row.options.algorithms.clone()))
}

fn languages(seat: &mut Seat<'_, '_>, subject: &Subject<'_>) -> Said {
    let offered = sample::languages(subject.kind);
    let heading = "Samples that run when they are pasted. The secret is in none of them.";
    let mut menu = Menu::new(heading, offered.iter().map(|language| format!("{}.", language.title())));
    menu.heading.push(sample::SECRET_HINT.to_owned());
    while let Some(i) = seat.talk.choose(&menu)? {
        show(seat, offered[i], subject)?;
    }
    Ok(())
}

fn show(seat: &mut Seat<'_, '_>, language: Language, subject: &Subject<'_>) -> Said {
    let Some(overview) = seat.done(|hub, actor| hub.overview(actor))? else { return Ok(()) };
    let site = overview.api;
    let text = sample::text(language, subject, &site);
    seat.say("")?;
    for line in text.lines() {
        seat.talk.verbatim(line)?;
    }
    seat.say("")?;
    let known = sample::obstacle(language, subject, &site);
    let known = known.unwrap_or_else(|| format!("Common refusals: {}.", sample::refusals(subject.kind).join("; ")));
    let mut menu = Menu::new(known, ["Copy this sample to the clipboard."]).back("Go back to the languages.");
    menu.heading.extend(sample::notes(language, subject.kind).iter().map(|note| (*note).to_owned()));
    if seat.talk.choose(&menu)?.is_some() {
        let outcome = seat.talk.io().copy(&Secret::from_text(&text));
        seat.say(once::copied(&outcome, "sample"))?;
    }
    Ok(())
}
