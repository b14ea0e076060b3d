//! HAProxy, by an action in Lua.

use std::fs;
use std::path::Path;
use std::process::Command;

use keydesk::credential::Kind;
use keydesk::sample::Gateway;

use super::checks::IDENTITY;
use super::client::Sent;
use super::house::{self, Framing, installed, snippet};
use super::targets::Fate::{Exact, Refused};
use crate::support::Desk;

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

/// In a configuration that is there already the lines are copied, and nothing of `global` but lua-load.
const HAPROXY_LINES: house::Gateway = house::Gateway { command: command_lines, ..HAPROXY };

fn command_lines(program: &Path, place: &Path, file: &Path) -> Command {
    let config = fs::read_to_string(file).unwrap();
    assert_eq!(config.matches("  tune.http.maxhdr ").count(), 1);
    let without = |line: &&str| !line.contains("tune.http.maxhdr");
    fs::write(file, config.lines().filter(without).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    command(program, place, file)
}

mod lines {
    use super::*;

    checks!(HAPROXY_LINES; no_request_becomes_a_tunnel, any_number_of_fields_gets_an_answer, a_large_head_gets_an_answer);
}

/// HAProxy keeps room for a thousand bytes beside a head, and says nothing when a field finds none there.
#[test]
fn identity_fields_arrive_complete_or_not_at_all() {
    let name = "𠮷".repeat(64);
    let more = |desk: &Desk| vec![desk.key(Kind::Basic, &name)];
    let Some(house) = HAPROXY.start_at(|| Desk::of(&name), more) else { return };
    let mut statuses = Vec::new();
    for bytes in (13_000..15_300).step_by(50) {
        let sent = Sent::new("GET", "/").basic(&house.more[0]).field("X-Long", &"a".repeat(bytes));
        let status = sent.to(house.gate).status;
        assert!([200, 400, 431].contains(&status), "{bytes}: {status}");
        statuses.push(status);
        let Some(arrived) = house.api.some() else { continue };
        for name in IDENTITY {
            assert!(arrived.field(name).is_some(), "{bytes} bytes: no {name}");
        }
        assert!(arrived.field("X-Forwarded-For").is_some() && arrived.field("X-Keydesk-Room").is_none());
    }
    assert!(statuses.contains(&200) && statuses.contains(&431), "{statuses:?}");
}

/// Whoever reads its log learns why everything is refused, in a line and not in one for each request.
#[test]
fn a_missing_verifier_shows_in_the_log() {
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
