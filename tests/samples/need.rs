//! Several programs that a test needs and that may not be there.

#[path = "../pty/need.rs"]
mod one;

pub use one::skipped;

/// Whether all of `programs` are there. If not, the test says that it is skipped; under `CI=true` that is a failure.
#[must_use]
pub fn need(programs: &[&str]) -> bool {
    programs.iter().all(|program| one::need(program))
}
