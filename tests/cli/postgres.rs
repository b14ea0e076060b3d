//! A desk on PostgreSQL from the command line: where it is, how it is reached, and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;

use keydesk::vault::MasterKeyPlace;

use super::desk::{Desk, PASSWORD, Run, need};
use super::server::{Server, server};
use super::steps::sign_newest;

fn init(desk: &Desk, store: &str) -> Run {
    let args = ["init", "--account", "Acme Messaging", "--name", "alice", "--password-stdin", "--store", store];
    desk.typing(PASSWORD, &args)
}

fn by_socket(server: &Server, database: &str) -> String {
    format!("postgres://postgres@/{database}?host={}", server.dir.display())
}

/// A file of this user alone.
fn private(desk: &Desk, name: &str, text: &str) {
    let path = desk.path().join("etc").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_desk_is_set_up_and_used_in_postgres() {
    let Some(server) = server() else { return };
    let (desk, database) = (Desk::empty(), server.database().database.clone());
    let url = by_socket(server, &database);
    let made = init(&desk, &url).done();
    let shown = format!("Database    postgres {}/{database}", server.dir.display());
    assert!(made.out.contains(&shown), "{}", made.out);
    assert!(fs::read_to_string(desk.config()).unwrap().contains(&format!("store = \"{url}\"")));
    assert!(!desk.database().exists());
    let key = desk.new_key("hmac", "nightly-export");
    assert_eq!(desk.list().len(), 1);
    desk.run(&["key", "revoke", &key, "--as", "alice"]).done();
    assert!(desk.verify().starts_with("4:"), "{}", desk.verify());
    let status = desk.run(&["schema", "status", "--as", "alice", "--json"]).done().json();
    assert_eq!((&status["schema"], status["pending"].as_array().unwrap().len()), (&status["program"], 0));
    let upgraded = desk.run(&["schema", "upgrade", "--as", "alice"]).done();
    assert!(upgraded.out.contains("already"), "{}", upgraded.out);
    init(&desk, &url).fails(5, "set up already");
    let other = Desk::empty();
    init(&other, &url).fails(5, "but no master key");
    assert!(!other.master_key().exists() && !other.config().exists(), "nothing is left behind");
    let variable = other.command(&["key", "list", "--as", "alice"]).env("KEYDESK_STORE", &url).output().unwrap();
    assert_eq!(variable.status.code(), Some(6), "the master key is missing: {variable:?}");
}

#[test]
fn steps_that_are_missing_are_told_and_applied_on_a_server() {
    let Some(server) = server() else { return };
    let (desk, database) = (Desk::empty(), server.database().database.clone());
    init(&desk, &by_socket(server, &database)).done();
    desk.typing(PASSWORD, &["user", "add", "chen", "--as", "alice", "--role", "basic", "--password-stdin"]).done();
    let status = |name: &str| desk.run(&["schema", "status", "--as", name, "--json"]).done().json();
    let newest = status("alice")["program"].as_i64().unwrap();
    // What came with the last steps is not there, as in a desk of the version before them.
    let older = "SET search_path = keydesk; SET client_min_messages = error; DROP TABLE ssh_use; DROP TABLE ssh_key; \
                 ALTER TABLE process DROP COLUMN IF EXISTS tag; DELETE FROM schema_step WHERE no > 10";
    server.sql(&database, older);
    sign_newest(&Arc::new(server.place(&database)), &MasterKeyPlace::file(desk.master_key()));
    let told = status("alice");
    assert_eq!((told["schema"].as_i64(), told["pending"].as_array().unwrap().len() as i64), (Some(10), newest - 10));
    assert_eq!(told["pending"][0], serde_json::json!({"step": 11, "nature": "additive"}));
    let said = desk.run(&["schema", "status", "--as", "alice"]).done().out;
    assert!(said.contains("the next desk that starts applies it"), "{said}");
    desk.run(&["schema", "upgrade", "--as", "chen"]).fails(3, "Only account Administrators");
    desk.run(&["schema", "upgrade", "--as", "nobody"]).fails(3, "There is no such user");
    assert_eq!(status("alice")["schema"], 10, "nothing was applied");
    let upgraded = desk.run(&["schema", "upgrade", "--as", "alice"]).done().out;
    assert!(upgraded.contains(&format!("now at step {newest}; it was at 10")), "{upgraded}");
    assert_eq!(
        (status("alice")["schema"].as_i64(), status("alice")["pending"].to_string()),
        (Some(newest), "[]".to_owned())
    );
    desk.new_key("basic", "after the steps");
    desk.verify();

    server.sql(&database, &older.replace("> 10", "> 5"));
    desk.run(&["key", "list", "--as", "alice"])
        .fails(6, "install this version everywhere, then run `keydesk schema upgrade");
    let said = desk.run(&["schema", "status", "--as", "alice"]).done().out;
    assert!(
        said.contains("Step 6 is missing (breaking).") && said.contains("Older desks and verifiers stop then"),
        "{said}"
    );
}

#[test]
fn urls_that_show_a_password_or_check_nobody_are_refused() {
    let desk = Desk::empty();
    for (url, says) in [
        ("postgres://desk:hunter2@db1/keydesk", "store_password_file"),
        ("postgres://desk@db1/keydesk?password=hunter2", "store_password_file"),
        ("postgres://desk@db1/keydesk?sslmode=require", "sslmode=require"),
        ("postgres://desk@db1/keydesk?sslmode=verify-ca", "sslmode=verify-ca"),
        ("postgres://desk@192.0.2.1/keydesk?sslmode=disable", "store_clear_text"),
        ("postgres://db1/keydesk", "names no user"),
    ] {
        let run = init(&desk, url);
        assert!(!run.err.contains("hunter2"), "{}", run.err);
        run.fails(2, says);
    }
    assert!(!desk.master_key().exists() && !desk.config().exists());
}

#[test]
fn a_server_that_cannot_be_reached_is_not_an_empty_one() {
    let desk = Desk::empty();
    let dir = desk.path().display();
    init(&desk, &format!("postgres://desk@/keydesk?host={dir}")).fails(6, "cannot be reached");
    assert!(!desk.master_key().exists() && !desk.config().exists());
    let Some(server) = server() else { return };
    init(&desk, &by_socket(server, "no_such_database")).fails(6, "does not exist");
    let latin = server.place("latin").database;
    server.sql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    init(&desk, &by_socket(server, &latin)).fails(6, "holds text in LATIN1");
}

/// A certificate authority, and a certificate of it for `localhost`.
fn certificates(dir: &std::path::Path) {
    let script = r#"cd "$0" && for ca in ca other; do
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$ca" -keyout $ca.key -out $ca.pem
    done && openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr &&
        printf 'subjectAltName=DNS:localhost\n' >ext &&
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.crt"#;
    let done = Command::new("sh").args(["-c", script]).arg(dir).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn password_and_certificate_of_the_server_are_checked() {
    if !need("openssl") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path());
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c ssl=on \
         -c ssl_cert_file=../server.crt -c ssl_key_file=../server.key"
    );
    let files = [("server.crt", read("server.crt")), ("server.key", read("server.key"))];
    let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let Some(server) = Server::start_with(&settings.replace("-c unix_socket_directories= ", ""), &files) else {
        return;
    };
    server.sql_on(port, "CREATE ROLE desk LOGIN PASSWORD 'hunter2'");
    server.sql_on(port, "CREATE DATABASE keydesk OWNER desk");
    let desk = Desk::empty();
    let url = format!("postgres://desk@localhost:{port}/keydesk");
    let says = |config: &str| private(&desk, "config.toml", config);
    private(&desk, "password", "hunter2\n");
    private(&desk, "wrong", "hunter3\n");
    for name in ["ca.pem", "other.pem"] {
        private(&desk, name, &String::from_utf8(read(name)).unwrap());
    }
    says("store_password_file = \"wrong\"\nstore_ca_file = \"ca.pem\"\n");
    init(&desk, &url).fails(6, "password authentication failed");
    says("store_password_file = \"password\"\nstore_ca_file = \"other.pem\"\n");
    init(&desk, &url).fails(6, "invalid peer certificate");
    says("store_password_file = \"password\"\nstore_ca_file = \"ca.pem\"\n");
    init(&desk, &url.replace("localhost", "127.0.0.1")).fails(6, "invalid peer certificate");
    assert!(!desk.master_key().exists());
    init(&desk, &url).done();
    desk.new_key("basic", "by TLS");
    let clear = url.replace("localhost", "127.0.0.1") + "?sslmode=disable";
    let refused = desk.command(&["key", "list", "--as", "alice"]).env("KEYDESK_STORE", clear).output().unwrap();
    assert_eq!(refused.status.code(), Some(6), "the server lets nobody in without TLS: {refused:?}");
    says(&format!("store = \"{url}\"\nstore_ca_file = \"ca.pem\"\n"));
    private(&desk, "../home/.pgpass", &format!("localhost:{port}:keydesk:desk:hunter2\n"));
    assert_eq!(desk.list().len(), 1, "by libpq's file");
}
