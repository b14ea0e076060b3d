//! The pages of the documentation: short where they must be, without a dead link, and true in what they name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::{code, read, root, sources};

/// A page of the documentation.
pub struct Page {
    /// Path below the root.
    pub path: String,
    pub text: String,
}

/// Longest README.
const README: usize = 150;
/// What no page may name: it is not in a clone.
const ELSEWHERE: [&str; 4] = ["../shared", "/work/", "vectors/dev", "VERIFY.md"];

/// README, CONTRIBUTING, CHANGELOG and everything in `docs`, and the pages beside data and figures.
pub fn pages() -> Vec<Page> {
    let mut paths: Vec<_> = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| format!("docs/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|path| path.ends_with(".md"))
        .collect();
    paths.sort();
    assert!(paths.len() > 8, "{paths:?}");
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benches/README.md", "tests/vectors/data/README.md"];
    let paths = others.into_iter().map(str::to_owned).chain(paths);
    paths.map(|path| Page { text: read(&path), path }).collect()
}

/// The one page with these markers, and the text between them.
pub fn between(name: &str) -> (String, String) {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let mut found = pages().into_iter().filter_map(|Page { path, text }| {
        let from = text.find(&begin)? + begin.len();
        let to = text[from..].find(&end).unwrap_or_else(|| panic!("{path} has no {end}"));
        Some((path, text[from..from + to].to_owned()))
    });
    let one = found.next().unwrap_or_else(|| panic!("no page has {begin}"));
    assert!(found.next().is_none(), "two pages have {begin}");
    one
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= README, "README.md has {lines} lines; {README} are the most");
}

#[test]
fn no_page_names_what_is_not_in_a_clone() {
    for Page { path, text } in pages() {
        for elsewhere in ELSEWHERE {
            assert!(!text.contains(elsewhere), "{path} names {elsewhere}");
        }
    }
}

/// Targets of the links in a text.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next()).collect()
}

/// The anchor that a heading has.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    let pages = pages();
    for Page { path, text } in &pages {
        let folder = root().join(path).parent().unwrap().to_owned();
        for link in links(text).into_iter().filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root().join(path) } else { folder.join(file) };
            if !target.exists() {
                wrong.push(format!("{path}: {link}"));
            } else if !heading.is_empty() {
                let text = fs::read_to_string(&target).unwrap();
                let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
                if !headings.map(|line| anchor(line.trim_start_matches('#'))).any(|is| is == heading) {
                    wrong.push(format!("{path}: {link}: no such heading"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for Page { path, .. } in pages.iter().filter(|page| page.path.starts_with("docs/")) {
        assert!(read("README.md").contains(&format!("]({path}")), "README.md does not lead to {path}");
    }
}

/// What stands in backticks in a text, outside of blocks.
fn quoted(text: &str) -> Vec<&str> {
    let lines = text.split("```").step_by(2).flat_map(str::lines);
    lines.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn what_is_quoted_stands_on_one_line() {
    for Page { path, text } in pages() {
        for line in text.split("```").step_by(2).flat_map(str::lines) {
            assert!(line.matches('`').count() % 2 == 0, "{path}: a backtick without its other: {line}");
        }
    }
}

/// Folders whose files are named by their path from the root.
const NAMED: [&str; 6] = ["src/", "tests/", "assets/", "benches/", "docs/", "fuzz/"];
/// What the design names and is not there yet.
const PLANNED: [&str; 1] = ["src/ssh/"];

#[test]
fn every_file_and_test_that_is_named_is_there() {
    let (mut tests, mut wrong) = (0, Vec::new());
    for Page { path, text } in pages() {
        for name in quoted(&text).into_iter().filter(|name| NAMED.iter().any(|folder| name.starts_with(folder))) {
            let (file, test) = name.split_once("::").unwrap_or((name, ""));
            if PLANNED.contains(&file) || file.contains(['*', '<']) {
                continue;
            }
            if !root().join(file).exists() {
                wrong.push(format!("{path}: {file} is not there"));
            } else if !test.is_empty() {
                tests += 1;
                if !read(file).contains(&format!("fn {test}(")) {
                    wrong.push(format!("{path}: {file} has no {test}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tests > 50, "only {tests} tests are named");
}

/// Names that begin with `KEYDESK_` in a text, and are not the end of another.
fn variables(text: &str) -> BTreeSet<String> {
    let named = text
        .match_indices("KEYDESK_")
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let whole = named.map(|(at, _)| text[at..].chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect());
    whole.collect()
}

#[test]
fn every_environment_variable_is_documented() {
    let read_by_the_program: BTreeSet<_> = sources().iter().flat_map(|source| variables(&source.text)).collect();
    assert!(read_by_the_program.len() > 8, "{read_by_the_program:?}");
    let documented: BTreeSet<_> = pages()
        .iter()
        .filter(|page| page.path.starts_with("docs/") && page.path != "docs/design.md")
        .flat_map(|page| quoted(&page.text).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .flat_map(|name| variables(&name))
        .collect();
    for variable in &read_by_the_program {
        assert!(documented.contains(variable), "{variable} is not in docs");
    }
    // What only tests read.
    let tests = [
        "BLESS",
        "FLEET_ROUNDS",
        "VECTORS",
        "TEST_STORE",
        "TEST_PG_BIN",
        "TEST_SETTINGS",
        "HISTORY_SEED",
        "HISTORY_SECONDS",
        "HISTORY_PAUSE",
    ]
    .map(|name| format!("KEYDESK_{name}"));
    for variable in documented {
        assert!(read_by_the_program.contains(&variable) || tests.contains(&variable), "nobody reads {variable}");
    }
}

#[test]
fn what_the_config_file_may_say_is_documented() {
    let text = read("src/config/file.rs");
    let install = read("docs/install.md");
    let names: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    pub "))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .filter(|name| !["serve", "ssh"].contains(name) && !name.contains(' '))
        .collect();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        assert!(install.contains(&format!("`{name}`")), "{name} is not in docs/install.md");
    }
}

/// Rules by their numbers, as `C1` or `H15`.
fn rules(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_rule = |word: &&str| {
        word.len() > 1
            && word.starts_with(['B', 'C', 'H', 'L', 'R', 'S'])
            && word[1..].chars().all(|c| c.is_ascii_digit())
    };
    words.filter(is_rule).map(str::to_owned).collect()
}

/// The code names the rules that it enforces; each is in the policy.
#[test]
fn every_rule_that_the_code_names_is_in_the_policy() {
    let policy = read("docs/verification.md");
    let defined: BTreeSet<_> =
        policy.lines().filter_map(|line| line.strip_prefix("* **")?.split("**").next()).collect();
    assert!(defined.len() > 50, "{defined:?}");
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for source in sources() {
        let comments = source.text.lines().filter_map(|line| line.split_once("//").map(|(_, comment)| comment));
        for comment in
            comments.filter(|comment| comment.contains("docs/verification.md") || source.module() == "verify")
        {
            named.extend(rules(comment).into_iter().map(|rule| (rule, source.path.clone())));
        }
        assert!(!code(&source.text).contains("VERIFY.md"), "{}", source.path);
    }
    assert!(named.len() > 20, "{named:?}");
    for (rule, path) in named {
        assert!(defined.contains(rule.as_str()), "{path} names {rule}, which is not in docs/verification.md");
    }
}
