//! Appearance: how the desk looks for one Unix user, and who of the desk sat here last, in a small file beside the config
//! file.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{read, replace};
use super::{ConfigError, Frontend};

/// The choices; what was not chosen follows the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appearance {
    /// `auto`, `dark`, `light` or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colours: Option<String>,
    /// `unicode` or `ascii`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glyphs: Option<String>,
    /// `screen` or `lines`.
    #[serde(rename = "face", skip_serializing_if = "Option::is_none")]
    pub frontend: Option<String>,
    /// Lines of "Needs attention" that each user hid, with the numbers that they had.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hidden: BTreeMap<String, BTreeMap<String, i64>>,
    /// Whether the sign-in begins with the name that was used last. Not said: on a machine of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remember_name: Option<bool>,
    /// The name that was used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

impl Appearance {
    /// The file that belongs to a config file.
    pub fn beside(config: &Path) -> PathBuf {
        config.with_file_name("appearance.toml")
    }

    /// Reads the file. A missing or malformed one counts as empty: it is only about looks.
    pub fn read(path: &Path) -> Self {
        read(path).ok().flatten().and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Writes the file atomically; choices that are not made here stay.
    pub fn remember(&self, path: &Path) -> Result<(), ConfigError> {
        let base = path.parent().unwrap_or(Path::new("/"));
        let old = Self::read(path);
        let new = Self {
            colours: self.colours.clone().or(old.colours),
            glyphs: self.glyphs.clone().or(old.glyphs),
            frontend: self.frontend.clone().or(old.frontend),
            hidden: old.hidden.into_iter().chain(self.hidden.clone()).collect(),
            remember_name: self.remember_name.or(old.remember_name),
            last_name: self.last_name.clone().or(old.last_name),
        };
        let text = toml::to_string(&new).map_err(|why| std::io::Error::new(ErrorKind::InvalidData, why));
        text.and_then(|text| replace(path, base, &text))
            .map_err(|why| ConfigError::Unwritable { path: path.to_owned(), why: why.to_string() })
    }

    /// The choice of this frontend and nothing else.
    pub fn with_frontend(frontend: Frontend) -> Self {
        Self { frontend: Some(frontend.as_str().to_owned()), ..Self::default() }
    }

    /// Whether the sign-in remembers a name, for a desk with this database; a server's is everybody's.
    pub fn remembers_name(&self, database: Option<&Path>) -> bool {
        self.remember_name.unwrap_or_else(|| database.is_some_and(is_ones_own))
    }

    /// The choice in place of the environment variable `name`.
    pub fn variable(&self, name: &str) -> Option<String> {
        match name {
            "KEYDESK_THEME" => self.colours.clone(),
            "KEYDESK_GLYPHS" => self.glyphs.clone(),
            _ => None,
        }
    }
}

/// Whether this looks like a machine of one's own: the directory of the database belongs to this Unix user, nobody else can
/// look into it, and this is neither root nor somebody who became this user for the moment.
fn is_ones_own(database: &Path) -> bool {
    let me = rustix::process::geteuid();
    let directory = database.parent().and_then(|directory| std::fs::metadata(directory).ok());
    let mine = directory.is_some_and(|found| found.uid() == me.as_raw() && found.mode() & 0o077 == 0);
    mine && !me.is_root() && std::env::var_os("SUDO_UID").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_name_is_remembered_where_one_is_alone_or_says_so() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("keydesk.db");
        let unsaid = Appearance::default();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o750)).unwrap();
        assert!(!unsaid.remembers_name(Some(&database)), "a group looks into it");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let alone = !rustix::process::geteuid().is_root() && std::env::var_os("SUDO_UID").is_none();
        assert_eq!(unsaid.remembers_name(Some(&database)), alone);
        for said in [true, false] {
            let chosen = Appearance { remember_name: Some(said), ..Appearance::default() };
            assert_eq!(chosen.remembers_name(Some(&database)), said);
        }
    }

    #[test]
    fn choices_are_read_back_and_nonsense_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let path = Appearance::beside(&dir.path().join("new/config.toml"));
        assert_eq!(Appearance::read(&path), Appearance::default());
        let chosen = Appearance { colours: Some("light".to_owned()), ..Appearance::default() };
        chosen.remember(&path).unwrap();
        assert_eq!(Appearance::read(&path), chosen);
        assert_eq!(chosen.variable("KEYDESK_THEME").as_deref(), Some("light"));
        assert_eq!(chosen.variable("KEYDESK_GLYPHS"), None);
        let ascii = Appearance { glyphs: Some("ascii".to_owned()), ..Appearance::default() };
        ascii.remember(&path).unwrap();
        assert_eq!(Appearance::read(&path), Appearance { colours: Some("light".to_owned()), ..ascii });
        Appearance::with_frontend(Frontend::Lines).remember(&path).unwrap();
        let all = Appearance::read(&path);
        assert_eq!((all.frontend.as_deref(), all.glyphs.as_deref()), (Some("lines"), Some("ascii")));
        let alice = Appearance { last_name: Some("alice".to_owned()), ..Appearance::default() };
        alice.remember(&path).unwrap();
        assert_eq!(Appearance::read(&path), Appearance { last_name: alice.last_name, ..all });
        fs::write(&path, "colours = [").unwrap();
        assert_eq!(Appearance::read(&path), Appearance::default());
        assert!(chosen.remember(&path.join("below/a/file")).is_err());
        // A pipe is not waited for, and a choice replaces it.
        fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(Appearance::read(&path), Appearance::default());
        chosen.remember(&path).unwrap();
        assert_eq!(Appearance::read(&path), chosen);
    }
}
