//! Frontends (whole screen, line by line), and what is left to do after the desk was closed.

/// A frontend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The whole screen.
    Screen,
    /// Line by line, for screen readers and dumb terminals.
    Lines,
}

impl Face {
    /// As `--plain` says, or a terminal that can do no more; else as it was chosen in My account.
    pub fn choose(plain: bool, term: Option<&str>, remembered: Option<&str>) -> Self {
        match plain || term == Some("dumb") || remembered == Some(Self::Lines.as_str()) {
            true => Self::Lines,
            false => Self::Screen,
        }
    }

    /// The word for it in the appearance file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Lines => "lines",
        }
    }
}

/// What is left to do after the desk was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// End the process with this exit code.
    Exit(u8),
    /// Re-execute keydesk with another frontend.
    Open(Face),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_a_dumb_terminal_or_a_choice_makes_it_lines() {
        let xterm = Some("xterm-256color");
        for (plain, term, remembered, face) in [
            (false, xterm, None, Face::Screen),
            (false, None, None, Face::Screen),
            (false, xterm, Some("screen"), Face::Screen),
            (false, xterm, Some("nonsense"), Face::Screen),
            (false, Some("dumb"), Some("screen"), Face::Lines),
            (true, xterm, Some("screen"), Face::Lines),
            (false, xterm, Some("lines"), Face::Lines),
        ] {
            assert_eq!(Face::choose(plain, term, remembered), face, "{plain} {term:?} {remembered:?}");
        }
    }
}
