//! High-water mark: how far the store was when a verifier last saw it, kept in a file that is authenticated with the
//! master key.
//!
//! A running verifier notices a rollback of its store and answers on from what it knows. One that is started after the
//! rollback knows nothing newer: without this file it would bring back what was revoked since.

use std::{
    io::{self, Read as _},
    path::PathBuf,
};

use crate::files::{self, Access};
use crate::hub::{Hub, Mark, Places};

/// Limit on the size of the file, in bytes.
const BYTES: u64 = 512;

/// The file of the high-water mark.
pub(super) struct Seen {
    place: PathBuf,
    kept: Option<Mark>,
    failing: bool,
    /// There is a file, but it holds no mark that can be trusted.
    unreadable: bool,
}

impl Seen {
    pub(super) fn at(places: &Places) -> Self {
        Self { place: places.seen(), kept: None, failing: false, unreadable: false }
    }

    /// Path of the file, if it could not be read.
    pub(super) fn unreadable(&self) -> Option<String> {
        self.unreadable.then(|| self.place.display().to_string())
    }

    /// The high-water mark that this process or an earlier one left; none if there is no readable file.
    pub(super) fn last(&mut self, hub: &Hub) -> Option<Mark> {
        let mark = match self.read() {
            Ok(line) => hub.feed().read_mark(line.trim_end()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => None,
        };
        let Some(mark) = mark else {
            self.unreadable = true;
            // Another desk's, or damaged: whoever could do that on purpose could take the file away as well.
            tracing::warn!(place = %self.place.display(), "how far the store was seen before cannot be read");
            return None;
        };
        Some(mark)
    }

    /// Checks that the file still holds a mark; if not, the next [`Seen::keep`] writes it again.
    pub(super) fn look(&mut self, hub: &Hub) {
        let is_mark = |line: String| hub.feed().read_mark(line.trim_end()).is_some();
        if !self.read().is_ok_and(is_mark) {
            self.kept = None;
        }
    }

    /// Writes the mark, unless the file has it already.
    pub(super) fn keep(&mut self, hub: &Hub, mark: &Mark) {
        if self.kept.as_ref() == Some(mark) {
            return;
        }
        match self.write(hub, mark) {
            Ok(()) => (self.kept, self.failing) = (Some(mark.clone()), false),
            Err(why) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(
                        error = %why,
                        place = %self.place.display(),
                        "how far the store was seen cannot be kept: after a restart an older copy would not be noticed"
                    );
                }
            }
        }
    }

    fn read(&self) -> io::Result<String> {
        let mut line = String::new();
        files::open(&self.place, Access::Read)?.0.take(BYTES).read_to_string(&mut line)?;
        Ok(line)
    }

    fn write(&self, hub: &Hub, mark: &Mark) -> io::Result<()> {
        let line = hub.feed().written(mark).map_err(|why| io::Error::other(why.to_string()))?;
        files::replace(&self.place, format!("{line}\n").as_bytes())
    }
}
