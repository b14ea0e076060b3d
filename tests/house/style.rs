//! What no line may hold, one style of modules and of imports, and what needs no documentation.

use std::{collections::BTreeSet, fs};

use crate::{code, read, root, sources, walk};

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

#[test]
fn forbidden_macros_and_calls_are_absent() {
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

/// `folder/mod.rs` and not `folder.rs` beside `folder/`.
#[test]
fn a_module_with_files_of_its_own_is_a_folder() {
    for source in sources() {
        let beside = root().join("src").join(source.path.trim_end_matches(".rs"));
        assert!(!beside.is_dir(), "src/{} belongs into its folder, as mod.rs", source.path);
    }
}

/// What a `use` declaration must not share with another one: where it stands, its visibility, and the root of its paths.
type Root = (usize, String, String);

/// The roots of the `use` declarations of a text. Those with an attribute stand for themselves.
fn roots(text: &str) -> Vec<Root> {
    let (mut found, mut scope, mut attribute) = (Vec::new(), 0, false);
    for (number, line) in code(text).lines().enumerate() {
        let start = line.trim_start();
        // A module or a function within the file has its own.
        if start.starts_with("mod ") || start.starts_with("fn ") || line == "}" {
            scope = number;
        }
        if let Some(at) = start.find("use ").filter(|at| *at == 0 || start.starts_with("pub")) {
            let root = start[at + 4..].split([':', ';', ' ']).next().unwrap_or_default();
            if !attribute {
                found.push((scope, start[..at].to_owned(), root.to_owned()));
            }
        }
        attribute = start.starts_with("#[");
    }
    found
}

/// One `use` for each root: what comes from `crate` stands in one tree.
#[test]
#[ignore = "not yet"]
fn imports_of_one_root_are_one_tree() {
    let text = "use std::{a, b};\nuse crate::{\n    c,\n};\npub use crate::d;\nmod tests {\n    use std::e;\n}\n";
    assert_eq!(roots(text).len(), 4);
    let mut wrong = Vec::new();
    for source in sources() {
        let whole = read(&format!("src/{}", source.path));
        let mut seen = BTreeSet::new();
        let twice = roots(&whole).into_iter().filter(|root| !seen.insert(root.clone()));
        wrong.extend(twice.map(|(_, _, root)| format!("{}: two `use {root}`", source.path)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Longest name of a test, in words.
const WORDS: usize = 12;

#[test]
fn names_of_tests_have_at_most_a_dozen_words() {
    let (mut files, mut wrong, mut seen) = (Vec::new(), Vec::new(), 0);
    for folder in ["src", "tests"] {
        walk(&root().join(folder), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for rest in text.split("#[test]").skip(1) {
            let Some((_, name)) = rest.split_once("fn ") else { continue };
            let name = name.split('(').next().unwrap_or_default();
            seen += 1;
            if name.split('_').count() > WORDS {
                wrong.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{WORDS} words are the most: {wrong:#?}");
    assert!(seen > 1000, "only {seen} tests were found");
}

/// Variants that their name explains need no documentation; everything else does.
#[test]
fn only_variants_go_undocumented() {
    assert!(read("src/lib.rs").contains("#![warn(missing_docs)]"));
    for source in sources() {
        let lines: Vec<_> = code(&source.text).lines().map(|line| line.trim().to_owned()).collect();
        for (i, _) in lines.iter().enumerate().filter(|(_, line)| line.contains("(missing_docs")) {
            let item = lines[i + 1..].iter().find(|line| !line.starts_with("#[")).cloned().unwrap_or_default();
            let is_enum = ["pub enum ", "enum "].iter().any(|word| item.starts_with(word));
            assert!(is_enum || source.path == "lib.rs", "{}: `{item}` needs its documentation", source.path);
        }
    }
}

/// Whoever adds a kind is led to every place by the compiler: by a `match`, or by a method of `Kind`.
#[test]
fn credential_kinds_are_matched_and_never_compared() {
    let kinds = ["Basic", "Hmac", "Legacy"].map(|kind| format!("Kind::{kind}"));
    let mut wrong = Vec::new();
    for source in sources() {
        for line in code(&source.text).lines() {
            let compared =
                |kind: &String| line.contains(&format!("= {kind}")) || line.contains(&format!("= Some({kind}"));
            let asked = line.split_once("matches!(").map_or("", |(_, asked)| asked);
            let tested = kinds.iter().any(|kind| asked.contains(kind));
            let compares = (line.contains("==") || line.contains("!=")) && kinds.iter().any(compared);
            if compares || tested {
                wrong.push(format!("{}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
