//! The main menu: the same for every role; what a role may not do says so.

use crate::account::{Right, Role, allows};
use crate::hub::{AttentionItem, AttentionWords, Overview, UnsavedCredential};
use crate::time::Millis;

use super::conversation::{Exit, Menu, Step};
use super::session::SignedIn;
use super::{activity_log, credentials, documentation, my_account, security, users, words};

/// One choice of the menu.
struct MenuItem {
    words: &'static str,
    right: Right,
    open: fn(&mut SignedIn<'_, '_>) -> Step,
}

const ITEMS: [MenuItem; 9] = [
    MenuItem {
        words: "API Settings: see, create and manage API keys.",
        right: Right::SeeCredentials,
        open: credentials::api_settings,
    },
    MenuItem { words: "Users and roles.", right: Right::SeeUsers, open: users::users },
    MenuItem { words: "Activity log.", right: Right::ReadTrail, open: activity_log::activity_log },
    MenuItem {
        words: "Security: the lock time, the address of the API, what verifiers follow.",
        right: Right::SeeSite,
        open: security::security,
    },
    MenuItem {
        words: "My account: your password, your SSH keys, your sign-ins, the full screen.",
        right: Right::OwnAccount,
        open: my_account::my_account,
    },
    MenuItem {
        words: "Documentation: samples that call the API, configurations of gateways.",
        right: Right::OwnAccount,
        open: documentation::documentation,
    },
    MenuItem { words: "Lock.", right: Right::OwnAccount, open: |_| Err(Exit::Lock) },
    MenuItem { words: "Sign out.", right: Right::OwnAccount, open: |_| Err(Exit::SignOut) },
    MenuItem { words: "Quit keydesk.", right: Right::OwnAccount, open: |_| Err(Exit::Quit) },
];

/// Welcomes the user, then runs what they choose until they leave.
pub fn open(session: &mut SignedIn<'_, '_>) -> Step<std::convert::Infallible> {
    welcome(session)?;
    let mut heard = false;
    loop {
        let mut menu =
            Menu::new("Menu.", ITEMS.iter().map(|item| session.choice_label(item.words, item.right))).lowest();
        menu.short = std::mem::replace(&mut heard, true).then(short);
        if let Some(item) = session.conversation.choose(&menu)?.map(|i| &ITEMS[i])
            && session.has_right(item.right)?
        {
            (item.open)(session)?;
        }
    }
}

/// The menu on one line, for whoever heard it in full.
fn short() -> String {
    let name = |words: &'static str| words.split([':', '.']).next().unwrap_or(words);
    let items: Vec<_> = ITEMS.iter().enumerate().map(|(i, item)| format!("{} {}", i + 1, name(item.words))).collect();
    format!("Menu. {}.", items.join(", "))
}

fn welcome(session: &mut SignedIn<'_, '_>) -> Step {
    let login = &session.login;
    let hello = format!("Signed in to {} as {}. Your role is {}.", login.account, login.actor.user, login.role);
    let last = words::last_sign_in(login.last.as_ref());
    let dropped = login.dropped.clone();
    let manages = allows(login.role, Right::ManageCredentials);
    session.say(hello)?;
    session.say(last)?;
    // Not called without the right: that would write a refusal to the trail.
    let lost = match manages && !dropped.is_empty() {
        true => session.call(|hub, actor| hub.still_unsaved(actor, &dropped))?.unwrap_or_default(),
        false => Vec::new(),
    };
    for UnsavedCredential { row, .. } in lost {
        session.say(format!(
            "The line dropped while the secret of {} was shown. If it is not saved, or others could see it, rotate that key.",
            row.name
        ))?;
    }
    session.conversation.tell_about_store()?;
    let overview = session.hub.overview(session.actor());
    let (role, now) = (session.login.role, session.hub.now());
    let said = session.report(overview)?.map(|overview| attention_list(&overview, role, now));
    for sentence in said.unwrap_or_default() {
        session.say(sentence)?;
    }
    if !manages {
        session.say("Only account Administrators can create and manage API keys.")?;
    }
    Ok(())
}

/// What needs attention, a sentence each, worst first; with the filter that finds the credentials.
fn attention_list(overview: &Overview, role: Role, now: Millis) -> Vec<String> {
    let sentence = |item: AttentionItem| {
        let AttentionWords { name, said, more } = item.words(now);
        let more = if more.is_empty() { String::new() } else { format!(": {more}") };
        let listed = item.filter().map(|filter| format!(" The filter {filter} lists them.")).unwrap_or_default();
        format!("Needs attention: {name}{said}{more}.{listed}")
    };
    overview.attention(role).into_iter().map(sentence).collect()
}
