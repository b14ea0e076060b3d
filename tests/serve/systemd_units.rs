//! The systemd units as they are shipped: whole, accepted by the command line, and able to start the verifier.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use keydesk::credential::Kind;

use super::support::{Desk, GatewayRequest, Verifier};
use crate::need::need;

const SERVICE: &str = "keydesk-serve.service";
const SOCKET: &str = "keydesk-serve.socket";

fn shipped(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(path)).unwrap()
}

/// Section, key and value of every line that says something.
fn read(unit: &str) -> Vec<(String, String, String)> {
    let (mut section, mut lines) = (String::new(), Vec::new());
    for line in shipped(&format!("systemd/{unit}")).lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name.to_owned(),
            None if line.is_empty() || line.starts_with('#') => {}
            None => {
                let (key, value) = line.split_once('=').expect("a key and a value");
                lines.push((section.clone(), key.to_owned(), value.to_owned()));
            }
        }
    }
    lines
}

/// The one value of a key.
fn value(unit: &str, key: &str) -> String {
    let lines = read(unit);
    let mut values = lines.iter().filter(|(_, k, _)| k == key).map(|(_, _, value)| value.clone());
    let one = values.next().unwrap_or_else(|| panic!("{unit} says nothing of {key}"));
    assert_eq!(values.next(), None, "{unit} says {key} once");
    one
}

fn command_line() -> Vec<String> {
    value(SERVICE, "ExecStart").split(' ').map(str::to_owned).collect()
}

/// What stands behind a flag.
fn flag(args: &[String], name: &str) -> String {
    let at = args.iter().position(|arg| arg == name).unwrap_or_else(|| panic!("{name} is in ExecStart"));
    args[at + 1].clone()
}

#[test]
fn the_systemd_units_match_the_program_and_the_gateways() {
    let args = command_line();
    let matches = keydesk::cli::command().try_get_matches_from(&args).expect("a command line of keydesk");
    assert_eq!(matches.subcommand_name(), Some("serve"));
    let (data, config) = (flag(&args, "--data-dir"), PathBuf::from(flag(&args, "--config")));
    assert_eq!(data, format!("/var/lib/{}", value(SERVICE, "StateDirectory")), "the one place it may write");
    let key = config.with_file_name("master.key");
    assert_eq!(value(SERVICE, "LoadCredential"), format!("master.key:{}", key.display()));
    let socket = value(SOCKET, "ListenStream");
    for gateway in ["nginx.conf", "Caddyfile", "keydesk.lua", "envoy.yaml"] {
        assert!(shipped(&format!("gateways/{gateway}")).contains(&socket), "{gateway} asks elsewhere than {socket}");
    }
    assert_eq!(value(SOCKET, "SocketMode"), "0660");
    assert_eq!(value(SOCKET, "SocketUser"), value(SERVICE, "User"));
    assert_eq!(value(SERVICE, "Type"), "notify");
    let watchdog = read(SERVICE).into_iter().find(|(_, key, _)| key == "WatchdogSec");
    assert_eq!(watchdog, None, "the verifier tells no watchdog that it lives");
}

/// The units in a directory of their own, with the program that was built.
fn copied(to: &Path) -> Vec<PathBuf> {
    let built = env!("CARGO_BIN_EXE_keydesk");
    let write = |unit: &str| {
        let path = to.join(unit);
        fs::write(&path, shipped(&format!("systemd/{unit}")).replace("/usr/bin/keydesk", built)).unwrap();
        path
    };
    [SERVICE, SOCKET].map(write).to_vec()
}

/// What `systemd-analyze` said, and whether it was content.
fn analyzed(args: &[&str], units: &[PathBuf]) -> (bool, String) {
    let out = Command::new("systemd-analyze").args(args).args(units).output().unwrap();
    let said = [out.stdout, out.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (out.status.success(), said.concat())
}

#[test]
fn systemd_accepts_the_units() {
    if !need("systemd-analyze") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let units = copied(dir.path());
    assert_eq!(analyzed(&["verify"], &units), (true, String::new()));
    // Exposure in tenths, of 100: what is left is that it runs on this machine and uses local sockets.
    let exposed = analyzed(&["security", "--offline=yes", "--no-pager", "--threshold=10"], &units[..1]);
    assert!(exposed.0, "{}", exposed.1);
    let text = fs::read_to_string(&units[0]).unwrap();
    fs::write(&units[0], text.replace("ProtectSystem=", "ProtectSystm=").replace("NoNewPrivileges=yes\n", "")).unwrap();
    assert!(analyzed(&["verify"], &units).1.contains("ProtectSystm"), "a misspelt line is found");
}

#[test]
fn the_service_starts_the_verifier_on_systemds_socket() {
    if !need("systemd-socket-activate") {
        return;
    }
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let (here, credentials) = (desk.dir.path(), desk.dir.path().join("credentials"));
    fs::create_dir(&credentials).unwrap();
    // Moved, so that the only master key is the one that systemd hands over.
    fs::rename(here.join("config/master.key"), credentials.join("master.key")).unwrap();
    fs::set_permissions(credentials.join("master.key"), fs::Permissions::from_mode(0o440)).unwrap();
    let place = |arg: &String| match arg.as_str() {
        "/usr/bin/keydesk" => PathBuf::from(env!("CARGO_BIN_EXE_keydesk")),
        "/var/lib/keydesk" => here.join("data"),
        "/etc/keydesk/config.toml" => here.join("config/config.toml"),
        other => PathBuf::from(other),
    };
    let socket = here.join("handed.sock");
    let mut command = Command::new("systemd-socket-activate");
    command.arg("--listen").arg(&socket).arg("-E");
    command.arg(format!("CREDENTIALS_DIRECTORY={}", credentials.display()));
    // Where the desk is on a server, the config file would say so.
    for (name, value) in desk.command(&[]).get_envs() {
        command.arg("-E").arg(format!("{}={}", name.display(), value.unwrap_or_default().display()));
    }
    command.args(command_line().iter().map(place));
    let verifier = Verifier::spawn(command, here, socket.clone());
    assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
    assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/")).status(), 401);
    verifier.stop();
    assert!(socket.exists(), "it is systemd's, and gateways wait at it");
}
