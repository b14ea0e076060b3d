//! Actions on one credential: a table, and one function for each.

use crate::{
    account::Right,
    credential::{Kind, Name, Overlap, State, Verb},
    hub::{ChangeOutcome, CredentialEdit, CredentialInfo, CredentialRow, CredentialTarget, Issued, TrailQuery},
    secret::Secret,
    time::Seconds,
};

use super::{
    create, docs, once, options, refused,
    seat::Seat,
    set_up::checked,
    talk::{Menu, Said},
    trail, words,
};

/// An action on a credential.
pub struct Deed {
    /// The words of its choice; `None` where it makes no sense.
    pub words: fn(&CredentialInfo) -> Option<&'static str>,
    /// The right that it needs.
    pub right: Right,
    /// Runs the action.
    pub act: fn(&mut Seat<'_, '_>, &CredentialInfo) -> Said,
}

const fn managing(
    words: fn(&CredentialInfo) -> Option<&'static str>,
    act: fn(&mut Seat<'_, '_>, &CredentialInfo) -> Said,
) -> Deed {
    Deed { words, right: Right::ManageCredentials, act }
}

/// Every action, in the order of the choices.
pub const DEEDS: [Deed; 12] = [
    managing(|d| live(d).then_some("Rotate: make a new secret."), rotate),
    managing(|d| (live(d) && d.secrets.len() > 1).then_some("Stop the old secret now."), stop_old),
    managing(|d| (live(d) && d.row.kind == Kind::Legacy).then_some("Set another password."), set_password),
    managing(
        |d| (d.row.state == State::Active).then_some("Disable: stop it for now."),
        |s, d| state(s, d, Verb::Disable),
    ),
    managing(|d| (d.row.state == State::Disabled).then_some("Enable it again."), |s, d| state(s, d, Verb::Enable)),
    managing(|d| live(d).then_some("Revoke: stop it for ever."), revoke),
    managing(|d| live(d).then_some("Rename."), rename),
    managing(|d| live(d).then(|| editable(d.row.kind)), options::edit),
    Deed { words: |_| Some("Copy the key to the clipboard."), right: Right::SeeCredentials, act: copy_key },
    Deed { words: |_| Some("Samples that call the API with it."), right: Right::SeeCredentials, act: docs::of },
    Deed { words: |_| Some("Hear its history."), right: Right::ReadTrail, act: history },
    Deed {
        words: |d| (!d.refusals.is_empty()).then_some("Hear its refused requests."),
        right: Right::ReadTrail,
        act: refused::of,
    },
];

fn editable(kind: Kind) -> &'static str {
    match kind {
        Kind::Hmac => "Change expiry, start, networks, note, algorithms or body digest.",
        Kind::Basic | Kind::Legacy => "Change expiry, start, networks or note.",
    }
}

fn live(details: &CredentialInfo) -> bool {
    details.row.state != State::Revoked
}

fn rotate(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    let (now, word) = (seat.hub.now().seconds(), words::secret_word(details.row.kind));
    let heading = format!("A new {word} for {}. How long does the old one keep working?", details.row.name);
    let choices = Overlap::ALL.map(|overlap| match overlap {
        Overlap::None => "Not at all: it leaked, stop it now.".to_owned(),
        _ => {
            let until = Seconds(now.0 + overlap.seconds()).millis();
            format!("For {}, until {}.", overlap.words(), words::moment(until))
        }
    });
    let mut menu = Menu::new(heading, choices);
    let live = details.secrets.iter().filter_map(|secret| secret.cut_short(seat.hub.now()));
    menu.heading.extend(live.map(|old| old.sentence("stops")));
    match seat.talk.choose(&menu)? {
        None => Ok(()),
        Some(i) => rotate_with(seat, details.row.target(), Overlap::ALL[i]),
    }
}

/// Makes a new secret and hands it out.
pub fn rotate_with(seat: &mut Seat<'_, '_>, target: CredentialTarget, overlap: Overlap) -> Said {
    match seat.done(|hub, actor| hub.rotate(actor, target, overlap))? {
        None => Ok(()),
        Some(issued) => {
            if let Some(until) = issued.old_until {
                seat.say(format!("The old secret works until {}.", words::moment(until.millis())))?;
            }
            cut_short(seat, &issued)?;
            once::hand_out(seat, issued, "has a new secret")
        }
    }
}

/// Says which older secrets were stopped before their time.
fn cut_short(seat: &mut Seat<'_, '_>, issued: &Issued) -> Said {
    issued.cut_short.iter().try_for_each(|old| seat.say(old.sentence("stopped")))
}

fn set_password(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    let Some(typed) = create::legacy_password(seat)? else { return Ok(()) };
    let target = details.row.target();
    match seat.done(|hub, actor| hub.set_legacy_password(actor, target, typed.as_ref()))? {
        None => Ok(()),
        Some(issued) => {
            cut_short(seat, &issued)?;
            once::hand_out(seat, issued, "has a new password")
        }
    }
}

fn stop_old(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    stop_old_of(seat, details.row.target())
}

/// Stops the secret before a rotation.
pub fn stop_old_of(seat: &mut Seat<'_, '_>, target: CredentialTarget) -> Said {
    match seat.done(|hub, actor| hub.stop_old_secret(actor, target))? {
        None => Ok(()),
        Some(_) => seat.say("The old secret is stopped. Only the new one works."),
    }
}

/// Disables or enables.
fn state(seat: &mut Seat<'_, '_>, details: &CredentialInfo, verb: Verb) -> Said {
    let target = details.row.target();
    let done = seat.done(|hub, actor| hub.set_state(actor, &[target], verb))?;
    match done.as_deref() {
        None => Ok(()),
        Some([ChangeOutcome::LeftOut { why, .. }]) => seat.talk.refuse(why.to_string()),
        Some([ChangeOutcome::Already(_)]) => seat.say(format!("{} is {} already.", details.row.name, verb.past())),
        Some(_) => seat.say(format!("{} is {}.", details.row.name, verb.past())),
    }
}

fn revoke(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    let row = &details.row;
    let last = last_characters(row);
    seat.say(format!(
        "Revoke {}? It stops working within a second, everywhere, and cannot come back. To stop it for now, disable it.",
        row.name
    ))?;
    let question = format!(
        "To revoke it, type the last {} characters of its {}, {}. An empty line keeps it: ",
        last.chars().count(),
        words::key_word(row.kind),
        row.key
    );
    let wrong =
        |text: &str| (text != last).then(|| "Those are not its last characters. Nothing was revoked.".to_owned());
    match checked(seat.talk, &question, wrong)? {
        None => seat.say(format!("{} was kept.", row.name)),
        Some(_) => state(seat, details, Verb::Revoke),
    }
}

/// What has to be typed to revoke a credential.
fn last_characters(row: &CredentialRow) -> String {
    let count = row.key.chars().count();
    row.key.chars().skip(count.saturating_sub(4)).collect()
}

fn rename(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    let question = format!("Type the new name of {}. An empty line leaves it as it is: ", details.row.name);
    let wrong = |text: &str| Name::new(text).err().map(|why| why.to_string());
    let Some(name) = checked(seat.talk, &question, wrong)? else { return Ok(()) };
    let edit = CredentialEdit { name: Some(name.clone()), ..CredentialEdit::default() };
    let target = details.row.target();
    match seat.done(|hub, actor| hub.edit(actor, &[target], &edit))? {
        None => Ok(()),
        Some(_) => seat.say(format!("{} is named {name} now.", details.row.name)),
    }
}

fn copy_key(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    let outcome = seat.talk.io().copy(&Secret::from_text(&details.row.key));
    let said = once::copied(&outcome, words::key_word(details.row.kind));
    seat.say(said)
}

fn history(seat: &mut Seat<'_, '_>, details: &CredentialInfo) -> Said {
    trail::browse(seat, TrailQuery { credential: Some(details.row.id), ..TrailQuery::default() })
}
