//! The rules of the house, read from its own text: which module may use which, how long a file may be, what no line
//! may hold; and that the documentation says what the program does.

mod commands;
mod documents;
mod layout;
mod tables;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Who may use whom. What is not here may not: `tui` and `cli` never meet, and nothing but `main` opens the screen.
const MAY_USE: &[(&str, &[&str])] = &[
    ("files", &[]),
    ("progress", &[]),
    ("secret", &[]),
    ("sequence", &[]),
    ("text", &[]),
    ("time", &[]),
    ("credential", &["secret", "text", "time"]),
    ("account", &["credential", "secret", "time"]),
    ("sample", &["credential", "text"]),
    ("vault", &["files", "secret", "time"]),
    ("store", &["files"]),
    ("hub", &["account", "credential", "files", "sample", "secret", "store", "text", "time", "vault"]),
    ("verify", &["credential", "secret", "time", "vault"]),
    ("serve", &["credential", "files", "hub", "secret", "time", "vault", "verify"]),
    ("config", &["files", "hub", "text", "vault"]),
    ("demo", &["account", "credential", "hub", "secret", "time"]),
    ("export", &["hub", "text"]),
    (
        "cli",
        &[
            "account",
            "config",
            "credential",
            "demo",
            "export",
            "hub",
            "progress",
            "sample",
            "secret",
            "sequence",
            "serve",
            "text",
            "time",
            "verify",
        ],
    ),
    ("clipboard", &["secret"]),
    (
        "plain",
        &[
            "account",
            "clipboard",
            "config",
            "credential",
            "hub",
            "progress",
            "sample",
            "secret",
            "sequence",
            "text",
            "time",
        ],
    ),
    (
        "tui",
        &[
            "account",
            "clipboard",
            "config",
            "credential",
            "export",
            "hub",
            "progress",
            "sample",
            "secret",
            "sequence",
            "text",
            "time",
        ],
    ),
];

/// The parts of the screen's state machine: what they decide does not depend on what was drawn.
const STATE_MACHINE: [&str; 5] = ["tui/act/", "tui/dialog/", "tui/reply/", "tui/screen/", "tui/update.rs"];

/// Longest file.
const LINES: usize = 400;
/// Longest function.
const FUNCTION: usize = 60;

/// What no line of the program may hold, and where it may after all, with the reason.
const FORBIDDEN: [(&str, &[&str]); 9] = [
    ("println!", &[]),
    ("print!", &[]),
    ("dbg!", &[]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
    (".unwrap()", &[]),
    // They panic where standard error is gone, which is when they are most likely to be reached.
    ("eprintln!", &[]),
    ("eprint!", &[]),
    ("unsafe ", &[]),
];

struct Source {
    /// Path below `src`.
    path: String,
    /// The file without its test module.
    text: String,
    lines: usize,
}

impl Source {
    /// The top-level module it belongs to.
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// How many modules deep it is: `hub/rows/page.rs` is three.
    fn depth(&self) -> usize {
        self.path.split('/').count() - usize::from(self.path.ends_with("/mod.rs"))
    }
}

/// The root of the tree. Cargo names it when it runs a test; a test that was built elsewhere can be run on a copy.
fn root() -> PathBuf {
    let named = std::env::var_os("CARGO_MANIFEST_DIR");
    named.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    let sources: Vec<_> = paths
        .iter()
        .map(|path| {
            let whole = fs::read_to_string(path).unwrap();
            let path = path.strip_prefix(root().join("src")).unwrap().display().to_string();
            // A test module may have a file of its own.
            let tests = path.ends_with("/tests.rs") || path.ends_with("_tests.rs");
            let program = if tests { "" } else { whole.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default() };
            let text = program.to_owned();
            Source { path, text, lines: whole.lines().count() }
        })
        .collect();
    assert!(sources.len() > 50, "the house was not found");
    sources
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => walk(&entry.path(), found),
            false if entry.path().extension().is_some_and(|e| e == "rs") => found.push(entry.path()),
            false => {}
        }
    }
}

/// The code of a line: comments are free to speak of anything.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The modules that follow each `prefix` in the text: `crate::hub::Hub` and `crate::{hub, text::safe}`.
fn used(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word =
        |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' | ',' if depth == 0 => {
                    found.insert(word(&group[start..i]));
                    start = i + 1;
                }
                '}' => depth -= 1,
                _ => {}
            }
            if c == '}' && depth == 0 && start == i + 1 {
                break;
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn groups_and_paths_are_read() {
    let text = "use crate::{\n    hub::{Hub, Places},\n    text,\n};\nlet x = crate::vault::seal(y); use crate::{tui};";
    assert_eq!(used(text, "crate::"), ["hub", "text", "tui", "vault"].map(str::to_owned).into());
}

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let modules: BTreeSet<_> = allowed.keys().copied().collect();
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for source in sources() {
        let module = source.module();
        if ["lib", "main"].contains(&module) {
            continue;
        }
        let may = allowed.get(module).unwrap_or_else(|| panic!("{}: {module} is not in the table", source.path));
        seen.insert(module.to_owned());
        for other in used(&code(&source.text), "crate::").iter().filter(|other| modules.contains(other.as_str())) {
            if other != module && !may.contains(&other.as_str()) {
                wrong.push(format!("{}: {module} may not use {other}", source.path));
            }
        }
        let climb = "super::".repeat(source.depth());
        if code(&source.text).contains(&climb) {
            wrong.push(format!("{}: {climb} leaves its module", source.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen, modules.into_iter().map(str::to_owned).collect(), "the table names a module that is not there");
}

#[test]
fn the_state_machine_of_the_screen_does_not_use_its_view() {
    let mut read = BTreeSet::new();
    for source in sources() {
        let Some(part) = STATE_MACHINE.iter().find(|part| source.path.starts_with(**part)) else { continue };
        read.insert(*part);
        let text = code(&source.text);
        assert!(!used(&text, "tui::").contains("view") && !text.contains("view::"), "{} uses view", source.path);
    }
    assert_eq!(read.len(), STATE_MACHINE.len(), "{read:?}");
}

#[test]
fn what_is_allowed_has_no_circle() {
    let mut below: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..MAY_USE.len() {
        for (module, uses) in MAY_USE {
            let level = uses.iter().map(|other| below.get(other).copied().unwrap_or(0) + 1).max().unwrap_or(0);
            below.insert(module, level);
        }
    }
    assert!(below.values().all(|level| *level < MAY_USE.len()), "{below:?}");
}

#[test]
fn files_and_functions_are_short() {
    let mut lengths: Vec<usize> = Vec::new();
    let mut wrong = Vec::new();
    for source in sources() {
        if source.lines > LINES {
            wrong.push(format!("{} has {} lines; {LINES} are the most", source.path, source.lines));
        }
        lengths.push(source.text.lines().count());
        let long = functions(&source.text).into_iter().filter(|(_, length)| *length > FUNCTION);
        wrong.extend(
            long.map(|(name, length)| format!("{}: {name} has {length} lines; {FUNCTION} are the most", source.path)),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 150, "the median file has {median} lines");
}

/// Name and length of each function: from its `fn` line to the brace that closes at the same indent.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let start = line.trim_start();
        let Some(at) = start
            .find("fn ")
            .filter(|at| start[..*at].split(' ').all(|w| w.is_empty() || w.starts_with("pub") || w == "const"))
        else {
            continue;
        };
        let name: String = start[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let closes = format!("{}}}", &line[..indent(line)]);
        if let Some(end) = lines[i..].iter().position(|l| *l == closes) {
            found.push((name, end + 1));
        }
    }
    found
}

#[test]
fn functions_are_measured() {
    let text = "impl A {\n    pub(super) fn a(&self) {\n        if x {\n        }\n    }\n    const fn b() {}\n}\nfn c(\n) {\n}\n";
    assert_eq!(functions(text), [("a".to_owned(), 4), ("c".to_owned(), 3)]);
}

#[test]
fn no_line_holds_what_it_may_not() {
    let mut wrong = Vec::new();
    for source in sources() {
        let text = code(&source.text);
        for (forbidden, but) in FORBIDDEN {
            let hits = text.match_indices(forbidden).filter(|(at, _)| {
                // `eprintln!` holds `println!`: only whole words count.
                !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_') || forbidden.starts_with('.')
            });
            if hits.count() > 0 && !but.contains(&source.path.as_str()) {
                wrong.push(format!("{} holds {forbidden}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for root in ["lib.rs", "main.rs"] {
        assert!(read(&format!("src/{root}")).contains("#![forbid(unsafe_code)]"), "{root} allows unsafe code");
    }
}

#[test]
fn only_the_vault_does_cryptography_and_only_the_store_speaks_sql() {
    for (crates, home) in [
        (&["argon2", "chacha20poly1305", "hmac", "md5", "sha1", "sha2", "rand"][..], "vault"),
        (&["rusqlite"], "store"),
        (&["ratatui", "crossterm", "tui_input"], "tui"),
        (&["arboard"], "clipboard"),
        (&["clap", "comfy_table"], "cli"),
    ] {
        for source in sources().iter().filter(|source| source.module() != home) {
            for name in crates {
                assert!(
                    !code(&source.text).contains(&format!("{name}::")),
                    "{} uses {name}, which is {home}'s",
                    source.path
                );
            }
        }
    }
}

#[test]
fn only_the_time_module_reads_the_clock() {
    for source in sources().iter().filter(|source| source.module() != "time") {
        for call in ["Timestamp::now(", "SystemTime::now(", "Zoned::now("] {
            assert!(!code(&source.text).contains(call), "{} reads the clock by {call}", source.path);
        }
    }
}
