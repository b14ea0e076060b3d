//! Documentation: samples that call the API, for every role, with the user's own key where the role may see the list;
//! and gateway configurations.

use crate::credential::Kind;
use crate::hub::CredentialInfo;
use crate::sample::{self, Gateway, Language, NOT_YOURS, SHIPPED, Subject};
use crate::secret::Secret;
use crate::text::as_typed;

use super::conversation::{Menu, Step};
use super::credentials::one_time_secret;
use super::session::SignedIn;

/// Documentation of each kind, without a key, and of gateways.
pub fn documentation(session: &mut SignedIn<'_, '_>) -> Step {
    let kinds = Kind::ALL.map(|kind| format!("{}.", kind.title()));
    let places = kinds.into_iter().chain(["Configurations of gateways.".to_owned()]);
    let menu = Menu::new("Documentation: how to call the API, and how to guard it.", places);
    while let Some(i) = session.conversation.choose(&menu)? {
        match Kind::ALL.get(i) {
            Some(kind) => languages(session, &Subject::placeholder(*kind))?,
            None => gateways(session)?,
        }
    }
    Ok(())
}

/// The file of each gateway: with this desk's addresses for users who may know them.
fn gateways(session: &mut SignedIn<'_, '_>) -> Step {
    let Some(overview) = session.call(|hub, actor| hub.overview(actor))? else { return Ok(()) };
    let verifier = if overview.upstream.is_some() { session.verifier.clone() } else { SHIPPED.to_owned() };
    let heading = match &overview.upstream {
        Some(_) => format!("Files of gateways, filled in: the verifier is at {verifier}."),
        None => format!("Files of gateways. {NOT_YOURS}"),
    };
    let upstream = overview.upstream.unwrap_or_default();
    let mut menu = Menu::new(heading, Gateway::ALL.map(|gateway| format!("{}.", gateway.title())));
    menu.heading.push(as_typed("Outside this desk, `keydesk snippet nginx --as NAME` prints the same.").into_owned());
    while let Some(i) = session.conversation.choose(&menu)? {
        match Gateway::ALL[i].snippet(&verifier, &upstream) {
            Err(why) => session.conversation.refuse(why.to_string())?,
            Ok(text) => {
                let end = format!("That was the file of {}.", Gateway::ALL[i].title());
                hand_over(session, &text, "file", Menu::new(end, [COPY_FILE]).back("Go back to the gateways."))?;
            }
        }
    }
    Ok(())
}

const COPY_FILE: &str = "Copy this file to the clipboard.";

/// Prints a text line by line, and offers to copy it unchanged.
fn hand_over(session: &mut SignedIn<'_, '_>, text: &str, what: &str, menu: Menu) -> Step {
    session.say("")?;
    for line in text.lines() {
        // Terminals differ in how wide a tab is.
        session.conversation.verbatim(&line.replace('\t', "    "))?;
    }
    session.say("")?;
    if session.conversation.choose(&menu)?.is_some() {
        let outcome = session.conversation.io().copy(&Secret::from_text(text));
        session.say(one_time_secret::copied(&outcome, what))?;
    }
    Ok(())
}

/// The samples of a credential.
pub fn for_credential(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let row = &details.row;
    languages(session, &Subject::new(row.kind, &row.key).signing_with(row.options.algorithms.clone()))
}

fn languages(session: &mut SignedIn<'_, '_>, subject: &Subject<'_>) -> Step {
    let offered = sample::languages(subject.kind);
    let heading = "Samples that run when they are pasted. The secret is in none of them.";
    let mut menu = Menu::new(heading, offered.iter().map(|language| format!("{}.", language.title())));
    menu.heading.push(sample::SECRET_HINT.to_owned());
    while let Some(i) = session.conversation.choose(&menu)? {
        show(session, offered[i], subject)?;
    }
    Ok(())
}

fn show(session: &mut SignedIn<'_, '_>, language: Language, subject: &Subject<'_>) -> Step {
    let Some(overview) = session.call(|hub, actor| hub.overview(actor))? else { return Ok(()) };
    let site = overview.api;
    let text = sample::text(language, subject, &site);
    let known = sample::obstacle(language, subject, &site);
    let known = known.unwrap_or_else(|| format!("Common refusals: {}.", sample::refusals(subject.kind).join("; ")));
    let mut menu = Menu::new(known, ["Copy this sample to the clipboard."]).back("Go back to the languages.");
    menu.heading.extend(sample::notes(language, subject.kind).iter().map(|note| (*note).to_owned()));
    hand_over(session, &text, "sample", menu)
}
