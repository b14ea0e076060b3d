//! The SSH keys of a user: heard, added by pasting a line, removed.

use crate::account::{PublicKey, Right};
use crate::credential::{Name, Networks};
use crate::hub::{NewSshKey, SshKeyRow, SshKeyState};
use crate::secret::Secret;

use super::conversation::{Menu, Step};
use super::credentials::one_time_secret;
use super::credentials::options::{EXPIRY, NETWORKS, ask, when};
use super::session::SignedIn;
use super::words;

const PASTE: &str =
    "Paste the line of the file that ends in .pub, for example ~/.ssh/id_ed25519.pub. An empty line goes back: ";
const LABEL: &str = "Type a label for people, such as laptop";

/// Whose keys they are.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    /// Name of the user.
    pub name: &'a str,
    /// Whether the user has a password, too.
    pub has_password: bool,
}

/// Shows the SSH keys of a user and runs what is chosen, until one goes back. Everybody changes their own, Administrators
/// those of all.
pub fn ssh_keys(session: &mut SignedIn<'_, '_>, owner: Owner<'_>) -> Step {
    let right = if session.actor().user.as_str() == owner.name { Right::OwnAccount } else { Right::ManageUsers };
    loop {
        let Some(rows) = session.call(|hub, actor| hub.ssh_keys(actor, Some(owner.name), false))? else {
            return Ok(());
        };
        let mut choices = vec![session.choice_label("Add a key by pasting its line.", right)];
        choices.extend(rows.iter().map(words::ssh_key));
        match session.conversation.choose(&Menu::new(heading(owner.name, &rows), choices))? {
            None => return Ok(()),
            Some(0) if session.has_right(right)? => add(session, owner.name)?,
            Some(0) => {}
            Some(i) => open(session, owner, right, &rows, i - 1)?,
        }
    }
}

fn heading(name: &str, rows: &[SshKeyRow]) -> String {
    match rows.len() {
        0 => format!("{name} has no SSH key."),
        _ => format!("SSH keys of {name}: {}. Choose one to hear all about it.", words::usable_ssh_keys(rows)),
    }
}

/// Says all about a key, and copies its fingerprint or removes it.
fn open(session: &mut SignedIn<'_, '_>, owner: Owner<'_>, right: Right, rows: &[SshKeyRow], i: usize) -> Step {
    let row = &rows[i];
    let remove_it = session.choice_label("Remove it: it opens nothing any more.", right);
    let mut menu = Menu::new(words::ssh_key(row), [remove_it, "Copy its fingerprint to the clipboard.".to_owned()]);
    menu.heading.extend(words::ssh_key_facts(row));
    match session.conversation.choose(&menu)? {
        None => Ok(()),
        Some(0) if session.has_right(right)? => {
            let others = rows.iter().filter(|other| other.no != row.no && other.state == SshKeyState::Active);
            let last = !owner.has_password && row.state == SshKeyState::Active && others.count() == 0;
            remove(session, row, last)
        }
        Some(0) => Ok(()),
        Some(_) => {
            let outcome = session.conversation.io().copy(&Secret::from_text(&row.fingerprint));
            session.say(one_time_secret::copied(&outcome, "fingerprint"))
        }
    }
}

/// Asks, and removes a key; `last` if nothing else lets its user in.
fn remove(session: &mut SignedIn<'_, '_>, row: &SshKeyRow, last: bool) -> Step {
    let (called, user) = (row.called(), &row.user);
    let mut menu = Menu::new(format!("Remove the SSH key {called} of {user}?"), ["Remove it."]).back("Keep it.");
    menu.heading
        .push(format!("It opens nothing any more, and the sessions of {user} that it opened end within a second."));
    if last {
        menu.heading.push(format!("{user} has no password and no other usable key: this is the only way in."));
    }
    if session.actor().signed_in_with(&row.fingerprint) {
        menu.heading.push("You signed in with it: this session ends too.".to_owned());
    }
    if session.conversation.choose(&menu)?.is_none() {
        return session.say("The key was kept.");
    }
    match session.call_confirmed(|hub, actor| hub.remove_ssh_key(actor, &row.fingerprint))? {
        None => Ok(()),
        Some(row) => session.say(format!("The SSH key {} of {} opens nothing any more.", row.called(), row.user)),
    }
}

fn add(session: &mut SignedIn<'_, '_>, name: &str) -> Step {
    let Some(mut new) = paste(session)? else { return Ok(()) };
    loop {
        let mut menu = Menu::new(
            format!("Ready to add this {} key to {name}.", new.key.algorithm()),
            ["Add it now.", "Change the label.", "Change the networks.", "Change the expiry."],
        );
        menu.heading.push(limits(&new));
        match session.conversation.choose(&menu.back("Do not add it."))? {
            None => return session.say("Nothing was added."),
            // A refusal loses nothing: the answers are still there.
            Some(0) => {
                if let Some(row) = session.call_confirmed(|hub, actor| hub.add_ssh_key(actor, name, &new))? {
                    session.say(format!("{} can sign in with the SSH key {}.", row.user, row.called()))?;
                    return match row.label.as_str() {
                        "" => Ok(()),
                        _ => session.say(format!("Its fingerprint is {}.", row.fingerprint)),
                    };
                }
            }
            Some(1) => {
                let read = |text: &str| Name::new(text).map(|name| name.as_str().to_owned());
                new.label = ask(session, LABEL, read)?.or(new.label);
            }
            Some(2) => new.networks = ask(session, NETWORKS, Networks::from_line)?.unwrap_or(new.networks),
            Some(_) => new.expires_at = when(session, EXPIRY)?.unwrap_or(new.expires_at),
        }
    }
}

/// Asks for the line of a public key until it is one.
pub fn paste(session: &mut SignedIn<'_, '_>) -> Step<Option<NewSshKey>> {
    loop {
        let Some(line) = session.conversation.line(PASTE)? else { return Ok(None) };
        match PublicKey::parse(&line) {
            Ok(key) => return Ok(Some(NewSshKey::of(key))),
            Err(why) => session.conversation.refuse(why.to_string())?,
        }
    }
}

fn limits(new: &NewSshKey) -> String {
    let label = new.wanted_label().ok().filter(|label| !label.is_empty()).unwrap_or_else(|| "none".to_owned());
    let networks = if new.networks.is_any() { "any".to_owned() } else { new.networks.to_string() };
    let expires = new.expires_at.map_or_else(|| "never".to_owned(), |end| end.millis().stamp());
    format!("Label: {label}. Allowed networks: {networks}. Expires: {expires}.")
}
