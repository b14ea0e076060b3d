//! Copying text to the user's clipboard, wherever that is.
//!
//! Over SSH the clipboard is on another machine: native tools would fill the server's. Inside tmux the terminal's own
//! way (OSC 52) is dropped by tmux's default settings, and with others it leaves the secret in a paste buffer.

mod desktop;
mod multiplexer;
pub mod osc52;
mod tmux;

use crate::secret::Secret;

pub use desktop::Desktop;
pub use multiplexer::Multiplexer;

/// The outcome of a copy, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// Handed to the desktop's clipboard.
    Copied,
    /// Written to the terminal by OSC 52; nobody confirms it.
    SentToTerminal,
    /// Written to a multiplexer before the terminal, which drops it unless configured otherwise.
    SentInto {
        /// Which one.
        around: Multiplexer,
        /// Whether the client came by SSH, so that it may be on either side.
        over_ssh: bool,
    },
    /// Handed to tmux, which sends it to the terminal and keeps nothing.
    SentThroughTmux,
    /// Handed to tmux, which sends it to the terminal and keeps it in a paste buffer.
    KeptInTmux,
    /// Nothing here can copy; the reason as a sentence with the next step.
    Impossible(String),
}

impl CopyOutcome {
    /// What is known of a copy of `what`, as a sentence.
    pub fn sentence(&self, what: &str) -> String {
        match self {
            Self::Copied => format!("Copied: {what}."),
            Self::SentToTerminal => format!("Sent to your terminal (OSC 52): {what}. Paste to check."),
            Self::SentInto { around, over_ssh } => {
                format!("Sent (OSC 52): {what}, but {} Paste to check.", around.words(*over_ssh))
            }
            Self::SentThroughTmux => format!("Sent {what} through tmux. Paste as usual, not by prefix ]."),
            Self::KeptInTmux => format!("Sent {what} through tmux. Paste as usual, or by prefix ]."),
            Self::Impossible(why) => why.clone(),
        }
    }

    /// What is known of text that was written to the terminal by OSC 52. `var` reads one variable of the environment;
    /// `over_ssh`: whether the client came by SSH.
    pub fn sent(var: &dyn Fn(&str) -> Option<String>, over_ssh: bool) -> Self {
        match Multiplexer::around(var) {
            None => Self::SentToTerminal,
            Some(Multiplexer::Screen) => Self::Impossible(SCREEN.to_owned()),
            Some(around) => Self::SentInto { around, over_ssh },
        }
    }

    /// Whether it is unknown that the text arrived: not enough to drop a secret.
    pub fn is_doubtful(&self) -> bool {
        matches!(self, Self::SentInto { .. })
    }
}

/// How a copy is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMethod {
    /// tmux is asked to send it to its terminal, and to forget it.
    Tmux,
    /// tmux is asked to send it to its terminal, and to keep a paste buffer with it.
    TmuxBuffer,
    /// The terminal is asked to take it, by OSC 52.
    Terminal,
    /// The desktop's clipboard of this machine.
    Desktop,
}

/// How to paste what went through tmux: the terminal has it, and tmux only if it was told to keep it.
pub const PASTE_OUTSIDE: &str = "Paste it as into any window; tmux's own paste (prefix ]) has nothing.";
/// The same where tmux keeps it.
pub const PASTE_INSIDE: &str =
    "Paste it as into any window, or by prefix ]; tmux keeps it until you delete it (prefix =).";

/// Why nothing here can copy: one sentence with the next step.
const DUMB: &str = "This terminal (TERM=dumb) cannot copy. Note the text by hand, or open keydesk in a full terminal.";
const SCREEN: &str =
    "GNU screen passes no copy on to your terminal. Select the text by hand, or run keydesk outside screen or in tmux.";
const CONSOLE: &str = "The Linux console cannot copy. Run keydesk inside tmux, or note the text by hand.";

impl CopyMethod {
    /// The same, with a paste buffer left in tmux if this asks tmux.
    #[must_use]
    pub fn keeping_tmux_buffer(self, keep: bool) -> Self {
        match self {
            Self::Tmux if keep => Self::TmuxBuffer,
            other => other,
        }
    }

    /// What the environment allows. `var` reads one variable, so that a test can be the environment.
    pub fn choose(var: &dyn Fn(&str) -> Option<String>) -> Result<Self, &'static str> {
        let is_set = |name| var(name).is_some_and(|value| !value.is_empty());
        let term = var("TERM").unwrap_or_default();
        let far = ["SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"].into_iter().any(is_set);
        let display = is_set("DISPLAY") || (cfg!(feature = "wayland") && is_set("WAYLAND_DISPLAY"));
        match term.as_str() {
            _ if is_set("TMUX") => Ok(Self::Tmux),
            "dumb" => Err(DUMB),
            "linux" => Err(CONSOLE),
            _ if !far && (display || cfg!(target_os = "macos")) => Ok(Self::Desktop),
            _ if Multiplexer::around(var) == Some(Multiplexer::Screen) => Err(SCREEN),
            _ => Ok(Self::Terminal),
        }
    }
}

/// Copies by tmux or the desktop; `None` when it is the terminal that has to be asked, by [`osc52::sequence`].
pub fn copy(method: CopyMethod, desktop: &mut Desktop, text: &Secret) -> Option<CopyOutcome> {
    match method {
        CopyMethod::Tmux => Some(match tmux::copy("tmux", text) {
            Ok(()) => CopyOutcome::SentThroughTmux,
            Err(why) => CopyOutcome::Impossible(why),
        }),
        CopyMethod::TmuxBuffer => Some(match tmux::copy_and_keep("tmux", text) {
            Ok(()) => CopyOutcome::KeptInTmux,
            Err(why) => CopyOutcome::Impossible(why),
        }),
        CopyMethod::Desktop => desktop.copy(text).then_some(CopyOutcome::Copied),
        CopyMethod::Terminal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_how_to_copy() {
        let x11 = ("DISPLAY", ":0");
        let ssh = ("SSH_CONNECTION", "203.0.113.9 50000 192.0.2.1 22");
        let tmux = ("TMUX", "/tmp/tmux-1000/default,1,0");
        let sty = ("STY", "1234.pts-0.host");
        let table: [(&[(&str, &str)], _); 17] = [
            (&[sty], Err(SCREEN)),
            (&[sty, ("TERM", "screen")], Err(SCREEN)),
            (&[sty, x11, ("TERM", "screen")], Ok(CopyMethod::Desktop)),
            (&[sty, tmux, ("TERM", "screen")], Ok(CopyMethod::Tmux)),
            (&[("TERM", "tmux-256color"), ssh], Ok(CopyMethod::Terminal)),
            (&[("TERM", "xterm-256color")], Ok(CopyMethod::Terminal)),
            (&[], Ok(CopyMethod::Terminal)),
            (&[x11, ("TERM", "xterm")], Ok(CopyMethod::Desktop)),
            (&[("DISPLAY", "")], Ok(CopyMethod::Terminal)),
            // X11 forwarding: a display, but the user's terminal is the sure way.
            (&[x11, ssh], Ok(CopyMethod::Terminal)),
            (&[x11, ("SSH_TTY", "/dev/pts/3")], Ok(CopyMethod::Terminal)),
            (&[x11, tmux], Ok(CopyMethod::Tmux)),
            (&[ssh, tmux, ("TERM", "tmux-256color")], Ok(CopyMethod::Tmux)),
            (&[tmux, ("TERM", "dumb")], Ok(CopyMethod::Tmux)),
            (&[("TERM", "dumb"), ssh], Err(DUMB)),
            (&[("TERM", "linux")], Err(CONSOLE)),
            (&[("TERM", "linux"), ssh], Err(CONSOLE)),
        ];
        for (vars, method) in table {
            let var = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(CopyMethod::choose(&var), method, "{vars:?}");
        }
    }
}
