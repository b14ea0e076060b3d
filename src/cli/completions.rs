//! `keydesk completions`: shell completion scripts. Needs no desk.

use clap::{Arg, Args, Command, ValueHint};
use clap_complete::Shell;

use super::error::CliError;
use super::{args, output};

/// The supported shells.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Arguments of `completions`.
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

/// Runs the command.
pub fn run(command: Command, args: &CompletionsArgs) -> Result<(), CliError> {
    output::bytes(script(command, args.shell).as_bytes())
}

/// The script of clap_complete, with what it lacks.
fn script(command: Command, shell: Shell) -> String {
    let command = without_files(command);
    let written = |mut command: Command| {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command, "keydesk", &mut text);
        String::from_utf8_lossy(&text).into_owned()
    };
    match shell {
        // With two colons zsh forgets the preceding words and offers commands of the system.
        Shell::Zsh => written(without_colons(command)).replace("'*::keys -- ", "'*:keys -- "),
        Shell::Fish => written(command.clone()) + &words(&command, &mut Vec::new()),
        _ => written(command).replacen(BASH_PREVIOUS, &[BASH_PREVIOUS, BASH_EQUALS].concat(), 1),
    }
}

/// Where the bash script sets the word before the completed one.
const BASH_PREVIOUS: &str = "    prev=\"$3\"\n";
/// Bash splits `--kind=hmac` at the equals sign.
const BASH_EQUALS: &str = r#"    if [[ ${COMP_CWORD} -ge 2 && "${COMP_WORDS[COMP_CWORD]}" == "=" ]]; then
        cur=""
        prev="${COMP_WORDS[COMP_CWORD-1]}"
    elif [[ ${COMP_CWORD} -ge 2 && "${COMP_WORDS[COMP_CWORD-1]}" == "=" ]]; then
        prev="${COMP_WORDS[COMP_CWORD-2]}"
    fi
"#;

/// Values that are no paths are hinted as such: otherwise shells would complete file names.
fn without_files(command: Command) -> Command {
    let hinted = |arg: Arg| {
        let is_path = arg.get_value_hint() != ValueHint::Unknown || !arg.get_possible_values().is_empty();
        if arg.get_action().takes_values() && !is_path { arg.value_hint(ValueHint::Other) } else { arg }
    };
    command.mut_args(hinted).mut_subcommands(without_files)
}

/// Zsh would run what follows a colon in a placeholder: `PATH` of `unix:PATH`.
fn without_colons(command: Command) -> Command {
    let plain = |arg: Arg| match arg.get_value_names().map(|names| names.join(" ")) {
        Some(name) if name.contains(':') => arg.value_name("VALUE"),
        _ => arg,
    };
    command.mut_args(plain).mut_subcommands(without_colons)
}

/// For fish: the possible values of positional arguments.
fn words(command: &Command, path: &mut Vec<String>) -> String {
    let own = command.get_positionals().filter_map(|arg| {
        let words: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let (first, rest) = path.split_first()?;
        let below = rest.iter().map(|name| format!("; and __fish_seen_subcommand_from {name}")).collect::<String>();
        let offered = words.join(" ");
        (!words.is_empty()).then(|| {
            format!("complete -c keydesk -n \"__fish_keydesk_using_subcommand {first}{below}\" -f -a \"{offered}\"\n")
        })
    });
    let mut lines: String = own.collect();
    for sub in command.get_subcommands() {
        path.push(sub.get_name().to_owned());
        lines += &words(sub, path);
        path.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_is_completed_with_files() {
        fn each(command: &Command, found: &mut impl FnMut(&Arg)) {
            command.get_arguments().for_each(&mut *found);
            command.get_subcommands().for_each(|sub| each(sub, found));
        }
        let mut paths = Vec::new();
        each(&without_files(crate::cli::command()), &mut |arg| {
            let name = arg.get_long().unwrap_or_default().to_owned();
            match arg.get_value_hint() {
                ValueHint::FilePath | ValueHint::DirPath => paths.push(name),
                ValueHint::Unknown if arg.get_action().takes_values() => {
                    assert!(!arg.get_possible_values().is_empty(), "{name}");
                }
                _ => {}
            }
        });
        assert!(
            ["data-dir", "config", "body", "gateway-token-file"].iter().all(|path| paths.iter().any(|p| p == path))
        );
        assert!(!paths.iter().any(|path| path == "as" || path == "network"), "{paths:?}");
    }

    #[test]
    fn completions_contain_the_additions_for_each_shell() {
        let script = |shell| script(crate::cli::command(), shell);
        assert!(script(Shell::Bash).contains(&[BASH_PREVIOUS, BASH_EQUALS].concat()));
        assert!(script(Shell::Zsh).contains(":VALUE:") && !script(Shell::Zsh).contains("unix:PATH:"));
        assert!(script(Shell::Zsh).contains("'*:keys -- ") && !script(Shell::Zsh).contains("'*::keys"));
        assert!(script(Shell::Fish).contains("using_subcommand setting; and __fish_seen_subcommand_from set\" -f -a"));
    }
}
