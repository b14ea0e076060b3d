//! Programs that a test needs and that may not be there.

use std::process::{Command, Stdio};

/// Whether all `programs`, named with a space between them, are there. If not, the test says that it is skipped; under
/// `CI=true` that is a failure.
#[must_use]
pub fn need(programs: &str) -> bool {
    programs.split(' ').all(|program| {
        let look = format!("command -v {program}");
        let found = Command::new("sh").args(["-c", &look]).stdout(Stdio::null()).status().is_ok_and(|s| s.success());
        found || skipped(&format!("{program} is not installed"))
    })
}

/// Says why a test does not run; under `CI=true` it fails instead. Always `false`.
pub fn skipped(why: &str) -> bool {
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{why}, and CI skips nothing");
    eprintln!("skipped: {why}");
    false
}
