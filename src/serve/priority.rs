//! Threads that step back: what they do matters less than an answer, and on a machine that is not busy costs them nothing.

/// How far a thread steps back; each number is a fifth less of a busy core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepBack {
    /// A tenth of what a thread that answers has: enough to get on with on a machine that is never idle.
    Hashing = 10,
    /// Hardly anything: on a machine that has nothing to spare, last uses are told late.
    Telling = 19,
}

impl StepBack {
    /// The calling thread alone steps back, as Linux has it. Where it may not, it is as quick as before and others are
    /// slower.
    pub(super) fn now(self) {
        let _ = rustix::process::setpriority_process(None, self as i32);
    }
}
