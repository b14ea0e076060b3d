//! Caddy, by what `forward_auth` stands for.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use super::client::Sent;
use super::house::{Framing, Gateway, House, installed};
use super::targets::Fate::{Exact, Refused, Spelled};

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
    framing: Framing::Partly,
    by_address: false,
    passes_trailers: false,
};

/// The same with HTTP/2 where there is no TLS.
const CADDY_HTTP2: Gateway = Gateway { command: command_http2, ..CADDY };

fn command(program: &Path, place: &Path, file: &Path) -> Command {
    command_with(program, place, file, "")
}

fn command_http2(program: &Path, place: &Path, file: &Path) -> Command {
    command_with(program, place, file, "\tservers {\n\t\tprotocols h1 h2c\n\t}\n")
}

/// Taken into a Caddyfile with options of its own, as its head says: here, an admin endpoint that no other Caddy has.
fn command_with(program: &Path, place: &Path, file: &Path, options: &str) -> Command {
    let main = place.join("main");
    let (here, file) = (place.display(), file.display());
    fs::write(&main, format!("{{\n\tadmin unix/{here}/admin\n{options}}}\nimport {file}\n")).unwrap();
    let mut command = caddy(program, place, "run");
    command.arg("--config").arg(main);
    command
}

/// It keeps its state in the home directory.
fn caddy(program: &Path, place: &Path, verb: &str) -> Command {
    let mut command = Command::new(program);
    command.args([verb, "--adapter", "caddyfile"]);
    command.env("HOME", place).env("XDG_CONFIG_HOME", place).env("XDG_DATA_HOME", place);
    command
}

checks!(CADDY);
checks!(http2 CADDY_HTTP2);

/// Files that were written by hand, or printed before, do not refuse such a target.
#[test]
fn the_verifier_refuses_misdirected_requests_without_help_from_the_gateway() {
    let Some(house) = CADDY.start() else { return };
    let refuses = "\t\trespond @opaque 400\n";
    let allowed = "\t\t\t\theader X-Keydesk-Credential *\n";
    reload(&house, |text| {
        assert!(text.contains(refuses) && text.contains(allowed), "{text}");
        text.replace(refuses, "").replace(allowed, "")
    });
    for target in
        ["x:http://k/readyz", "x:http://k/healthz", "http:http://k/metrics?a", "x:/readyz", "x:http://k/v1/verify"]
    {
        let status = Sent::new("POST", target).field("Content-Length", "0").to(house.gate).status;
        assert!(status >= 400, "{target}: {status}");
        house.api.none();
    }
    house.through(&Sent::new("GET", "/").basic(&house.keys.one));
}

#[test]
fn a_success_without_identity_fields_lets_nothing_through() {
    let Some(house) = CADDY.start() else { return };
    let stranger = house.hang(&house.kill_verifier());
    std::thread::spawn(move || {
        for mut stream in stranger.incoming().flatten() {
            let mut head = [0; 4096];
            if stream.read(&mut head).is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nalive\n");
            }
        }
    });
    house.refused(&Sent::new("GET", "/").basic(&house.keys.one), 503);
}

#[test]
fn a_reload_applies_the_changed_file() {
    let Some(house) = CADDY.start() else { return };
    let sent = Sent::new("GET", "/").basic(&house.keys.one);
    house.through(&sent);
    let api = format!("reverse_proxy {}", house.api.address);
    reload(&house, |text| {
        assert_eq!(text.matches(&api).count(), 1);
        text.replace(&api, "respond 418")
    });
    house.refused(&sent, 418);
    house.refused(&Sent::new("GET", "/"), 401);
}

/// Changes the file of a running Caddy.
fn reload(house: &House, change: impl FnOnce(String) -> String) {
    let place = house.desk.dir.path().join("gateway");
    let file = place.join(CADDY.file);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, change(text)).unwrap();
    let program = installed("caddy").unwrap();
    let done = caddy(&program, &place, "reload").arg("--config").arg(place.join("main")).output().unwrap();
    assert!(done.status.success(), "{done:?}");
}
