//! Frontends (full screen, line by line), and what follows when the desk is closed.

/// How the desk is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frontend {
    /// The full screen.
    Screen,
    /// Line by line, for screen readers and dumb terminals.
    Lines,
}

impl Frontend {
    /// Line by line with `--plain` or on a dumb terminal; otherwise as chosen in My account.
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

/// What `main` does after the desk was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitAction {
    /// End the process with this exit code.
    Exit(u8),
    /// Re-execute keydesk with another frontend.
    Open(Frontend),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_dumb_terminal_or_choice_select_line_by_line() {
        let xterm = Some("xterm-256color");
        for (plain, term, remembered, face) in [
            (false, xterm, None, Frontend::Screen),
            (false, None, None, Frontend::Screen),
            (false, xterm, Some("screen"), Frontend::Screen),
            (false, xterm, Some("nonsense"), Frontend::Screen),
            (false, Some("dumb"), Some("screen"), Frontend::Lines),
            (true, xterm, Some("screen"), Frontend::Lines),
            (false, xterm, Some("lines"), Frontend::Lines),
        ] {
            assert_eq!(Frontend::choose(plain, term, remembered), face, "{plain} {term:?} {remembered:?}");
        }
    }
}
