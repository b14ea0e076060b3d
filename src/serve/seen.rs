//! How far the store was when a verifier last saw it, kept beside the database.
//!
//! A verifier that runs notices that its store went back, and answers on from what it knows. One that is started when the
//! older copy is in place already knows nothing newer: without this file it would bring back what was revoked since.

use std::{
    fs::OpenOptions,
    io::{self, Read as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::hub::{Hub, Mark, Since};

use super::journal::AT_ONCE;

/// Bytes of the file, always the same: whoever reads it while it is written over finds the one line or the other.
const BYTES: usize = 512;

/// The file.
pub(super) struct Seen {
    place: PathBuf,
    kept: Option<Mark>,
    failing: bool,
    /// There is a file and nothing can be learnt from it.
    pub(super) unreadable: bool,
}

impl Seen {
    /// Beside the database.
    pub(super) fn beside(database: &Path) -> Self {
        let mut place = database.as_os_str().to_owned();
        place.push("-seen");
        Self { place: place.into(), kept: None, failing: false, unreadable: false }
    }

    /// How far the store was, if what is there now is older than that.
    pub(super) fn newer(&mut self, hub: &Hub) -> Option<Mark> {
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
        let (since, _) = hub.feed().since(&mark).ok()?;
        (since == Since::WentBack).then_some(mark)
    }

    /// Looks whether the file is still there and says something; else it is written again.
    pub(super) fn look(&mut self, hub: &Hub) {
        let is_mark = |line: String| hub.feed().read_mark(line.trim_end()).is_some();
        if !self.read().is_ok_and(is_mark) {
            self.kept = None;
        }
    }

    /// Keeps how far it is. Nobody waits for a disk: after a loss of power the line may be an older one, never a newer.
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
        OpenOptions::new()
            .read(true)
            .custom_flags(AT_ONCE)
            .open(&self.place)?
            .take(BYTES as u64)
            .read_to_string(&mut line)?;
        Ok(line)
    }

    fn write(&self, hub: &Hub, mark: &Mark) -> io::Result<()> {
        let line = hub.feed().written(mark).map_err(|why| io::Error::other(why.to_string()))?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600).custom_flags(AT_ONCE);
        let file = options.open(&self.place)?;
        // One call, so that two verifiers never mix.
        file.write_all_at(format!("{line:<width$}\n", width = BYTES - 1).as_bytes(), 0)
    }
}
