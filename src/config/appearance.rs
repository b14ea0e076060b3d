//! Appearance: how the desk looks for one Unix user, in a small file beside the config file.

use std::io::ErrorKind;
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
        };
        let text = toml::to_string(&new).map_err(|why| std::io::Error::new(ErrorKind::InvalidData, why));
        text.and_then(|text| replace(path, base, &text))
            .map_err(|why| ConfigError::Unwritable { path: path.to_owned(), why: why.to_string() })
    }

    /// The choice of this frontend and nothing else.
    pub fn with_frontend(frontend: Frontend) -> Self {
        Self { frontend: Some(frontend.as_str().to_owned()), ..Self::default() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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
