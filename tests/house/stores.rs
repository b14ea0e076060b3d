//! Which tests run on one of the two stores only.

use std::collections::BTreeSet;
use std::fs;

use crate::{read, root, walk};

const GUARD: &str = "is_of_the_other_store!()";
const SUITES: [&str; 2] = ["hub", "serve"];

/// Every text in quotation marks that names a test of these suites.
fn listed() -> BTreeSet<String> {
    let text = read("tests/support/one_store.rs");
    let names = text.split('"').filter(|part| SUITES.iter().any(|suite| part.starts_with(&format!("{suite}::"))));
    names.map(str::to_owned).collect()
}

/// The tests of a file that begin with the guard, and how often the guard stands there.
fn guarded(text: &str) -> (Vec<&str>, usize) {
    let tests = text.split("#[test]\nfn ").skip(1).filter_map(|rest| {
        let (name, body) = rest.split_once("() {\n")?;
        body.trim_start().starts_with(&format!("if {GUARD} {{")).then_some(name)
    });
    (tests.collect(), text.matches(GUARD).count())
}

#[test]
fn tests_of_one_store_are_listed_with_a_reason() {
    let (mut found, mut wrong) = (BTreeSet::new(), Vec::new());
    for suite in SUITES {
        let (folder, mut files) = (root().join("tests").join(suite), Vec::new());
        walk(&folder, &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let module =
                file.strip_prefix(&folder).unwrap().with_extension("").display().to_string().replace('/', "::");
            let (tests, guards) = guarded(&text);
            if guards != tests.len() {
                wrong.push(format!("{module}: the guard is the first line of a test"));
            }
            if text.split("on_postgres() {\n").skip(1).any(|body| body.trim_start().starts_with("return;")) {
                wrong.push(format!("{module}: a test ends without a word"));
            }
            found.extend(tests.iter().map(|test| format!("{suite}::{module}::{test}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(found, listed());
}
