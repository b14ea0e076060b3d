//! Paths of a desk, and of the state that a verifier keeps across restarts.

use std::path::{Path, PathBuf};

use crate::files;
use crate::hub::HubError;
use crate::vault::MasterKeyPlace;

/// Paths of a desk: the database and the master key, which are useless without each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPaths {
    /// The database file.
    pub database: PathBuf,
    /// Where the master key is.
    pub master_key: MasterKeyPlace,
    /// The state directory of a verifier: high-water mark and replay journal; beside the database if none is named.
    pub state_dir: Option<PathBuf>,
}

impl DeskPaths {
    /// A desk whose verifiers keep their state beside the database.
    pub fn new(database: impl Into<PathBuf>, master_key: MasterKeyPlace) -> Self {
        Self { database: database.into(), master_key, state_dir: None }
    }

    /// The same with links resolved, for a long-running process: whoever changes a link later does not change where its
    /// files are. The master key is resolved anew each time.
    pub fn resolved(&self) -> Result<Self, HubError> {
        let real = |path: &Path| files::guarded(path).map_err(|why| HubError::Unavailable(why.to_string()));
        let database = real(&self.database)?;
        let state_dir = self.state_dir.as_deref().map(real).transpose()?;
        // Beside the database the files have the same names as without a state directory.
        let state_dir = state_dir.filter(|dir| Some(dir.as_path()) != database.parent());
        Ok(Self { database, master_key: self.master_key.clone(), state_dir })
    }

    /// Path of the high-water mark.
    pub fn high_water_mark(&self) -> PathBuf {
        self.kept("seen")
    }

    /// Directory of the replay journal.
    pub fn replay_journal(&self) -> PathBuf {
        self.kept("replay")
    }

    fn kept(&self, what: &str) -> PathBuf {
        match &self.state_dir {
            Some(dir) => dir.join(what),
            None => {
                let mut path = self.database.clone().into_os_string();
                path.push(format!("-{what}"));
                path.into()
            }
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
            (held.database.clone(), held.high_water_mark(), held.replay_journal()),
            (at("real.db"), at("state/seen"), at("state/replay"))
        );
    }
}
