//! Several requests and administrative changes in a row, on one or more nodes.

use std::collections::HashMap;

use keydesk::time::Seconds;
use keydesk::verify::replay::Guard;
use keydesk::verify::{Change, Entry, Snapshot, Surface};
use serde::Deserialize;
use serde_json::Value;

use super::folder::Report;
use super::model::{CredentialText, Expect, Owned, RequestText, outcome, snapshot, verdict};

#[derive(Deserialize)]
struct File {
    sequences: Vec<Sequence>,
}

#[derive(Deserialize)]
struct Sequence {
    id: String,
    dialect: Option<String>,
    credentials: Vec<CredentialText>,
    #[serde(default)]
    options: Options,
    max_propagation_s: Option<i64>,
    steps: Vec<Step>,
}

#[derive(Default, Deserialize)]
struct Options {
    #[serde(default)]
    replay: bool,
}

#[derive(Deserialize)]
struct Step {
    op: String,
    node: String,
    now: i64,
    request: Option<RequestText>,
    expect: Option<Expect>,
    credential: Option<String>,
    kind: Option<String>,
    secret: Option<String>,
    new_secret: Option<String>,
    overlap_s: Option<i64>,
}

/// The store that the nodes share: each credential with the id of its row.
struct Store {
    rows: Vec<(u128, CredentialText)>,
    next: u128,
}

impl Store {
    fn new(credentials: &[CredentialText]) -> Self {
        let rows: Vec<_> = (1..).zip(credentials.iter().cloned()).collect();
        Self { next: rows.len() as u128 + 1, rows }
    }

    fn credential(&mut self, id: &str) -> &mut CredentialText {
        &mut self.rows.iter_mut().find(|(_, c)| c.id == id).unwrap_or_else(|| panic!("no credential {id}")).1
    }

    fn change(&mut self, step: &Step) {
        let id = step.credential.as_deref().unwrap();
        match step.op.as_str() {
            "revoke" => self.credential(id).state = Some("revoked".to_owned()),
            "disable" => self.credential(id).state = Some("disabled".to_owned()),
            "enable" => self.credential(id).state = Some("active".to_owned()),
            "delete" => self.rows.retain(|(_, credential)| credential.id != id),
            "create" => {
                let secret = step.secret.as_deref().unwrap();
                self.rows.push((self.next, CredentialText::new(step.kind.as_deref().unwrap(), id, secret)));
                self.next += 1;
            }
            "rotate" => {
                let until = step.now + step.overlap_s.unwrap_or(0);
                self.credential(id).rotate(step.new_secret.as_deref().unwrap(), until);
            }
            other => panic!("unknown operation {other:?}"),
        }
    }

    fn entries(&self) -> Vec<Entry> {
        self.rows.iter().map(|(row, credential)| credential.entry(*row)).collect()
    }
}

/// A verifier: its snapshot, and what it remembers.
struct Node {
    snapshot: Snapshot,
    guard: Guard,
    /// The deadline for the oldest change that it has not seen.
    due: Option<i64>,
}

impl Node {
    /// Brings the snapshot up to date by changes, as the feed does.
    fn refresh(&mut self, store: &Store) {
        let entries = store.entries();
        let gone: Vec<_> = self.snapshot.credentials().map(|c| (c.kind(), c.key().to_owned())).collect();
        let gone = gone.iter().filter(|(kind, key)| !entries.iter().any(|e| e.kind == *kind && e.key == *key));
        let removed = gone.map(|(kind, key)| Change::Remove { kind: *kind, key });
        let changes: Vec<_> = removed.chain(entries.iter().map(Change::Put)).collect();
        self.snapshot = self.snapshot.apply(&changes).unwrap();
        self.due = None;
    }
}

pub fn run(document: Value, report: &mut Report) {
    let file: File = serde_json::from_value(document).unwrap();
    for sequence in &file.sequences {
        let mut nodes: Vec<_> = sequence.steps.iter().map(|step| step.node.as_str()).collect();
        nodes.sort_unstable();
        nodes.dedup();
        if sequence.options.replay && nodes.len() > 1 {
            report.not_run.push(format!("{}: replay on several nodes needs the option site", sequence.id));
            continue;
        }
        report.ran("sequences");
        play(sequence, &nodes, report);
    }
}

fn play(sequence: &Sequence, names: &[&str], report: &mut Report) {
    let mut store = Store::new(&sequence.credentials);
    let node = |_: &&str| Node { snapshot: snapshot(&sequence.credentials), guard: Guard::new(1000), due: None };
    let mut nodes: HashMap<_, _> = names.iter().map(|name| (*name, node(name))).collect();
    let legacy = sequence.dialect.as_deref().is_some_and(|dialect| dialect.starts_with("legacy-"));
    let surface = if legacy { Surface::Legacy } else { Surface::Rest };
    for (i, step) in sequence.steps.iter().enumerate() {
        if step.op != "verify" {
            store.change(step);
            let due = step.now + sequence.max_propagation_s.unwrap_or(0);
            nodes.values_mut().for_each(|node| node.due = node.due.or(Some(due)));
            nodes.get_mut(step.node.as_str()).unwrap().refresh(&store);
            continue;
        }
        let node = nodes.get_mut(step.node.as_str()).unwrap();
        if node.due.is_some_and(|due| step.now >= due) {
            node.refresh(&store);
        }
        let expect = step.expect.as_ref().unwrap();
        let got = Owned::new(step.request.as_ref().unwrap()).with(surface, true, |request| {
            let verdict = verdict(request, &node.snapshot, Seconds(step.now));
            let verdict = if sequence.options.replay { node.guard.admit(verdict, Seconds(step.now)) } else { verdict };
            outcome(&verdict)
        });
        if got.allow != (expect.verdict == "allow") {
            report.differ.push(format!("{} step {i}: {got:?}, expected {expect:?}", sequence.id));
        } else if !got.fits_in_words(expect) {
            report.reasons.push(format!("{} step {i}: {got:?}, expected {expect:?}", sequence.id));
        }
    }
}
