//! Every command that the documentation or the program names can be typed, and every verb is documented.

use super::documents::{Page, between, pages};
use crate::{read, sources};

/// Every `keydesk …` line of a block can be typed, and every verb is on the page of the command line.
#[test]
fn the_commands_of_the_documentation_are_the_programs() {
    let pages = pages();
    let lines: Vec<_> =
        pages.iter().flat_map(|page| commands(&page.text).into_iter().map(|line| (&page.path, line))).collect();
    assert!(lines.len() > 50, "{lines:?}");
    for (path, line) in &lines {
        // What a shell would put in its place.
        let typed = line.replace("\"$NOTED\"", &format!("1:{}", "0".repeat(64))).replace("\"Acme Messaging\"", "Acme");
        let typed = typed.replace("'crm unused>90d'", "crm");
        if let Err(wrong) = keydesk::cli::command().try_get_matches_from(typed.split_whitespace()) {
            assert_eq!(wrong.exit_code(), 0, "{path}: {line}: {wrong}");
        }
    }
    let reference = commands(&read("docs/command-line.md"));
    for verb in verbs(&keydesk::cli::command(), "keydesk") {
        assert!(reference.iter().any(|line| line.starts_with(&verb)), "{verb} is not in docs/command-line.md");
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

/// The lines of a page outside of its blocks that tell somebody to type a command. Sentences also name commands, without
/// what they take; and the design names some that are planned.
fn written(page: Page) -> Vec<(String, String)> {
    let prose = page.text.split("```").step_by(2).flat_map(str::lines);
    let exists = prose.filter(|line| !line.contains("*planned*") && !line.contains("*Planned*"));
    let names = |command: &String| is_a_name(&command.split_whitespace().collect::<Vec<_>>());
    let told = exists.filter(|line| line.starts_with("| ") || !suggested(line).iter().all(names));
    told.map(|line| (page.path.clone(), line.to_owned())).collect()
}

/// Whether the words are the name of a command and nothing else.
fn is_a_name(words: &[&str]) -> bool {
    let program = keydesk::cli::command();
    let mut command = &program;
    words[1..].iter().all(|word| match command.find_subcommand(word) {
        Some(sub) => {
            command = sub;
            true
        }
        None => false,
    })
}

/// Whoever does what keydesk says is not told that the command is wrong.
#[test]
fn every_command_that_is_suggested_can_be_typed() {
    let mut texts: Vec<(String, String)> = Vec::new();
    for source in sources() {
        texts.extend(literals(&source.text).into_iter().map(|text| (source.path.clone(), text)));
    }
    texts.extend(pages().into_iter().flat_map(written));
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

/// Lines of a page's blocks that call the program, without their comments and with names in place of `…`.
fn commands(page: &str) -> Vec<String> {
    // A drawing of a screen is no command.
    let blocks = page.split("```").skip(1).step_by(2).filter(|block| !block.starts_with("text\n"));
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
fn ci_runs_the_test_command_of_the_readme() {
    let ci = read(".ci/run");
    let block = between("test").1;
    let command = commands_of(&block);
    assert!(
        ci.lines().any(|line| line.trim_start_matches("CI=true ").trim() == command),
        "{command} is not in .ci/run"
    );
}

fn commands_of(block: &str) -> String {
    block.lines().find(|line| line.starts_with("cargo ")).expect("a cargo line").to_owned()
}
