//! One line of the check.

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Another choice, which opens nothing.
    Warn,
    /// It does not work, or lets in whom it should not.
    Fail,
}

impl Level {
    /// The word at the beginning of its line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One line of the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How good it is.
    pub level: Level,
    /// What was looked at: a keyword of sshd, a path, the account.
    pub check: String,
    /// What is there.
    pub says: String,
    /// What to do; empty where nothing is.
    pub next: String,
}

impl Finding {
    pub(super) fn new(
        level: Level,
        check: impl Into<String>,
        says: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { level, check: check.into(), says: says.into(), next: next.into() }
    }

    pub(super) fn ok(check: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(Level::Ok, check, says, "")
    }

    pub(super) fn fail(check: impl Into<String>, says: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Level::Fail, check, says, next)
    }

    /// Whether people are kept out by it, or the wrong ones are not.
    pub(super) fn is_fail(&self) -> bool {
        matches!(self.level, Level::Fail)
    }
}
