//! Job control (ctrl-z): stops so that the shell gets its terminal back, if there is a shell.

use rustix::process::{Signal, kill_current_process_group};

/// Ancestors looked at before giving up.
const DEPTH: usize = 32;

/// Whether anybody is there who could continue us. A session that sshd started for this program alone has no shell:
/// stopped there, it would hang for ever. The kernel asks the same before it obeys ctrl-z (an orphaned process group).
pub fn possible() -> bool {
    let Some(own) = Kin::of("self") else { return false };
    let mut ancestor = own.parent;
    for _ in 0..DEPTH {
        let Some(kin) = Kin::of(&ancestor.to_string()) else { return false };
        if kin.session != own.session {
            return false;
        }
        if kin.group != own.group {
            return true;
        }
        // A wrapper in our own group stops with us; who started it decides.
        ancestor = kin.parent;
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

/// What a process belongs to. Each number is 0 if it lives outside our PID namespace, as the terminal's session does in
/// a container; that is why they are read from proc(5): rustix has no number for such a process and panics.
#[derive(Debug, PartialEq, Eq)]
struct Kin {
    parent: u32,
    group: u32,
    session: u32,
}

impl Kin {
    fn of(process: &str) -> Option<Self> {
        Self::from_stat(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// The program's name may hold blanks and brackets, so the fields are counted from the last bracket.
    fn from_stat(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1).map(str::parse);
        let mut next = || fields.next()?.ok();
        Some(Self { parent: next()?, group: next()?, session: next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_that_proc_names_is_the_parent() {
        assert_eq!(Kin::of("self").unwrap().parent, std::os::unix::process::parent_id());
    }

    #[test]
    fn a_program_name_with_brackets_is_parsed() {
        let kin = Kin::from_stat("31 (a ) b) S 1 31 0 34816 31 4194304");
        assert_eq!(kin, Some(Kin { parent: 1, group: 31, session: 0 }));
        assert_eq!(Kin::from_stat("31 (keydesk"), None);
    }
}
