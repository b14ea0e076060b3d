//! Re-executes keydesk with another frontend: from the full screen to line by line, or back.
//!
//! Not in the same process: the threads of one frontend read the terminal that the other needs, and memory that is gone
//! holds no secret.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::config::Frontend;

/// Path of the running program, also when an upgrade has replaced or removed its file.
#[cfg(target_os = "linux")]
pub fn itself() -> OsString {
    "/proc/self/exe".into()
}

/// Path of the running program.
#[cfg(not(target_os = "linux"))]
pub fn itself() -> OsString {
    std::env::current_exe().map_or_else(|_| "keydesk".into(), Into::into)
}

/// Replaces this process by a new one with the same arguments (`exec`). Returns only on failure, with the reason.
pub fn reexec(frontend: Frontend) -> String {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_else(|| "keydesk".into());
    let why = Command::new(itself()).arg0(name).args(arguments(args, frontend)).exec();
    // In a session by SSH key there is no shell to run it in.
    match std::env::args_os().any(|arg| arg == "--handed-over") {
        true => format!("keydesk could not restart ({why}). Connect again."),
        false => format!("keydesk could not restart ({why}). Your choice is saved: run `keydesk` again."),
    }
}

/// The same arguments, with `--plain` for line by line: a demo saves no choice. It is removed for the full
/// screen, because it would override the saved choice.
fn arguments(given: impl Iterator<Item = OsString>, frontend: Frontend) -> Vec<OsString> {
    let plain = (frontend == Frontend::Lines).then(|| OsString::from("--plain"));
    given.filter(|arg| arg != "--plain").chain(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_flag_changes_and_the_other_arguments_stay() {
        for given in [&["--data-dir", "/srv/desk", "--plain"][..], &["--data-dir", "/srv/desk"], &["demo"]] {
            let args = |frontend| arguments(given.iter().map(OsString::from), frontend);
            let rest: Vec<_> = given.iter().filter(|arg| **arg != "--plain").map(OsString::from).collect();
            assert_eq!(args(Frontend::Screen), rest);
            assert_eq!(args(Frontend::Lines), [rest, vec!["--plain".into()]].concat());
        }
    }
}
