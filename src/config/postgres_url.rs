//! Parses `postgres://USER@HOST1:PORT,HOST2:PORT/DATABASE`. No part of a URL is ever echoed but a name of a parameter: a
//! password may be anywhere in it.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::hub::{PORT, PostgresHost, PostgresPlace};

/// Why a URL of PostgreSQL is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// A password in the URL.
    #[error(
        "The URL of the store holds a password, which everybody sees who lists processes. Put it into a file of mode 600, and name that as store_password_file in the config file."
    )]
    Password,
    /// No user.
    #[error("The URL of the store names no user. Write postgres://USER@HOST/DATABASE.")]
    NoUser,
    /// No host.
    #[error(
        "The URL of the store names no host. Write postgres://USER@HOST/DATABASE, or postgres://USER@/DATABASE?host=DIRECTORY for a Unix socket."
    )]
    NoHost,
    /// A host or port that cannot be one.
    #[error(
        "A host or port in the URL of the store is not understood. Write postgres://USER@HOST1:PORT,HOST2:PORT/DATABASE."
    )]
    Host,
    /// No database.
    #[error("The URL of the store names no database. Write postgres://USER@HOST/DATABASE.")]
    NoDatabase,
    /// An unknown parameter.
    #[error(
        "The URL of the store has a parameter that keydesk does not know{0}. It may have host and sslmode; a port stands before the slash, for a Unix socket as in postgres://USER@:5433/DATABASE?host=DIRECTORY."
    )]
    Parameter(String),
    /// A control character.
    #[error("The URL of the store holds a control character, written as a % with two digits. Leave it out.")]
    Control,
    /// A `%` that is not followed by two hexadecimal digits.
    #[error("The URL of the store holds a % that is not followed by two hexadecimal digits. Write it as %25.")]
    Percent,
    /// A word of sslmode that does not check the server.
    #[error(
        "sslmode={0} would not notice another server in the place of yours. Leave it out or write verify-full; or disable, for this machine or with store_clear_text = true."
    )]
    Unverified(&'static str),
    /// Another word of sslmode.
    #[error("The sslmode in the URL of the store is not known. Leave it out, or write verify-full or disable.")]
    SslMode,
    /// Clear text to another machine.
    #[error(
        "sslmode=disable sends everything in clear text to another machine. Leave it out; or, where the network itself is encrypted, add store_clear_text = true to the config file."
    )]
    ClearText,
}

use PostgresUrlError as Wrong;

/// The server that the text behind `postgres:` names. `clear_text` allows it to be another machine without TLS.
pub(super) fn parse(rest: &str, clear_text: bool) -> Result<PostgresPlace, PostgresUrlError> {
    let rest = rest.strip_prefix("//").ok_or(Wrong::NoHost)?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, hosts) = authority.rsplit_once('@').ok_or(Wrong::NoUser)?;
    let (user, database) = (decoded(user)?, decoded(database)?);
    if user.contains(':') {
        return Err(Wrong::Password);
    }
    let parameters = Parameters::read(query)?;
    let hosts = match (&parameters.socket, hosts) {
        (Some(dir), "") => vec![PostgresHost::Unix(dir.into(), PORT)],
        // A host here and another there would be a guess.
        (Some(dir), port) => {
            let port = port.strip_prefix(':').ok_or(Wrong::Host)?;
            vec![PostgresHost::Unix(dir.into(), port_of(Some(port))?)]
        }
        (None, hosts) => hosts.split(',').map(host).collect::<Result<_, _>>()?,
    };
    match () {
        () if user.is_empty() => return Err(Wrong::NoUser),
        () if database.is_empty() => return Err(Wrong::NoDatabase),
        () if parameters.disable && !clear_text && !hosts.iter().all(is_here) => return Err(Wrong::ClearText),
        () => {}
    }
    Ok(PostgresPlace {
        hosts,
        user,
        database,
        verify_tls: !parameters.disable,
        password_file: None,
        password_from_systemd: false,
        pass_file: None,
        ca_file: None,
    })
}

/// Parameters of libpq that keydesk has no use for.
const LIBPQ: &str = "hostaddr port dbname user passfile require_auth channel_binding connect_timeout client_encoding options \
                     application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count \
                     tcp_user_timeout replication gssencmode requiressl sslcompression sslcert sslkey sslcertmode sslrootcert sslcrl \
                     sslcrldir sslsni sslnegotiation requirepeer ssl_min_protocol_version ssl_max_protocol_version krbsrvname \
                     gsslib gssdelegation service target_session_attrs load_balance_hosts";

#[derive(Default)]
struct Parameters {
    socket: Option<PathBuf>,
    disable: bool,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, PostgresUrlError> {
        let mut read = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value)?;
            match name {
                "host" if value.starts_with('/') => read.socket = Some(value.into()),
                "host" => return Err(Wrong::Host),
                "sslmode" => match value.as_str() {
                    "verify-full" => read.disable = false,
                    "disable" => read.disable = true,
                    "require" => return Err(Wrong::Unverified("require")),
                    "prefer" => return Err(Wrong::Unverified("prefer")),
                    "allow" => return Err(Wrong::Unverified("allow")),
                    "verify-ca" => return Err(Wrong::Unverified("verify-ca")),
                    _ => return Err(Wrong::SslMode),
                },
                "password" | "sslpassword" => return Err(Wrong::Password),
                // A name that libpq knows only: any other may be part of a secret.
                name => {
                    let known = LIBPQ.split(' ').find(|known| *known == name);
                    return Err(Wrong::Parameter(known.map(|name| format!(" ({name})")).unwrap_or_default()));
                }
            }
        }
        Ok(read)
    }
}

fn host(text: &str) -> Result<PostgresHost, PostgresUrlError> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(Wrong::Host)?;
            address.parse::<IpAddr>().map_err(|_| Wrong::Host)?;
            match port {
                "" => (address, None),
                port => (address, Some(port.strip_prefix(':').ok_or(Wrong::Host)?)),
            }
        }
        None => match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let name = decoded(name)?;
    match name.as_str() {
        "" => Err(Wrong::NoHost),
        dir if dir.starts_with('/') => Ok(PostgresHost::Unix(dir.into(), port_of(port)?)),
        name if name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@') => Err(Wrong::Host),
        name => Ok(PostgresHost::Tcp(name.to_owned(), port_of(port)?)),
    }
}

fn port_of(text: Option<&str>) -> Result<u16, PostgresUrlError> {
    match text {
        None | Some("") => Ok(PORT),
        Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(Wrong::Host),
    }
}

/// Whether nothing leaves this machine.
fn is_here(host: &PostgresHost) -> bool {
    match host {
        PostgresHost::Unix(..) => true,
        PostgresHost::Tcp(name, _) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
    }
}

fn decoded(text: &str) -> Result<String, PostgresUrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).ok_or(Wrong::Percent);
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.chars().any(char::is_control) => Err(Wrong::Control),
        Ok(text) => Ok(text),
        Err(_) => Err(Wrong::Percent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str, clear_text: bool) -> Result<String, String> {
        let place = parse(url, clear_text).map_err(|why| why.to_string())?;
        Ok(format!("{place} {} {}", place.user, if place.verify_tls { "tls" } else { "clear" }))
    }

    #[test]
    fn urls_name_servers_user_and_database() {
        for (url, place) in [
            ("//desk@db1/keydesk", "postgres db1/keydesk desk tls"),
            ("//desk@db1:5433,db2/keydesk", "postgres db1:5433,db2/keydesk desk tls"),
            ("//d%40b@[::1]:6000/k%2Fd?sslmode=verify-full", "postgres [::1]:6000/k/d d@b tls"),
            ("//desk@/keydesk?host=/run/postgresql", "postgres /run/postgresql/keydesk desk tls"),
            ("//desk@:5433/keydesk?host=/run/pg", "postgres /run/pg:5433/keydesk desk tls"),
            ("//desk@%2Frun%2Fpg/keydesk", "postgres /run/pg/keydesk desk tls"),
            ("//desk@127.0.0.1/keydesk?sslmode=disable", "postgres 127.0.0.1/keydesk desk clear"),
            ("//desk@localhost,[::1]/keydesk?sslmode=disable", "postgres localhost,::1/keydesk desk clear"),
        ] {
            assert_eq!(shown(url, false).as_deref(), Ok(place), "{url}");
        }
        assert_eq!(
            shown("//desk@db1/keydesk?sslmode=disable", true).as_deref(),
            Ok("postgres db1/keydesk desk clear"),
            "with store_clear_text"
        );
    }

    #[test]
    fn a_url_that_is_refused_is_never_repeated() {
        for (url, says) in [
            ("//desk:secret@db1/keydesk", "store_password_file"),
            ("//desk@db1/keydesk?password=secret", "store_password_file"),
            ("//db1/keydesk", "names no user"),
            ("//@db1/keydesk", "names no user"),
            ("//desk@/keydesk", "names no host"),
            ("//desk@db1", "names no database"),
            ("//desk@db1/", "names no database"),
            ("desk@db1/secret", "names no host"),
            ("//desk@db1:secret/keydesk", "host or port"),
            ("//desk@db1:0/keydesk", "host or port"),
            ("//desk@[secret]/keydesk", "host or port"),
            ("//desk@secret/keydesk?host=/run/postgresql", "host or port"),
            ("//desk@db1/keydesk?sslmode=require", "sslmode=require would not notice another server"),
            ("//desk@db1/keydesk?sslmode=prefer", "sslmode=prefer"),
            ("//desk@db1/keydesk?sslmode=allow", "sslmode=allow"),
            ("//desk@db1/keydesk?sslmode=verify-ca", "sslmode=verify-ca"),
            ("//desk@db1/keydesk?sslmode=secret", "is not known"),
            ("//desk@db1/keydesk?sslmode=disable", "clear text"),
            ("//desk@127.0.0.1,db1/keydesk?sslmode=disable", "clear text"),
            ("//desk@db1/keydesk?options=secret", "does not know (options)"),
            ("//de%sk@db1/secret", "store holds a %"),
            ("//desk%3Asecret@db1/keydesk", "store_password_file"),
            ("//desk:se:cr@et:secret@db1/keydesk", "store_password_file"),
            ("//desk:secret@/keydesk?host=/run/postgresql", "store_password_file"),
            ("//desk:@db1/keydesk", "store_password_file"),
            ("//desk:sec/ret@db1/keydesk", "names no user"),
            ("//desk:sec?ret@db1/keydesk", "names no user"),
            ("//desk@db1/keydesk?sslpassword=secret", "store_password_file"),
            ("//desk@db1/keydesk?secret", "does not know. It may"),
            ("//desk@db1/keydesk?pass%77ord=secret", "does not know. It may"),
            ("//desk@db1/keydesk?Password=secret", "does not know. It may"),
            ("//desk@db1/keydesk?sslmode=verify-full&secret=1", "does not know. It may"),
            ("//desk@db1/keydesk?sslcert=secret", "does not know (sslcert)"),
            ("//desk@db1/keydesk?sslrootcert=secret", "does not know (sslrootcert)"),
            ("//desk@db1/keydesk?target_session_attrs=secret", "does not know (target_session_attrs)"),
            ("//desk@db1/keydesk?passfile=secret", "does not know (passfile)"),
            ("//desk@db1/keydesk?port=secret", "does not know (port)"),
            ("//desk@db1/keydesk?user=secret", "does not know (user)"),
            ("//db1/keydesk?user=desk&password=secret", "names no user"),
            ("///keydesk", "names no user"),
            ("//", "names no user"),
            ("//desk@", "names no host"),
            ("//desk@db1?host=/run/secret", "host or port"),
            ("//desk@db1,/keydesk", "names no host"),
            ("//desk@,db1/keydesk", "names no host"),
            ("//desk@db1,db2:secret/keydesk", "host or port"),
            ("//desk@db1:5432,5433/keydesk:secret?x", "does not know. It may"),
            ("//desk@db1:65536/keydesk", "host or port"),
            ("//desk@db1:-1/keydesk", "host or port"),
            ("//desk@db1: 5432/keydesk", "host or port"),
            ("//desk@db1:5432:5433/keydesk", "host or port"),
            ("//desk@::1/keydesk", "names no host"),
            ("//desk@fe80::1/keydesk", "host or port"),
            ("//desk@[::1/keydesk", "host or port"),
            ("//desk@[::1]5432/keydesk", "host or port"),
            ("//desk@[db1]/keydesk", "host or port"),
            ("//desk@[fe80::1%25eth0]/keydesk", "host or port"),
            ("//desk@db 1/keydesk", "host or port"),
            ("//desk@db1%00secret/keydesk", "control character"),
            ("//de%00sk@db1/keydesk", "control character"),
            ("//desk@db1/key%00desk", "control character"),
            ("//desk@db1/key%0Adesk", "control character"),
            ("//desk@/keydesk?host=/run%00/secret", "control character"),
            ("//desk@/keydesk?host=relative", "host or port"),
            ("//desk@/keydesk?host=@abstract", "host or port"),
            ("//desk@/keydesk?host=/run&host=", "host or port"),
            ("//desk@db1/%", "store holds a %"),
            ("//desk@db1/%2", "store holds a %"),
            ("//desk@db1/%FF", "store holds a %"),
            ("//%20@/", "names no host"),
            ("//desk@db1/keydesk?sslmode", "is not known"),
            ("//desk@db1/keydesk?sslmode=", "is not known"),
            ("//desk@db1/keydesk?sslmode=VERIFY-FULL", "is not known"),
            ("//desk@[::2]/keydesk?sslmode=disable", "clear text"),
            ("//desk@localhost.example.com/keydesk?sslmode=disable", "clear text"),
            ("//desk@127.0.0.1.example.com/keydesk?sslmode=disable", "clear text"),
        ] {
            let said = shown(url, false).unwrap_err();
            assert!(said.contains(says) && !said.contains("secret"), "{url}: {said}");
        }
    }
}
