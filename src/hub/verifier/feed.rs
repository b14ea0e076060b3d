//! The feed: all credentials once, then the changes.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::account::Right;
use crate::hub::{
    Actor, Cancel, CredentialId, Fed, Feed, Findings, Hub, HubError, Mark,
    audit::action,
    error::tampered_head,
    tx::{entry::Subject, intent::Intent, row_tags, table_sums},
    verifier::{
        batch::{Batch, OpenedBatch},
        findings::Finding,
        table_scan,
    },
};
use crate::store::{Cell, Tx, tables};
use crate::vault::Term;

/// Credentials that are read at a time.
const RUN: usize = 1_000;
/// Behind every id in text form.
const LAST_ID: &str = "g";
/// Limit on a count that is believed: the counters have no tag, and a larger number would not change how much a
/// verifier allocates.
const MOST_COUNTED: i64 = 1 << 24;

/// Timings of a [`Feed::load`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Reading rows and checking their tags.
    pub reading: Duration,
    /// Decrypting secrets.
    pub opening: Duration,
}

/// The result of a [`Feed::load`], beside the credentials.
#[derive(Debug)]
pub struct Read {
    /// Position of the store.
    pub mark: Mark,
    /// Timings of the load.
    pub took: Took,
    /// Ids and terms of the rows too damaged to be named: they count for the sum.
    pub unnamed: Vec<(String, Term)>,
}

/// Whether two threads that read a part each see the same state of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// Both read the same state.
    Yes,
    /// Something was committed in between: both begin again.
    Again,
    /// The other one cannot read.
    Never,
}

/// Why a half is not read.
const OTHER_HALF: &str = "The other half of the credentials could not be read. Try again.";

/// A part of all credentials, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    after: String,
    until: String,
}

impl<'a> Feed<'a> {
    /// Whether anything may have been committed since the last call.
    pub fn stirred(self) -> Result<bool, HubError> {
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

    pub(in crate::hub) fn mark_in(self, tx: &mut dyn Tx) -> Result<Mark, HubError> {
        let head = tables::head(tx)?.filter(|head| row_tags::head_intact(&self.hub.vault, head));
        let head = head.ok_or_else(tampered_head)?;
        let sums = table_sums::of_head(&self.hub.vault, &head)?;
        Ok(Mark::of(head, &sums))
    }

    /// About how many credentials there are, by the counters: a guess, since whoever can write the database can write
    /// them.
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
    /// tag is marked, and among what is `found`. `agrees` is shown how far the store is, or nothing if that cannot be read:
    /// of two that read a part each, both read the same state of it.
    pub fn load(
        self,
        part: &Part,
        agrees: &mut dyn FnMut(Option<&Mark>) -> Agreed,
        found: &mut Findings,
        each: &mut dyn FnMut(Vec<Fed>),
    ) -> Result<Read, HubError> {
        let (mut tx, mark) = loop {
            let mut tx = self.hub.store.read(&Cancel::default()).inspect_err(|_| _ = agrees(None))?;
            let mark = self.mark_in(&mut *tx).inspect_err(|_| _ = agrees(None))?;
            match agrees(Some(&mark)) {
                Agreed::Yes => break (tx, mark),
                Agreed::Again => {}
                Agreed::Never => return Err(HubError::Unavailable(OTHER_HALF.to_owned())),
            }
        };
        let mut read = Read { mark, took: Took::default(), unnamed: Vec::new() };
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

    /// The same for all of it by a table scan, for a store where an index does not lead to every row. Slower, with all
    /// secrets in memory.
    pub fn load_scanned(self, found: &mut Findings, each: &mut dyn FnMut(Vec<Fed>)) -> Result<Read, HubError> {
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let mark = self.mark_in(&mut *tx)?;
        let mut read = Read { mark, took: Took::default(), unnamed: Vec::new() };
        table_scan::each_run(&mut *tx, &self.hub.vault, RUN, self.hub.now().seconds().0, &mut |run| {
            let mut findings = Vec::new();
            let opened = run.open(&mut findings);
            each(opened.fed);
            read.unnamed.extend(opened.unnamed);
            found.extend(findings);
        })?;
        Ok(read)
    }

    /// Reads the next `count` credentials behind the id `after`, with their tags checked: a change behind keydesk's
    /// back raises no change number. Returns where to go on; nothing after the last. What has a wrong tag and is not
    /// `known` is news.
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
        let (fed, next) = read.map(|(opened, last, _)| (opened.fed, Some(last))).unwrap_or_default();
        // What is known was noted when it was found: else it would fill the trail, a row a minute.
        let is_new = |fed: &&Fed| fed.tampered && !known.contains(&fed.id);
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
        let mut run = Batch::new(&self.hub.vault, 1, now);
        tables::credential_row(tx, id, &mut |row| run.credential(row))?;
        tables::secrets_of(tx, id, &mut |row| run.secret(row))?;
        Ok(run.open(findings).fed)
    }

    /// Reads one run and hands it over; says with which id it ends.
    fn run(
        self,
        tx: &mut dyn Tx,
        (after, until): (&str, &str),
        count: usize,
        now: i64,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<(OpenedBatch, String, Took)>, HubError> {
        let began = Instant::now();
        let mut run = Batch::new(&self.hub.vault, count, now);
        tables::credentials_after(tx, (after, until), count as i64, &mut |row| run.credential(row))?;
        let Some(last) = run.last().map(str::to_owned) else { return Ok(None) };
        tables::secrets_between(tx, (after, &last), &mut |row| run.secret(row))?;
        let read = Instant::now();
        let opened = run.open(findings);
        Ok(Some((opened, last, Took { reading: read - began, opening: read.elapsed() })))
    }
}

impl Hub {
    /// A credential as a verifier keeps it, to explain what a verifier says of a request that names it; `None` for one
    /// that is not here. The trail says that it was asked for.
    pub fn explain(&self, actor: &Actor, id: Option<CredentialId>) -> Result<Option<Fed>, HubError> {
        let mut intent = Intent::new(Right::ManageCredentials, "explain a request");
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
