//! `keydesk completions`: what a package puts where the shell looks. It needs no desk.

use clap::{Args, Command};
use clap_complete::Shell;

use super::{args, failure::Failure, out};

/// The shells that are known here.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// For which shell.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_parser = args::one_of(&SHELLS, shell_word))]
    shell: Shell,
}

fn shell_word(shell: Shell) -> &'static str {
    match shell {
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        _ => "bash",
    }
}

/// Prints them.
pub fn run(mut command: Command, args: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "keydesk", &mut text);
    out::bytes(&text)
}
