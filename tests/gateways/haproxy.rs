//! HAProxy, by an action in Lua.

use std::{fs, path::Path, process::Command};

use keydesk::sample::Gateway;

use super::{
    house::{self, installed, snippet},
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
};

/// The Lua file lies beside the other one.
fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let lua = place.join("keydesk.lua");
    let nowhere = ([127, 0, 0, 1], 1).into();
    fs::write(&lua, snippet(Gateway::HaproxyLua, &place.with_file_name("v.sock"), nowhere)).unwrap();
    let config = fs::read_to_string(file).unwrap();
    let shipped = "/etc/haproxy/keydesk.lua";
    assert!(config.contains(shipped));
    fs::write(file, config.replace(shipped, lua.to_str().unwrap())).unwrap();
    let mut command = Command::new(program);
    command.arg("-db").arg("-f").arg(file);
    command
}

checks!(HAPROXY);
