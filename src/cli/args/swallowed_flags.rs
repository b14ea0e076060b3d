//! Option values with a leading dash: an option for free text, a time or a path accepts them, but not a flag whose
//! preceding value was forgotten or mistyped. That a time has no dash, its own parser says.

use std::ffi::OsString;

use clap::Command;

/// What is wrong with a command line in which an option for text would swallow a flag.
pub fn find(command: &Command, args: &[OsString]) -> Option<String> {
    let given = args.iter().take_while(|arg| *arg != "--").count() + 1;
    let pairs = args.iter().zip(args.iter().skip(1)).take(given);
    pairs.filter_map(|(option, text)| Some((option.to_str()?, text.to_str()?))).find_map(|(option, text)| {
        let takes_it = option.strip_prefix("--").is_some_and(|long| takes_text(command, long)) && is_flag(text);
        takes_it.then(|| {
            format!("{option} needs a value, and {text} looks like a flag. If it is the value, write {option}={text}.")
        })
    })
}

/// Whether some command has an option of this name that takes text with a dash before it.
fn takes_text(command: &Command, long: &str) -> bool {
    command.get_arguments().any(|arg| arg.is_allow_hyphen_values_set() && arg.get_long() == Some(long))
        || command.get_subcommands().any(|sub| takes_text(sub, long))
}

/// Two dashes and a word: no text looks like this by accident.
fn is_flag(text: &str) -> bool {
    let Some(word) = text.strip_prefix("--") else { return false };
    let word = word.split_once('=').map_or(word, |(word, _)| word);
    word.is_empty() || (word.starts_with(char::is_alphabetic) && word.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str]) -> Option<String> {
        let args: Vec<_> = words.iter().map(OsString::from).collect();
        find(&crate::cli::command(), &args)
    }

    #[test]
    fn a_flag_is_not_taken_for_text() {
        for words in [
            &["keydesk", "key", "create", "--note", "--json"][..],
            &["keydesk", "key", "create", "--name", "--expirse=90d"],
            &["keydesk", "key", "list", "--filter", "--al"],
            &["keydesk", "key", "create", "--note", "--", "x"],
        ] {
            assert!(said(words).is_some_and(|why| why.contains("looks like a flag")), "{words:?}");
        }
        for words in [
            &["keydesk", "key", "create", "--note", "- rotate in March"][..],
            &["keydesk", "key", "create", "--note", "-x"],
            &["keydesk", "key", "create", "--note", "--- old ---"],
            &["keydesk", "key", "create", "--note", "--json is on"],
            &["keydesk", "key", "create", "--note=--json"],
            &["keydesk", "key", "list", "--as", "--json"],
            &["keydesk", "key", "rename", "K", "--", "--name", "--json"],
        ] {
            assert_eq!(said(words), None, "{words:?}");
        }
    }
}
