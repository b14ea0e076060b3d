//! `keydesk man`: the manual page, from the same definitions as the help. Needs no desk.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::error::CliError;
use super::output;

/// Date of the manual page: when its content was last reviewed.
const DATE: &str = "2026-11-29";
/// Longest line of text, in bytes.
const WIDTH: usize = 78;

/// Prints the page.
pub fn run(mut command: Command) -> Result<(), CliError> {
    // Passes the global options down and gives each command its whole name.
    command.build();
    output::bytes(page(&command).as_bytes())
}

fn page(command: &Command) -> String {
    let mut page = format!(".TH KEYDESK 1 {DATE} \"keydesk {}\"\n", env!("CARGO_PKG_VERSION"));
    page.push_str(".SH NAME\nkeydesk \\- a self\\-hosted desk for API credentials\n");
    page.push_str(".SH SYNOPSIS\n.B keydesk\n[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR]\n.SH DESCRIPTION\n");
    paragraph(&mut page, &command.get_about().map(ToString::to_string).unwrap_or_default());
    page.push_str(".SH OPTIONS\n");
    own_options(command).for_each(|arg| option(&mut page, arg));
    page.push_str(".SH COMMANDS\n");
    commands(&mut page, command);
    page.push_str(".SH EXIT STATUS\n");
    paragraph(&mut page, &command.get_after_help().map(ToString::to_string).unwrap_or_default());
    page
}

/// Options that work without a command.
fn own_options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"))
}

/// Every command without subcommands, in the order of the help.
fn commands(page: &mut String, command: &Command) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        if sub.has_subcommands() {
            commands(page, sub);
            continue;
        }
        let usage = sub.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").split_whitespace().collect::<Vec<_>>().join(" ");
        // Writing to a String cannot fail.
        let _ = writeln!(page, ".SS {}", escaped(&usage));
        paragraph(page, &sub.get_about().map(ToString::to_string).unwrap_or_default());
        let own = sub.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help");
        own.for_each(|arg| option(page, arg));
    }
}

fn option(page: &mut String, arg: &Arg) {
    let flag = arg.get_long().map(|long| format!("\\fB{}\\fR", escaped(&format!("--{long}"))));
    let value = arg.get_action().takes_values().then(|| format!("\\fI{}\\fR", escaped(&value(arg))));
    let heading: Vec<_> = flag.into_iter().chain(value).collect();
    let _ = writeln!(page, ".TP\n{}", heading.join(" "));
    paragraph(page, &arg.get_help().map(ToString::to_string).unwrap_or_default());
}

/// The possible values, or the placeholder of a value.
fn value(arg: &Arg) -> String {
    let words: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    match (words.is_empty(), arg.get_value_names()) {
        (false, _) => words.join("|"),
        (true, Some(names)) => names.join(" "),
        (true, None) => "VALUE".to_owned(),
    }
}

/// Wraps text to the line length that roff tools recommend.
fn paragraph(page: &mut String, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { escaped(word) } else { format!("{line} {}", inside(word)) };
        if longer.len() <= WIDTH || line.is_empty() {
            line = longer;
        } else {
            let _ = writeln!(page, "{}", std::mem::replace(&mut line, escaped(word)));
        }
    }
    let _ = writeln!(page, "{line}");
}

/// Escapes text for roff: hyphens stay hyphens.
fn inside(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

/// The same at the start of a line, where a dot would begin a roff request.
fn escaped(text: &str) -> String {
    let text = inside(text);
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_option_is_on_the_page() {
        let mut command = crate::cli::command();
        command.build();
        let page = page(&command);
        for said in [
            "keydesk key create",
            "\\-\\-overlap\\fR \\fInone|1h|24h|7d",
            "\\-\\-master\\-key\\-file",
            "6 store unavailable",
            "\\-\\-plain",
        ] {
            assert!(page.contains(said), "{said} is not in {page}");
        }
        assert!(page.lines().all(|line| !line.trim().is_empty()), "an empty line breaks a paragraph of roff");
    }

    #[test]
    fn text_in_the_database_stays_text() {
        assert_eq!(escaped("a-b\\c"), "a\\-b\\ec");
        assert_eq!(escaped(".SH no"), "\\&.SH no");
    }
}
