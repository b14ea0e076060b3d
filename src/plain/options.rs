//! The options of a credential, before it is created or when it is changed.

use crate::{
    credential::{Algorithm, Algorithms, BodyDigest, Kind, Networks, Note, Options},
    hub::{CredentialEdit, CredentialInfo},
    time::{Seconds, is_never, parse_when},
};

use super::{
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// One option: how it is asked for and put in.
type Ask = fn(&mut Seat<'_, '_>, &mut Options) -> Said;

/// In the order of [`words::options`]. The last two are for HMAC keys only.
const ASK: [Ask; 6] = [expiry, start, networks, note, algorithms, body_digest];

/// Sets options of a credential that is about to be created.
pub fn set(seat: &mut Seat<'_, '_>, kind: Kind, options: &mut Options) -> Said {
    turn(seat, kind, options, "Options. Choose one to change it.", "Done with the options.")
}

/// Changes the options of an existing credential.
pub fn edit(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    let row = &details.row;
    let mut options = row.options.clone();
    let heading = format!("Options of {}. Choose one to change it.", row.name);
    turn(seat, row.kind, &mut options, &heading, "Done: save what was changed.")?;
    if options == row.options {
        return seat.say("Nothing was changed.");
    }
    let edit = difference(&row.options, &options);
    let target = row.target();
    match seat.done(|hub, actor| hub.edit(actor, &[target], &edit))? {
        None => Ok(()),
        Some(_) => seat.say(format!("{} is changed.", row.name)),
    }
}

fn difference(before: &Options, after: &Options) -> CredentialEdit {
    CredentialEdit {
        name: None,
        not_before: (before.not_before != after.not_before).then_some(after.not_before),
        expires_at: (before.expires_at != after.expires_at).then_some(after.expires_at),
        networks: (before.networks != after.networks).then(|| after.networks.clone()),
        note: (before.note != after.note).then(|| after.note.as_str().to_owned()),
        algorithms: (before.algorithms != after.algorithms).then(|| after.algorithms.clone()),
        body_digest: (before.body_digest != after.body_digest).then_some(after.body_digest),
    }
}

fn turn(seat: &mut Seat<'_, '_>, kind: Kind, options: &mut Options, heading: &str, back: &'static str) -> Said {
    loop {
        let Some(i) = seat.talk.choose(&Menu::new(heading, words::options(kind, options)).back(back))? else {
            return Ok(());
        };
        ASK[i](seat, options)?;
    }
}

/// Asks until what was typed is understood. `none` removes the option; an empty line keeps it.
fn ask<T: Default, E: std::fmt::Display>(
    seat: &mut Seat<'_, '_>,
    what: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Said<Option<T>> {
    let question = format!("{what}, or the word none. An empty line leaves it as it is: ");
    loop {
        match seat.talk.line(&question)? {
            None => return Ok(None),
            Some(text) if is_never(&text) => return Ok(Some(T::default())),
            Some(text) => match read(&text) {
                Ok(value) => return Ok(Some(value)),
                Err(why) => seat.talk.refuse(why.to_string())?,
            },
        }
    }
}

fn when(seat: &mut Seat<'_, '_>, what: &str) -> Said<Option<Option<Seconds>>> {
    let now = seat.hub.now().seconds();
    ask(seat, what, |text| parse_when(text, now).map(Some))
}

fn expiry(seat: &mut Seat<'_, '_>, options: &mut Options) -> Said {
    let at = when(seat, "Type when it expires: a span such as 90d, a date such as 2027-01-31 (midnight UTC)")?;
    if let Some(at) = at {
        options.expires_at = at;
    }
    Ok(())
}

fn start(seat: &mut Seat<'_, '_>, options: &mut Options) -> Said {
    let at = when(seat, "Type from when on it is valid: a span such as 12h, a date such as 2027-01-31 (midnight UTC)")?;
    if let Some(at) = at {
        options.not_before = at;
    }
    Ok(())
}

fn networks(seat: &mut Seat<'_, '_>, options: &mut Options) -> Said {
    let what = "Type the networks it may be used from, with blanks between, such as 203.0.113.0/24 2001:db8::/32";
    if let Some(networks) = ask(seat, what, Networks::from_line)? {
        options.networks = networks;
    }
    Ok(())
}

fn note(seat: &mut Seat<'_, '_>, options: &mut Options) -> Said {
    if let Some(note) = ask(seat, "Type a note for people, at most 200 characters", Note::new)? {
        options.note = note;
    }
    Ok(())
}

/// Each choice lets one algorithm in or keeps it out.
fn algorithms(seat: &mut Seat<'_, '_>, options: &mut Options) -> Said {
    loop {
        let admitted = |algorithm: &Algorithm| options.algorithms.admit(*algorithm);
        let choices = Algorithm::ALL.map(|algorithm| {
            let state =
                if admitted(&algorithm) { "allowed; choose to forbid it" } else { "forbidden; choose to allow it" };
            format!("{}: {state}.", algorithm.as_str())
        });
        let Some(i) = seat.talk.choose(&Menu::new("Algorithms that it may sign with.", choices).back("Done."))? else {
            return Ok(());
        };
        let chosen = Algorithm::ALL[i];
        let after: Vec<_> = Algorithm::ALL.into_iter().filter(|a| admitted(a) != (*a == chosen)).collect();
        match after.is_empty() {
            // An empty set means all of them.
            true => seat.talk.refuse("One algorithm has to stay allowed.")?,
            false => options.algorithms = Algorithms::new(after),
        }
    }
}

fn body_digest(seat: &mut Seat<'_, '_>, options: &mut Options) -> Said {
    let heading = "Must a request with a body sign a digest of it? One published client never signs one.";
    let menu = Menu::new(heading, ["It must.", "It need not."]).back("Leave it as it is.");
    match seat.talk.choose(&menu)? {
        None => {}
        Some(0) => options.body_digest = BodyDigest::Required,
        Some(_) => options.body_digest = BodyDigest::Optional,
    }
    Ok(())
}
