//! Connects to the primary of some servers, and refuses what is no PostgreSQL.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, SimpleQueryMessage, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreError;

use super::place::{PostgresHost, PostgresPlace};
use super::{password, sql_error};

/// How long one server may take to answer.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one is waited for before the next is tried as well.
const HEAD_START: Duration = Duration::from_secs(1);
/// How many addresses of one name are tried.
const ADDRESSES: usize = 8;
/// A line on which nothing arrives for so long is dead.
const SILENCE: Duration = Duration::from_secs(15);
/// The oldest server that is supported, as PostgreSQL numbers itself.
const OLDEST: i64 = 140_000;
/// What identifies the server, in one row of text. No search path is set yet: every name says whose it is.
const WHO: &str = "SELECT pg_catalog.version(), pg_catalog.current_setting('server_version_num'), \
                   pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('server_encoding'), \
                   pg_catalog.to_regnamespace('keydesk') IS NOT NULL";

/// How this process encrypts its connections.
#[derive(Clone)]
pub(super) enum Encryption {
    /// Not at all: a Unix socket, this machine, or a network that the operator vouches for.
    None,
    /// TLS with the certificate checked.
    Verified(MakeRustlsConnect),
}

/// The half of a connection that reads and writes, whatever the stream is.
trait Drive: Send {
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, tokio_postgres::Error>>>;
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Drive for Connection<Socket, T> {
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, tokio_postgres::Error>>> {
        Self::poll_message(self, context)
    }
}

/// Drives a connection; it ends with it.
pub(super) struct Driver(Box<dyn Drive>);

/// A connection to the primary.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) driver: Driver,
    /// The one of the servers that it is to.
    pub(super) host: PostgresHost,
    /// Where that is, of all the addresses that its name may have.
    pub(super) address: Option<SocketAddr>,
    /// Whether the schema `keydesk` is there.
    pub(super) has_schema: bool,
}

impl Encryption {
    /// Reads the certificates that sign the server's.
    pub(super) fn of(place: &PostgresPlace) -> Result<Self, StoreError> {
        if !place.verify_tls || place.hosts.iter().all(|host| matches!(host, PostgresHost::Unix(..))) {
            return Ok(Self::None);
        }
        let roots = place.ca_file.as_deref().map_or_else(system_roots, roots_of)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|why| StoreError::Broken(why.to_string()))?;
        Ok(Self::Verified(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth())))
    }
}

fn roots_of(file: &Path) -> Result<RootCertStore, StoreError> {
    let unusable = |why: &dyn std::fmt::Display| {
        StoreError::Unavailable(format!(
            "The certificates in {} cannot be used: {why}. Nothing was changed; correct store_ca_file, then try again.",
            file.display()
        ))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|why| unusable(&why))? {
        roots.add(certificate.map_err(|why| unusable(&why))?).map_err(|why| unusable(&why))?;
    }
    if roots.is_empty() { Err(unusable(&"there is none in it")) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match roots.is_empty() {
        true => Err(StoreError::Unavailable(
            "This system has no certificates to check the database's by. Nothing was changed; name a file with store_ca_file."
                .to_owned(),
        )),
        false => Ok(roots),
    }
}

/// Connects to the first server that is a primary. One that does not answer at once is not waited for before the next is
/// tried: a machine that stands still accepts connections for a long time.
pub(super) async fn connect(place: &PostgresPlace, encryption: &Encryption) -> Result<Connected, StoreError> {
    let reasons = match in_turn(place.hosts.iter().map(|host| one(place, host, encryption))).await {
        Ok(connected) => return Ok(connected),
        Err(Failed::Final(why)) => return Err(why),
        Err(Failed::Unreachable(reasons)) => reasons,
    };
    let reasons: Vec<_> = reasons.into_iter().map(|(at, why)| format!("{}: {why}", place.hosts[at])).collect();
    Err(StoreError::Unavailable(format!(
        "The database {place} cannot be reached ({}). Nothing was changed; see that it runs and lets {} in, then try again.",
        reasons.join("; "),
        place.user
    )))
}

/// A connection to one server; none where it cannot be used as the primary.
pub(super) async fn to_primary(
    place: &PostgresPlace,
    host: &PostgresHost,
    encryption: &Encryption,
) -> Option<Connected> {
    one(place, host, encryption).await.ok()
}

/// Why one server is not used.
#[derive(Debug)]
enum Reason {
    /// Another may be.
    Unreachable(String),
    /// No other is tried.
    Final(StoreError),
}

/// Why none is used.
#[derive(Debug)]
enum Failed {
    /// The reasons in order.
    Unreachable(Vec<(usize, String)>),
    Final(StoreError),
}

/// The first that succeeds, of attempts that begin one after the other: each when one before it has failed, or has said nothing for
/// a while.
async fn in_turn<T>(attempts: impl IntoIterator<Item = impl Future<Output = Result<T, Reason>>>) -> Result<T, Failed> {
    let (mut running, mut reasons) = (FuturesUnordered::new(), Vec::new());
    let mut attempts = attempts.into_iter().enumerate();
    loop {
        let next = attempts.next();
        let is_last = next.is_none();
        if let Some((at, attempt)) = next {
            running.push(async move { (at, attempt.await) });
        }
        let ended = tokio::select! {
            ended = running.next() => ended,
            () = tokio::time::sleep(HEAD_START), if !is_last => continue,
        };
        match ended {
            Some((_, Ok(connected))) => return Ok(connected),
            Some((_, Err(Reason::Final(why)))) => return Err(Failed::Final(why)),
            Some((at, Err(Reason::Unreachable(why)))) => reasons.push((at, why)),
            None if is_last => break,
            None => {}
        }
    }
    reasons.sort();
    Err(Failed::Unreachable(reasons))
}

/// A connection to a host of the URL. Its name may stand for several addresses, and the servers there for each other.
async fn one(place: &PostgresPlace, host: &PostgresHost, encryption: &Encryption) -> Result<Connected, Reason> {
    let password = password::of(place, host).map_err(Reason::Final)?;
    let addresses = match host {
        PostgresHost::Tcp(name, port) => addresses(name, *port).await?.into_iter().map(Some).collect(),
        PostgresHost::Unix(..) => vec![None],
    };
    let at = |address| at(place, (host, address), password.clone(), encryption);
    match in_turn(addresses.iter().copied().map(at)).await {
        Ok(connected) => Ok(connected),
        Err(Failed::Final(why)) => Err(Reason::Final(why)),
        Err(Failed::Unreachable(mut reasons)) => {
            reasons.dedup_by(|one, before| one.1 == before.1);
            let of = |(at, why): &(usize, String)| match addresses[*at] {
                Some(address) if reasons.len() > 1 => format!("{}: {why}", address.ip()),
                _ => why.clone(),
            };
            Err(Reason::Unreachable(reasons.iter().map(of).collect::<Vec<_>>().join(", ")))
        }
    }
}

async fn addresses(name: &str, port: u16) -> Result<Vec<SocketAddr>, Reason> {
    let found = match tokio::time::timeout(CONNECT, tokio::net::lookup_host((name, port))).await {
        Ok(Ok(found)) => found.take(ADDRESSES).collect::<Vec<_>>(),
        Ok(Err(why)) => return Err(Reason::Unreachable(why.to_string())),
        Err(_) => return Err(Reason::Unreachable("nobody says what its address is".to_owned())),
    };
    match found.is_empty() {
        true => Err(Reason::Unreachable("it has no address".to_owned())),
        false => Ok(found),
    }
}

async fn at(
    place: &PostgresPlace,
    server: (&PostgresHost, Option<SocketAddr>),
    password: Option<String>,
    encryption: &Encryption,
) -> Result<Connected, Reason> {
    let tried = tokio::time::timeout(CONNECT, connected(place, server, password, encryption)).await;
    tried.unwrap_or_else(|_| Err(Reason::Unreachable("it does not answer".to_owned())))
}

async fn connected(
    place: &PostgresPlace,
    (host, address): (&PostgresHost, Option<SocketAddr>),
    password: Option<String>,
    encryption: &Encryption,
) -> Result<Connected, Reason> {
    let mut config = Config::new();
    config.user(&place.user).dbname(&place.database).application_name("keydesk");
    config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE / 3);
    config.keepalives_interval(SILENCE / 5).keepalives_retries(3);
    if let Some(password) = password {
        config.password(password);
    }
    match host {
        PostgresHost::Tcp(name, port) => config.host(name).port(*port),
        PostgresHost::Unix(dir, port) => config.host_path(dir).port(*port),
    };
    if let Some(address) = address {
        config.hostaddr(address.ip());
    }
    let unreachable = |why: tokio_postgres::Error| Reason::Unreachable(sql_error::refused(&why));
    let (client, driver) = match (encryption, host) {
        (Encryption::Verified(tls), PostgresHost::Tcp(..)) => {
            config.ssl_mode(SslMode::Require);
            let (client, connection) = config.connect(tls.clone()).await.map_err(unreachable)?;
            (client, Driver(Box::new(connection)))
        }
        _ => {
            config.ssl_mode(SslMode::Disable);
            let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
            (client, Driver(Box::new(connection)))
        }
    };
    judged(place, (host, address), client, driver).await
}

/// Asks the server what it is.
async fn judged(
    place: &PostgresPlace,
    (host, address): (&PostgresHost, Option<SocketAddr>),
    client: Client,
    mut driver: Driver,
) -> Result<Connected, Reason> {
    let asked = tokio::select! {
        asked = client.simple_query(WHO) => asked.map_err(|why| Reason::Unreachable(sql_error::refused(&why)))?,
        () = driver.run() => return Err(Reason::Unreachable("it closed the connection".to_owned())),
    };
    let row = asked.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let field = |i: usize| row.and_then(|row| row.get(i)).unwrap_or_default();
    let (version, number, encoding) = (field(0), field(1).parse::<i64>().unwrap_or(0), field(3));
    let other = ["CockroachDB", "Yugabyte", "YB-", "Redshift", "Materialize", "DSQL"];
    if let Some(name) = other.into_iter().find(|name| version.contains(name)).or_else(|| no_postgres(version)) {
        return Err(Reason::Final(StoreError::Foreign(format!(
            "{place} is {} and no PostgreSQL. It was left alone; keydesk needs PostgreSQL 14 or newer.",
            name.trim_end_matches('-')
        ))));
    }
    if number < OLDEST {
        return Err(Reason::Final(StoreError::Foreign(format!(
            "{place} is PostgreSQL {}. It was left alone; keydesk needs 14 or newer.",
            number / 10_000
        ))));
    }
    if encoding != "UTF8" {
        return Err(Reason::Final(StoreError::Foreign(format!(
            "The database {place} holds text in {encoding}. It was left alone; make one with ENCODING 'UTF8'."
        ))));
    }
    if field(2) != "f" {
        return Err(Reason::Unreachable(format!("{host} is a standby: name the primary")));
    }
    Ok(Connected { has_schema: field(4) == "t", host: host.clone(), address, client, driver })
}

fn no_postgres(version: &str) -> Option<&'static str> {
    (!version.starts_with("PostgreSQL ")).then_some("another program")
}

impl Driver {
    /// Drives the connection until it ends. May be dropped and begun again at any time.
    pub(super) async fn run(&mut self) {
        while self.message().await.is_some() {}
    }

    /// The same, and notes when the server says that it waits for no standby any more.
    pub(super) async fn run_noting(&mut self, waits_no_more: &AtomicBool) {
        while let Some(message) = self.message().await {
            if let AsyncMessage::Notice(said) = message
                && sql_error::ends_the_wait(&said)
            {
                waits_no_more.store(true, Relaxed);
            }
        }
    }

    /// The next notification or notice of the server; `None` once the connection has ended. Why it ended, the statements
    /// that waited are told.
    pub(super) async fn message(&mut self) -> Option<AsyncMessage> {
        std::future::poll_fn(|context| self.0.poll_message(context)).await?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    type Attempt = futures_util::future::BoxFuture<'static, Result<i64, Reason>>;

    fn run(attempts: Vec<Attempt>) -> Result<i64, Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(in_turn(attempts))
    }

    fn fails(why: &str) -> Attempt {
        Box::pin(ready(Err(Reason::Unreachable(why.to_owned()))))
    }

    #[test]
    fn whoever_says_nothing_is_not_waited_for() {
        let silent = || -> Attempt { Box::pin(pending()) };
        assert_eq!(run(vec![silent(), fails("no"), silent(), Box::pin(ready(Ok(7)))]).unwrap(), 7);
        let Err(Failed::Unreachable(reasons)) = run(vec![fails("one"), fails("two")]) else { panic!() };
        assert_eq!(reasons, [(0, "one".to_owned()), (1, "two".to_owned())]);
        let last = Reason::Final(StoreError::Foreign("another program".to_owned()));
        let Err(Failed::Final(why)) = run(vec![fails("one"), Box::pin(ready(Err(last))), silent()]) else { panic!() };
        assert_eq!(why.to_string(), "another program");
        let Err(Failed::Unreachable(reasons)) = run(Vec::new()) else { panic!() };
        assert!(reasons.is_empty());
    }

    #[test]
    fn the_addresses_of_a_name_are_tried_in_turn() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = |name| runtime.block_on(addresses(name, 5432));
        assert_eq!(found("127.0.0.1").unwrap(), ["127.0.0.1:5432".parse().unwrap()]);
        assert_eq!(found("::1").unwrap(), ["[::1]:5432".parse().unwrap()]);
        assert!(matches!(found("no-such-name.invalid"), Err(Reason::Unreachable(_))));
    }
}
