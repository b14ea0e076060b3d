//! `keydesk audit …`: the trail.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use crate::{
    hub::{TrailQuery, TrailRow},
    time::Millis,
};

use super::{
    args::{Acting, FormArgs},
    desk::Site,
    failure::Failure,
    out::{self, Form, Listed, Printer},
};

/// Rows read at a time.
const PAGE: u32 = 500;

/// What can be done with the trail.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// List the trail, newest first
    List(ListArgs),
    /// Check the whole trail and print its end as NO:HASH
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    form: FormArgs,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    acting: Acting,
    /// An end that was printed earlier and kept elsewhere: finds a trail that was cut or put back since
    #[arg(long, value_name = "NO:HASH", value_parser = expected)]
    expect: Option<(i64, String)>,
}

/// Does it.
pub fn run(site: &Site, verb: AuditVerb) -> Result<(), Failure> {
    match verb {
        AuditVerb::List(args) => list(site, args),
        AuditVerb::Verify(args) => verify(site, args),
    }
}

fn list(site: &Site, args: ListArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let mut printer = Printer::new(Form::from(args.form), desk.hub.now());
    let mut query = TrailQuery { limit: PAGE, ..TrailQuery::default() };
    loop {
        let rows = desk.hub.trail(&desk.actor, &query)?;
        printer.page(&rows)?;
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize => query.before = Some(last.no),
            _ => break,
        }
    }
    printer.finish("The trail is empty.")
}

fn verify(site: &Site, args: VerifyArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let mut progress = Progress::new(io::stderr().is_terminal(), Instant::now());
    let report = desk.hub.verify_trail(&desk.actor, args.expect, &mut |done, all| progress.show(done, all));
    progress.clear();
    let report = report?;
    match report.broken {
        None => out::lines([format!("{}:{}", report.no, report.hash)]),
        Some(what) => Err(Failure::failed(format!(
            "The trail is broken: {what}. Find out who could write the database, and restore a backup."
        ))),
    }
}

fn expected(text: &str) -> Result<(i64, String), &'static str> {
    let wrong = "it is a number, a colon and 64 hex digits, as `keydesk audit verify` prints them";
    let (no, hash) = text.split_once(':').ok_or(wrong)?;
    let no = no.parse::<i64>().ok().filter(|no| *no >= 0).ok_or(wrong)?;
    match hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Ok((no, hash.to_ascii_lowercase())),
        false => Err(wrong),
    }
}

/// A line on standard error for work that takes more than a second, on a terminal only.
struct Progress {
    terminal: bool,
    next: Instant,
    shown: bool,
}

impl Progress {
    const WAIT: Duration = Duration::from_secs(1);
    const AGAIN: Duration = Duration::from_millis(200);

    fn new(terminal: bool, now: Instant) -> Self {
        Self { terminal, next: now + Self::WAIT, shown: false }
    }

    /// The line, if one is due.
    fn line(&mut self, now: Instant, done: i64, all: i64) -> Option<String> {
        if !self.terminal || now < self.next {
            return None;
        }
        (self.next, self.shown) = (now + Self::AGAIN, true);
        Some(format!("\rchecked {done} of {all}"))
    }

    fn show(&mut self, done: i64, all: i64) {
        if let Some(line) = self.line(Instant::now(), done, all) {
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn clear(&self) {
        if self.shown {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

#[derive(Serialize)]
struct TrailJson<'a> {
    no: i64,
    at: String,
    who: Option<&'a str>,
    via: Option<&'a str>,
    unix: Option<&'a str>,
    address: Option<&'a str>,
    action: &'a str,
    did: &'a str,
    what: &'a str,
    subject: Option<&'a str>,
    before: Option<Value>,
    after: Option<Value>,
    count: i64,
}

impl Listed for TrailRow {
    const TITLES: &'static [&'static str] = &["NO.", "WHEN (UTC)", "WHO", "DID", "WHAT", "FROM"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let who = match (self.who.as_deref(), self.unix.as_deref()) {
            (Some(who), Some(unix)) if self.via.as_deref() == Some("local") => format!("{who} (unix {unix})"),
            (who, _) => who.unwrap_or("-").to_owned(),
        };
        let did = if self.count > 1 { format!("{} ({} times)", self.did, self.count) } else { self.did.clone() };
        let from = self.address.clone().unwrap_or_else(|| "here".to_owned());
        vec![self.no.to_string(), self.at.utc("%Y-%m-%d %H:%M:%S"), who, did, self.what.clone(), from]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        // What does not parse is shown as the text it is: the trail must be readable also when it was tampered with.
        let parsed = |text: &Option<String>| {
            text.as_ref().map(|t| serde_json::from_str(t).unwrap_or_else(|_| Value::String(t.clone())))
        };
        TrailJson {
            no: self.no,
            at: self.at.rfc3339(),
            who: self.who.as_deref(),
            via: self.via.as_deref(),
            unix: self.unix.as_deref(),
            address: self.address.as_deref(),
            action: &self.action,
            did: &self.did,
            what: &self.what,
            subject: self.subject.as_deref(),
            before: parsed(&self.before),
            after: parsed(&self.after),
            count: self.count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_shows_after_a_second_on_a_terminal_and_not_too_often() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let shown = |terminal| {
            let mut progress = Progress::new(terminal, start);
            [0, 999, 1_000, 1_100, 1_250].map(|ms| progress.line(at(ms), 5, 10).is_some())
        };
        assert_eq!(shown(true), [false, false, true, false, true]);
        assert_eq!(shown(false), [false; 5]);
    }

    #[test]
    fn an_end_as_it_is_printed() {
        let hash = "0f".repeat(32);
        assert_eq!(expected(&format!("212:{hash}")), Ok((212, hash.clone())));
        assert_eq!(expected(&format!("212:{}", hash.to_uppercase())), Ok((212, hash.clone())));
        for wrong in
            ["", "212", ":", &*hash, &format!("-1:{hash}"), &format!("x:{hash}"), "212:0f", &format!("212:{hash}0")]
        {
            assert!(expected(wrong).is_err(), "{wrong}");
        }
    }
}
