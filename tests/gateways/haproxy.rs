//! HAProxy, by an action in Lua.

use std::{fs, path::Path, process::Command};

use super::{
    house::{Gateway, SOCKET, installed},
    targets::Fate::{Exact, Refused},
};

pub const HAPROXY: Gateway = Gateway {
    name: "HAProxy",
    file: "haproxy.cfg",
    program: || installed("haproxy"),
    command,
    down: 503,
    hung: 503,
    targets: &[Exact, Exact, Exact, Exact, Exact, Exact, Refused, Refused, Refused, Exact],
    sees_bodies: false,
};

/// The Lua file lies beside the other one.
fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/gateways/keydesk.lua");
    let text = fs::read_to_string(shipped).unwrap();
    assert!(text.contains(SOCKET));
    let socket = place.with_file_name("v.sock");
    let lua = place.join("keydesk.lua");
    fs::write(&lua, text.replace(SOCKET, socket.to_str().unwrap())).unwrap();
    let config = fs::read_to_string(file).unwrap();
    let shipped = "/etc/haproxy/keydesk.lua";
    assert!(config.contains(shipped));
    fs::write(file, config.replace(shipped, lua.to_str().unwrap())).unwrap();
    let mut command = Command::new(program);
    command.arg("-db").arg("-f").arg(file);
    command
}

checks!(HAPROXY);
