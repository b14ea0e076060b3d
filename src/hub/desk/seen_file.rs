//! How far this machine saw the store: a file in the state directory that desks and commands share, so that a command
//! notices what only an earlier one saw. Verifiers have their own, which also tells them that they ran before.

use std::fs::DirBuilder;
use std::io::Read as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::files::{self, Access};
use crate::hub::tx::rollback::reached;
use crate::hub::{DeskPaths, StorePosition};
use crate::store::StoreUse;
use crate::store::tables::HeadRow;
use crate::vault::Vault;

/// Desks whose marks are kept in one file: those that were changed last.
const DESKS: usize = 16;
/// Most bytes that are read of a file.
const LONGEST: u64 = 16 << 10;

/// What this machine had seen of the store when it was opened.
#[derive(Default)]
pub(in crate::hub) struct Seen {
    /// Where it is remembered for later processes.
    pub(in crate::hub) file: Option<SeenFile>,
    /// Whether the store lacked something of it.
    pub(in crate::hub) went_back: bool,
}

/// The file. Nothing that is wrong with it stops anybody: whoever may write it could as well remove it.
pub(in crate::hub) struct SeenFile {
    path: PathBuf,
    /// That of the verifiers, which is read as well.
    verifiers: PathBuf,
    /// Held from reading the file until it is written: of two threads the one with the older head must not write last.
    raising: Mutex<()>,
}

impl SeenFile {
    /// That of a desk or a command with a state directory. A verifier looks after its own, and says what is wrong with it.
    pub(in crate::hub) fn of(places: &DeskPaths) -> Option<Self> {
        let dir = places.state_dir.as_ref().filter(|_| places.store_use == StoreUse::Desk)?;
        DirBuilder::new().recursive(true).mode(0o700).create(dir).ok()?;
        let (path, verifiers) = (places.desk_high_water_mark(), places.high_water_mark());
        Some(Self { path, verifiers, raising: Mutex::default() })
    }

    /// How far a store was seen by whoever saw it last, as a head that has nothing else.
    pub(in crate::hub) fn read(&self, vault: &Vault, store_id: &str) -> Option<HeadRow> {
        let lines = lines(&self.path).into_iter().chain(lines(&self.verifiers));
        lines.filter_map(|line| mark(&line, vault, store_id)).max_by_key(reached)
    }

    /// Writes a head, unless somebody saw the same store later.
    pub(in crate::hub) fn raise(&self, vault: &Vault, head: &HeadRow) {
        let _raising = self.raising.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = lines(&self.path);
        let own = lines.iter().enumerate().find_map(|(at, line)| Some((at, mark(line, vault, &head.store_id)?)));
        if let Some((at, seen)) = own {
            if reached(&seen) >= reached(head) {
                return;
            }
            lines.remove(at);
        }
        if let Ok(line) = StorePosition::of_head(head).encode(vault) {
            lines.insert(0, line);
            lines.truncate(DESKS);
            // Unsynced: after a loss of power an older one is better than a wait in every change.
            let _ = files::replace_unsynced(&self.path, (lines.join("\n") + "\n").as_bytes());
        }
    }
}

/// What may be marks of desks: the directory serves all that are used from this machine, each with its own keys.
fn lines(path: &Path) -> Vec<String> {
    let mut text = String::new();
    let read = files::open(path, Access::Read).and_then(|(file, _)| file.take(LONGEST).read_to_string(&mut text));
    let marks = |text: String| text.lines().filter(|line| line.starts_with("[\"")).map(str::to_owned).collect();
    read.map_or_else(|_| Vec::new(), |_| marks(text))
}

fn mark(line: &str, vault: &Vault, store_id: &str) -> Option<HeadRow> {
    let mark = StorePosition::decode(vault, line)?.as_head();
    (mark.store_id == store_id).then_some(mark)
}
