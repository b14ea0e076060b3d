//! Resolves paths: flags, environment, config file, then the defaults of the platform.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use directories::ProjectDirs;

use crate::hub::{DeskPaths, PostgresPlace, StorePlace, StoreUse};
use crate::vault::MasterKeyPlace;

use super::{ConfigError, ConfigFile, ServeFile, store_place, typed_listen, typed_path};

/// The paths that flags and environment ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--data-dir` or `KEYDESK_DATA_DIR`.
    pub data_dir: Option<PathBuf>,
    /// `--config` or `KEYDESK_CONFIG`.
    pub config: Option<PathBuf>,
    /// `--master-key-file` or `KEYDESK_MASTER_KEY_FILE`.
    pub master_key_file: Option<PathBuf>,
    /// `init --store`.
    pub store: Option<String>,
    /// `store copy --to`.
    pub copy_to: Option<String>,
    /// `KEYDESK_STORE`.
    pub store_variable: Option<OsString>,
    /// `PGPASSFILE`: libpq's file with passwords.
    pub pass_file: Option<PathBuf>,
    /// `KEYDESK_STATE_DIR`.
    pub state_dir: Option<PathBuf>,
    /// `$STATE_DIRECTORY`, which systemd made for a unit.
    pub state_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`, where systemd puts what a unit was given.
    pub credentials_directory: Option<PathBuf>,
}

/// The resolved paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The config file; it need not be there.
    pub config: PathBuf,
    /// Where the data are.
    pub store: StorePlace,
    /// Where a copy of the desk is to be made.
    pub copy_to: Option<StorePlace>,
    /// The URL that `init` remembers, if it has to: none for the place where a desk is looked for anyway.
    pub remembered: Option<String>,
    /// Where the master key is.
    pub master_key: MasterKeyPlace,
    /// Where a verifier keeps what it has to know after a restart, unless that is beside the database.
    pub state_dir: Option<PathBuf>,
    /// The config file's table `[serve]`.
    pub serve: ServeFile,
    /// Where verifiers find the data, and sshd's question: the same place, unless the file names other users for them.
    pub store_of: RoleStores,
    /// Where systemd puts what a unit was given.
    pub credentials_directory: Option<PathBuf>,
}

/// The store as processes of narrower rights open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleStores {
    /// `[serve] store`.
    pub verifier: StorePlace,
    /// `[ssh] store`.
    pub keys: StorePlace,
}

impl Paths {
    /// The paths that the hub needs.
    pub fn places(&self) -> DeskPaths {
        DeskPaths {
            store: self.store.clone(),
            master_key: self.master_key.clone(),
            state_dir: self.state_dir.clone(),
            other_files: self.other_files(),
            store_use: StoreUse::Desk,
        }
    }

    /// The config file, the sockets, and database and master key by the names that were given, which may be links.
    fn other_files(&self) -> Vec<PathBuf> {
        let sockets = self.serve.listen.iter().filter_map(|place| place.strip_prefix("unix:")).map(PathBuf::from);
        let named = [self.config.clone(), self.master_key.path.clone(), self.socket()];
        named.into_iter().chain(self.store.file().map(Path::to_owned)).chain(sockets).collect()
    }

    /// What belongs to the Unix user of the desk and others may ask about: the database file, or the config file where the
    /// database is a server's.
    pub fn owned(&self) -> &Path {
        self.store.file().unwrap_or(&self.config)
    }

    /// Whether systemd passed this file in as a credential.
    pub fn is_from_systemd(&self, path: &Path) -> bool {
        self.credentials_directory.as_deref().is_some_and(|dir| path.parent() == Some(dir))
    }

    /// Where gateways find the verifier: the first place that the file names, else a socket beside the database, or in the
    /// state directory where there is no file.
    pub fn verifier(&self) -> String {
        self.serve.listen.first().cloned().unwrap_or_else(|| format!("unix:{}", self.socket().display()))
    }

    /// The socket of a verifier that was told no other place.
    pub fn socket(&self) -> PathBuf {
        let beside = self.store.file().map_or(self.state_dir.as_deref(), Path::parent);
        beside.unwrap_or(Path::new("/")).join("verifier.sock")
    }
}

/// Resolves the paths: flags and environment first, then the config file, then the platform's defaults.
pub fn resolve(overrides: &Overrides) -> Result<Paths, ConfigError> {
    resolve_by(overrides, ConfigFile::read)
}

/// The same for an operator who only looks where things are: whoever may change the config file is what they want to know.
pub fn resolve_to_look(overrides: &Overrides) -> Result<Paths, ConfigError> {
    resolve_by(overrides, ConfigFile::look)
}

fn resolve_by(overrides: &Overrides, read: fn(&Path) -> Result<ConfigFile, ConfigError>) -> Result<Paths, ConfigError> {
    let here = env::current_dir().map_err(|e| ConfigError::NoCurrentDir(e.to_string()))?;
    let platform = ProjectDirs::from("", "", "keydesk");
    let config = match (&overrides.config, &platform) {
        (Some(path), _) => here.join(typed_path(path)?),
        (None, Some(dirs)) => dirs.config_dir().join("config.toml"),
        (None, None) => return Err(ConfigError::NoHome),
    };
    let file = read(&config)?;
    let beside = config.parent().unwrap_or(Path::new("/"));
    let default_database = default_database(overrides, &file, &here, beside, platform.as_ref())?;
    let clear_text = file.store_clear_text;
    let variable =
        overrides.store_variable.as_deref().map(|store| store.to_str().ok_or(ConfigError::Variable("KEYDESK_STORE")));
    let named = match (overrides.store.as_deref(), variable.transpose()?, &file.store) {
        (Some(store), _, _) | (None, Some(store), _) => Some(store_place(store, &here, clear_text)?),
        // A store is a whole place; a data directory only says where the default one would be. So the file's store
        // stands before --data-dir: `init --store` wrote it there to be found again.
        (None, None, Some(store)) => Some(store_place(store, beside, clear_text)?),
        (None, None, None) => None,
    };
    let default_place = default_database.map(StorePlace::Sqlite);
    let store = named.or_else(|| default_place.clone()).ok_or(ConfigError::NoHome)?;
    let is_found =
        default_place.as_ref() == Some(&store) || overrides.store.is_none() && overrides.store_variable.is_some();
    let remembered = (!is_found).then(|| overrides.store.clone().unwrap_or_default());
    let store = with_files(store, overrides, &file, beside)?;
    let copy_to = overrides.copy_to.as_ref().map(|to| store_place(to, &here, clear_text)).transpose()?;
    let copy_to = copy_to.map(|to| with_files(to, overrides, &file, beside)).transpose()?;
    let of_role = |named: &Option<String>| match named {
        Some(named) => with_files(store_place(named, beside, clear_text)?, overrides, &file, beside),
        None => Ok(store.clone()),
    };
    let store_of = RoleStores { verifier: of_role(&file.serve.store)?, keys: of_role(&file.ssh.store)? };
    let master_key = master_key(overrides, &file, &here, beside)?;
    let token =
        file.serve.gateway_token_file.map(|path| Ok::<_, ConfigError>(beside.join(typed_path(&path)?))).transpose()?;
    let listen = file.serve.listen.iter().map(|place| typed_listen(place, Some(beside))).collect::<Result<_, _>>()?;
    let serve = ServeFile { store: file.serve.store, gateway_token_file: token, listen, log: file.serve.log };
    let credentials_directory = overrides.credentials_directory.clone();
    let said = match (&overrides.state_dir, &file.state_dir) {
        (Some(dir), _) => Some(here.join(typed_path(dir)?)),
        (None, Some(dir)) => Some(beside.join(typed_path(dir)?)),
        (None, None) => None,
    };
    // A file has it beside it. The machine of a verifier may name its server under `[serve]` alone.
    let on_server = [&store, &store_of.verifier].iter().any(|store| store.file().is_none());
    let of_platform = platform.as_ref().map(|dirs| dirs.state_dir().unwrap_or(dirs.data_dir()).to_owned());
    let state_dir = said.or_else(|| overrides.state_directory.clone()).or(of_platform.filter(|_| on_server));
    Ok(Paths { config, store, copy_to, remembered, master_key, state_dir, serve, store_of, credentials_directory })
}

/// Adds the files that go with a server: password and certificates.
fn with_files(
    store: StorePlace,
    overrides: &Overrides,
    file: &ConfigFile,
    beside: &Path,
) -> Result<StorePlace, ConfigError> {
    let StorePlace::Postgres(place) = store else { return Ok(store) };
    let named = |path: &Option<PathBuf>| {
        path.as_ref().map(|path| Ok::<_, ConfigError>(beside.join(typed_path(path)?))).transpose()
    };
    let given = overrides.credentials_directory.as_ref().map(|dir| dir.join("store.password"));
    let (password_file, password_from_systemd) = match named(&file.store_password_file)? {
        Some(path) => {
            let from_systemd = path.parent().is_some() && path.parent() == overrides.credentials_directory.as_deref();
            (Some(path), from_systemd)
        }
        None => (given.filter(|path| path.exists()), true),
    };
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(".pgpass"));
    Ok(StorePlace::Postgres(Arc::new(PostgresPlace {
        password_file,
        password_from_systemd,
        pass_file: overrides.pass_file.clone().or_else(home),
        ca_file: named(&file.store_ca_file)?,
        ..(*place).clone()
    })))
}

fn default_database(
    overrides: &Overrides,
    file: &ConfigFile,
    here: &Path,
    beside: &Path,
    platform: Option<&ProjectDirs>,
) -> Result<Option<PathBuf>, ConfigError> {
    let dir = match (&overrides.data_dir, &file.data_dir) {
        (Some(dir), _) => Some(here.join(typed_path(dir)?)),
        (None, Some(dir)) => Some(beside.join(typed_path(dir)?)),
        (None, None) => platform.map(|dirs| dirs.data_dir().to_owned()),
    };
    Ok(dir.map(|dir| dir.join("keydesk.db")))
}

fn master_key(
    overrides: &Overrides,
    file: &ConfigFile,
    here: &Path,
    beside: &Path,
) -> Result<MasterKeyPlace, ConfigError> {
    if let Some(path) = &overrides.master_key_file {
        return Ok(MasterKeyPlace::file(here.join(typed_path(path)?)));
    }
    if let Some(path) = &file.master_key_file {
        return Ok(MasterKeyPlace::file(beside.join(typed_path(path)?)));
    }
    let given = overrides.credentials_directory.as_ref().map(|dir| dir.join("master.key"));
    Ok(match given.filter(|path| path.exists()) {
        Some(path) => MasterKeyPlace { path, from_systemd: true },
        None => MasterKeyPlace::file(beside.join("master.key")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct Site {
        dir: tempfile::TempDir,
        overrides: Overrides,
    }

    impl Site {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let config = Some(dir.path().join("etc/config.toml"));
            fs::create_dir(dir.path().join("etc")).unwrap();
            Self { dir, overrides: Overrides { config, data_dir: Some("/data".into()), ..Overrides::default() } }
        }

        fn says(&self, text: &str) -> &Self {
            fs::write(self.dir.path().join("etc/config.toml"), text).unwrap();
            self
        }

        fn database(&self) -> String {
            resolve(&self.overrides).unwrap().store.to_string()
        }

        fn master_key(&self) -> (PathBuf, bool) {
            let place = resolve(&self.overrides).unwrap().master_key;
            (place.path, place.from_systemd)
        }

        fn at(&self, path: &str) -> PathBuf {
            self.dir.path().join(path)
        }
    }

    #[test]
    fn the_database_is_taken_in_order_of_precedence() {
        let mut site = Site::new();
        site.says("data_dir = \"there\"");
        assert_eq!(site.database(), "/data/keydesk.db");
        site.overrides.data_dir = None;
        assert_eq!(site.database(), site.at("etc/there/keydesk.db").display().to_string());
        site.says("store = \"sqlite:mine.db\"");
        site.overrides.data_dir = Some("/data".into());
        assert_eq!(site.database(), site.at("etc/mine.db").display().to_string());
        site.overrides.store = Some("/flag.db".to_owned());
        assert_eq!(site.database(), "/flag.db");
    }

    #[test]
    fn the_state_directory_is_taken_in_order_of_precedence() {
        let mut site = Site::new();
        let state = |site: &Site| resolve(&site.overrides).unwrap().places().state_dir;
        assert_eq!(state(&site), None);
        site.says("[serve]\nstore = \"postgres://verifier@db1/keydesk\"");
        assert!(state(&site).is_some(), "a verifier on a server keeps its state somewhere");
        site.overrides.state_directory = Some("/var/lib/keydesk".into());
        assert_eq!(state(&site), Some("/var/lib/keydesk".into()));
        site.says("state_dir = \"state\"");
        assert_eq!(state(&site), Some(site.at("etc/state")));
        site.overrides.state_dir = Some("/state".into());
        assert_eq!(state(&site), Some("/state".into()));
    }

    #[test]
    fn only_a_file_in_its_directory_is_from_systemd() {
        let mut site = Site::new();
        let is = |site: &Site, path: &str| resolve(&site.overrides).unwrap().is_from_systemd(&site.at(path));
        assert!(!is(&site, "run/token"), "there is none");
        site.overrides.credentials_directory = Some(site.at("run"));
        assert!(is(&site, "run/token"));
        for path in ["token", "run", "run/../token", "running/token", "etc/run/token"] {
            assert!(!is(&site, path), "{path}");
        }
    }

    #[test]
    fn the_master_key_is_taken_in_order_of_precedence() {
        let mut site = Site::new();
        assert_eq!(site.master_key(), (site.at("etc/master.key"), false));
        site.overrides.credentials_directory = Some(site.at("run"));
        assert_eq!(site.master_key(), (site.at("etc/master.key"), false), "systemd gave none");
        fs::create_dir(site.at("run")).unwrap();
        fs::write(site.at("run/master.key"), "k").unwrap();
        assert_eq!(site.master_key(), (site.at("run/master.key"), true));
        site.says("master_key_file = \"other.key\"");
        assert_eq!(site.master_key(), (site.at("etc/other.key"), false));
        site.overrides.master_key_file = Some("/flag.key".into());
        assert_eq!(site.master_key(), ("/flag.key".into(), false));
    }
}
