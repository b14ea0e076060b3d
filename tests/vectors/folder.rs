//! The folder, and the report over everything in it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;

use super::{recordings, sequences, single};

/// What was run, and what came out otherwise than expected.
#[derive(Default)]
pub struct Report {
    pub ran: BTreeMap<&'static str, usize>,
    pub not_run: Vec<String>,
    /// A verdict that differs, or bytes under a MAC that do: a failure.
    pub differ: Vec<String>,
    /// A reason that differs where the verdict is right: reasons are advisory.
    pub reasons: Vec<String>,
}

impl Report {
    pub fn ran(&mut self, what: &'static str) {
        *self.ran.entry(what).or_default() += 1;
    }
}

fn folder() -> PathBuf {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/dev"));
    std::env::var_os("KEYDESK_VECTORS").map_or_else(beside, PathBuf::from)
}

/// The documents in a folder, in the order of their names.
fn documents(folder: &PathBuf) -> Vec<(String, Value)> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let document = serde_json::from_slice(&fs::read(&path).unwrap());
        (name.clone(), document.unwrap_or_else(|why| panic!("{name}: {why}")))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_vector_has_its_verdict() {
    let folder = folder();
    let documents = documents(&folder);
    if documents.is_empty() {
        let ci = std::env::var_os("CI").is_some_and(|ci| ci != "false" && !ci.is_empty());
        let asked_for = std::env::var_os("KEYDESK_VECTORS").is_some();
        assert!(!ci && !asked_for, "no vectors in {}: set KEYDESK_VECTORS to their folder", folder.display());
        eprintln!("SKIPPED: no vectors in {}", folder.display());
        return;
    }
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
