//! keydesk in place of itself, with another face: the whole screen for lines, or lines for the whole screen.
//!
//! Not in the same process: the threads of one face read the terminal that the other needs, and memory that is not there
//! any more holds no secret.

use std::{ffi::OsString, io, os::unix::process::CommandExt as _, process::Command};

use crate::config::Face;

/// The program that runs, also when an upgrade has replaced or removed its file.
#[cfg(target_os = "linux")]
fn itself() -> io::Result<OsString> {
    Ok("/proc/self/exe".into())
}

/// The program that runs.
#[cfg(not(target_os = "linux"))]
fn itself() -> io::Result<OsString> {
    std::env::current_exe().map(Into::into)
}

/// Starts anew with the arguments that this process was started with. Returns only if that fails, and why.
pub fn anew(face: Face) -> String {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_else(|| "keydesk".into());
    let replaced = itself().map(|program| Command::new(program).arg0(name).args(arguments(args, face)).exec());
    let why = replaced.unwrap_or_else(|why| why);
    format!("keydesk could not start anew ({why}). Your choice is kept: run `keydesk` again.")
}

/// The same arguments; `--plain` would win over what was chosen.
fn arguments(given: impl Iterator<Item = OsString>, face: Face) -> Vec<OsString> {
    given.filter(|arg| face == Face::Lines || arg != "--plain").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_goes_and_the_places_stay() {
        let given = || ["--data-dir", "/srv/desk", "--plain"].map(OsString::from).into_iter();
        assert_eq!(arguments(given(), Face::Lines).len(), 3);
        assert_eq!(arguments(given(), Face::Screen), ["--data-dir", "/srv/desk"].map(OsString::from));
    }
}
