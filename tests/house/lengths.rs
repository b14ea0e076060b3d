//! How long a file and a function may be, and how many files a folder may have.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{LINES, sources};

/// Longest function.
const FUNCTION: usize = 60;
/// Most files of a folder, besides its `mod.rs`.
const FILES: usize = 12;
/// What most files and functions keep to: the median, and what nine of ten do not exceed.
const USUAL_FILE: (usize, usize) = (150, 300);
const USUAL_FUNCTION: (usize, usize) = (8, 30);

#[test]
fn files_and_functions_are_short() {
    let (mut files, mut lengths, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for source in sources() {
        if source.lines > LINES {
            wrong.push(format!("{} has {} lines; {LINES} are the most", source.path, source.lines));
        }
        files.push(source.text.lines().count());
        for (name, length) in functions(&source.text) {
            if length > FUNCTION {
                wrong.push(format!("{}: {name} has {length} lines; {FUNCTION} are the most", source.path));
            }
            lengths.push(length);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (what, mut lengths, (median, ninth)) in [("file", files, USUAL_FILE), ("function", lengths, USUAL_FUNCTION)] {
        lengths.sort_unstable();
        let (half, nine) = (lengths[lengths.len() / 2], lengths[lengths.len() * 9 / 10]);
        assert!(half <= median, "the median {what} has {half} lines; {median} are the most");
        assert!(nine <= ninth, "nine of ten {what}s have up to {nine} lines; {ninth} are the most");
    }
}

/// Name and length of each function: from its `fn` line to the brace that closes at the same indent.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let Some(name) = function(line.trim_start()) else { continue };
        let indent = line.len() - line.trim_start().len();
        let closes = format!("{}}}", &line[..indent]);
        let end = lines[i..].iter().position(|line| *line == closes || line.ends_with('}') && *line == lines[i]);
        found.extend(end.map(|end| (name, end + 1)));
    }
    found
}

/// The name of the function that a line begins, whatever stands before `fn`.
fn function(line: &str) -> Option<String> {
    let mut rest = line;
    if let Some(public) = rest.strip_prefix("pub") {
        rest = match public.strip_prefix('(') {
            Some(place) => place.split_once(')')?.1,
            None => public,
        }
        .trim_start();
    }
    while let Some(behind) = ["const ", "async ", "unsafe "].iter().find_map(|word| rest.strip_prefix(word)) {
        rest = behind;
    }
    let name: String = rest.strip_prefix("fn ")?.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(name)
}

#[test]
fn functions_of_every_form_are_measured() {
    let text = "impl A {\n    pub(super) fn a(&self) {\n        if x {\n        }\n    }\n    const fn b() {}\n}\nfn c(\n) {\n}\n\
                pub(in super::super) async fn d() {\n}\n    async fn e() {\n        x\n    }\n";
    let wanted = [("a", 4), ("b", 1), ("c", 3), ("d", 2), ("e", 3)].map(|(name, length)| (name.to_owned(), length));
    assert_eq!(functions(text), wanted);
}

#[test]
fn folders_have_at_most_a_dozen_files() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources() {
        let path = Path::new(&source.path);
        let folder = path.parent().unwrap().display().to_string();
        if path.file_name().is_some_and(|name| name != "mod.rs") {
            *folders.entry(folder).or_default() += 1;
        }
    }
    let full: Vec<_> = folders.into_iter().filter(|(_, files)| *files > FILES).collect();
    assert!(full.is_empty(), "{FILES} files besides mod.rs are the most: {full:#?}");
}
