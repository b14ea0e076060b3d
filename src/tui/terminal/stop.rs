//! ctrl-z: stopping so that the shell gets its terminal back, if there is a shell.

use rustix::process::{Pid, Signal, getpgid, getpgrp, getppid, getsid, kill_current_process_group};

/// Ancestors looked at before giving up.
const DEPTH: usize = 32;

/// Whether anybody is there who could continue us. A session that sshd started for this program alone has no shell:
/// stopped there, it would hang for ever. The kernel asks the same before it obeys ctrl-z (an orphaned process group).
pub fn possible() -> bool {
    let (group, Ok(session)) = (getpgrp(), getsid(None)) else { return false };
    let mut ancestor = getppid();
    for _ in 0..DEPTH {
        let Some(pid) = ancestor else { return false };
        if getsid(Some(pid)) != Ok(session) {
            return false;
        }
        if getpgid(Some(pid)) != Ok(group) {
            return true;
        }
        // A wrapper in our own group stops with us; who started it decides.
        ancestor = parent_of(pid);
    }
    false
}

/// Stops this job; returns when it is continued.
///
/// A wrapper (`sh -c keydesk`) has to stop as well, or the shell never learns of it; and in the same instant, or the
/// shell may continue a job of which one half has not stopped yet. Hence one SIGSTOP for the whole group.
pub fn stop() {
    let _ = kill_current_process_group(Signal::STOP);
}

/// Parent of another process. Its name may hold blanks and brackets, so the fields are counted from the last bracket.
fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    let fields = stat.rsplit_once(')')?.1;
    Pid::from_raw(fields.split_whitespace().nth(1)?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_that_proc_names_is_the_parent() {
        assert_eq!(parent_of(rustix::process::getpid()), getppid());
    }
}
