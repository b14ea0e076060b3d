//! Line by line, while nobody knows whether a change was kept.

use std::thread;
use std::time::Duration;

use super::harness::ctrl;
use super::proxy::{AtCommit, Network};
use super::pty_user::Line;
use super::room::{Room, names};
use super::server::server;

const ASKS: &str = "The database has not said yet whether this was kept. keydesk keeps asking, and goes on by itself. Press Enter to \
                    stop asking.";

/// At the last question before a new key, with a line that breaks behind its COMMIT and stays away.
fn at_the_commit(room: &Room, name: &str) -> Line {
    let mut line = Line::of(room.terminal(&["--plain"]));
    line.signs_in("alice").section("Basic Authentication");
    line.picks("Create new key.").sees("goes back: ").types(name);
    line.sees("Create the key now.");
    room.proxies[0].at_commit_then(AtCommit::CutBehind, Network::Refuses);
    line.picks("Create the key now.").sees(ASKS);
    line
}

#[test]
fn line_by_line_keeps_asking_and_goes_on_with_the_secret() {
    let Some(server) = server() else { return };
    let room = Room::alone(server);
    let mut line = at_the_commit(&room, "nightly");
    // A command gives up by then.
    thread::sleep(Duration::from_secs(35));
    assert!(!line.text().contains("It is not known whether"), "{}", line.text());
    room.proxies[0].set(Network::Open);
    line.sees("only time that you can").picks("Show it.").sees("kds");
    assert_eq!(names(&room.hub()), ["nightly"]);
}

#[test]
fn enter_stops_asking_and_ctrl_c_leaves_line_by_line() {
    let Some(server) = server() else { return };
    let room = Room::alone(server);
    let mut line = at_the_commit(&room, "nightly");
    line.types("").sees("keydesk stops asking.").sees("It is not known whether the change was kept").sees("repeat: ");
    room.proxies[0].set(Network::Open);
    assert_eq!(names(&room.hub()), ["nightly"]);
    let mut line = at_the_commit(&room, "weekly");
    line.keys(&ctrl('c')).sees("It is not known whether the change was kept");
    assert_eq!(line.desk.ended(), 130);
    room.proxies[0].set(Network::Open);
    assert_eq!(names(&room.hub()), ["nightly", "weekly"]);
}
