//! Rows in words: credentials, users and the trail as sentences. Pure.

use crate::account::UserState;
use crate::credential::{Kind, Options};
use crate::hub::{
    CredentialInfo, CredentialRow, LastSignIn, LastUse, LiveSecret, OwnSignIn, SshKeyRow, SshKeyState, TrailRow,
    UsedDay, UserRow, sum_of_days,
};
use crate::text::grouped;
use crate::time::Millis;

/// "1 key", "3 keys".
pub fn number(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The sentence about the last sign-in.
pub fn last_sign_in(last: Option<&LastSignIn>) -> String {
    match last {
        None => "This is your first sign-in.".to_owned(),
        Some(LastSignIn { at, address: None, .. }) => format!("Your last sign-in was on {}.", at.stamp()),
        Some(LastSignIn { at, address: Some(from), .. }) => {
            format!("Your last sign-in was on {} from {from}.", at.stamp())
        }
    }
}

/// One of the user's own sign-ins.
pub fn own_sign_in(row: &OwnSignIn) -> String {
    let from = row.address.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
    format!("{}: {}{}{from}.", row.at.stamp(), row.outcome, row.how())
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
        Some(used) => format!("last used on {}", used.words()),
    }
}

/// A row of a list.
pub fn row(row: &CredentialRow, now: Millis) -> String {
    let used = last_use(row.last_used.as_ref());
    format!("{}, {} {}, {}, {used}.", row.name, row.kind.api_key_word(), row.key, state(row, now))
}

/// All about a credential, a sentence a line.
pub fn details(details: &CredentialInfo, now: Millis) -> Vec<String> {
    let row = &details.row;
    let mut said = vec![
        format!("{}, {}.", row.name, row.kind.title()),
        format!("The {} is {}.", row.kind.api_key_word(), row.key),
        format!("The state is: {}.", state(row, now)),
    ];
    said.extend(details.secrets.iter().map(|secret| live_secret(row.kind, secret)));
    said.extend(options(row.kind, &row.options));
    said.extend(details.refusals.first().map(|newest| {
        let times = number(details.refusals.len().try_into().unwrap_or(i64::MAX), "time", "times");
        format!("Refused {times} lately. The last: {}.", super::credentials::refused_requests::describe(newest))
    }));
    said.push(format!("Created on {} by {}.", row.created_at.stamp(), row.created_by));
    said
}

fn live_secret(kind: Kind, secret: &LiveSecret) -> String {
    let (word, used) = (kind.api_secret_word(), last_use(secret.last_used.as_ref()));
    match secret.valid_until {
        None => format!(
            "The {word} was made on {}, {used}. It is not kept in readable form: if it is lost, rotate.",
            secret.created_at.date()
        ),
        Some(until) => format!("The old {word} works until {}, {used}.", until.millis().stamp()),
    }
}

/// Every option as a sentence: the words of the details, and of the choices of a form.
pub fn options(kind: Kind, options: &Options) -> Vec<String> {
    let words = options.words(kind);
    let mut said = vec![
        format!("Expires: {}.", words.expires),
        format!("Not valid before: {}.", words.not_before),
        format!("Allowed networks: {}.", words.networks),
        format!("Note: {}.", words.note),
        format!("Owner: {}.", words.owner),
        format!("Tags: {}.", words.tags),
    ];
    said.extend(words.algorithms.map(|algorithms| format!("Algorithms: {algorithms}.")));
    said.extend(words.body_digest.map(|digest| format!("Body digest: {digest}.")));
    said
}

/// How often a credential was used, from its last days, oldest first; nothing if it was not.
pub fn usage(days: &[UsedDay]) -> Option<String> {
    let said =
        |(allowed, refused): (i64, i64)| format!("{} allowed and {} refused", grouped(allowed), grouped(refused));
    let of = |day: &UsedDay| said((day.allowed, day.refused));
    let [.., yesterday, today] = days else { return None };
    let all = sum_of_days(days);
    let some = all != (0, 0);
    let sentence = || {
        format!(
            "Requests: {} yesterday, {} today so far, {} in {} days. Days begin at 00:00 UTC.",
            of(yesterday),
            of(today),
            said(all),
            days.len()
        )
    };
    some.then(sentence)
}

/// A user as one sentence.
pub fn user(user: &UserRow) -> String {
    let state = match (user.tampered, user.state, user.locked_until) {
        (true, ..) => "changed outside keydesk and not trusted".to_owned(),
        (_, UserState::Disabled, _) => "disabled".to_owned(),
        (_, UserState::Active, Some(until)) => format!("locked until {}", until.stamp()),
        (_, UserState::Active, None) => "active".to_owned(),
    };
    let last = match &user.last_sign_in {
        None => "never signed in".to_owned(),
        Some(last) => format!("last sign-in on {}{}", last.at.stamp(), last.by()),
    };
    let created = number(user.created, "credential", "credentials");
    let note = if user.note.is_empty() { String::new() } else { format!(" Note: {}.", user.note) };
    let keys = match (user.ssh_keys, user.has_password) {
        (0, true) => String::new(),
        (0, false) => " No password and no SSH key: no way in.".to_owned(),
        (n, true) => format!(" {}.", number(n, "SSH key", "SSH keys")),
        (n, false) => format!(" SSH key only: {}, no password.", number(n, "key", "keys")),
    };
    format!("{}, {}, {state}, {last}, created {created}, {} usable.{keys}{note}", user.name, user.role, user.made)
}

/// How many SSH keys there are and which are usable: `2 keys, 1 usable: laptop`.
pub fn usable_ssh_keys(rows: &[SshKeyRow]) -> String {
    let usable: Vec<_> = rows.iter().filter(|row| row.state == SshKeyState::Active).map(SshKeyRow::called).collect();
    let all = number(rows.len().try_into().unwrap_or(i64::MAX), "key", "keys");
    match usable.as_slice() {
        [] => format!("{all}, none usable"),
        called => format!("{all}, {} usable: {}", called.len(), called.join(", ")),
    }
}

/// An SSH key as one sentence.
pub fn ssh_key(row: &SshKeyRow) -> String {
    format!("{}, {}, {}.", row.called(), row.state.as_str(), ssh_key_use(row))
}

fn ssh_key_use(row: &SshKeyRow) -> String {
    match &row.last_used {
        None => "never used".to_owned(),
        Some(LastSignIn { at, address: None, .. }) => format!("last used on {}", at.stamp()),
        Some(LastSignIn { at, address: Some(from), .. }) => format!("last used on {} from {from}", at.stamp()),
    }
}

/// The rest about an SSH key, a sentence a line.
pub fn ssh_key_facts(row: &SshKeyRow) -> [String; 5] {
    let networks = if row.networks.is_any() { "any".to_owned() } else { row.networks.to_string() };
    let expires = row.expires_at.map_or_else(|| "never".to_owned(), |end| end.millis().stamp());
    [
        format!("Its fingerprint is {}.", row.fingerprint),
        format!("Algorithm: {}.", row.algorithm()),
        format!("Allowed networks: {networks}."),
        format!("Expires: {expires}."),
        format!("Added on {} by {}.", row.created_at.stamp(), row.created_by),
    ]
}

/// A row of the trail as one sentence.
pub fn trail(row: &TrailRow) -> String {
    let who = row.actor().unwrap_or_else(|| "nobody signed in".to_owned());
    let what = row.object().map(|what| format!(", {what}")).unwrap_or_default();
    let mut said = format!("Entry {}, {}, {who}: {}{what}", row.no, row.at.stamp(), row.did);
    if row.count > 1 {
        said.push_str(&format!(", {} times", row.count));
    }
    if let Some(address) = &row.address {
        said.push_str(&format!(", from {address}"));
    }
    said.push('.');
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;

    #[test]
    fn use_is_told_in_words() {
        let day = |day, allowed, refused| UsedDay { day: Day(day), allowed, refused };
        let said = usage(&[day(1, 40_000, 8), day(2, 1_203, 4), day(3, 5, 0)]).unwrap_or_default();
        assert!(said.contains("1,203 allowed and 4 refused yesterday"), "{said}");
        assert!(
            said.contains("5 allowed and 0 refused today so far, 41,208 allowed and 12 refused in 3 days"),
            "{said}"
        );
        assert_eq!(usage(&[day(1, 0, 0), day(2, 0, 0)]), None, "nothing is said of a credential without use");
    }
}
