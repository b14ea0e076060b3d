//! Turns clap's usage errors into one sentence.

use clap::error::ErrorKind;

use super::failure::{USAGE, say};

/// Prints help and version, or says what is wrong; returns the exit code.
pub fn tell(error: &clap::Error) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that left, as `head` does, is no failure.
            let _ = error.print();
            0
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            USAGE
        }
        _ => {
            say(&sentence(&error.to_string()));
            USAGE
        }
    }
}

/// clap's paragraphs, without their layout.
fn sentence(rendered: &str) -> String {
    let paragraphs = rendered.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    let told: Vec<String> = paragraphs
        .filter(|p| !p.is_empty() && !p.starts_with("For more information"))
        .map(|p| p.strip_prefix("error: ").unwrap_or(&p).trim_end_matches('.').to_owned())
        .collect();
    format!("{}. See --help for more.", told.join(". "))
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
