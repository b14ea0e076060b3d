//! Rows in words: credentials, users and the trail as sentences. Pure.

use crate::{
    account::UserState,
    credential::{BodyDigest, Kind, Options},
    hub::{CredentialInfo, CredentialRow, LastSignIn, LastUse, LiveSecret, OwnSignIn, TrailRow, UserRow},
    time::{Millis, Seconds},
};

/// "1 key", "3 keys".
pub fn number(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A date in words.
pub fn day(at: Millis) -> String {
    at.utc("%Y-%m-%d")
}

/// A date and time.
pub fn moment(at: Millis) -> String {
    at.utc("%Y-%m-%d %H:%M UTC")
}

fn second(at: Seconds) -> String {
    moment(at.millis())
}

/// The sentence about the last sign-in.
pub fn last_sign_in(last: Option<&LastSignIn>) -> String {
    match last {
        None => "This is your first sign-in.".to_owned(),
        Some(LastSignIn { at, address: None }) => format!("Your last sign-in was on {}.", moment(*at)),
        Some(LastSignIn { at, address: Some(from) }) => {
            format!("Your last sign-in was on {} from {from}.", moment(*at))
        }
    }
}

/// One of the user's own sign-ins.
pub fn own_sign_in(row: &OwnSignIn) -> String {
    let from = row.address.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
    format!("{}: {}{}{from}.", moment(row.at), row.outcome, row.how())
}

/// The word for the public part: key or username.
pub fn key_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Basic | Kind::Hmac => "API key",
        Kind::Legacy => "username",
    }
}

/// The word for the private part: secret or password.
pub fn secret_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Basic | Kind::Hmac => "API secret",
        Kind::Legacy => "password",
    }
}

/// The words for one of a kind: "HMAC key", "Legacy credential".
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Basic => "Basic key",
        Kind::Hmac => "HMAC key",
        Kind::Legacy => "Legacy credential",
    }
}

/// The state with start and expiry taken into account.
fn state(row: &CredentialRow, now: Millis) -> String {
    match row.condition(now) {
        _ if row.tampered => "changed outside keydesk and not trusted".to_owned(),
        condition => condition.words(),
    }
}

fn last_use(used: Option<&LastUse>) -> String {
    match used {
        None => "never used".to_owned(),
        Some(LastUse { at, address: None }) => format!("last used on {}", second(*at)),
        Some(LastUse { at, address: Some(from) }) => format!("last used on {} from {from}", second(*at)),
    }
}

/// A row of a list.
pub fn row(row: &CredentialRow, now: Millis) -> String {
    let used = last_use(row.last_used.as_ref());
    format!("{}, {} {}, {}, {used}.", row.name, key_word(row.kind), row.key, state(row, now))
}

/// All about a credential, a sentence a line.
pub fn details(details: &CredentialInfo, now: Millis) -> Vec<String> {
    let row = &details.row;
    let mut said = vec![
        format!("{}, {}.", row.name, row.kind.title()),
        format!("The {} is {}.", key_word(row.kind), row.key),
        format!("The state is: {}.", state(row, now)),
    ];
    said.extend(details.secrets.iter().map(|secret| live_secret(row.kind, secret)));
    said.extend(options(row.kind, &row.options));
    said.extend(details.refusals.first().map(|newest| {
        let times = number(details.refusals.len().try_into().unwrap_or(i64::MAX), "time", "times");
        format!("Refused {times} lately. The last: {}.", super::refused::one(newest))
    }));
    said.push(format!("Created on {} by {}.", moment(row.created_at), row.created_by));
    said
}

fn live_secret(kind: Kind, secret: &LiveSecret) -> String {
    let (word, used) = (secret_word(kind), last_use(secret.last_used.as_ref()));
    match secret.valid_until {
        None => format!(
            "The {word} was made on {}, {used}. It is not kept in readable form: if it is lost, rotate.",
            day(secret.created_at)
        ),
        Some(until) => format!("The old {word} works until {}, {used}.", second(until)),
    }
}

/// Every option as a sentence: the words of the details, and of the choices of a form.
pub fn options(kind: Kind, options: &Options) -> Vec<String> {
    let or = |at: Option<Seconds>, none: &str| at.map_or(none.to_owned(), second);
    let some = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
    let mut said = vec![
        format!("Expires: {}.", or(options.expires_at, "never")),
        format!("Not valid before: {}.", or(options.not_before, "no limit")),
        format!("Allowed networks: {}.", some(options.networks.to_string(), "any")),
        format!("Note: {}.", some(options.note.as_str().to_owned(), "none")),
    ];
    if kind == Kind::Hmac {
        said.push(format!("Algorithms: {}.", some(options.algorithms.to_string(), "all")));
        said.push(format!(
            "Body digest: {}.",
            match options.body_digest {
                BodyDigest::Required => "required",
                BodyDigest::Optional => "optional",
            }
        ));
    }
    said
}

/// A user as one sentence.
pub fn user(user: &UserRow) -> String {
    let state = match (user.tampered, user.state, user.locked_until) {
        (true, ..) => "changed outside keydesk and not trusted".to_owned(),
        (_, UserState::Disabled, _) => "disabled".to_owned(),
        (_, UserState::Active, Some(until)) => format!("locked until {}", moment(until)),
        (_, UserState::Active, None) => "active".to_owned(),
    };
    let last = match &user.last_sign_in {
        None => "never signed in".to_owned(),
        Some(last) => format!("last sign-in on {}", moment(last.at)),
    };
    let made = number(user.made, "live key", "live keys");
    format!("{}, {}, {state}, {last}, made {made}.", user.name, user.role)
}

/// A row of the trail as one sentence.
pub fn trail(row: &TrailRow) -> String {
    let who = row.actor().unwrap_or_else(|| "nobody signed in".to_owned());
    let what = row.object().map(|what| format!(", {what}")).unwrap_or_default();
    let mut said = format!("Entry {}, {}, {who}: {}{what}", row.no, moment(row.at), row.did);
    if row.count > 1 {
        said.push_str(&format!(", {} times", row.count));
    }
    if let Some(address) = &row.address {
        said.push_str(&format!(", from {address}"));
    }
    said.push('.');
    said
}
