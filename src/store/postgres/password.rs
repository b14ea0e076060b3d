//! The password of the database's user: from a file of its own, or from libpq's password file. Read for each connection, so
//! that it can be changed while keydesk runs.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

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
        return match first.is_empty() {
            true => Err(unusable(file, &io::Error::other("its first line is empty"))),
            false => Ok(Some(first.to_owned())),
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
    let meta = fs::metadata(file)?;
    match () {
        () if !meta.is_file() => return Err(io::Error::other("it is not a regular file")),
        () if !files::is_trusted(meta.uid()) => return Err(io::Error::other("it belongs to another user")),
        () if meta.mode() & others != 0 => {
            return Err(io::Error::other("others than its owner may read it: chmod 600 it"));
        }
        () => {}
    }
    let mut text = String::new();
    File::open(file)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
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
}
