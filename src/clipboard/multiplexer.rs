//! Detects a terminal multiplexer (tmux, GNU screen) when only the environment shows it: sudo removes `TMUX` and `STY`,
//! and ssh does not pass them on. `TERM` stays.

/// A program that shows one terminal inside another, and decides what it passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplexer {
    /// tmux, which cannot be asked from here. Its default setting drops OSC 52.
    Tmux,
    /// GNU screen, which drops OSC 52 always.
    Screen,
    /// One of the two: old settings of tmux give its terminal the name of that of screen.
    TmuxOrScreen,
}

impl Multiplexer {
    /// What the environment tells of.
    pub fn around(var: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let is_set = |name| var(name).is_some_and(|value| !value.is_empty());
        let term = var("TERM").unwrap_or_default();
        let family = term.split(['-', '.', '+']).next().unwrap_or_default();
        let in_tmux = is_set("TMUX") || family == "tmux" || var("TERM_PROGRAM").is_some_and(|name| name == "tmux");
        match family {
            _ if in_tmux => Some(Self::Tmux),
            // Only screen names its terminal after the one around it, as in screen.xterm-256color.
            _ if is_set("STY") || term.starts_with("screen.") => Some(Self::Screen),
            "screen" => Some(Self::TmuxOrScreen),
            _ => None,
        }
    }

    /// What it does with a copy, and what lets one through. By SSH `TERM` arrives, and not where tmux runs: with the
    /// client, with keydesk, or both.
    pub fn words(self, over_ssh: bool) -> &'static str {
        match (self, over_ssh) {
            (Self::Tmux, false) => "tmux drops it unless its setting is: set -s set-clipboard on.",
            (Self::Tmux, true) => {
                "the tmux on this side of SSH or that may drop it without its line: set -s set-clipboard on."
            }
            (Self::Screen, _) => "GNU screen drops it.",
            (Self::TmuxOrScreen, false) => {
                "tmux drops it unless its setting is: set -s set-clipboard on; GNU screen always does."
            }
            (Self::TmuxOrScreen, true) => {
                "the tmux on this side of SSH or that may drop it without its line: set -s set-clipboard on; GNU screen \
                 always does."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplexer_is_recognised_by_the_environment() {
        let sty = ("STY", "1234.pts-0.host");
        let table: [(&[(&str, &str)], _); 10] = [
            (&[], None),
            (&[("TERM", "xterm-256color")], None),
            (&[("TERM", "tmux-256color")], Some(Multiplexer::Tmux)),
            (&[("TERM", "tmux")], Some(Multiplexer::Tmux)),
            (&[("TERM", "screen-256color"), ("TERM_PROGRAM", "tmux")], Some(Multiplexer::Tmux)),
            (&[("TERM", "screen-256color")], Some(Multiplexer::TmuxOrScreen)),
            (&[("TERM", "screen")], Some(Multiplexer::TmuxOrScreen)),
            (&[("TERM", "screen"), sty], Some(Multiplexer::Screen)),
            (&[("TERM", "xterm"), sty], Some(Multiplexer::Screen)),
            (&[("TERM", "screen.xterm-256color")], Some(Multiplexer::Screen)),
        ];
        for (vars, around) in table {
            let var = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Multiplexer::around(&var), around, "{vars:?}");
        }
    }
}
