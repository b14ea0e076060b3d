//! Copying through tmux: the text goes in by a pipe and out to tmux's terminal, and stays in no paste buffer unless one is
//! asked for.

use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::secret::Secret;

/// A tmux that hangs must not hang a copy.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hands `text` to `program`, which is tmux.
pub(super) fn copy(program: &str, text: &Secret) -> Result<(), String> {
    let buffer = format!("keydesk-{}", std::process::id());
    let loaded = load(program, &buffer, text);
    // Also after a failure: it may have come far enough to have made the buffer.
    let deleted = run(program, &["delete-buffer", "-b", &buffer], None);
    match (loaded, deleted) {
        (Ok(()), Ok(())) => Ok(()),
        (Ok(()), Err(_)) => {
            Err(format!("tmux sent it to your terminal, but keeps a copy. Type: tmux delete-buffer -b {buffer}"))
        }
        (Err(why), _) => Err(not_taken(&why)),
    }
}

/// Hands `text` to `program`, which is tmux, and leaves it in a paste buffer. tmux names the buffer: it pastes those that
/// it named itself, in every version.
pub(super) fn copy_and_keep(program: &str, text: &Secret) -> Result<(), String> {
    run(program, &["load-buffer", "-w", "-"], Some(text)).map_err(|why| not_taken(&why))
}

fn not_taken(why: &io::Error) -> String {
    format!("tmux did not take it ({why}). Select the text by hand.")
}

fn load(program: &str, buffer: &str, text: &Secret) -> io::Result<()> {
    run(program, &["load-buffer", "-w", "-b", buffer, "-"], Some(text))
}

/// Runs tmux with `input`; an error when it fails or takes longer than [`PATIENCE`].
fn run(program: &str, args: &[&str], input: Option<&Secret>) -> io::Result<()> {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child =
        Command::new(program).args(args).stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), input) {
        // What is copied fits into any pipe, or tmux reads it: this does not block for long. That nobody reads shows in the exit code.
        let _ = pipe.write_all(text.expose());
    }
    wait(&mut child)
}

fn wait(child: &mut Child) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(io::Error::other(status.to_string())),
            None if Instant::now() >= end => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(io::Error::other("no answer within 2 seconds"));
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    /// A program that stands in for tmux.
    fn script(dir: &Path, name: &str, body: &str) -> String {
        let path = dir.join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Another test may fork while a script is being written, and hold it open for writing for a moment.
    fn copy_when_free(program: &str, text: &Secret) -> Result<(), String> {
        loop {
            match copy(program, text) {
                Err(why) if why.contains("Text file busy") => thread::yield_now(),
                done => return done,
            }
        }
    }

    #[test]
    fn tmux_gets_the_text_by_a_pipe_and_its_buffer_is_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let body = format!("echo \"$*\" >> {0}; [ \"$1\" != load-buffer ] || cat >> {0}", log.display());
        copy_when_free(&script(dir.path(), "tmux", &body), &Secret::from_text("k s\n")).unwrap();
        let name = format!("keydesk-{}", std::process::id());
        let expected = format!("load-buffer -w -b {name} -\nk s\ndelete-buffer -b {name}\n");
        assert_eq!(fs::read_to_string(log).unwrap(), expected);
    }

    #[test]
    fn a_buffer_that_is_asked_for_stays() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let program = script(dir.path(), "tmux", &format!("echo \"$*\" >> {0}; cat >> {0}", log.display()));
        let kept = loop {
            match copy_and_keep(&program, &Secret::from_text("k s\n")) {
                Err(why) if why.contains("Text file busy") => thread::yield_now(),
                done => break done,
            }
        };
        assert_eq!((kept, fs::read_to_string(log).unwrap()), (Ok(()), "load-buffer -w -\nk s\n".to_owned()));
    }

    #[test]
    fn a_tmux_that_hangs_fails_or_is_missing_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let secret = Secret::from_text("kdsABC");
        for (name, body, words) in [
            ("fails", "exit 1", "did not take it (exit status: 1)"),
            ("hangs", "[ $1 != load-buffer ] || exec sleep 60", "no answer within 2 seconds"),
            ("keeps", "[ $1 = load-buffer ]", "keeps a copy"),
        ] {
            let told = copy_when_free(&script(dir.path(), name, body), &secret).unwrap_err();
            assert!(told.contains(words) && !told.contains("kdsABC"), "{told}");
        }
        let told = copy("/nonexistent/tmux", &secret).unwrap_err();
        assert!(told.contains("did not take it (No such file"), "{told}");
    }
}
