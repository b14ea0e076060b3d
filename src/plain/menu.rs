//! The main menu: every place of the desk, for every role.

use crate::{
    account::{Right, allows},
    credential::{EXPIRING_DAYS, Kind},
    hub::{ByKind, CredentialOverview, Overview, UnsavedCredential},
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
    let manages = allows(session.role, Right::ManageCredentials);
    seat.say(hello)?;
    seat.say(last)?;
    // A call that the role does not have would be one more refusal in the trail.
    let lost = match manages && !dropped.is_empty() {
        true => seat.done(|hub, actor| hub.still_unsaved(actor, &dropped))?.unwrap_or_default(),
        false => Vec::new(),
    };
    for UnsavedCredential { row, .. } in lost {
        seat.say(format!(
            "The line dropped while the secret of {} was shown. If it is not saved, or others could see it, rotate that key.",
            row.name
        ))?;
    }
    let overview = seat.hub.overview(seat.actor());
    for sentence in seat.told(overview)?.map(|overview| to_look_at(&overview)).unwrap_or_default() {
        seat.say(sentence)?;
    }
    if !manages {
        seat.say("Only account Administrators can create and manage API keys.")?;
    }
    Ok(())
}

/// How many of each kind there are: `2 Basic keys, 1 HMAC key`.
fn kinds(counts: &ByKind) -> String {
    let some = Kind::ALL.into_iter().filter(|kind| counts.of(*kind).0 > 0);
    let said = some.map(|kind| {
        let (count, word) = (counts.of(kind), words::kind_word(kind));
        format!("{count} {word}{}", if count.0 == 1 { "" } else { "s" })
    });
    said.collect::<Vec<_>>().join(", ")
}

/// What an Administrator should not have to look for.
fn to_look_at(overview: &Overview) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(site) = &overview.site {
        if site.went_back.is_some() {
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
