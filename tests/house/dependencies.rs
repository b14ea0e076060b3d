//! Which module may use which, and what only one of them may use.

use std::collections::{BTreeMap, BTreeSet};

use crate::{MAY_USE, code, sources};

/// The parts of the screen's state machine: what they decide does not depend on what was drawn.
const STATE_MACHINE: [&str; 5] = ["tui/act/", "tui/dialog/", "tui/reply/", "tui/screen/", "tui/update.rs"];

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
fn allowed_dependencies_have_no_cycle() {
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
fn a_crate_for_one_purpose_is_used_in_one_place() {
    for (crates, homes) in [
        (&["argon2", "chacha20poly1305", "hmac", "md5", "sha1", "sha2", "rand"][..], &["vault"][..]),
        (&["rusqlite"], &["store"]),
        (&["ratatui", "tui_input"], &["tui"]),
        (&["crossterm"], &["terminal", "tui"]),
        (&["arboard"], &["clipboard"]),
        (&["clap", "comfy_table"], &["cli"]),
    ] {
        for source in sources().iter().filter(|source| !homes.contains(&source.module())) {
            for name in crates {
                assert!(
                    !code(&source.text).contains(&format!("{name}::")),
                    "{} uses {name}, which only {homes:?} may",
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
