//! Commands in sentences, as whoever reads them can type them: in a session by SSH key there is no shell, and nobody says who
//! acts.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a command at home says who acts; a sentence has it at the end of the command.
const ACTS: &str = " --as ";
/// How a command at home begins.
const PROGRAM: &str = "keydesk ";
/// What cannot be part of a command in a sentence.
const ENDS: [char; 5] = ['`', ';', ':', '(', ','];
/// The first words of commands that work on a desk.
const VERBS: [&str; 7] = ["key", "user", "ssh-key", "audit", "setting", "snippet", "explain"];

static BY_SSH_KEY: AtomicBool = AtomicBool::new(false);

/// From now on this process serves a session by SSH key.
pub fn by_ssh_key() {
    BY_SSH_KEY.store(true, Ordering::Relaxed);
}

/// A sentence with its commands as they can be typed here.
pub fn as_typed(sentence: &str) -> Cow<'_, str> {
    match BY_SSH_KEY.load(Ordering::Relaxed) {
        true => over_ssh(sentence),
        false => Cow::Borrowed(sentence),
    }
}

fn over_ssh(sentence: &str) -> Cow<'_, str> {
    let Some((begin, behind)) = sentence.split_once(ACTS) else { return Cow::Borrowed(sentence) };
    let name = behind.find(|c: char| !c.is_alphanumeric() && !"-_.@".contains(c)).unwrap_or(behind.len());
    let name = behind[..name].trim_end_matches('.').len();
    let rest = over_ssh(&behind[name..]);
    let command = begin.rfind(PROGRAM).map(|at| (&begin[..at], &begin[at + PROGRAM.len()..]));
    let Some((before, words)) = command.filter(|(_, words)| is_command(words)) else {
        return Cow::Owned(format!("{begin}{ACTS}{}{rest}", &behind[..name]));
    };
    let typed = match words.starts_with("setting set ") {
        // Settings are changed at the desk.
        true => "ssh -t keydesk@HOST".to_owned(),
        false => format!("ssh keydesk@HOST '{words}'"),
    };
    let rest = rest.replacen("` on this machine", "`", 1);
    Cow::Owned(format!("{before}{typed}{rest}"))
}

fn is_command(words: &str) -> bool {
    !words.contains(ENDS) && VERBS.contains(&words.split(' ').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_sentence_can_be_typed_over_ssh() {
        for (home, ssh) in [
            ("Look at `keydesk user list --as NAME`.", "Look at `ssh keydesk@HOST 'user list'`."),
            (
                "run `keydesk audit verify --as NAME` and `keydesk audit accept --as NAME` on this machine",
                "run `ssh keydesk@HOST 'audit verify'` and `ssh keydesk@HOST 'audit accept'`",
            ),
            ("keydesk audit accept --as NAME", "ssh keydesk@HOST 'audit accept'"),
            (
                "To stop it: keydesk key rotate K --overlap none --as eve.x",
                "To stop it: ssh keydesk@HOST 'key rotate K --overlap none'",
            ),
            (
                "set it again: `keydesk setting set lock-minutes VALUE --as NAME`.",
                "set it again: `ssh -t keydesk@HOST`.",
            ),
            ("keydesk: give --as NAME.", "keydesk: give --as NAME."),
            ("It is of keydesk itself. Add --as NAME.", "It is of keydesk itself. Add --as NAME."),
            ("There is no command here.", "There is no command here."),
        ] {
            assert_eq!(over_ssh(home), ssh);
            assert_eq!(over_ssh(ssh), ssh, "said once more");
        }
    }
}
