//! Two servers of one store that both take changes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use keydesk::hub::{DeskPaths, Hub, Origin, PostgresHost, PostgresPlace, StorePlace};
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;

use super::super::made::{open, set_up};
use super::super::one_store::is_of_the_other_store;
use super::super::server::{Server, place};
use super::super::support::{Verifier, free_port};

/// A server that anybody on this machine may use by TCP.
fn server_at(port: u16) -> Server {
    let hba = tempfile::NamedTempFile::new().unwrap();
    fs::write(&hba, "host all all 127.0.0.1/32 trust\nlocal all all trust\n").unwrap();
    // The server runs as another user, and reads it as it starts.
    fs::set_permissions(&hba, fs::Permissions::from_mode(0o644)).unwrap();
    let hba = hba.path().display();
    Server::start(&format!("-c listen_addresses=127.0.0.1 -c port={port} -c hba_file={hba}")).expect("PostgreSQL")
}

/// The database `postgres` of servers on these ports, as the names say.
fn at(hosts: &[(&str, u16)]) -> Arc<PostgresPlace> {
    let hosts = hosts.iter().map(|(name, port)| PostgresHost::Tcp((*name).to_owned(), *port)).collect();
    Arc::new(PostgresPlace { hosts, ..place(Path::new("/"), "postgres") })
}

#[test]
fn two_servers_that_take_changes_are_told() {
    if is_of_the_other_store!() {
        return;
    }
    let (dir, [first, second]) = (tempfile::tempdir().unwrap(), [(); 2].map(|()| free_port().port()));
    let _server = server_at(first);
    let key = MasterKeyPlace::file(dir.path().join("config/master.key"));
    let paths = DeskPaths::new(dir.path().join("data/keydesk.db"), key);
    let of = |place| DeskPaths {
        store: StorePlace::Postgres(place),
        state_dir: Some(dir.path().join("state")),
        ..paths.clone()
    };
    let here = ("127.0.0.1", first);
    let hub = Hub::set_up(&of(at(&[here])), Arc::new(SystemClock), &set_up(), &Origin::default()).unwrap();
    assert!(hub.look_at_store().is_empty(), "there is one server only");
    let twice = open(&of(at(&[here, ("localhost", first)])), Arc::new(SystemClock));
    assert!(twice.look_at_store().is_empty(), "two names of one server");

    let socket = dir.path().join("v.sock");
    let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
    command.env_clear().args(["serve", "--listen", &format!("unix:{}", socket.display())]);
    command.arg("--config").arg(dir.path().join("config/config.toml"));
    command.env("KEYDESK_STATE_DIR", dir.path().join("state"));
    let url = format!("postgres://postgres@127.0.0.1:{first},127.0.0.1:{second}/postgres?sslmode=disable");
    command.env("KEYDESK_STORE", url).stdin(Stdio::null()).stdout(Stdio::null());
    let verifier = Verifier::spawn(command, dir.path(), socket);
    let told = |verifier: &Verifier| verifier.get("/readyz").text().contains("two primaries: ");
    assert!(!told(&verifier) && verifier.metric("keydesk_store_two_primaries") == 0.0);
    let other = server_at(second);
    verifier.until("it is told", told);
    let said = verifier.get("/readyz").text();
    assert!(said.contains(&format!("take changes: 127.0.0.1:{first} and 127.0.0.1:{second}.")), "{said}");
    assert_eq!(verifier.metric("keydesk_store_two_primaries"), 1.0);
    assert!(verifier.log().contains("Two servers of the store take changes"), "{}", verifier.log());
    drop(other);
    verifier.until("it is over", |verifier| !told(verifier));
}
