//! Re-executes keydesk with another frontend: from the whole screen to line by line, or back.
//!
//! Not in the same process: the threads of one frontend read the terminal that the other needs, and memory that is gone
//! holds no secret.

use std::{ffi::OsString, io, os::unix::process::CommandExt as _, process::Command};

use crate::config::Face;

/// Path of the running program, also when an upgrade has replaced or removed its file.
#[cfg(target_os = "linux")]
fn itself() -> io::Result<OsString> {
    Ok("/proc/self/exe".into())
}

/// Path of the running program.
#[cfg(not(target_os = "linux"))]
fn itself() -> io::Result<OsString> {
    std::env::current_exe().map(Into::into)
}

/// Replaces this process by a new one with the same arguments (`exec`). Returns only on failure, with the reason.
pub fn anew(face: Face) -> String {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_else(|| "keydesk".into());
    let replaced = itself().map(|program| Command::new(program).arg0(name).args(arguments(args, face)).exec());
    let why = replaced.unwrap_or_else(|why| why);
    format!("keydesk could not start anew ({why}). Your choice is kept: run `keydesk` again.")
}

/// The same arguments, with `--plain` where lines were chosen: a demo remembers no choice. It goes where the whole
/// screen was: it would win over what was chosen.
fn arguments(given: impl Iterator<Item = OsString>, face: Face) -> Vec<OsString> {
    let plain = (face == Face::Lines).then(|| OsString::from("--plain"));
    given.filter(|arg| arg != "--plain").chain(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_comes_and_goes_and_the_places_stay() {
        for given in [&["--data-dir", "/srv/desk", "--plain"][..], &["--data-dir", "/srv/desk"], &["demo"]] {
            let args = |face| arguments(given.iter().map(OsString::from), face);
            let rest: Vec<_> = given.iter().filter(|arg| **arg != "--plain").map(OsString::from).collect();
            assert_eq!(args(Face::Screen), rest);
            assert_eq!(args(Face::Lines), [rest, vec!["--plain".into()]].concat());
        }
    }
}
