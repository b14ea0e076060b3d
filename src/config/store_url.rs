//! Parses `--store` and `store = "…"`.

use std::path::Path;
use std::sync::Arc;

use crate::hub::StorePlace;

use super::{ConfigError, PostgresUrlError, postgres_url, typed_path};

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreUrlError {
    /// A URL of PostgreSQL that is not used.
    #[error(transparent)]
    Postgres(#[from] PostgresUrlError),
    /// A URL with an unknown scheme.
    #[error(
        "{0:?} is not a store that keydesk knows. Write it as a path, sqlite:PATH or postgres://USER@HOST/DATABASE; a path with a colon as ./PATH."
    )]
    Scheme(String),
    /// A URL with a host.
    #[error(
        "sqlite:// is followed by a host, and a file has none. Write sqlite:PATH, or sqlite:///PATH for an absolute path."
    )]
    Host,
    /// A URL with parameters.
    #[error("A store takes no parameters, which a ? in a URL begins. Leave them out, or write the path alone.")]
    Parameters,
    /// The text is empty.
    #[error("A store needs a path. Write it as a path or sqlite:PATH, or leave it out.")]
    Empty,
}

/// The store that `text` names; a relative path lies in `base`, which makes it absolute.
///
/// Absolute also so that SQLite never sees one of its special names (`:memory:`, `file:…`), and no URL is ever echoed
/// whole: it may hold a password.
pub fn store_place(text: &str, base: &Path, clear_text: bool) -> Result<StorePlace, ConfigError> {
    match file(text.trim())? {
        Named::File("") => Err(StoreUrlError::Empty.into()),
        Named::File(path) => Ok(StorePlace::Sqlite(base.join(typed_path(Path::new(path))?))),
        Named::Server(rest) => {
            let place = postgres_url::parse(rest, clear_text).map_err(StoreUrlError::from)?;
            Ok(StorePlace::Postgres(Arc::new(place)))
        }
    }
}

/// What a text names.
enum Named<'a> {
    File(&'a str),
    /// What is behind `postgres:`.
    Server(&'a str),
}

fn file(text: &str) -> Result<Named<'_>, StoreUrlError> {
    let Some((scheme, rest)) = text.split_once(':').filter(|(word, _)| is_word(word)) else {
        return Ok(Named::File(text));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => Ok(Named::Server(rest)),
        "sqlite" if rest.contains(['?', '#']) => Err(StoreUrlError::Parameters),
        "sqlite" => match rest.strip_prefix("//") {
            // sqlite:///var/lib/x is how other programs write it.
            Some(path) if path.starts_with('/') => Ok(Named::File(path)),
            Some("") => Err(StoreUrlError::Empty),
            Some(_) => Err(StoreUrlError::Host),
            None => Ok(Named::File(rest)),
        },
        _ => Err(StoreUrlError::Scheme(scheme.chars().take(40).collect())),
    }
}

/// Whether it may be the scheme of a URL: a path that begins like this is a slip.
fn is_word(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        store_place(text, Path::new("/base"), false).map(|place| place.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn store_urls_become_paths() {
        for (text, path) in [
            ("/var/keydesk.db", "/var/keydesk.db"),
            ("desk.db", "/base/desk.db"),
            ("sqlite:desk.db", "/base/desk.db"),
            ("SQLite:/var/desk.db", "/var/desk.db"),
            ("sqlite:///var/desk.db", "/var/desk.db"),
            ("./:memory:", "/base/./:memory:"),
            ("./a:b.db", "/base/./a:b.db"),
            ("/srv/a:b.db", "/srv/a:b.db"),
            ("12:30.db", "/base/12:30.db"),
            ("postgres://desk@db1/keydesk", "postgres db1/keydesk"),
            ("PostgreSQL://desk@db1/keydesk", "postgres db1/keydesk"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(path), "{text}");
        }
    }

    #[test]
    fn an_unreadable_path_is_reported_and_cut_short() {
        for (text, says) in [
            ("", "A store needs a path"),
            ("sqlite:", "A store needs a path"),
            ("sqlite://", "A store needs a path"),
            ("postgres://u:secret@h/d", "holds a password"),
            ("postgresql://h/d", "names no user"),
            ("Postgres:", "names no host"),
            ("mysql://u:secret@h/d", "\"mysql\" is not a store that keydesk knows"),
            ("file:desk.db", "\"file\" is not a store that keydesk knows"),
            ("file:/x/secret.db", "\"file\" is not a store"),
            ("sqlite3:/x", "\"sqlite3\" is not a store"),
            ("sqlite+pysqlite:///x", "is not a store"),
            ("C:\\desk.db", "\"C\" is not a store"),
            ("a:b.db", "a path with a colon as ./PATH"),
            ("sqlite://desk.db", "sqlite:// is followed by a host"),
            ("sqlite:desk.db?mode=ro&key=secret", "A store takes no parameters"),
            (":memory:", "a database in memory"),
            ("sqlite::memory:", "a database in memory"),
            ("~bob/desk.db", "~ before a user name"),
            ("sqlite:~bob/desk.db", "~ before a user name"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(says) && !said.contains("secret"), "{text}: {said}");
        }
    }
}
