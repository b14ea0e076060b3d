//! HAProxy, by an action in Lua.

use std::{fs, path::Path, process::Command};

use keydesk::sample::Gateway;

use super::{
    client::Sent,
    house::{self, Framing, installed, snippet},
    targets::Fate::{Exact, Refused},
};

pub const HAPROXY: house::Gateway = house::Gateway {
    name: "HAProxy",
    file: "haproxy.cfg",
    program: || installed("haproxy"),
    command,
    down: 503,
    hung: 503,
    targets: &[Exact, Exact, Exact, Exact, Exact, Exact, Refused, Refused, Refused, Exact],
    sees_bodies: false,
    framing: Framing::Both,
    by_address: false,
    passes_trailers: true,
};

/// The Lua file lies beside the other one.
fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let lua = place.join("keydesk.lua");
    let nowhere = ([127, 0, 0, 1], 1).into();
    let verifier = format!("unix:{}", place.with_file_name("v.sock").display());
    fs::write(&lua, snippet(Gateway::HaproxyLua, &verifier, nowhere)).unwrap();
    let config = fs::read_to_string(file).unwrap();
    let shipped = "/etc/haproxy/keydesk.lua";
    assert!(config.contains(shipped));
    fs::write(file, config.replace(shipped, lua.to_str().unwrap())).unwrap();
    let mut command = Command::new(program);
    command.arg("-db").arg("-f").arg(file);
    command
}

checks!(HAPROXY);
checks!(http2 HAPROXY);

/// Whoever reads its log learns why everything is refused, in a line and not in one for each request.
#[test]
fn a_verifier_that_is_not_there_is_in_the_log() {
    let Some(house) = HAPROXY.start() else { return };
    let log = || fs::read_to_string(house.desk.dir.path().join("gateway.log")).unwrap();
    let sent = Sent::new("GET", "/").basic(&house.keys.one);
    house.through(&sent);
    house.refused(&Sent::new("GET", "/"), 401);
    assert!(!log().contains("does not answer"), "{}", log());
    let socket = house.kill_verifier();
    for _ in 0..20 {
        house.refused(&sent, HAPROXY.down);
    }
    let log = log();
    assert!(log.contains(&format!("the verifier at unix@{} does not answer (503)", socket.display())), "{log}");
    assert!(log.matches("does not answer").count() < 20, "{log}");
}
