//! What a verifier reads: everything once, then what changed. No actor: these are the process's own calls, and whoever
//! can make them has the database and the master key already.

mod findings;
mod run;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::account::Right;
use crate::credential::{Algorithms, BodyDigest, Kind, Networks, State};
use crate::store::{Cancel, Tx, tables};
use crate::time::Seconds;
use crate::vault::Stored;

use super::{
    Actor, CredentialId, Hub, HubError, action,
    change::{Subject, tampered_head},
    guard,
    mark::Mark,
    refusal::Intent,
};

pub use findings::Findings;

use findings::Finding;
use run::Run;

/// Credentials that are read at a time.
const RUN: usize = 1_000;
/// Behind every id in text form.
const LAST_ID: &str = "g";
/// More credentials than this are not believed to be there: the tally has no tag, and with more a verifier is made no
/// roomier anyway.
const MOST_COUNTED: i64 = 1 << 24;

/// The calls of a verifier.
#[derive(Clone, Copy)]
pub struct Feed<'a> {
    hub: &'a Hub,
}

/// A credential as a verifier keeps it.
#[derive(Debug)]
pub struct Fed {
    /// Id of its row.
    pub id: Uuid,
    /// Kind.
    pub kind: Kind,
    /// API key or Legacy username.
    pub key: String,
    /// Name.
    pub name: String,
    /// State.
    pub state: State,
    /// Not usable before this second.
    pub not_before: Option<Seconds>,
    /// Not usable from this second on.
    pub expires_at: Option<Seconds>,
    /// Where it may be used from.
    pub networks: Networks,
    /// How it may sign.
    pub algorithms: Algorithms,
    /// Whether a digest of the body must be signed.
    pub body_digest: BodyDigest,
    /// Its secrets that work now.
    pub secrets: Vec<FedSecret>,
    /// A row of it has a wrong tag, or a secret does not open: it must be refused.
    pub tampered: bool,
}

impl Fed {
    /// Drops all that only counts for a credential that is trusted.
    fn refuse(&mut self) {
        self.tampered = true;
        self.secrets.clear();
        (self.not_before, self.expires_at) = (None, None);
        (self.networks, self.algorithms, self.body_digest) = Default::default();
    }
}

/// A secret that works.
#[derive(Debug)]
pub struct FedSecret {
    /// Its number.
    pub no: i64,
    /// What is kept of it.
    pub stored: Stored,
    /// Not usable from this second on.
    pub valid_until: Option<Seconds>,
}

/// Where the time of a [`Feed::load`] went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Reading rows and checking their tags.
    pub reading: Duration,
    /// Opening secrets.
    pub opening: Duration,
}

/// A part of all credentials, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    after: String,
    until: String,
}

impl Hub {
    /// The calls of a verifier.
    pub fn feed(&self) -> Feed<'_> {
        Feed { hub: self }
    }
}

impl<'a> Feed<'a> {
    pub(super) fn hub(self) -> &'a Hub {
        self.hub
    }

    /// Whether anything may have been committed since the last call.
    pub fn stirred(self) -> Result<bool, HubError> {
        Ok(self.hub.store.changed()?)
    }

    pub(super) fn mark_in(self, tx: &mut dyn Tx) -> Result<Mark, HubError> {
        let head = tables::head(tx)?.filter(|head| guard::head_intact(&self.hub.vault, head));
        head.map(Mark::of).ok_or_else(tampered_head)
    }

    /// About how many credentials there are, by the tally: a guess, for anybody who writes the database can write it.
    pub fn count(self) -> Result<usize, HubError> {
        let tallies = tables::tallies(&mut *self.hub.store.read(&Cancel::default())?)?;
        let all = tallies.iter().fold(0_i64, |all, (_, _, n)| all.saturating_add((*n).clamp(0, MOST_COUNTED)));
        Ok(usize::try_from(all.min(MOST_COUNTED)).unwrap_or_default())
    }

    /// All credentials in two parts of about the same size, for two threads.
    pub fn halves(self) -> Result<[Part; 2], HubError> {
        let count = i64::try_from(self.count()?).unwrap_or(i64::MAX);
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let middle = tables::middle_credential(&mut *tx, count)?.unwrap_or_default();
        let part = |after: &str, until: &str| Part { after: after.to_owned(), until: until.to_owned() };
        Ok([part("", &middle), part(&middle, LAST_ID)])
    }

    /// Reads a part, checks every tag and opens every secret, and hands the credentials over in runs. One with a wrong
    /// tag is marked, and among what is `found`. Says how far the store was.
    pub fn load(
        self,
        part: &Part,
        found: &mut Findings,
        each: &mut dyn FnMut(Vec<Fed>),
    ) -> Result<(Mark, Took), HubError> {
        let (mut findings, mut took) = (Vec::new(), Took::default());
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let mark = self.mark_in(&mut *tx)?;
        let now = self.hub.now().seconds().0;
        let mut after = part.after.clone();
        while let Some((fed, last, one)) = self.run(&mut *tx, (&after, &part.until), RUN, now, &mut findings)? {
            each(fed);
            after = last;
            took.reading += one.reading;
            took.opening += one.opening;
            found.extend(findings.drain(..));
        }
        Ok((mark, took))
    }

    /// Checks the tags of the next `count` credentials behind the id `after`: who changes a row behind keydesk's back raises no change
    /// number. Hands out those with a wrong tag that are not `known`, and where to go on; `None` behind the last.
    pub fn audit(
        self,
        after: &str,
        count: usize,
        known: &HashSet<Uuid>,
        news: &mut Findings,
    ) -> Result<(Vec<Fed>, Option<String>), HubError> {
        let mut findings = Vec::new();
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let now = self.hub.now().seconds().0;
        let read = self.run(&mut *tx, (after, LAST_ID), count, now, &mut findings)?;
        let (mut found, next) = read.map(|(fed, last, _)| (fed, Some(last))).unwrap_or_default();
        found.retain(|fed| fed.tampered && !known.contains(&fed.id));
        // What is known was noted when it was found: else it would fill the trail, a row a minute.
        findings.retain(|finding| found.iter().any(|fed| fed.id.to_string() == finding.id));
        news.extend(findings);
        Ok((found, next))
    }

    /// The credentials that changed after `mark`, as they are now, and how far the store is with them.
    pub fn changes(self, since: &Mark, found: &mut Findings) -> Result<(Vec<Fed>, Mark), HubError> {
        let (mut fed, mut findings) = (Vec::new(), Vec::new());
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let mark = self.mark_in(&mut *tx)?;
        let now = self.hub.now().seconds().0;
        for id in tables::changed_credentials(&mut *tx, since.change())? {
            fed.extend(self.one(&mut *tx, &id, now, &mut findings)?);
        }
        found.extend(findings);
        Ok((fed, mark))
    }

    /// One credential as it is now; none that is not here, or that cannot even be named.
    fn one(self, tx: &mut dyn Tx, id: &str, now: i64, findings: &mut Vec<Finding>) -> Result<Vec<Fed>, HubError> {
        let mut run = Run::new(&self.hub.vault, 1);
        tables::credential_row(tx, id, &mut |row| run.credential(row))?;
        tables::live_secrets_of(tx, id, now, &mut |row| run.secret(row))?;
        Ok(run.open(findings))
    }

    /// Reads one run and hands it over; says with which id it ends.
    fn run(
        self,
        tx: &mut dyn Tx,
        (after, until): (&str, &str),
        count: usize,
        now: i64,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<(Vec<Fed>, String, Took)>, HubError> {
        let began = Instant::now();
        let mut run = Run::new(&self.hub.vault, count);
        tables::credentials_after(tx, (after, until), count as i64, &mut |row| run.credential(row))?;
        let Some(last) = run.last().map(str::to_owned) else { return Ok(None) };
        tables::live_secrets_after(tx, (after, &last), now, &mut |row| run.secret(row))?;
        let read = Instant::now();
        let fed = run.open(findings);
        Ok(Some((fed, last, Took { reading: read - began, opening: read.elapsed() })))
    }
}

impl Hub {
    /// A credential as a verifier keeps it, to explain what a verifier says of a request that names it; `None` for one
    /// that is not here. The trail says that it was asked for.
    pub fn explain(&self, actor: &Actor, id: Option<CredentialId>) -> Result<Option<Fed>, HubError> {
        let mut intent = Intent::new(Right::ManageCredentials, "explain a request");
        intent.subject = id;
        let mut findings = Vec::new();
        self.change(actor, intent, |change| {
            let Some(id) = id.map(|id| id.to_string()) else {
                change.note(action::EXPLAINED, Subject::named("of no key that is here"))?;
                return Ok(None);
            };
            let now = change.now.seconds().0;
            let Some(fed) = self.feed().one(&mut *change.tx, &id, now, &mut findings)?.pop() else { return Ok(None) };
            change.note(action::EXPLAINED, Subject::row(&id, &fed.key))?;
            Ok(Some(fed))
        })
    }
}
