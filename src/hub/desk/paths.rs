//! Paths of a desk, and of the state that a verifier keeps across restarts.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::files::{self, ProtectedPlaces};
use crate::hub::HubError;
use crate::store::{PostgresPlace, StoreUse};
use crate::vault::MasterKeyPlace;

/// Where the data of a desk are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorePlace {
    /// In a file.
    Sqlite(PathBuf),
    /// In a database of a server.
    Postgres(Arc<PostgresPlace>),
}

impl StorePlace {
    /// The database file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(place) => place.fmt(f),
        }
    }
}

/// Paths of a desk: the store and the master key, which are useless without each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPaths {
    /// Where the data are.
    pub store: StorePlace,
    /// Where the master key is.
    pub master_key: MasterKeyPlace,
    /// The state directory of a verifier: high-water mark and replay journal; beside the database if none is named.
    pub state_dir: Option<PathBuf>,
    /// Further files of the desk, as the config file and the sockets of verifiers: no user may have a file made beside them.
    pub other_files: Vec<PathBuf>,
    /// What the process may do to a database of an older keydesk.
    pub store_use: StoreUse,
}

impl DeskPaths {
    /// A desk in a file, whose verifiers keep their state beside it.
    pub fn new(database: impl Into<PathBuf>, master_key: MasterKeyPlace) -> Self {
        let store = StorePlace::Sqlite(database.into());
        Self { store, master_key, state_dir: None, other_files: Vec::new(), store_use: StoreUse::Desk }
    }

    /// The same with links resolved, for a long-running process: whoever changes a link later does not change where its
    /// files are. The master key is resolved anew each time.
    pub fn resolved(&self) -> Result<Self, HubError> {
        let real = |path: &Path| files::guarded(path).map_err(|why| HubError::Unavailable(why.to_string()));
        let store = match &self.store {
            StorePlace::Sqlite(path) => StorePlace::Sqlite(real(path)?),
            StorePlace::Postgres(place) => StorePlace::Postgres(place.clone()),
        };
        let state_dir = self.state_dir.as_deref().map(real).transpose()?;
        // Beside the database the files have the same names as without a state directory.
        let beside = store.file().and_then(Path::parent);
        let state_dir = state_dir.filter(|dir| Some(dir.as_path()) != beside);
        Ok(Self { store, state_dir, ..self.clone() })
    }

    /// Where no user may have a file made.
    pub fn protected(&self) -> ProtectedPlaces {
        let files = self.store.file().into_iter().chain([self.master_key.path.as_path()]).map(Path::to_owned);
        let files = files.chain(self.other_files.iter().cloned()).collect();
        ProtectedPlaces::new(files, self.state_dir.iter().cloned().collect())
    }

    /// Path of the high-water mark of verifiers.
    pub fn high_water_mark(&self) -> PathBuf {
        self.kept("seen")
    }

    /// Path of the high-water mark of desks and commands.
    pub fn desk_high_water_mark(&self) -> PathBuf {
        self.kept("desk-seen")
    }

    /// Path of the file that names the verifier which holds the state, and that it locks.
    pub fn verifier_process(&self) -> PathBuf {
        self.kept("process")
    }

    /// Directory of the replay journal.
    pub fn replay_journal(&self) -> PathBuf {
        self.kept("replay")
    }

    fn kept(&self, what: &str) -> PathBuf {
        match (&self.state_dir, self.store.file()) {
            (Some(dir), _) => dir.join(what),
            (None, Some(file)) => {
                let mut path = file.to_owned().into_os_string();
                path.push(format!("-{what}"));
                path.into()
            }
            // The configuration names one for every other store.
            (None, None) => Path::new("/nonexistent").join(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifier_state_is_beside_the_database_unless_a_directory_is_given() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().canonicalize().unwrap().join(name);
        std::fs::write(at("real.db"), "").unwrap();
        std::os::unix::fs::symlink("real.db", at("keydesk.db")).unwrap();
        let places = |state: Option<&str>| {
            let places = DeskPaths::new(at("keydesk.db"), MasterKeyPlace::file("/k"));
            DeskPaths { state_dir: state.map(at), ..places }.resolved().unwrap()
        };
        for beside in [None, Some(""), Some("../{}/.")] {
            let beside = beside.map(|path| path.replace("{}", at("").file_name().unwrap().to_str().unwrap()));
            let held = places(beside.as_deref());
            assert_eq!(
                (held.high_water_mark(), held.replay_journal()),
                (at("real.db-seen"), at("real.db-replay")),
                "of the real one"
            );
        }
        let held = places(Some("state"));
        assert_eq!(
            (held.store.to_string().into(), held.high_water_mark(), held.replay_journal()),
            (at("real.db"), at("state/seen"), at("state/replay"))
        );
    }
}
