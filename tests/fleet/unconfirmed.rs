//! A standby that has to confirm every change is not there: each change is made after some seconds, on the primary alone, and
//! everybody who makes one is told.

use keydesk::hub::StoreNotice;

use super::harness::ENTER;
use super::made::PASSWORD;
use super::pty_user::Line;
use super::room::{Room, alice, create, names, until};
use super::server::Server;

const ALONE: &str = "No standby has confirmed the last change: it is on the primary's disk alone, and lost if that server dies before a \
                     standby has it.";
const OVER: &str = "A standby has confirmed all changes.";

/// Has a server wait for a standby that is not there, or not.
fn waits(server: &Server, waits: bool) {
    let names = if waits { "absent" } else { "" };
    // The server answers this one before it waits for anybody.
    server.sql("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"));
    server.sql("postgres", "SELECT pg_reload_conf()");
    until("it knows", || server.sql("postgres", "SHOW synchronous_standby_names") == names);
}

#[test]
fn set_up_ends_and_says_that_no_standby_confirmed_it() {
    let Some(server) = Server::start("") else { return };
    let database = server.database().database.clone();
    let room = Room::at(&server, vec![super::proxy::Proxy::of(&server)]);
    waits(&server, true);
    let empty = tempfile::tempdir().unwrap();
    let mut init = room.command(&["init", "--account", "Acme", "--name", "alice", "--password-stdin"]);
    init.env("KEYDESK_STORE", super::server::url(&server.place(&database)));
    init.env("KEYDESK_CONFIG", empty.path().join("config.toml")).env("KEYDESK_STATE_DIR", empty.path().join("state"));
    std::fs::write(empty.path().join("password"), format!("{PASSWORD}\n")).unwrap();
    let ended = init.stdin(std::fs::File::open(empty.path().join("password")).unwrap()).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success() && told.contains(ALONE), "{told}");
    assert!(String::from_utf8(ended.stdout).unwrap().contains("is ready"));
    // A copy of a desk is one transaction as well.
    let copy = server.place("copied_there");
    waits(&server, false);
    server.sql("postgres", "CREATE DATABASE copied_there");
    waits(&server, true);
    let (code, told) = room.run(&["store", "copy", "--to", &super::server::url(&copy)]);
    assert!(code == 0 && told.contains(ALONE), "{code} {told}");
    waits(&server, false);
}

#[test]
fn desk_and_commands_say_that_no_standby_confirmed_a_change() {
    let Some(server) = Server::start("") else { return };
    let room = Room::alone(&server);
    let hub = room.hub();
    let actor = alice(&hub);
    let mut screen = room.terminal(&[]);
    screen.sees("Name").keys(&format!("alice{ENTER}{PASSWORD}{ENTER}")).sees("Quit");
    let mut line = Line::of(room.terminal(&["--plain"]));
    line.signs_in("alice").section("Basic Authentication");
    waits(&server, true);
    create(&hub, &actor, "by hub").unwrap();
    assert_eq!(hub.store_notices(), [StoreNotice::Unconfirmed]);
    let (code, told) = room.run(&["key", "create", "--kind", "basic", "--name", "by command"]);
    assert!(code == 0 && told.contains(ALONE), "{code} {told}");
    line.creates("line by line").sees(&format!("Needs attention: {ALONE}"));
    screen.keys(&format!("{ENTER}{ENTER}non the screen{ENTER}")).sees("shown only now").sees(ALONE);
    // Whoever asks again while the standby is away is told again.
    assert_eq!(hub.look_at_store(), [StoreNotice::Unconfirmed]);
    waits(&server, false);
    until("a look finds that it is over", || hub.look_at_store().is_empty());
    screen.sees_no(ALONE);
    line.sees(OVER);
    let (code, told) = room.run(&["key", "create", "--kind", "basic", "--name", "confirmed"]);
    assert!(code == 0 && !told.contains("No standby"), "{code} {told}");
    assert_eq!(names(&room.hub()), ["by command", "by hub", "confirmed", "line by line", "on the screen"]);
}
