//! High-water mark: how far the store was when a verifier last saw it, stored in a file that is authenticated with the
//! master key.
//!
//! A running verifier notices a rollback of its store and goes on answering from its snapshot. One that starts after the
//! rollback has no newer snapshot: without this file, what was revoked since would work again.

use std::io;
use std::path::PathBuf;

use crate::files;
use crate::hub::{DeskPaths, Hub, StorePosition};

/// The file of the high-water mark.
pub(in crate::serve) struct HighWaterMark {
    path: PathBuf,
    stored: Option<StorePosition>,
    failing: bool,
    /// There is a file, but it holds no mark that can be trusted.
    unreadable: bool,
}

impl HighWaterMark {
    pub(in crate::serve) fn at(places: &DeskPaths) -> Self {
        Self { path: places.high_water_mark(), stored: None, failing: false, unreadable: false }
    }

    /// Path of the file, if it could not be read.
    pub(in crate::serve) fn unreadable_file(&self) -> Option<String> {
        self.unreadable.then(|| self.path.display().to_string())
    }

    /// The high-water mark that this process or an earlier one left; none if there is no readable file.
    pub(in crate::serve) fn read(&mut self, hub: &Hub) -> Option<StorePosition> {
        let mark = match StorePosition::read_line(&self.path) {
            Ok(line) => hub.feed().decode_position(line.trim_end()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => None,
        };
        let Some(mark) = mark else {
            self.unreadable = true;
            // It is another desk's, or damaged. Whoever did that on purpose could as well have removed it.
            tracing::warn!(path = %self.path.display(), "how far the store was seen before cannot be read");
            return None;
        };
        Some(mark)
    }

    /// Checks that the file still holds a mark; if not, the next [`HighWaterMark::store`] writes it again.
    pub(in crate::serve) fn check_file(&mut self, hub: &Hub) {
        let is_mark = |line: String| hub.feed().decode_position(line.trim_end()).is_some();
        if !StorePosition::read_line(&self.path).is_ok_and(is_mark) {
            self.stored = None;
        }
    }

    /// Writes the mark, unless the file has it already.
    pub(in crate::serve) fn store(&mut self, hub: &Hub, mark: &StorePosition) {
        if self.stored.as_ref() == Some(mark) {
            return;
        }
        match self.write(hub, mark) {
            Ok(()) => (self.stored, self.failing) = (Some(mark.clone()), false),
            Err(why) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(
                        error = %why,
                        path = %self.path.display(),
                        "how far the store was seen cannot be stored: after a restart an older copy would not be noticed"
                    );
                }
            }
        }
    }

    fn write(&self, hub: &Hub, mark: &StorePosition) -> io::Result<()> {
        let line = hub.feed().encode_position(mark).map_err(|why| io::Error::other(why.to_string()))?;
        files::replace(&self.path, format!("{line}\n").as_bytes())
    }
}
