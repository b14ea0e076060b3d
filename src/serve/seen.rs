//! How far the store was when a verifier last saw it, kept in a file.
//!
//! A verifier that runs notices that its store went back, and answers on from what it knows. One that is started when the
//! older copy is in place already knows nothing newer: without this file it would bring back what was revoked since.

use std::{
    io::{self, Read as _},
    path::PathBuf,
};

use crate::files::{self, Access};
use crate::hub::{Hub, Mark, Places};

/// Bytes that are read at most.
const BYTES: u64 = 512;

/// The file.
pub(super) struct Seen {
    place: PathBuf,
    kept: Option<Mark>,
    failing: bool,
    /// There is a file and nothing can be learnt from it.
    unreadable: bool,
}

impl Seen {
    pub(super) fn at(places: &Places) -> Self {
        Self { place: places.seen(), kept: None, failing: false, unreadable: false }
    }

    /// Where it is, if it could not be read.
    pub(super) fn unreadable(&self) -> Option<String> {
        self.unreadable.then(|| self.place.display().to_string())
    }

    /// How far the store was when this process or one before it last saw it.
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

    /// Looks whether the file is still there and says something; else it is written again.
    pub(super) fn look(&mut self, hub: &Hub) {
        let is_mark = |line: String| hub.feed().read_mark(line.trim_end()).is_some();
        if !self.read().is_ok_and(is_mark) {
            self.kept = None;
        }
    }

    /// Keeps how far it is.
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
