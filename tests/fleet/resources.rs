//! A server without room, without connections, and a pooler that is started again.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use super::need::{need, skipped};
use super::proxy::{Proxy, Upstream};
use super::room::{Room, alice, create, names, status, until, until_done};
use super::server::{Pooler, Server, server};

/// A connection that does nothing; none if the server refuses it.
fn idle(server: &Server) -> Option<UnixStream> {
    let mut line = UnixStream::connect(server.dir.join(".s.PGSQL.5432")).unwrap();
    let text = b"user\0postgres\0database\0postgres\0\0";
    let length = u32::try_from(text.len() + 8).unwrap();
    line.write_all(&[&length.to_be_bytes(), &196_608_u32.to_be_bytes(), text.as_slice()].concat()).unwrap();
    let mut answer = [0];
    line.read_exact(&mut answer).unwrap();
    (answer == *b"R").then_some(line)
}

#[test]
fn a_server_without_a_free_connection_is_waited_for() {
    let Some(server) = Server::start("-c max_connections=12 -c max_wal_senders=2") else { return };
    let room = Room::alone(&server);
    let hub = room.hub();
    let actor = alice(&hub);
    let key = create(&hub, &actor, "one").unwrap();
    let verifier = room.verifier();
    room.proxies[0].cut();
    let mut held = Vec::new();
    until("all connections are taken", || {
        held.extend(std::iter::from_fn(|| idle(&server)));
        create(&hub, &actor, "refused").is_err_and(|why| {
            assert!(why.exit_code() == 6 && why.to_string().contains("too many clients"), "{why}");
            true
        })
    });
    let (code, said) = room.run(&["key", "list"]);
    assert!(code == 6 && said.contains("too many clients"), "{code} {said}");
    assert_eq!(status(&verifier, &key), 200);
    drop(held);
    until_done("the desk goes on", || create(&hub, &actor, "two"));
    verifier.until("the verifier too", |verifier| verifier.get("/readyz").text().contains("store: in sight"));
    assert!(names(&hub).starts_with(&["one".to_owned()]) && names(&hub).ends_with(&["two".to_owned()]));
}

#[test]
fn a_full_disk_of_the_server_changes_nothing_and_is_said() {
    if !need("unshare setpriv mount") || !rustix::process::geteuid().is_root() && !skipped("only root mounts") {
        return;
    }
    let Some(server) = Server::with_little_room(32) else { return };
    let small = server.dir.join("small");
    server.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", small.display()));
    server.sql("postgres", "CREATE DATABASE desk TABLESPACE small");
    let room = Room::in_database("desk", vec![Proxy::of(&server)]);
    let hub = room.hub();
    let actor = alice(&hub);
    create(&hub, &actor, "one").unwrap();
    server.sql("desk", "CREATE TABLE public.ballast (of text)");
    let fill = "INSERT INTO public.ballast SELECT repeat('x', 1000) FROM generate_series(1, 700)";
    until("it is full", || server.sql_as("postgres", "desk", fill).is_err());
    let fill = "INSERT INTO public.ballast SELECT repeat('x', 1000) FROM generate_series(1, 7)";
    until("to the last page", || server.sql_as("postgres", "desk", fill).is_err());
    let mut full = 0;
    while create(&hub, &actor, &format!("fits {full}")).is_ok() {
        full += 1;
        assert!(full < 1000, "it is not full");
    }
    let why = create(&hub, &actor, "refused").unwrap_err();
    let said = why.to_string();
    assert!(why.exit_code() == 6 && said.contains("disk of the database is full"), "{said}");
    assert!(said.contains("Nothing was changed"), "{said}");
    server.sql("desk", "DROP TABLE public.ballast");
    until_done("there is room again", || create(&hub, &actor, "two"));
    assert_eq!(names(&hub).len(), full + 2);
    assert!(hub.verify_trail(&actor, None, &mut |_, _| ()).unwrap().broken.is_none());
}

#[test]
fn a_pooler_may_be_started_again() {
    if !need("pgbouncer") {
        return;
    }
    let Some(server) = server() else { return };
    let mut pooler = Pooler::before(server);
    let upstream = Upstream::Unix(pooler.dir.join(".s.PGSQL.5432"));
    let room = Room::at(server, vec![Proxy::before(upstream)]);
    let hub = room.hub();
    let actor = alice(&hub);
    let one = create(&hub, &actor, "one").unwrap();
    let verifier = room.verifier();
    pooler.start_again();
    until_done("the desk goes on", || create(&hub, &actor, "two"));
    until_done("reads too", || hub.pulse(&actor));
    assert_eq!(room.run(&["key", "revoke", &one.row.key]).0, 0);
    verifier.until("the verifier too", |verifier| status(verifier, &one) == 401);
    assert_eq!(names(&hub), ["one", "two"]);
}
