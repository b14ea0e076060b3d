//! The password of the database's user: from a file of its own, or from libpq's password file. Read for each connection, so
//! that it can be changed while keydesk runs.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use crate::files;
use crate::store::StoreError;

use super::place::{PostgresHost, PostgresPlace};

/// Most bytes that are read of a password file.
const LONGEST: u64 = 64 << 10;

/// The password for a server, if there is one.
pub(super) fn of(place: &PostgresPlace, host: &PostgresHost) -> Result<Option<String>, StoreError> {
    if let Some(file) = &place.password_file {
        let others = if place.password_from_systemd { 0o037 } else { 0o077 };
        let text = read(file, others).map_err(|why| unusable(file, &why))?;
        let first = text.lines().next().unwrap_or_default();
        return match first {
            "" => Err(unusable(file, &io::Error::other("its first line is empty"))),
            first if first.contains('\0') => Err(unusable(file, &io::Error::other("its first line holds a NUL"))),
            first => Ok(Some(first.to_owned())),
        };
    }
    let Some(file) = &place.pass_file else { return Ok(None) };
    match read(file, 0o077) {
        Ok(text) => Ok(found(&text, place, host)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(unusable(file, &why)),
    }
}

fn unusable(file: &Path, why: &io::Error) -> StoreError {
    StoreError::Unavailable(format!(
        "The password file {} cannot be used: {why}. Nothing was changed; correct it, then try again.",
        file.display()
    ))
}

fn read(file: &Path, others: u32) -> io::Result<String> {
    // A pipe in its place must not keep anybody waiting.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(file)?;
    let meta = opened.metadata()?;
    match () {
        () if !meta.is_file() => return Err(io::Error::other("it is not a regular file")),
        () if !files::is_trusted(meta.uid()) => return Err(io::Error::other("it belongs to another user")),
        () if meta.mode() & others != 0 => {
            return Err(io::Error::other("others than its owner may read it: chmod 600 it"));
        }
        () if meta.len() > LONGEST => return Err(io::Error::other("it is larger than 64 KiB")),
        () => {}
    }
    let mut text = String::new();
    opened.take(LONGEST).read_to_string(&mut text).map_err(|why| match why.kind() {
        io::ErrorKind::InvalidData => io::Error::other("it is not UTF-8 text"),
        _ => why,
    })?;
    // Some editors begin a file with it.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The password of the first line that fits: `host:port:database:user:password`, where `*` is anything and `\` takes the
/// meaning off the next character.
fn found(text: &str, place: &PostgresPlace, host: &PostgresHost) -> Option<String> {
    let (name, port) = host.in_pass_file();
    let wanted = [name, port.to_string(), place.database.clone(), place.user.clone()];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line)?;
        let fits = fields.iter().zip(&wanted).all(|(field, wanted)| field == "*" || field == wanted);
        fits.then(|| fields[4].clone())
    })
}

fn fields(line: &str) -> Option<[String; 5]> {
    let mut fields: [String; 5] = Default::default();
    let (mut at, mut escaped) = (0, false);
    for c in line.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            ':' if !escaped && at < 4 => at += 1,
            c => {
                escaped = false;
                fields[at].push(c);
            }
        }
    }
    (at == 4).then_some(fields)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let host = PostgresHost::Tcp("db1".to_owned(), 5432);
        let place = PostgresPlace {
            hosts: vec![host.clone()],
            user: "desk".to_owned(),
            database: "keydesk".to_owned(),
            verify_tls: true,
            password_file: None,
            password_from_systemd: false,
            pass_file: None,
            ca_file: None,
        };
        let text = "# db1:5432:keydesk:desk:no\ndb2:*:*:*:other\nshort:line\ndb1:5432:keydesk:desk:a\\:b\\\\c:d\n*:*:*:*:last\n";
        assert_eq!(found(text, &place, &host).as_deref(), Some("a:b\\c:d"));
        let elsewhere = PostgresHost::Tcp("db3".to_owned(), 5432);
        assert_eq!(found(text, &place, &elsewhere).as_deref(), Some("last"));
        let socket = PostgresHost::Unix("/run/postgresql".into(), 5433);
        assert_eq!(found("localhost:5433:*:desk:s\n", &place, &socket).as_deref(), Some("s"));
        assert_eq!(found("localhost:5432:*:desk:s\n", &place, &socket), None);
    }

    #[test]
    fn a_password_file_of_another_sort_is_refused_and_never_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let place = |name: &str| PostgresPlace {
            hosts: Vec::new(),
            user: "desk".to_owned(),
            database: "keydesk".to_owned(),
            verify_tls: false,
            password_file: Some(at(name)),
            password_from_systemd: false,
            pass_file: None,
            ca_file: None,
        };
        let host = PostgresHost::Tcp("db1".to_owned(), 5432);
        let read = |name: &str| of(&place(name), &host).map(Option::unwrap).map_err(|why| why.to_string());
        let file = |name: &str, bytes: &[u8], mode: u32| {
            fs::write(at(name), bytes).unwrap();
            fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        let long = [&[b'x'; 100_000][..], b"\n"].concat();
        for (bytes, password) in [
            (&b"hunter2"[..], Ok("hunter2")),
            (b"hunter2\n", Ok("hunter2")),
            (b"hunter2\r\n", Ok("hunter2")),
            (b"\xef\xbb\xbfhunter2\n", Ok("hunter2")),
            (b"hunter2\nof another\n", Ok("hunter2")),
            (b" hunter 2 \n", Ok(" hunter 2 ")),
            (b"", Err("its first line is empty")),
            (b"\nhunter2\n", Err("its first line is empty")),
            (b"\xef\xbb\xbf", Err("its first line is empty")),
            (b"hun\0ter2\n", Err("holds a NUL")),
            (b"hunter2\xff\n", Err("it is not UTF-8 text")),
            (&long, Err("it is larger than 64 KiB")),
        ] {
            file("password", bytes, 0o600);
            match (read("password"), password) {
                (Ok(read), Ok(password)) => assert_eq!(read, password),
                (Err(said), Err(says)) => assert!(said.contains(says) && !said.contains("hunter"), "{said}"),
                (read, password) => panic!("{read:?} {password:?}"),
            }
        }
        for (mode, says) in [(0o644, "chmod 600"), (0o640, "chmod 600"), (0o620, "chmod 600"), (0o601, "chmod 600")] {
            file("open", b"hunter2\n", mode);
            assert!(read("open").unwrap_err().contains(says), "{mode:o}");
        }
        rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        std::os::unix::fs::symlink(at("loop"), at("loop")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
        for (name, says) in [
            ("pipe", "it is not a regular file"),
            (".", "it is not a regular file"),
            ("loop", "symbolic links"),
            ("dangling", "No such file"),
            ("password/in", "Not a directory"),
        ] {
            let said = read(name).unwrap_err();
            assert!(said.contains(says) && said.contains("correct it, then try again"), "{name}: {said}");
        }
    }
}
