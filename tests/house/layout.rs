//! One layout of the tests: a folder for each program, with `main.rs` and its modules, and `support` for what several share.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{LINES, code, root, walk};

/// Where the helpers are that several programs share.
const SHARED: &str = "../support/";

/// The modules that a text declares: the name of each, and the path that is written above it, if one is.
fn declared(text: &str) -> Vec<(String, Option<String>)> {
    let (mut found, mut path) = (Vec::new(), None);
    for line in code(text).lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("#[path = \"") {
            path = rest.strip_suffix("\"]").map(str::to_owned);
        } else if let Some(name) =
            line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
        {
            found.push((name.to_owned(), path.take()));
        } else if !line.starts_with("#[") {
            path = None;
        }
    }
    found
}

/// Follows the modules that a file declares.
fn reach(file: &Path, reached: &mut BTreeSet<PathBuf>, wrong: &mut Vec<String>) {
    if !reached.insert(file.to_owned()) {
        return;
    }
    let text = fs::read_to_string(file).unwrap();
    let (folder, stem) = (file.parent().unwrap(), file.file_stem().unwrap().to_str().unwrap());
    for (name, path) in declared(&text) {
        let from = if ["main", "mod"].contains(&stem) { folder.to_owned() } else { folder.join(stem) };
        let file = match path {
            Some(path) => {
                if stem != "main" || !path.starts_with(SHARED) {
                    wrong.push(format!("{}: only main.rs mounts files, and only of tests/support", file.display()));
                }
                folder.parent().unwrap().join(path.trim_start_matches("../"))
            }
            None => [from.join(format!("{name}.rs")), from.join(&name).join("mod.rs")]
                .into_iter()
                .find(|file| file.exists())
                .unwrap_or_else(|| panic!("{}: no file for {name}", file.display())),
        };
        reach(&file, reached, wrong);
    }
}

#[test]
fn modules_and_their_paths_are_read() {
    let text =
        "#[path = \"../support/need.rs\"]\n#[allow(dead_code)]\nmod need;\n\npub mod a;\nmod b {\n}\n// mod c;\n";
    let path = Some("../support/need.rs".to_owned());
    assert_eq!(declared(text), [("need".to_owned(), path), ("a".to_owned(), None)]);
}

#[test]
fn every_file_of_the_tests_belongs_to_a_program_and_is_short() {
    let tests = root().join("tests");
    let (mut files, mut reached, mut wrong) = (Vec::new(), BTreeSet::new(), Vec::new());
    walk(&tests, &mut files);
    for entry in fs::read_dir(&tests).unwrap().map(Result::unwrap) {
        let main = entry.path().join("main.rs");
        if main.exists() {
            reach(&main, &mut reached, &mut wrong);
        }
    }
    for file in &files {
        let path = file.strip_prefix(&tests).unwrap().display();
        if !reached.contains(file) {
            wrong.push(format!("{path}: no tests/<suite>/main.rs leads to it"));
        }
        let lines = fs::read_to_string(file).unwrap().lines().count();
        if lines > LINES {
            wrong.push(format!("{path} has {lines} lines; {LINES} are the most"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(files.len() > 100, "the tests were not found");
}
