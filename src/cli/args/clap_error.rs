//! Turns clap's usage errors into one sentence.

use std::io::{self, Write as _};

use clap::error::ErrorKind;

use crate::cli::error::{CliError, USAGE, stderr_line};
use crate::cli::output;

/// Prints help and version, or says what is wrong; returns the exit code.
pub fn report(error: &clap::Error) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let printed =
                output::require_open().and_then(|()| Ok(error.print().and_then(|()| io::stdout().flush())?));
            printed.map_or_else(CliError::report, |()| 0)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            USAGE
        }
        _ => {
            stderr_line(&sentence(&error.to_string()));
            USAGE
        }
    }
}

/// What is wrong, for a session by SSH key: there is no help, and no program that is named.
pub fn over_ssh(error: &clap::Error) -> String {
    let told = sentence(&error.to_string()).replace("Usage: keydesk ", "Usage: ssh keydesk@HOST ");
    told.strip_suffix(MORE).unwrap_or(&told).to_owned()
}

/// Where the command line is explained.
const MORE: &str = " See --help for more.";

/// In place of clap's tip, which shows as much of a text as it took for a flag.
const DASH: &str = "If it is a text that begins with a dash, write it last, in quotes, with -- before it";

/// clap's paragraphs, without their layout.
fn sentence(rendered: &str) -> String {
    let paragraphs = rendered.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    let told: Vec<String> = paragraphs
        .filter(|p| !p.is_empty() && !p.starts_with("For more information"))
        .map(|p| if p.starts_with("tip: to pass '") { DASH.to_owned() } else { p })
        .map(|p| p.strip_prefix("error: ").unwrap_or(&p).trim_end_matches('.').to_owned())
        .collect();
    format!("{}.{MORE}", told.join(". "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_become_sentences() {
        let rendered = "error: the following required arguments were not provided:\n  --as <NAME>\n\nUsage: keydesk key \
                        list --as <NAME>\n\nFor more information, try '--help'.\n";
        let told = "the following required arguments were not provided: --as <NAME>. Usage: keydesk key list --as <NAME>. \
                    See --help for more.";
        assert_eq!(sentence(rendered), told);
    }
}
