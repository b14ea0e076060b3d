//! What `--store` and `store = "…"` may say.

use std::path::{Path, PathBuf};

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreUrlError {
    /// PostgreSQL.
    #[error("This version of keydesk keeps its data in SQLite only. Write --store as a path or sqlite:PATH.")]
    Postgres,
    /// Something else with a scheme.
    #[error("{0:?} is not a store that keydesk knows. Write it as a path or sqlite:PATH.")]
    Scheme(String),
    /// Nothing.
    #[error("A store needs a path. Write it as a path or sqlite:PATH, or leave it out.")]
    Empty,
}

/// The database file that `text` names; a relative one lies in `base`, which makes it absolute.
///
/// Absolute also so that SQLite never sees one of its special names (`:memory:`, `file:…`), and no URL is ever echoed
/// whole: it may hold a password.
pub fn database_path(text: &str, base: &Path) -> Result<PathBuf, StoreUrlError> {
    let path = match text.split_once(':') {
        Some(("postgres" | "postgresql", _)) => return Err(StoreUrlError::Postgres),
        // sqlite:///var/lib/x is how other programs write it.
        Some(("sqlite", path)) => path.strip_prefix("//").filter(|p| p.starts_with('/')).unwrap_or(path),
        Some((scheme, rest)) if rest.starts_with("//") => return Err(StoreUrlError::Scheme(scheme.to_owned())),
        _ => text,
    };
    match path {
        "" => Err(StoreUrlError::Empty),
        path => Ok(base.join(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_urls() {
        let read = |text| database_path(text, Path::new("/base")).map(|p| p.display().to_string());
        assert_eq!(read("/var/keydesk.db").as_deref(), Ok("/var/keydesk.db"));
        assert_eq!(read("desk.db").as_deref(), Ok("/base/desk.db"));
        assert_eq!(read("sqlite:desk.db").as_deref(), Ok("/base/desk.db"));
        assert_eq!(read("sqlite:/var/desk.db").as_deref(), Ok("/var/desk.db"));
        assert_eq!(read("sqlite:///var/desk.db").as_deref(), Ok("/var/desk.db"));
        assert_eq!(read(":memory:").as_deref(), Ok("/base/:memory:"));
        assert_eq!(read("sqlite::memory:").as_deref(), Ok("/base/:memory:"));
        assert_eq!(read("a:b.db").as_deref(), Ok("/base/a:b.db"));
        assert_eq!(read(""), Err(StoreUrlError::Empty));
        assert_eq!(read("sqlite:"), Err(StoreUrlError::Empty));
        for url in ["postgres://u:p@h/d", "postgresql://h/d", "postgres:"] {
            assert_eq!(read(url), Err(StoreUrlError::Postgres));
        }
        assert_eq!(read("mysql://u:secret@h/d"), Err(StoreUrlError::Scheme("mysql".to_owned())));
        assert!(!read("mysql://u:secret@h/d").unwrap_err().to_string().contains("secret"));
    }
}
