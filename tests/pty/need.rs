//! Programs that a test needs and that may not be there.

use std::process::{Command, Stdio};

/// Whether `program` is there. If not, the test says that it is skipped; under `CI=true` that is a failure.
#[must_use]
pub fn need(program: &str) -> bool {
    let look = format!("command -v {program}");
    let found = Command::new("sh").args(["-c", &look]).stdout(Stdio::null()).status().is_ok_and(|s| s.success());
    if !found {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{program} is not installed, and CI skips nothing");
        eprintln!("skipped: {program} is not installed");
    }
    found
}
