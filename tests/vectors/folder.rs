//! Runs everything in the folder of vectors, and reports on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{place, recordings, sequences, single};

/// What was run, and what came out otherwise than expected.
#[derive(Default)]
pub struct Report {
    pub ran: BTreeMap<&'static str, usize>,
    pub not_run: Vec<String>,
    /// A different verdict, or different bytes under a MAC: a failure.
    pub differ: Vec<String>,
    /// A different reason with the right verdict: reasons are advisory.
    pub reasons: Vec<String>,
}

impl Report {
    pub fn ran(&mut self, what: &'static str) {
        *self.ran.entry(what).or_default() += 1;
    }
}

/// The documents in a folder, in the order of their names.
fn documents(folder: &Path) -> Vec<(String, Value)> {
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let document = serde_json::from_slice(&fs::read(path).unwrap());
        (name.clone(), document.unwrap_or_else(|why| panic!("{name}: {why}")))
    };
    place::files(folder).iter().map(read).collect()
}

#[test]
fn every_vector_gets_its_verdict() {
    let folder = place::folder();
    let documents = documents(&folder);
    assert!(!documents.is_empty(), "no vectors in {}, which KEYDESK_VECTORS may name", folder.display());
    let mut report = Report::default();
    for (name, document) in documents {
        match document["format"].as_str() {
            Some("keydesk-auth-vectors") => single::run(document, &mut report),
            Some("keydesk-auth-sequences") => sequences::run(document, &mut report),
            Some("keydesk-gateway-recordings") => recordings::run(document, &mut report),
            other => panic!("{name}: unknown format {other:?}"),
        }
    }
    print(&report);
    assert!(report.ran.values().sum::<usize>() > 0, "the files in {} hold nothing to run", folder.display());
    assert!(report.differ.is_empty(), "{} differ:\n{}", report.differ.len(), report.differ.join("\n"));
}

fn print(report: &Report) {
    for (what, count) in &report.ran {
        println!("ran {count} {what}");
    }
    report.not_run.iter().for_each(|id| println!("not run: {id}"));
    println!("{} reasons differ where the verdict is right", report.reasons.len());
    report.reasons.iter().for_each(|line| println!("  {line}"));
}
