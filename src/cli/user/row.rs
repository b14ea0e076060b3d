//! Users and sign-ins as rows of a table and as JSON.

use serde::Serialize;

use crate::cli::output::Listed;
use crate::hub::{OwnSignIn, SignInOutcome, UserRow};
use crate::time::Millis;

#[derive(Serialize)]
struct UserJson<'a> {
    name: &'a str,
    role: &'static str,
    state: &'static str,
    locked_until: Option<String>,
    last_sign_in: Option<SignInJson<'a>>,
    created_at: String,
    created_by: &'a str,
    made: i64,
    must_change_password: bool,
    has_password: bool,
    ssh_keys: i64,
    created: i64,
    note: &'a str,
    version: i64,
    tampered: bool,
}

#[derive(Serialize)]
struct SignInJson<'a> {
    at: String,
    via: Option<&'a str>,
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct OwnSignInJson<'a> {
    at: String,
    outcome: &'static str,
    times: i64,
    via: Option<&'a str>,
    address: Option<&'a str>,
}

impl Listed for OwnSignIn {
    const TITLES: &'static [&'static str] = &["WHEN (UTC)", "OUTCOME", "HOW", "ADDRESS"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let some = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        vec![self.at.utc("%Y-%m-%d %H:%M"), self.outcome.to_string(), some(&self.via), some(&self.address)]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        let (outcome, times) = match self.outcome {
            SignInOutcome::SignedIn => ("signed_in", 1),
            SignInOutcome::WrongPassword(times) => ("wrong_password", times),
            SignInOutcome::Locked(times) => ("locked", times),
        };
        let (via, address) = (self.via.as_deref(), self.address.as_deref());
        OwnSignInJson { at: self.at.rfc3339(), outcome, times, via, address }
    }
}

impl Listed for UserRow {
    const TITLES: &'static [&'static str] =
        &["NAME", "ROLE", "STATE", "LAST SIGN-IN (UTC)", "ADDED (UTC)", "CREATED", "USABLE", "NOTE"];

    fn cells(&self, now: Millis) -> Vec<String> {
        let state = match self.locked_until.filter(|end| *end > now) {
            _ if self.tampered => "tampered".to_owned(),
            Some(end) => format!("{}, locked until {}", self.state.as_str(), end.utc("%H:%M")),
            None => self.state.as_str().to_owned(),
        };
        let seen = self.last_sign_in.as_ref().map_or("never".to_owned(), |last| {
            let way = last.way().map(|way| format!(", {way}")).unwrap_or_default();
            format!("{}{way}", last.at.utc("%Y-%m-%d %H:%M"))
        });
        let added = self.created_at.utc("%Y-%m-%d");
        let (created, usable) = (self.created.to_string(), self.made.to_string());
        vec![self.name.clone(), self.role.to_string(), state, seen, added, created, usable, self.note.clone()]
    }

    fn json(&self, now: Millis) -> impl Serialize {
        let last = self.last_sign_in.as_ref();
        UserJson {
            name: &self.name,
            role: self.role.as_str(),
            state: self.state.as_str(),
            locked_until: self.locked_until.filter(|end| *end > now).map(Millis::rfc3339),
            last_sign_in: last.map(|l| SignInJson {
                at: l.at.rfc3339(),
                via: l.via.as_deref(),
                address: l.address.as_deref(),
            }),
            created_at: self.created_at.rfc3339(),
            created_by: &self.created_by,
            made: self.made,
            must_change_password: self.must_change_password,
            has_password: self.has_password,
            ssh_keys: self.ssh_keys,
            created: self.created,
            note: &self.note,
            version: self.version,
            tampered: self.tampered,
        }
    }
}
