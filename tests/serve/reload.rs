//! SIGHUP: config, gateway token and log level are read again, and it never ends the process.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::process::Child;

use keydesk::credential::Kind;
use rustix::process::{Pid, Signal, kill_process};

use super::support::{Connection, Desk, GatewayRequest, Verifier, free_port};

const FIRST: &str = "0123456789abcdef0123456789abcdef";
const SECOND: &str = "fedcba9876543210fedcba9876543210";

fn hang_up(child: &Child) {
    kill_process(Pid::from_child(child), Signal::HUP).unwrap();
}

/// Replaces a file by one that only its owner can read.
fn put(desk: &Desk, name: &str, text: &str) {
    let (place, new) = (desk.dir.path().join("config").join(name), desk.dir.path().join("new"));
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, place).unwrap();
}

fn count(verifier: &Verifier, what: &str) -> usize {
    verifier.log().matches(what).count()
}

#[test]
fn sighup_applies_token_and_log_level_and_ignores_mistakes() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let (address, socket) = (free_port().to_string(), desk.dir.path().join("v.sock"));
    let config = |more: &str| {
        let listen = format!("listen = [\"unix:{}\", \"{address}\"]", socket.display());
        put(&desk, "config.toml", &format!("[serve]\n{listen}\ngateway_token_file = \"token\"\n{more}\n"));
    };
    config("");
    put(&desk, "token", FIRST);
    let verifier = Verifier::spawn(desk.command(&[]), desk.dir.path(), socket.clone());
    let asks = |token: &str| {
        let request = GatewayRequest::nginx("GET", "/").by(&one).field("X-Keydesk-Gateway-Token", token);
        Connection::tcp(&address).ask(&request.bytes()).status()
    };
    assert_eq!((asks(FIRST), asks(SECOND)), (200, 401));
    let mut kept = verifier.connect();
    // First another log level, then another token.
    config("log = \"debug\"");
    put(&desk, "token", SECOND);
    assert!(!verifier.log().contains("\"DEBUG\""));
    hang_up(&verifier.child);
    verifier.until("the new token counts", |_| (asks(FIRST), asks(SECOND)) == (401, 200));
    let other = desk.key(Kind::Basic, "other");
    let ask = |key| verifier.ask(&GatewayRequest::nginx("GET", "/").by(key)).status();
    verifier.until("followed", |_| ask(&other) == 200);
    verifier.until("it logs more", |verifier| verifier.log().contains("\"DEBUG\""));
    // One mistake after another: what was valid last stays in force.
    let faults: [(&dyn Fn(), &str); 5] = [
        (
            &|| {
                let config = desk.dir.path().join("config/config.toml");
                fs::set_permissions(config, fs::Permissions::from_mode(0o666)).unwrap();
            },
            "can be written by others (mode 0666)",
        ),
        (&|| config("misspelt = 1"), "unknown field"),
        (&|| config("log = \"debgu\""), "is not a log level"),
        (&|| put(&desk, "token", "short"), "32 or more"),
        (&|| fs::remove_file(desk.dir.path().join("config/token")).unwrap(), "cannot be read"),
    ];
    for (n, (harm, says)) in faults.into_iter().enumerate() {
        config("");
        put(&desk, "token", SECOND);
        harm();
        hang_up(&verifier.child);
        verifier.until(says, |verifier| verifier.log().contains(says));
        assert_eq!(count(&verifier, "was not read anew"), n + 1, "{}", verifier.log());
        assert_eq!((asks(FIRST), asks(SECOND), ask(&one)), (401, 200, 200), "{says}");
        // A connection that is idle for too long is closed.
        assert_eq!(kept.ask(&GatewayRequest::nginx("GET", "/").by(&one).bytes()).status(), 200, "{says}");
    }
    config("");
    put(&desk, "token", FIRST);
    for _ in 0..200 {
        hang_up(&verifier.child);
    }
    verifier.until("the first token counts", |_| (asks(FIRST), asks(SECOND)) == (200, 401));
    assert_eq!(
        kept.ask(&GatewayRequest::nginx("GET", "/").by(&one).bytes()).status(),
        200,
        "a connection outlives them all"
    );
    assert!(![FIRST, SECOND].iter().any(|token| verifier.log().contains(token)));
    verifier.stop();
    assert!(!socket.exists());
}

/// Whether a process catches SIGHUP, by proc(5).
fn catches(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    caught.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 != 0))
}

#[test]
fn a_sighup_during_the_start_is_applied_later() {
    let desk = Desk::new();
    let socket = desk.dir.path().join("v.sock");
    let log = desk.dir.path().join("log");
    let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
    command.env("KEYDESK_TEST_DELAY", "start=2000");
    let file = fs::File::options().create(true).append(true).open(&log).unwrap();
    let mut child = command.stderr(file).spawn().unwrap();
    let began = std::time::Instant::now();
    while !catches(&child) {
        assert!(began.elapsed() < super::support::PATIENCE);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    for _ in 0..50 {
        hang_up(&child);
    }
    while UnixStream::connect(&socket).is_err() {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none() && began.elapsed() < super::support::PATIENCE, "{ended:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    while !fs::read_to_string(&log).unwrap().contains("were read anew") {
        assert!(began.elapsed() < super::support::PATIENCE, "what was changed meanwhile is applied");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!socket.exists());
}
