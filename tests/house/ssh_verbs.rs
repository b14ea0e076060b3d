//! What the command line has, a session by SSH key has too, or refuses with a reason.

use std::collections::{BTreeMap, BTreeSet};

use clap::Command;
use keydesk::ssh::{CONFIRM, REFUSED_FLAGS, REFUSED_VERBS, VERBS};

/// Every verb of the command line with its long flags.
fn verbs() -> BTreeMap<String, BTreeSet<String>> {
    fn walk(command: &Command, path: &str, all: &mut BTreeMap<String, BTreeSet<String>>) {
        let mut below = command.get_subcommands().filter(|one| one.get_name() != "help").peekable();
        if below.peek().is_none() {
            let flags = command.get_arguments().filter_map(|arg| arg.get_long());
            all.insert(path.trim().to_owned(), flags.map(|flag| format!("--{flag}")).collect());
        }
        below.for_each(|one| walk(one, &format!("{path} {}", one.get_name()), all));
    }
    let (mut command, mut all) = (keydesk::cli::command(), BTreeMap::new());
    command.build();
    walk(&command, "", &mut all);
    all
}

#[test]
fn each_verb_is_run_over_ssh_or_refused_with_a_reason() {
    let here: BTreeSet<_> = VERBS.iter().map(|verb| verb.path.join(" ")).collect();
    let refused: BTreeSet<_> = REFUSED_VERBS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(here.intersection(&refused).count(), 0, "both run and refused");
    let told: BTreeSet<_> = here.union(&refused).cloned().collect();
    assert_eq!(told, verbs().into_keys().collect(), "a new verb is run over SSH, or refused there with a reason");
}

#[test]
fn each_flag_is_taken_over_ssh_or_refused_with_a_reason() {
    let (all, refused) = (verbs(), REFUSED_FLAGS.iter().map(|(flag, _)| (*flag).to_owned()).collect::<BTreeSet<_>>());
    let mut met = BTreeSet::new();
    for verb in VERBS {
        let (path, has) = (verb.path.join(" "), &all[&verb.path.join(" ")]);
        let may: BTreeSet<_> = verb.flags.iter().map(|flag| (*flag).to_owned()).collect();
        assert_eq!(may.len(), verb.flags.len(), "{path} names a flag twice");
        assert!(may.is_disjoint(&refused) && !may.contains(CONFIRM), "{path}");
        let rest: BTreeSet<_> = has.difference(&may).cloned().collect();
        assert!(may.is_subset(has), "{path} has no flag {:?}", may.difference(has).collect::<Vec<_>>());
        assert!(rest.is_subset(&refused), "{path}: {:?}", rest.difference(&refused).collect::<Vec<_>>());
        met.extend(rest);
    }
    assert_eq!(met, refused, "a reason for a flag that no verb has");
}
