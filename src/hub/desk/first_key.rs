//! The master key of a desk that is being made. Until the desk is there, a file beside the key names the place where it is to be:
//! whoever finds the key knows then that it opens nothing yet, and goes on with it. A key without that file is never touched.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use crate::files::fault_injection::may_be_killed;
use crate::files::{self, Access};
use crate::hub::{Conflict, DeskPaths, HubError, StoreUse};
use crate::vault::{MasterKey, MasterKeyError, VaultError};

/// How long to wait for another process that makes the desk.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two looks whether it is done.
const AGAIN: Duration = Duration::from_millis(50);
/// Most bytes that are read of the file.
const LONGEST: u64 = 4 << 10;

/// The file beside the key, held by the only process that makes a desk with it.
pub(super) struct UnfinishedDesk {
    path: PathBuf,
    file: File,
}

/// A key for the desk that is being made.
pub(super) struct FirstKey {
    pub(super) master: Arc<MasterKey>,
    unfinished: UnfinishedDesk,
    /// Where this process made it; an earlier one may have left it.
    made: Option<PathBuf>,
}

impl UnfinishedDesk {
    /// Waits for a process that is making a desk with this key.
    pub(super) fn lock(places: &DeskPaths) -> Result<Self, HubError> {
        let path = beside_key(places)?;
        let unusable = |why: io::Error| MasterKeyError::Io { path: path.clone(), why: why.to_string() };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(unusable)?;
        let began = Instant::now();
        loop {
            let (file, meta) = files::open(&path, Access::Write).map_err(unusable)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Err(rustix::io::Errno::WOULDBLOCK) if began.elapsed() < PATIENCE => thread::sleep(AGAIN),
                Err(rustix::io::Errno::WOULDBLOCK) => return Err(Conflict::BeingSetUp.into()),
                // Whoever had it may have taken the file away; where files cannot be locked, nobody waits.
                _ if fs::metadata(&path).is_ok_and(|is| is.ino() == meta.ino()) => return Ok(Self { path, file }),
                _ => {}
            }
        }
    }

    /// The key: the one that was left for the same desk, or a new one.
    pub(super) fn key(mut self, places: &DeskPaths) -> Result<FirstKey, HubError> {
        let place = &places.master_key;
        if place.is_there() {
            // Checked before, and again under the lock.
            require_unfinished(places)?;
            return Ok(FirstKey { master: Arc::new(MasterKey::load(place)?), unfinished: self, made: None });
        }
        may_be_killed();
        self.write(places).map_err(|why| MasterKeyError::Io { path: self.path.clone(), why: why.to_string() })?;
        may_be_killed();
        match MasterKey::create(place) {
            Ok(master) => Ok(FirstKey { master: Arc::new(master), unfinished: self, made: Some(place.path.clone()) }),
            Err(why) => {
                self.remove();
                Err(match why {
                    VaultError::MasterKey(MasterKeyError::Exists(_)) => Conflict::SetUpDone.into(),
                    why => why.into(),
                })
            }
        }
    }

    /// On disk before the key is.
    fn write(&mut self, places: &DeskPaths) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.write_all(places.store.to_string().as_bytes())?;
        self.file.sync_all()
    }

    /// This process makes no desk. What an earlier one wrote stays.
    pub(super) fn remove_if_useless(self) {
        if self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            self.remove();
        }
    }

    /// There is a desk, or nothing that was to be one.
    fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl FirstKey {
    /// The desk is there.
    pub(super) fn keep(self) {
        self.unfinished.remove();
    }

    /// There is no desk, and will be none with this key, if this process made it. One that was found stays for the next try.
    pub(super) fn give_up(self) {
        if let Some(path) = self.made {
            drop(fs::remove_file(path));
            self.unfinished.remove();
        }
    }
}

/// An error unless the key that is there was left by a process that made no desk with it.
pub(super) fn require_unfinished(places: &DeskPaths) -> Result<(), HubError> {
    match place_in(places) {
        Some(place) if place == places.store.to_string() => Ok(()),
        Some(other) => Err(Conflict::HalfThere(unfinished_elsewhere(places, &other)).into()),
        None => Err(Conflict::HalfThere(lone_key(places)).into()),
    }
}

/// A desk that opens is finished, even if the process that made it was killed before it could say so.
pub(super) fn is_finished(places: &DeskPaths) {
    if places.store_use != StoreUse::Desk || place_in(places).is_none() {
        return;
    }
    let Ok(path) = beside_key(places) else { return };
    if let Ok((file, _)) = files::open(&path, Access::Read)
        && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
    {
        let _ = fs::remove_file(path);
    }
}

fn beside_key(places: &DeskPaths) -> Result<PathBuf, MasterKeyError> {
    let key = &places.master_key.path;
    let mut path =
        files::guarded(key).map_err(|why| MasterKeyError::Unsafe { path: key.clone(), why })?.into_os_string();
    path.push(".unfinished");
    Ok(path.into())
}

/// The place where the desk is to be.
fn place_in(places: &DeskPaths) -> Option<String> {
    let (file, _) = files::open(&beside_key(places).ok()?, Access::Read).ok()?;
    let mut place = String::new();
    file.take(LONGEST).read_to_string(&mut place).ok()?;
    (!place.is_empty()).then_some(place)
}

fn lone_key(places: &DeskPaths) -> String {
    let key = places.master_key.path.display();
    match places.master_key.is_whole() {
        true => format!(
            "There is a master key at {key} but no database at {}. Both were left alone. Put the database back; or, if no desk uses that key, move it away and start again.",
            places.store,
        ),
        false => format!(
            "The file {key} is no whole master key of keydesk, and there is no database at {}. Both were left alone. Put key and database back; or, if there never was a desk, move the file away and start again.",
            places.store,
        ),
    }
}

fn unfinished_elsewhere(places: &DeskPaths, other: &str) -> String {
    format!(
        "There is a master key at {} for a desk in {other}, whose set-up was not finished, and no database at {}. Both were left alone. Set up the desk in {other} again, which goes on with that key; or, if there is none, move the key away and start again.",
        places.master_key.path.display(),
        places.store,
    )
}
