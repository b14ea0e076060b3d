//! What no line may hold, one style of modules and of imports, and what needs no documentation.

use std::fs;

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

/// The `use` declarations of a text, each on one line.
fn imports(text: &str) -> Vec<String> {
    let (mut found, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
    for line in code(text).lines().map(str::trim) {
        let begins = line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "));
        let import = match open.take() {
            Some(begun) => format!("{begun} {line}"),
            None if begins => line.to_owned(),
            None => continue,
        };
        match import.ends_with(';') {
            true => found.push(import),
            false => open = Some(import),
        }
    }
    found
}

/// One `use` for each module: its braces hold names, and no paths.
#[test]
fn imports_name_one_module_each() {
    let nested = |import: &str| import.split_once('{').is_some_and(|(_, names)| names.contains("::"));
    assert_eq!(imports("use a::{\n    b,\n    c::d,\n};\npub(super) use e::f;\n").len(), 2);
    assert!(nested("use a::{ b, c::d, };") && !nested("use a::{self, b};"));
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    for folder in ["src", "tests"] {
        walk(&root().join(folder), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let nested = imports(&text).into_iter().filter(|import| nested(import));
        wrong.extend(nested.map(|import| format!("{}: {import}", file.display())));
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
