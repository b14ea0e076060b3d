//! The menu after a sign-in: every place of the desk, for every role.

use crate::{
    account::{Right, allows},
    hub::{CredentialOverview, Overview},
};

use super::{
    account, docs, keys, people,
    seat::Seat,
    security,
    talk::{Leave, Menu, Said},
    trail, words,
};

/// One place of the menu.
struct Place {
    words: &'static str,
    right: Right,
    open: fn(&mut Seat<'_, '_>) -> Said,
}

const PLACES: [Place; 9] = [
    Place {
        words: "API Settings: see, create and manage API keys.",
        right: Right::SeeCredentials,
        open: keys::api_settings,
    },
    Place { words: "Users and permission levels.", right: Right::ManageUsers, open: people::users },
    Place { words: "Activity log.", right: Right::ReadTrail, open: trail::activity },
    Place {
        words: "Security: the lock time, the address of the API, what verifiers follow.",
        right: Right::ManageSite,
        open: security::security,
    },
    Place {
        words: "My account: your password, your sign-ins, the full screen.",
        right: Right::OwnAccount,
        open: account::my_account,
    },
    Place {
        words: "Documentation: samples that call the API, configurations of gateways.",
        right: Right::OwnAccount,
        open: docs::documentation,
    },
    Place { words: "Lock.", right: Right::OwnAccount, open: |_| Err(Leave::Lock) },
    Place { words: "Sign out.", right: Right::OwnAccount, open: |_| Err(Leave::SignOut) },
    Place { words: "Quit keydesk.", right: Right::OwnAccount, open: |_| Err(Leave::Quit) },
];

/// Welcomes, and turns until the user leaves.
pub fn open(seat: &mut Seat<'_, '_>) -> Said<std::convert::Infallible> {
    welcome(seat)?;
    loop {
        let menu = Menu::new("Menu.", PLACES.iter().map(|place| seat.for_whom(place.words, place.right))).lowest();
        if let Some(place) = seat.talk.choose(&menu)?.map(|i| &PLACES[i])
            && seat.may(place.right)?
        {
            (place.open)(seat)?;
        }
    }
}

fn welcome(seat: &mut Seat<'_, '_>) -> Said {
    let session = &seat.session;
    let hello = format!(
        "Signed in to {} as {}. Your permission level is {}.",
        session.account, session.actor.user, session.role
    );
    let last = words::last_sign_in(session.last.as_ref());
    let dropped = session.dropped.clone();
    seat.say(hello)?;
    seat.say(last)?;
    for name in dropped {
        seat.say(format!(
            "The line dropped while the secret of {name} was shown. If others could see it, rotate that key."
        ))?;
    }
    let overview = seat.hub.overview(seat.actor());
    for sentence in seat.told(overview)?.map(|overview| to_look_at(&overview)).unwrap_or_default() {
        seat.say(sentence)?;
    }
    if !allows(seat.session.role, Right::ManageCredentials) {
        seat.say("Only account Administrators can create and manage API keys.")?;
    }
    Ok(())
}

/// What an Administrator should not have to look for.
fn to_look_at(overview: &Overview) -> Vec<String> {
    let Some(CredentialOverview { expiring, never_used, next_to_expire, unasked, .. }) = &overview.credentials else {
        return Vec::new();
    };
    let mut said = Vec::new();
    if expiring.0 > 0 {
        let names: Vec<_> = next_to_expire.iter().map(|row| row.name.as_str()).collect();
        let keys = words::number(expiring.0, "key expires", "keys expire");
        said.push(format!("To look at: {keys} within 30 days, next {}.", names.join(", ")));
    }
    if never_used.0 > 0 {
        let (one, many) = ("key was never used since it was made", "keys were never used since they were made");
        said.push(format!("To look at: {}.", words::number(never_used.0, one, many)));
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
