//! Caddy, by `forward_auth`.

use std::{path::Path, process::Command};

use super::{
    house::{Gateway, installed},
    targets::Fate::{Exact, Refused, Spelled},
};

pub const CADDY: Gateway = Gateway {
    name: "Caddy",
    file: "Caddyfile",
    program: || installed("caddy"),
    command,
    down: 502,
    hung: 504,
    // It reads an absolute form as host and path, for verifier and API alike, and writes what is not ASCII in percent signs for the API, and leaves the bytes as they came for the verifier.
    targets: &[Exact, Exact, Exact, Exact, Exact, Exact, Refused, Spelled("/a"), Spelled("/%E6%94%AF%E6%89%95"), Exact],
    sees_bodies: false,
};

fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    // It keeps its state in the home directory.
    command.env("HOME", place).env("XDG_CONFIG_HOME", place).env("XDG_DATA_HOME", place);
    command
}

checks!(CADDY);
