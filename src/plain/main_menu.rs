//! The main menu: the same for every role; what a role may not do says so.

use crate::account::{Right, allows};
use crate::credential::{EXPIRING_DAYS, Kind};
use crate::hub::{ByKind, CredentialOverview, Overview, UnsavedCredential};

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
        words: "My account: your password, your sign-ins, the full screen.",
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
    let overview = session.hub.overview(session.actor());
    for sentence in session.report(overview)?.map(|overview| attention_list(&overview)).unwrap_or_default() {
        session.say(sentence)?;
    }
    if !manages {
        session.say("Only account Administrators can create and manage API keys.")?;
    }
    Ok(())
}

/// How many of each kind there are: `2 Basic keys, 1 HMAC key`.
fn kinds(counts: &ByKind) -> String {
    let some = Kind::ALL.into_iter().filter(|kind| counts.of(*kind).0 > 0);
    let said = some.map(|kind| {
        let (count, word) = (counts.of(kind), kind.noun());
        format!("{count} {word}{}", if count.0 == 1 { "" } else { "s" })
    });
    said.collect::<Vec<_>>().join(", ")
}

/// The attention list: what an Administrator should not have to look for.
fn attention_list(overview: &Overview) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(site) = &overview.site {
        if site.rolled_back.is_some() {
            said.push(
                "To look at: this store is older than verifiers know it. Put the newest copy back, or accept what is here: \
                 `keydesk audit accept --as NAME`. Until then verifiers follow what is taken away here, and nothing else."
                    .into(),
            );
        }
        if let Some(what) = site.altered.as_ref().filter(|_| !site.setting_tampered) {
            said.push(format!(
                "To look at: {what}. Run `keydesk audit verify --as NAME`, and `keydesk audit accept --as NAME` once you know \
                 how it came about."
            ));
        }
        if site.setting_tampered {
            said.push(
                "To look at: a setting was changed outside keydesk (tampered). Set it again under Security.".into(),
            );
        }
    }
    let Some(CredentialOverview { expiring, never_used, next_to_expire, unasked, .. }) = &overview.credentials else {
        return said;
    };
    if expiring.total().0 > 0 {
        let names: Vec<_> = next_to_expire.iter().map(|row| row.name.as_str()).collect();
        let keys = kinds(expiring);
        said.push(format!(
            "To look at: expires within {EXPIRING_DAYS} days: {keys}; next {}. The filter expires<{EXPIRING_DAYS}d lists them.",
            names.join(", ")
        ));
    }
    if never_used.total().0 > 0 {
        said.push(format!("To look at: never used: {}. The filter used:never lists them.", kinds(never_used)));
    }
    if *unasked && overview.site.is_some() {
        said.push(
            "To look at: no gateway has asked yet. Run `keydesk serve`; Documentation has each gateway's configuration."
                .into(),
        );
    }
    if overview.site.is_some() && overview.administrators.len() == 1 {
        said.push("To look at: there is only one Administrator. Add another, so that you cannot be locked out.".into());
    }
    said
}
