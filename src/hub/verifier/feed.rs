//! The feed: all credentials once, then the changes.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::account::Right;
use crate::hub::audit::action;
use crate::hub::error::tampered_head;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::verifier::batch::{Batch, OpenedBatch};
use crate::hub::verifier::findings::Finding;
use crate::hub::verifier::table_scan;
use crate::hub::{Actor, Cancel, CredentialId, Feed, Findings, Hub, HubError, StorePosition, VerifierCredential};
use crate::store::{Cell, Tx, tables};
use crate::vault::Term;

/// Credentials that are read at a time.
const RUN: usize = 16_000;
/// Greater than every id in text form.
const LAST_ID: &str = "g";
/// Limit on a count that is believed: the counters have no tag, and a larger number would not change how much a
/// verifier allocates.
const MOST_COUNTED: i64 = 1 << 24;

/// Timings of a [`Feed::load`].
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadTimings {
    /// Reading rows and checking their tags.
    pub reading: Duration,
    /// Decrypting secrets.
    pub opening: Duration,
}

/// The result of a [`Feed::load`], besides the credentials.
#[derive(Debug)]
pub struct LoadSummary {
    /// Position of the store.
    pub mark: StorePosition,
    /// Timings of the load.
    pub took: LoadTimings,
    /// Ids and terms of rows too damaged to be identified: they are part of the sum.
    pub unnamed: Vec<(String, Term)>,
}

/// Whether two threads that each read a part see the same state of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAgreement {
    /// Both read the same state.
    Yes,
    /// Something was committed in between: both begin again.
    Again,
    /// The other thread cannot read.
    Never,
}

/// The error when the other half cannot be read.
const OTHER_HALF: &str = "The other half of the credentials could not be read. Try again.";

/// A part of all credentials, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdRange {
    after: String,
    until: String,
}

/// What counters say together.
fn sum(tallies: &[(String, String, i64)]) -> i64 {
    tallies.iter().fold(0, |all, (_, _, n)| all.saturating_add((*n).max(0)))
}

impl<'a> Feed<'a> {
    /// Whether anything may have been committed since the last call.
    pub fn may_have_changed(self) -> Result<bool, HubError> {
        Ok(self.hub.store.changed()?)
    }

    /// How many connections were given up because the database was not what they had opened. What was read before the
    /// number rose may have come from another database.
    pub fn reopened(self) -> u64 {
        self.hub.store.reopened()
    }

    /// Whether a connection opened now sees what this handle sees.
    pub fn is_fresh(self) -> Result<bool, HubError> {
        Ok(self.hub.store.fresh()?)
    }

    pub(in crate::hub) fn position_in(self, tx: &mut dyn Tx) -> Result<StorePosition, HubError> {
        let head = tables::head(tx)?.filter(|head| row_tags::head_intact(&self.hub.vault, head));
        let head = head.ok_or_else(tampered_head)?;
        let sums = table_sums::of_head(&self.hub.vault, &head)?;
        Ok(StorePosition::of(head, &sums))
    }

    /// About how many credentials there are, by the counters: a guess, since whoever can write the database can write
    /// them.
    pub fn count(self) -> Result<usize, HubError> {
        let tallies = tables::tallies(&mut *self.hub.store.read(&Cancel::default())?)?;
        Ok(usize::try_from(sum(&tallies).min(MOST_COUNTED)).unwrap_or_default())
    }

    /// All credentials in two parts of about the same size, for two threads.
    pub fn halves(self) -> Result<[IdRange; 2], HubError> {
        let mut tx = self.hub.store.read(&Cancel::default())?;
        // Of a number that somebody made up there is no middle, and the second part is all.
        let count = sum(&tables::tallies(&mut *tx)?);
        let middle = tables::middle_credential(&mut *tx, count)?.unwrap_or_default();
        let part = |after: &str, until: &str| IdRange { after: after.to_owned(), until: until.to_owned() };
        Ok([part("", &middle), part(&middle, LAST_ID)])
    }

    /// Reads a part, checks every tag, decrypts every secret, and passes the credentials on in batches. One with a
    /// wrong tag is marked and added to `found`. `agrees` gets the position of the store, or `None` if it cannot be
    /// read, so that two threads that each read a part read the same state.
    pub fn load(
        self,
        part: &IdRange,
        agrees: &mut dyn FnMut(Option<&StorePosition>) -> ReadAgreement,
        found: &mut Findings,
        each: &mut dyn FnMut(Vec<VerifierCredential>),
    ) -> Result<LoadSummary, HubError> {
        let (mut tx, mark) = loop {
            let mut tx = self.hub.store.read(&Cancel::default()).inspect_err(|_| _ = agrees(None))?;
            let mark = self.position_in(&mut *tx).inspect_err(|_| _ = agrees(None))?;
            match agrees(Some(&mark)) {
                ReadAgreement::Yes => break (tx, mark),
                ReadAgreement::Again => {}
                ReadAgreement::Never => return Err(HubError::Unavailable(OTHER_HALF.to_owned())),
            }
        };
        let mut read = LoadSummary { mark, took: LoadTimings::default(), unnamed: Vec::new() };
        let (mut findings, now, mut after) = (Vec::new(), self.hub.now().seconds().0, part.after.clone());
        while let Some((opened, last, took)) = self.run(&mut *tx, (&after, &part.until), RUN, now, &mut findings)? {
            each(opened.fed);
            after = last;
            read.unnamed.extend(opened.unnamed);
            read.took.reading += took.reading;
            read.took.opening += took.opening;
            found.extend(findings.drain(..));
        }
        Ok(read)
    }

    /// The same for all credentials by a table scan, for a store whose indexes do not lead to every row. Slower, with
    /// all secrets in memory.
    pub fn load_scanned(
        self,
        found: &mut Findings,
        each: &mut dyn FnMut(Vec<VerifierCredential>),
    ) -> Result<LoadSummary, HubError> {
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let mark = self.position_in(&mut *tx)?;
        let mut read = LoadSummary { mark, took: LoadTimings::default(), unnamed: Vec::new() };
        table_scan::each_run(&mut *tx, &self.hub.vault, RUN, self.hub.now().seconds().0, &mut |run| {
            let mut findings = Vec::new();
            let opened = run.open(&mut findings);
            each(opened.fed);
            read.unnamed.extend(opened.unnamed);
            found.extend(findings);
        })?;
        Ok(read)
    }

    /// Reads the next `count` credentials after the id `after`, with their tags checked: a change outside keydesk
    /// raises no change number. Returns where to go on; `None` after the last. Tampered credentials that are not
    /// `known` are added to `news`.
    pub fn check_batch(
        self,
        after: &str,
        count: usize,
        known: &HashSet<Uuid>,
        news: &mut Findings,
    ) -> Result<(Vec<VerifierCredential>, Option<String>), HubError> {
        let mut findings = Vec::new();
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let now = self.hub.now().seconds().0;
        let read = self.run(&mut *tx, (after, LAST_ID), count, now, &mut findings)?;
        let (fed, next) = read.map(|(opened, last, _)| (opened.fed, Some(last))).unwrap_or_default();
        // Known ones were recorded when they were found; again would mean a trail row each minute.
        let is_new = |fed: &&VerifierCredential| fed.tampered && !known.contains(&fed.id);
        let new: HashSet<String> = fed.iter().filter(is_new).map(|fed| fed.id.to_string()).collect();
        findings.retain(|finding| new.contains(&finding.id));
        news.extend(findings);
        Ok((fed, next))
    }

    /// The ids of all credentials, by a table scan, in order.
    pub fn ids(self) -> Result<Vec<Uuid>, HubError> {
        let mut ids = Vec::new();
        let mut tx = self.hub.store.read(&Cancel::default())?;
        tables::each_tag(&mut *tx, table_sums::KEYS.table, &mut |row| {
            if let [Cell::Text(id), ..] = row {
                ids.extend(id.parse::<Uuid>());
            }
            Ok(())
        })?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// The credentials that changed after a position, as they are now, and the current position.
    pub fn changes(
        self,
        since: &StorePosition,
        found: &mut Findings,
    ) -> Result<(Vec<VerifierCredential>, StorePosition), HubError> {
        let (mut fed, mut findings) = (Vec::new(), Vec::new());
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let mark = self.position_in(&mut *tx)?;
        let now = self.hub.now().seconds().0;
        for id in tables::changed_credentials(&mut *tx, since.change())? {
            fed.extend(self.one(&mut *tx, &id, now, &mut findings)?);
        }
        found.extend(findings);
        Ok((fed, mark))
    }

    /// One credential as it is now; empty for one that does not exist or cannot be identified.
    fn one(
        self,
        tx: &mut dyn Tx,
        id: &str,
        now: i64,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<VerifierCredential>, HubError> {
        let mut run = Batch::new(&self.hub.vault, 1, now);
        tables::credential_row(tx, id, &mut |row| run.credential(row))?;
        tables::secrets_of(tx, id, &mut |row| run.secret(row))?;
        Ok(run.open(findings).fed)
    }

    /// Reads one batch; returns it with its last id.
    fn run(
        self,
        tx: &mut dyn Tx,
        (after, until): (&str, &str),
        count: usize,
        now: i64,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<(OpenedBatch, String, LoadTimings)>, HubError> {
        let began = Instant::now();
        let mut run = Batch::new(&self.hub.vault, count, now);
        tables::credentials_after(tx, (after, until), count as i64, &mut |row| run.credential(row))?;
        let Some(last) = run.last().map(str::to_owned) else { return Ok(None) };
        tables::secrets_between(tx, (after, &last), &mut |row| run.secret(row))?;
        let read = Instant::now();
        let opened = run.open(findings);
        Ok(Some((opened, last, LoadTimings { reading: read - began, opening: read.elapsed() })))
    }
}

impl Hub {
    /// A credential as a verifier keeps it, to explain a verifier's decision about a request that names it; `None` for
    /// one that does not exist. The call is recorded in the trail.
    pub fn explain(&self, actor: &Actor, id: Option<CredentialId>) -> Result<Option<VerifierCredential>, HubError> {
        let mut intent = Intent::new(Right::Explain, "explain a request");
        intent.subject = id;
        let mut findings = Vec::new();
        self.write(actor, intent, |change| {
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
