//! The rules of the house, read from its own text: which module may use which, how long a file may be, what no line
//! may hold, and that the README says what the program does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use keydesk::tui::keys;

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

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
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

/// The text between two markers of the README.
fn between(name: &str) -> String {
    let readme = read("README.md");
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let from = readme.find(&begin).unwrap_or_else(|| panic!("the README has no {begin}")) + begin.len();
    let to = readme[from..].find(&end).unwrap_or_else(|| panic!("the README has no {end}"));
    readme[from..from + to].to_owned()
}

/// `KEYDESK_BLESS=1 cargo test --test house` writes the tables.
#[test]
fn the_readmes_keys_and_filter_terms_are_the_programs() {
    for (name, table) in [("keys", keys::markdown()), ("filter", keys::terms_markdown())] {
        if std::env::var_os("KEYDESK_BLESS").is_some() {
            let readme = read("README.md");
            let marker = format!("<!-- {name}: begin -->\n");
            let (old, new) = (format!("{marker}{}", between(name)), format!("{marker}{table}"));
            fs::write(root().join("README.md"), readme.replacen(&old, &new, 1)).unwrap();
        }
        assert_eq!(between(name).trim(), table.trim(), "run: KEYDESK_BLESS=1 cargo test --test house");
    }
}

#[test]
fn the_readmes_roles_are_the_programs() {
    use keydesk::account::{Right, Role, allows};
    let table = between("roles");
    for role in Role::ALL {
        assert!(table.contains(role.title()), "{role} is not in the README");
    }
    for right in Right::ALL {
        let row = table
            .lines()
            .find(|line| line.contains(right.as_str()))
            .unwrap_or_else(|| panic!("{right:?} is not in the README"));
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let wanted = Role::ALL.map(|role| if allows(role, right) { "yes" } else { "no" });
        assert_eq!(cells[3..6], wanted, "{row}");
    }
}

/// Every `keydesk …` line of the README can be typed, and every verb is in the README.
#[test]
fn the_readmes_commands_are_the_programs() {
    let readme = read("README.md");
    let lines = commands(&readme);
    assert!(lines.len() > 10, "{lines:?}");
    for line in &lines {
        // What a shell would put in its place.
        let line = line.replace("\"$NOTED\"", &format!("1:{}", "0".repeat(64))).replace("\"Acme Messaging\"", "Acme");
        let line = line.replace("'crm unused>90d'", "crm");
        let words = line.split_whitespace();
        if let Err(wrong) = keydesk::cli::command().try_get_matches_from(words) {
            assert_eq!(wrong.exit_code(), 0, "{line}: {wrong}");
        }
    }
    for verb in verbs(&keydesk::cli::command(), "keydesk") {
        assert!(lines.iter().any(|line| line.starts_with(&verb)), "{verb} is not in the README");
    }
}

/// The texts of the program: its string literals, without comments, with what a `\\` at the end of a line joins.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, here) = rest.split_at(at);
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, after)| after);
        } else if here.starts_with("'\"'") || here.starts_with("'\\\"'") {
            rest = &here[here[1..].find('\'').unwrap() + 2..];
        } else if here.starts_with('"') {
            let hashes = before.len() - before.trim_end_matches('#').len();
            let raw = before.trim_end_matches('#').ends_with('r');
            let (text, after) = if raw { raw_literal(here, hashes) } else { literal(here) };
            found.push(text);
            rest = after;
        } else {
            rest = &here[1..];
        }
    }
    found
}

fn raw_literal(here: &str, hashes: usize) -> (String, &str) {
    let end = format!("\"{}", "#".repeat(hashes));
    let (text, after) = here[1..].split_once(&end).unwrap();
    (text.to_owned(), after)
}

fn literal(here: &str) -> (String, &str) {
    let (mut text, mut chars) = (String::new(), here[1..].char_indices());
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return (text, &here[1 + i + 1..]),
            '\\' => match chars.next() {
                Some((i, '\n')) => {
                    let indent = here[1 + i + 1..].len() - here[1 + i + 1..].trim_start().len();
                    chars.by_ref().take(indent).for_each(|_| ());
                }
                Some((_, 'n')) => text.push('\n'),
                Some((_, other)) => text.push(other),
                None => {}
            },
            c => text.push(c),
        }
    }
    panic!("a literal without an end: {here}");
}

/// The commands of a text: what stands in backticks, or else goes on to the end of the text.
fn suggested(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("keydesk ") {
        let rest = &text[at..];
        let quoted = text[..at].ends_with('`');
        let end = if quoted { rest.find('`').unwrap_or(rest.len()) } else { rest.len() };
        let words: Vec<_> = rest[..end].split_whitespace().collect();
        // Without backticks it is prose, unless it names something that can be done.
        if quoted || does_something(&words) {
            found.push(words.join(" "));
        }
    }
    found
}

/// Whether the words begin with a whole command.
fn does_something(words: &[&str]) -> bool {
    let program = keydesk::cli::command();
    let mut command = &program;
    for word in &words[1..] {
        // A command may end a sentence.
        match command.find_subcommand(word.trim_end_matches(['.', ',', ';', ':', ')'])) {
            Some(sub) if !sub.has_subcommands() => return true,
            Some(sub) => command = sub,
            None => return false,
        }
    }
    false
}

/// What a text leaves open, filled in.
fn filled_in(command: &str) -> Vec<String> {
    let noted = format!("1:{}", "0".repeat(64));
    let mut words: Vec<String> = Vec::new();
    for word in command.split_whitespace() {
        let (open, close) = (word.find('{'), word.rfind('}'));
        words.push(match (words.last().map(String::as_str), open, close) {
            (Some("--kind"), Some(_), _) => "basic".to_owned(),
            // `keydesk setting set`: which one is left open.
            (Some("set"), Some(_), _) => "replay".to_owned(),
            (Some("--expect"), ..) => noted.clone(),
            (_, Some(open), Some(close)) => format!("{}X{}", &word[..open], &word[close + 1..]),
            _ => word.to_owned(),
        });
    }
    words
}

#[test]
fn texts_and_the_commands_in_them_are_found() {
    let source =
        "say(\"a `keydesk key list --as {}` b\"); // \"no\"\nlet c = '\"'; say(\"one \\\n    two\"); r#\"raw \"x\"\"#";
    assert_eq!(literals(source), ["a `keydesk key list --as {}` b", "one two", "raw \"x\""]);
    assert_eq!(
        suggested("Do `keydesk key list`, or: keydesk audit list --as A"),
        ["keydesk key list", "keydesk audit list --as A"]
    );
    assert_eq!(suggested("or by keydesk audit accept."), ["keydesk audit accept."], "at the end of a sentence too");
    assert!(suggested("keydesk keeps keys, keydesk key check").is_empty());
    assert_eq!(filled_in("keydesk key find --kind {kind} by:{}").join(" "), "keydesk key find --kind basic by:X");
}

/// What the help says of a command, of its options and of the commands below it.
fn help_texts(command: &clap::Command) -> Vec<String> {
    let own = command.get_about().into_iter().chain(command.get_after_help());
    let options = command.get_arguments().filter_map(|arg| arg.get_help());
    let texts: Vec<_> = own.chain(options).map(ToString::to_string).collect();
    texts.into_iter().chain(command.get_subcommands().flat_map(help_texts)).collect()
}

/// Whoever does what keydesk says is not told that the command is wrong.
#[test]
fn every_command_that_is_suggested_can_be_typed() {
    let mut texts: Vec<(String, String)> = Vec::new();
    for source in sources() {
        texts.extend(literals(&source.text).into_iter().map(|text| (source.path.clone(), text)));
    }
    let readme = read("README.md");
    let tables = readme.split("```").step_by(2).flat_map(str::lines).filter(|line| line.starts_with("| "));
    texts.extend(tables.map(|line| ("README.md".to_owned(), line.to_owned())));
    texts.extend(help_texts(&keydesk::cli::command()).into_iter().map(|text| ("--help".to_owned(), text)));
    let (mut seen, mut refused) = (0, Vec::new());
    for (path, text) in &texts {
        for command in suggested(text) {
            seen += 1;
            let words = filled_in(&command);
            // `keydesk key` names a group of commands, and is not meant to be typed.
            let bare = words.iter().skip(1).all(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            let group = bare && !does_something(&words.iter().map(String::as_str).collect::<Vec<_>>());
            if let Err(wrong) = keydesk::cli::command().try_get_matches_from(&words)
                && wrong.exit_code() != 0
                && !(group && keydesk::cli::command().find_subcommand(&words[1]).is_some())
            {
                refused.push(format!("{path}: {command}: {}", wrong.to_string().lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(seen > 20, "only {seen} were found");
}

/// Lines of the README's blocks that call the program, without their comments and with names in place of `…`.
fn commands(readme: &str) -> Vec<String> {
    let blocks = readme.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).filter_map(|line| {
        let line = line.rsplit_once(" | ").map_or(line, |(_, after)| after);
        let line = line.split("  #").next().unwrap_or_default().trim();
        line.starts_with("keydesk").then(|| line.to_owned())
    });
    lines.collect()
}

fn verbs(command: &clap::Command, path: &str) -> Vec<String> {
    let subs: Vec<_> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
    match subs.is_empty() {
        true => vec![path.to_owned()],
        false => subs.iter().flat_map(|sub| verbs(sub, &format!("{path} {}", sub.get_name()))).collect(),
    }
}

#[test]
fn the_readmes_test_command_is_the_one_that_ci_runs() {
    let ci = read(".ci/run");
    let block = between("test");
    let command = commands_of(&block);
    assert!(
        ci.lines().any(|line| line.trim_start_matches("CI=true ").trim() == command),
        "{command} is not in .ci/run"
    );
}

fn commands_of(block: &str) -> String {
    block.lines().find(|line| line.starts_with("cargo ")).expect("a cargo line").to_owned()
}
