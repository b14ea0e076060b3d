//! A verifier that was killed leaves its row behind, and desks count it until it can answer nobody any more. The next one that
//! starts with the same state directory takes that row away.
//!
//! A verifier holds a lock on a file there for as long as it lives, whatever ends it. Who gets the lock knows that the one
//! named in the file is gone. Of two that share a directory the second gets none, and is one of its own.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};

use rustix::fs::{FlockOperation, flock};
use uuid::Uuid;

use crate::files::{self, Access};
use crate::hub::{DeskPaths, Hub, ProcessNote};

/// Longest text of the file.
const MOST: u64 = 200;
/// Which start of the machine this is. A lock says nothing about a process of another machine, whose network may be gone.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// Takes the predecessor's place; the file is to be kept open. Without it a row stays behind as long as a verifier may still
/// answer.
pub(in crate::serve) fn replace(places: &DeskPaths, hub: &Hub, note: &ProcessNote) -> Option<File> {
    let boot = fs::read_to_string(BOOT).ok().filter(|boot| !boot.trim().is_empty())?;
    take(places, hub, note, boot.trim()).unwrap_or_else(|why| {
        tracing::warn!(
            error = %why,
            path = %places.verifier_process().display(),
            "after a kill this verifier counts as one more for a minute"
        );
        None
    })
}

fn take(places: &DeskPaths, hub: &Hub, note: &ProcessNote, boot: &str) -> io::Result<Option<File>> {
    let (mut file, _) = files::open(&places.verifier_process(), Access::Write)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    let mut text = String::new();
    (&file).take(MOST).read_to_string(&mut text)?;
    if let Some(before) = named(&text, boot) {
        hub.feed().forget_process(before).map_err(|why| io::Error::other(why.to_string()))?;
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("{} {boot}\n", note.id).as_bytes())?;
    Ok(Some(file))
}

/// The process that a file names, if it ran since the machine was started.
fn named(text: &str, boot: &str) -> Option<Uuid> {
    let (id, of) = text.trim_end().split_once(' ')?;
    (of == boot).then(|| id.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_of_this_machine_is_known_to_be_gone() {
        let id = Uuid::from_u128(7);
        assert_eq!(named(&format!("{id} here\n"), "here"), Some(id));
        assert_eq!(named(&format!("{id} elsewhere\n"), "here"), None);
        for text in ["", "here", "x here", "\n"] {
            assert_eq!(named(text, "here"), None, "{text}");
        }
    }
}
