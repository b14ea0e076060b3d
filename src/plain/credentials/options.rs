//! The options of a credential, before it is created or when it is changed.

use crate::credential::{Algorithm, Algorithms, BodyDigest, Kind, Networks, Note, Options, Owner, Tags};
use crate::hub::{CredentialEdit, CredentialInfo, CredentialRow};
use crate::plain::conversation::{Menu, Step};
use crate::plain::session::SignedIn;
use crate::plain::words;
use crate::time::{Seconds, parse_when, takes_away};

use super::bulk;

/// Asks for one option and sets it.
type Ask = fn(&mut SignedIn<'_, '_>, &mut Options) -> Step;

/// In the order of [`words::options`]. The last two are for HMAC keys only.
const ASK: [Ask; 8] = [expiry, start, networks, note, owner, tags, algorithms, body_digest];

/// Sets options of a credential that is about to be created.
pub fn set(session: &mut SignedIn<'_, '_>, kind: Kind, options: &mut Options) -> Step {
    edit_options(session, kind, options, "Options. Choose one to change it.", "Done with the options.")
}

/// Changes the options of an existing credential.
pub fn edit(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let row = &details.row;
    let mut options = row.options.clone();
    let heading = format!("Options of {}. Choose one to change it.", row.name);
    edit_options(session, row.kind, &mut options, &heading, "Done: save what was changed.")?;
    if options == row.options {
        return session.say("Nothing was changed.");
    }
    let edit = difference(&row.options, &options);
    let target = row.target();
    match session.call(|hub, actor| hub.edit(actor, &[target], &edit))? {
        None => Ok(()),
        Some(_) => session.say(format!("{} is changed.", row.name)),
    }
}

/// What can be given to several at once, in the order of the choices. Name and note belong to one.
const FOR_ALL: [&str; 4] = ["Set the expiry.", "Set the networks.", "Set the owner.", "Set the tags."];

/// Changes the same options of several credentials; what was not asked for stays as each has it.
pub fn edit_all(session: &mut SignedIn<'_, '_>, rows: &[CredentialRow]) -> Step {
    let mut edit = CredentialEdit::default();
    loop {
        let heading = format!("What should all {} have? {}.", rows.len(), bulk::named(rows));
        let menu = Menu::new(heading, FOR_ALL).back("Done: change them.");
        match session.conversation.choose(&menu)? {
            None => break,
            Some(0) => edit.expires_at = when(session, EXPIRY)?.or(edit.expires_at),
            Some(1) => edit.networks = ask(session, NETWORKS, Networks::from_line)?.or(edit.networks),
            Some(2) => {
                let owner = ask(session, OWNER, Owner::new)?.map(|owner| owner.as_str().to_owned());
                edit.owner = owner.or(edit.owner);
            }
            Some(_) => {
                if let Some(tags) = ask(session, TAGS, str::parse::<Tags>)? {
                    (edit.without_tags, edit.tags) = (true, tags);
                }
            }
        }
    }
    if edit == CredentialEdit::default() {
        return session.say("Nothing was changed.");
    }
    let targets = bulk::targets(rows);
    match session.call(|hub, actor| hub.edit(actor, &targets, &edit))? {
        None => Ok(()),
        Some(outcomes) => bulk::report(session, &outcomes, "edited"),
    }
}

/// The question for an expiry.
pub const EXPIRY: &str = "Type when it expires: a span such as 90d, a date such as 2027-01-31 (midnight UTC)";
/// The question for networks.
pub const NETWORKS: &str =
    "Type the networks it may be used from, with blanks between, such as 203.0.113.0/24 2001:db8::/32";
const OWNER: &str = "Type its owner: a person, a team or an address";
const TAGS: &str = "Type its tags, at most 8, with blanks between, such as crm env=prod";

fn difference(before: &Options, after: &Options) -> CredentialEdit {
    CredentialEdit {
        owner: (before.owner != after.owner).then(|| after.owner.as_str().to_owned()),
        without_tags: before.tags != after.tags,
        less_tags: Tags::default(),
        tags: if before.tags == after.tags { Tags::default() } else { after.tags.clone() },
        name: None,
        not_before: (before.not_before != after.not_before).then_some(after.not_before),
        expires_at: (before.expires_at != after.expires_at).then_some(after.expires_at),
        networks: (before.networks != after.networks).then(|| after.networks.clone()),
        note: (before.note != after.note).then(|| after.note.as_str().to_owned()),
        algorithms: (before.algorithms != after.algorithms).then(|| after.algorithms.clone()),
        body_digest: (before.body_digest != after.body_digest).then_some(after.body_digest),
    }
}

fn edit_options(
    session: &mut SignedIn<'_, '_>,
    kind: Kind,
    options: &mut Options,
    heading: &str,
    back: &'static str,
) -> Step {
    loop {
        let Some(i) = session.conversation.choose(&Menu::new(heading, words::options(kind, options)).back(back))?
        else {
            return Ok(());
        };
        ASK[i](session, options)?;
    }
}

/// Asks until the answer is valid. `none` removes the option; an empty line keeps it.
pub fn ask<T: Default, E: std::fmt::Display>(
    session: &mut SignedIn<'_, '_>,
    what: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Step<Option<T>> {
    let question = format!("{what}, or the word none. An empty line leaves it as it is: ");
    loop {
        match session.conversation.line(&question)? {
            None => return Ok(None),
            Some(text) if takes_away(&text) => return Ok(Some(T::default())),
            Some(text) => match read(&text) {
                Ok(value) => return Ok(Some(value)),
                Err(why) => session.conversation.refuse(why.to_string())?,
            },
        }
    }
}

/// Asks for a point in time. `none` removes it; an empty line keeps it.
pub fn when(session: &mut SignedIn<'_, '_>, what: &str) -> Step<Option<Option<Seconds>>> {
    let now = session.hub.now().seconds();
    ask(session, what, |text| parse_when(text, now).map(Some))
}

fn expiry(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    let at = when(session, EXPIRY)?;
    if let Some(at) = at {
        options.expires_at = at;
    }
    Ok(())
}

fn start(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    let at =
        when(session, "Type from when on it is valid: a span such as 12h, a date such as 2027-01-31 (midnight UTC)")?;
    if let Some(at) = at {
        options.not_before = at;
    }
    Ok(())
}

fn networks(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    if let Some(networks) = ask(session, NETWORKS, Networks::from_line)? {
        options.networks = networks;
    }
    Ok(())
}

fn note(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    if let Some(note) = ask(session, "Type a note for people, at most 200 characters", Note::new)? {
        options.note = note;
    }
    Ok(())
}

fn owner(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    if let Some(owner) = ask(session, OWNER, Owner::new)? {
        options.owner = owner;
    }
    Ok(())
}

fn tags(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    if let Some(tags) = ask(session, TAGS, str::parse::<Tags>)? {
        options.tags = tags;
    }
    Ok(())
}

/// Each choice allows or forbids one algorithm.
fn algorithms(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    loop {
        let admitted = |algorithm: &Algorithm| options.algorithms.admit(*algorithm);
        let choices = Algorithm::ALL.map(|algorithm| {
            let state =
                if admitted(&algorithm) { "allowed; choose to forbid it" } else { "forbidden; choose to allow it" };
            format!("{}: {state}.", algorithm.as_str())
        });
        let Some(i) =
            session.conversation.choose(&Menu::new("Algorithms that it may sign with.", choices).back("Done."))?
        else {
            return Ok(());
        };
        let chosen = Algorithm::ALL[i];
        let after: Vec<_> = Algorithm::ALL.into_iter().filter(|a| admitted(a) != (*a == chosen)).collect();
        match after.is_empty() {
            // An empty set means all of them.
            true => session.conversation.refuse("One algorithm has to stay allowed.")?,
            false => options.algorithms = Algorithms::new(after),
        }
    }
}

fn body_digest(session: &mut SignedIn<'_, '_>, options: &mut Options) -> Step {
    let heading = "Must a request with a body sign a digest of it? One published client never signs one.";
    let menu = Menu::new(heading, ["It must.", "It need not."]).back("Leave it as it is.");
    match session.conversation.choose(&menu)? {
        None => {}
        Some(0) => options.body_digest = BodyDigest::Required,
        Some(_) => options.body_digest = BodyDigest::Optional,
    }
    Ok(())
}
