//! Appearance: how the desk looks for one Unix user, in a small file beside the config file.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    ConfigError, Face,
    file::{read, replace},
};

/// The choices; what was not chosen follows the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appearance {
    /// `dark`, `light` or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colours: Option<String>,
    /// `unicode` or `ascii`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glyphs: Option<String>,
    /// `screen` or `lines`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<String>,
}

impl Appearance {
    /// The file that belongs to a config file.
    pub fn beside(config: &Path) -> PathBuf {
        config.with_file_name("appearance.toml")
    }

    /// What the file says. It is only looks: one that is not there or not understood says nothing.
    pub fn read(path: &Path) -> Self {
        read(path).ok().flatten().and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Writes the file, in one step; what is not chosen here stays as it was.
    pub fn remember(&self, path: &Path) -> Result<(), ConfigError> {
        let base = path.parent().unwrap_or(Path::new("/"));
        let old = Self::read(path);
        let new = Self {
            colours: self.colours.clone().or(old.colours),
            glyphs: self.glyphs.clone().or(old.glyphs),
            face: self.face.clone().or(old.face),
        };
        let text = toml::to_string(&new).map_err(|why| std::io::Error::new(ErrorKind::InvalidData, why));
        text.and_then(|text| replace(path, base, &text))
            .map_err(|why| ConfigError::Unwritable { path: path.to_owned(), why: why.to_string() })
    }

    /// The choice of this face and nothing else.
    pub fn with_face(face: Face) -> Self {
        Self { face: Some(face.as_str().to_owned()), ..Self::default() }
    }

    /// The choice as the variable of the environment that it stands in for.
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
    fn what_was_chosen_is_found_again_and_nonsense_says_nothing() {
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
        Appearance::with_face(Face::Lines).remember(&path).unwrap();
        let all = Appearance::read(&path);
        assert_eq!((all.face.as_deref(), all.glyphs.as_deref()), (Some("lines"), Some("ascii")));
        fs::write(&path, "colours = [").unwrap();
        assert_eq!(Appearance::read(&path), Appearance::default());
        assert!(chosen.remember(&path.join("below/a/file")).is_err());
        // It is not waited for, and a choice takes its place.
        fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(Appearance::read(&path), Appearance::default());
        chosen.remember(&path).unwrap();
        assert_eq!(Appearance::read(&path), chosen);
    }
}
