//! The text of the program, as the rules read it.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the program.
pub struct Source {
    /// Path below `src`.
    pub path: String,
    /// The file without its test modules.
    pub text: String,
    pub lines: usize,
}

impl Source {
    /// The top-level module it belongs to.
    pub fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// How many modules deep it is: `hub/rows/page.rs` is three.
    pub fn depth(&self) -> usize {
        self.path.split('/').count() - usize::from(self.path.ends_with("/mod.rs"))
    }
}

/// The root of the tree. Cargo names it when it runs a test; a test that was built elsewhere can be run on a copy.
pub fn root() -> PathBuf {
    let named = std::env::var_os("CARGO_MANIFEST_DIR");
    named.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every file of the program. A test module that has a file of its own is empty here.
pub fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    let sources: Vec<_> = paths
        .iter()
        .map(|path| {
            let whole = fs::read_to_string(path).unwrap();
            let path = path.strip_prefix(root().join("src")).unwrap().display().to_string();
            let tests = path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("_tests.rs");
            let text = if tests { String::new() } else { without_tests(&whole) };
            Source { path, text, lines: whole.lines().count() }
        })
        .collect();
    assert!(sources.len() > 50, "the program was not found");
    sources
}

/// The text without what is behind `#[cfg(test)]`: a module in the text, or the declaration of one that has a file.
fn without_tests(text: &str) -> String {
    let mut program = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("#[cfg(test)]\n") {
        program.push_str(before);
        let indent: String = before.rsplit('\n').next().unwrap_or_default().to_owned();
        let end = format!("\n{indent}}}\n");
        rest = match after.lines().find(|line| !line.trim_start().starts_with("#[")) {
            Some(line) if line.ends_with('{') => after.split_once(&end).map_or("", |(_, behind)| behind),
            Some(line) => &after[after.find(line).unwrap_or_default() + line.len()..],
            None => "",
        };
    }
    program + rest
}

#[test]
fn only_test_modules_are_left_out() {
    let text = "mod a;\n#[cfg(test)]\nmod tests;\nfn b() {\n}\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod more;\n\
                #[cfg(test)]\nmod last {\n    fn c() {\n    }\n}\nfn d() {}\n";
    assert_eq!(without_tests(text), "mod a;\n\nfn b() {\n}\n\nfn d() {}\n");
}

pub fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => walk(&entry.path(), found),
            false if entry.path().extension().is_some_and(|e| e == "rs") => found.push(entry.path()),
            false => {}
        }
    }
}

/// The code of a line: comments are free to speak of anything.
pub fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}
