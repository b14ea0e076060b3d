//! Paths as typed, not expanded by a shell: `~` is expanded, and text that only looks like a path is refused before a
//! directory of that name is made.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use directories::BaseDirs;

use super::ConfigError;

/// The path with the home directory in place of `~`. Relative ones stay relative.
pub fn typed_path(path: &Path) -> Result<PathBuf, ConfigError> {
    typed_path_at(path, || BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()))
}

fn typed_path_at(path: &Path, home: impl FnOnce() -> Option<PathBuf>) -> Result<PathBuf, ConfigError> {
    let wrong = |why: &'static str| ConfigError::Path { path: path.to_owned(), why };
    let mut parts = path.components();
    let rest = match parts.next() {
        None => return Err(wrong("it is empty")),
        Some(Component::Normal(first)) if first == "~" => {
            let home = home().ok_or(ConfigError::NoHome)?;
            return match names_a_tilde(parts.as_path()) {
                true => Err(wrong(TILDE)),
                false => Ok(home.join(parts.as_path())),
            };
        }
        Some(Component::Normal(first)) => first.as_bytes(),
        Some(_) => b"",
    };
    match rest {
        [b'~', ..] => Err(wrong("~ before a user name is not supported")),
        [b'$', ..] => Err(wrong("variables are not expanded here")),
        b":memory:" => Err(wrong("it names a database in memory; to look around without a file, run keydesk demo")),
        word if has_scheme(word) => Err(wrong("it looks like a URL; a path with a colon is written ./PATH")),
        _ if names_a_tilde(path) => Err(wrong(TILDE)),
        _ => Ok(path.to_owned()),
    }
}

const TILDE: &str = "a directory in it would be named ~";

fn names_a_tilde(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "~")
}

/// Whether the first part of a path begins as a URL does: `file:`, or `file:desk`.
fn has_scheme(part: &[u8]) -> bool {
    let name = part.iter().position(|b| *b == b':').map_or(&[][..], |colon| &part[..colon]);
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_'))
}

/// An address to listen at, `unix:PATH` or host and port, with its path as in [`typed_path`]; a relative one lies in `base`.
pub fn typed_listen(place: &str, base: Option<&Path>) -> Result<String, ConfigError> {
    let Some(path) = place.strip_prefix("unix:").filter(|path| !path.is_empty()) else { return Ok(place.to_owned()) };
    let path = typed_path(Path::new(path))?;
    let path = base.map_or_else(|| path.clone(), |base| base.join(&path));
    Ok(format!("unix:{}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Result<String, String> {
        let home = || Some(PathBuf::from("/home/alice"));
        typed_path_at(Path::new(path), home).map(|path| path.display().to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn a_tilde_is_the_home_directory() {
        for (written, meant) in [
            ("~", "/home/alice/"),
            ("~/desk", "/home/alice/desk"),
            ("~//desk/", "/home/alice/desk"),
            ("desk", "desk"),
            ("/srv/desk", "/srv/desk"),
            ("./~x", "./~x"),
            ("/srv/~x", "/srv/~x"),
            ("x~", "x~"),
            ("./a:b", "./a:b"),
            ("12:30", "12:30"),
            ("../desk", "../desk"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(meant), "{written}");
        }
        assert!(matches!(typed_path_at(Path::new("~/x"), || None), Err(ConfigError::NoHome)));
    }

    #[test]
    fn text_that_only_looks_like_a_path_is_refused() {
        for (written, says) in [
            ("", "it is empty"),
            ("~alice/desk", "~ before a user name"),
            ("~alice", "~ before a user name"),
            ("/srv/~/desk", "would be named ~"),
            ("./~/desk", "would be named ~"),
            ("~/~/desk", "would be named ~"),
            ("$HOME/desk", "variables are not expanded"),
            ("${HOME}/desk", "variables are not expanded"),
            ("file:///srv/desk", "it looks like a URL"),
            ("sqlite:/srv/desk", "it looks like a URL"),
            ("file:desk", "a path with a colon is written ./PATH"),
            ("sqlite:desk/a", "it looks like a URL"),
            (":memory:", "run keydesk demo"),
            (":memory:/desk", "run keydesk demo"),
        ] {
            let said = read(written).unwrap_err();
            assert!(said.contains(says) && said.contains("Write the full path"), "{written}: {said}");
        }
    }

    #[test]
    fn typed_listen_addresses_are_resolved() {
        let base = Some(Path::new("/etc/keydesk"));
        for (written, meant) in
            [("127.0.0.1:8730", "127.0.0.1:8730"), ("unix:/run/v.sock", "unix:/run/v.sock"), ("unix:", "unix:")]
        {
            assert_eq!(typed_listen(written, base).unwrap(), meant);
        }
        assert_eq!(typed_listen("unix:v.sock", base).unwrap(), "unix:/etc/keydesk/v.sock");
        assert_eq!(typed_listen("unix:v.sock", None).unwrap(), "unix:v.sock");
        assert!(typed_listen("unix:~bob/v.sock", base).is_err());
    }
}
