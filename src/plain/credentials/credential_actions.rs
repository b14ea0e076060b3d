//! Actions on one credential: a table, and one function for each.

use crate::account::Right;
use crate::credential::{Kind, Name, Overlap, State, Verb};
use crate::hub::{ChangeOutcome, CredentialEdit, CredentialInfo, CredentialRow, CredentialTarget, Issued, TrailQuery};
use crate::plain::conversation::{Menu, Step};
use crate::plain::session::SignedIn;
use crate::plain::set_up::checked;
use crate::plain::{activity_log, documentation};
use crate::secret::Secret;
use crate::time::Seconds;

use super::{create, one_time_secret, options, refused_requests, spell_out};

/// An action on a credential.
pub struct CredentialAction {
    /// The label of its choice; `None` where it makes no sense.
    pub words: fn(&CredentialInfo) -> Option<&'static str>,
    /// The right that it needs.
    pub right: Right,
    /// Runs the action.
    pub act: fn(&mut SignedIn<'_, '_>, &CredentialInfo) -> Step,
}

const fn managing(
    words: fn(&CredentialInfo) -> Option<&'static str>,
    act: fn(&mut SignedIn<'_, '_>, &CredentialInfo) -> Step,
) -> CredentialAction {
    CredentialAction { words, right: Right::ManageCredentials, act }
}

/// Every action, in the order of the choices.
pub const ACTIONS: [CredentialAction; 12] = [
    managing(|d| live(d).then_some("Rotate: make a new secret."), rotate),
    managing(|d| (live(d) && d.secrets.len() > 1).then_some("Stop the old secret now."), stop_old),
    managing(|d| (live(d) && d.row.kind.has_username()).then_some("Set another password."), set_password),
    managing(
        |d| (d.row.state == State::Active).then_some("Disable: stop it for now."),
        |s, d| state(s, d, Verb::Disable),
    ),
    managing(|d| (d.row.state == State::Disabled).then_some("Enable it again."), |s, d| state(s, d, Verb::Enable)),
    managing(|d| live(d).then_some("Revoke: stop it for good."), revoke),
    managing(|d| live(d).then_some("Rename."), rename),
    managing(|d| live(d).then(|| editable(d.row.kind)), options::edit),
    CredentialAction { words: |_| Some("Copy the key to the clipboard."), right: Right::SeeCredentials, act: copy_key },
    CredentialAction {
        words: |_| Some("Samples that call the API with it."),
        right: Right::SeeCredentials,
        act: documentation::for_credential,
    },
    CredentialAction { words: |_| Some("Hear its history."), right: Right::ReadTrail, act: history },
    CredentialAction {
        words: |d| (!d.refusals.is_empty()).then_some("Hear its refused requests."),
        right: Right::ReadTrail,
        act: refused_requests::of,
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

/// How long an old secret may keep working, as choices.
pub fn overlap_choices(session: &SignedIn<'_, '_>) -> Vec<String> {
    let now = session.hub.now().seconds();
    let words = |overlap: Overlap| match overlap {
        Overlap::None => "Not at all: it leaked, stop it now.".to_owned(),
        _ => {
            let until = Seconds(now.0 + overlap.seconds()).millis();
            format!("For {}, until {}.", overlap.words(), until.stamp())
        }
    };
    Overlap::ALL.map(words).to_vec()
}

fn rotate(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let word = details.row.kind.api_secret_word();
    let heading = format!("A new {word} for {}. How long does the old one keep working?", details.row.name);
    let mut menu = Menu::new(heading, overlap_choices(session));
    let live = details.secrets.iter().filter_map(|secret| secret.ended_early(session.hub.now()));
    menu.heading.extend(live.map(|old| old.sentence("stops")));
    match session.conversation.choose(&menu)? {
        None => Ok(()),
        Some(i) => rotate_with(session, details.row.target(), Overlap::ALL[i]),
    }
}

/// Makes a new secret and hands it out.
pub fn rotate_with(session: &mut SignedIn<'_, '_>, target: CredentialTarget, overlap: Overlap) -> Step {
    match session.call(|hub, actor| hub.rotate(actor, target, overlap))? {
        None => Ok(()),
        Some(issued) => {
            if let Some(until) = issued.old_until {
                session.say(format!("The old secret works until {}.", until.millis().stamp()))?;
            }
            ended_early(session, &issued)?;
            one_time_secret::hand_out(session, issued, "has a new secret")
        }
    }
}

/// Says which older secrets were stopped early.
fn ended_early(session: &mut SignedIn<'_, '_>, issued: &Issued) -> Step {
    issued.ended_early.iter().try_for_each(|old| session.say(old.sentence("stopped")))
}

fn set_password(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let Some(typed) = create::legacy_password(session)? else { return Ok(()) };
    let target = details.row.target();
    match session.call(|hub, actor| hub.set_legacy_password(actor, target, typed.as_ref()))? {
        None => Ok(()),
        Some(issued) => {
            ended_early(session, &issued)?;
            one_time_secret::hand_out(session, issued, "has a new password")
        }
    }
}

fn stop_old(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    stop_old_of(session, details.row.target())
}

/// Stops the secret before a rotation.
pub fn stop_old_of(session: &mut SignedIn<'_, '_>, target: CredentialTarget) -> Step {
    match session.call(|hub, actor| hub.stop_old_secret(actor, target))? {
        None => Ok(()),
        Some(_) => session.say("The old secret is stopped. Only the new one works."),
    }
}

/// Disables or enables.
fn state(session: &mut SignedIn<'_, '_>, details: &CredentialInfo, verb: Verb) -> Step {
    let target = details.row.target();
    let done = session.call(|hub, actor| hub.set_state(actor, &[target], verb))?;
    match done.as_deref() {
        None => Ok(()),
        Some([ChangeOutcome::LeftOut { why, .. }]) => session.conversation.refuse(why.to_string()),
        Some([ChangeOutcome::Already(_)]) => {
            session.say(format!("{} is {} already.", details.row.name, verb.past()))?;
            say_seen_by(session, verb)
        }
        Some(_) => {
            session.say(format!("{} is {}.", details.row.name, verb.past()))?;
            say_seen_by(session, verb)
        }
    }
}

/// Says how far a restriction got, where there are verifiers. It is made, whether that can be found out or not.
pub(super) fn say_seen_by(session: &mut SignedIn<'_, '_>, verb: Verb) -> Step {
    if verb == Verb::Enable {
        return Ok(());
    }
    let seen = session.hub.wait_until_seen(session.actor(), session.hub.newest_change());
    match seen.ok().and_then(|seen| seen.sentences()) {
        Some(sentences) => session.say(sentences),
        None => Ok(()),
    }
}

fn revoke(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let row = &details.row;
    let last = last_characters(row);
    session.say(format!(
        "Revoke {}? It stops working within a second, everywhere, and cannot come back. To stop it for now, disable it.",
        row.name
    ))?;
    let question = format!(
        "To revoke it, type the last {} characters of its {}, {}: {}. An empty line keeps it: ",
        last.chars().count(),
        row.kind.api_key_word(),
        row.key,
        spell_out::apart(&last)
    );
    let wrong = |text: &str| {
        (text.to_lowercase() != last.to_lowercase())
            .then(|| "Those are not its last characters. Nothing was revoked.".to_owned())
    };
    match checked(session.conversation, &question, wrong)? {
        None => session.say(format!("{} was kept.", row.name)),
        Some(_) => state(session, details, Verb::Revoke),
    }
}

/// What has to be typed to revoke a credential.
fn last_characters(row: &CredentialRow) -> String {
    let count = row.key.chars().count();
    row.key.chars().skip(count.saturating_sub(4)).collect()
}

fn rename(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let question = format!("Type the new name of {}. An empty line leaves it as it is: ", details.row.name);
    let wrong = |text: &str| Name::new(text).err().map(|why| why.to_string());
    let Some(name) = checked(session.conversation, &question, wrong)? else { return Ok(()) };
    let edit = CredentialEdit { name: Some(name.clone()), ..CredentialEdit::default() };
    let target = details.row.target();
    match session.call(|hub, actor| hub.edit(actor, &[target], &edit))? {
        None => Ok(()),
        Some(_) => session.say(format!("{} is named {name} now.", details.row.name)),
    }
}

fn copy_key(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    let outcome = session.conversation.io().copy(&Secret::from_text(&details.row.key));
    let said = one_time_secret::copied(&outcome, details.row.kind.api_key_word());
    session.say(said)
}

fn history(session: &mut SignedIn<'_, '_>, details: &CredentialInfo) -> Step {
    activity_log::browse(session, TrailQuery { credential: Some(details.row.id), ..TrailQuery::default() })
}
