//! Unix sockets, TCP with a token, sockets from systemd, and a graceful stop.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use keydesk::credential::Kind;
use keydesk::hub::{DeskPaths, StorePlace};
use rustix::process::{Pid, Signal, kill_process};

use super::made::places;
use super::need::skipped;
use super::support::{Connection, Desk, GatewayRequest, PATIENCE, Verifier, free_port};
use super::swap::take_away;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn said(command: &mut Command) -> (Option<i32>, String) {
    let out = command.output().unwrap();
    (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn the_socket_is_for_owner_and_group_and_removed_at_shutdown() {
    let desk = Desk::new();
    let mut verifier = desk.verifier();
    let socket = verifier.socket.clone();
    let mode = || fs::metadata(&socket).unwrap().permissions().mode() & 0o7777;
    // It listens a moment before its group may connect.
    verifier.until("open to its group", |_| mode() != 0o700);
    assert_eq!(mode(), 0o660);
    let (code, sentence) = said(&mut desk.command(&["--listen", &format!("unix:{}", socket.display())]));
    assert_eq!(code, Some(5), "{sentence}");
    assert!(sentence.contains("is in use by another process"), "{sentence}");
    let (mut new, mut idle, mut busy) = (verifier.connect(), verifier.connect(), verifier.connect());
    let health = b"GET /healthz HTTP/1.1\r\nHost: v\r\n\r\n";
    assert_eq!((idle.ask(health).status(), busy.ask(health).status()), (200, 200));
    // A request whose last byte is still to come.
    let request = GatewayRequest::envoy("POST", "/").body("hello").bytes();
    let (last, most) = request.split_last().unwrap();
    busy.stream.write_all(most).unwrap();
    // Time for the verifier to read what was sent.
    for _ in 0..20 {
        assert_eq!(idle.ask(health).status(), 200);
    }
    std::thread::sleep(Duration::from_millis(100));
    kill_process(Pid::from_child(&verifier.child), Signal::TERM).unwrap();
    assert_eq!(idle.reply(), None, "closed at once");
    assert_eq!(new.ask(health).status(), 200, "a first request that was on its way is answered");
    assert_eq!(new.reply(), None, "the first was the last");
    busy.stream.write_all(&[*last]).unwrap();
    assert_eq!(busy.reply().map(|reply| reply.status()), Some(401), "a request that had begun is answered");
    assert!(verifier.child.wait().unwrap().success());
    assert!(!socket.exists());
    desk.verifier().kill();
    assert!(socket.exists(), "kill -9 leaves it behind");
    assert_eq!(desk.verifier().get("/healthz").status(), 200);
}

/// However it ends, if it can still do anything.
#[test]
fn the_socket_is_removed_at_every_end() {
    let desk = Desk::new();
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::ALARM] {
        let mut verifier = desk.verifier();
        let socket = verifier.socket.clone();
        kill_process(Pid::from_child(&verifier.child), signal).unwrap();
        assert!(verifier.child.wait().unwrap().success(), "{signal:?}");
        assert!(!socket.exists(), "{signal:?}");
    }
    // A critical thread panics while it answers.
    let socket = desk.dir.path().join("v.sock");
    let place = format!("unix:{}", socket.display());
    let mut command = desk.command(&["--listen", &place]);
    command.env("KEYDESK_TEST_FAULTS", "load");
    let mut verifier = Verifier::spawn(command, desk.dir.path(), socket.clone());
    desk.hub.accept_store(&desk.alice, false).unwrap();
    assert_eq!(verifier.child.wait().unwrap().code(), Some(1), "{}", verifier.log());
    assert!(!socket.exists());
    // It listens at one address when the next one fails.
    for (second, code) in [("unix:/proc/nowhere/s", 1), ("127.0.0.1:8730", 2)] {
        let (ended, sentence) = said(&mut desk.command(&["--listen", &place, "--listen", second]));
        assert_eq!(ended, Some(code), "{sentence}");
        assert!(!socket.exists(), "{second}");
    }
}

#[test]
fn a_stale_socket_of_another_user_is_left_alone() {
    if !rustix::process::geteuid().is_root() {
        let _ = skipped("only root gives files away");
        return;
    }
    let desk = Desk::new();
    let socket = desk.dir.path().join("v.sock");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    std::os::unix::fs::chown(&socket, Some(12_345), None).unwrap();
    let (code, sentence) = said(&mut desk.command(&["--listen", &format!("unix:{}", socket.display())]));
    assert!(code == Some(5) && sentence.contains("belongs to another user (uid 12345)"), "{sentence}");
    std::os::unix::fs::chown(&socket, Some(0), None).unwrap();
    desk.verifier().stop();
}

/// An administrator removed the file and started another verifier: the first has nothing left to remove.
#[test]
fn a_stopping_verifier_leaves_the_socket_of_its_successor() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let first = desk.verifier();
    fs::remove_file(&first.socket).unwrap();
    let second = desk.verifier();
    first.stop();
    assert_eq!(second.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
    let socket = second.socket.clone();
    second.stop();
    assert!(!socket.exists());
}

#[test]
fn by_default_it_listens_beside_its_data() {
    let desk = Desk::new();
    // On a server: in the state directory.
    let socket = match places(&desk.dir) {
        DeskPaths { store: StorePlace::Sqlite(file), .. } => file.with_file_name("verifier.sock"),
        DeskPaths { state_dir, .. } => state_dir.unwrap().join("verifier.sock"),
    };
    let verifier = Verifier::spawn(desk.command(&[]), desk.dir.path(), socket);
    assert_eq!(verifier.get("/healthz").status(), 200);
}

#[test]
fn every_request_over_tcp_needs_the_token() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let address = free_port().to_string();
    let (code, sentence) = said(&mut desk.command(&["--listen", &address]));
    assert!(code == Some(2) && sentence.contains("--gateway-token-file"), "{code:?} {sentence}");
    let file = desk.dir.path().join("token");
    fs::write(&file, "short\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let flags = ["--listen", &address, "--gateway-token-file", file.to_str().unwrap()];
    let (code, sentence) = said(&mut desk.command(&flags));
    assert!(code == Some(2) && sentence.contains("32 or more"), "{code:?} {sentence}");
    fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    let (code, sentence) = said(&mut desk.command(&flags));
    let next_step = format!("chmod 600 {}", file.display());
    assert!(code == Some(2) && sentence.contains(&next_step) && !sentence.contains(TOKEN), "{code:?} {sentence}");
    mode(0o440);
    let (code, sentence) = said(&mut desk.command(&flags));
    assert!(code == Some(2) && sentence.contains(&next_step), "group access counts as others: {code:?} {sentence}");
    let mut handed = desk.command(&flags);
    let socket = desk.dir.path().join("v.sock");
    handed.args(["--listen", &format!("unix:{}", socket.display())]).env("CREDENTIALS_DIRECTORY", desk.dir.path());
    Verifier::spawn(handed, desk.dir.path(), socket).stop();
    mode(0o600);
    let verifier = desk.verifier_with(&flags);
    // The socket is there before the port.
    verifier.until("at both", |_| std::net::TcpStream::connect(&address).is_ok());
    let request = GatewayRequest::nginx("GET", "/").by(&one);
    let ask = |request: &GatewayRequest| Connection::tcp(&address).ask(&request.bytes());
    let refused = ask(&GatewayRequest::nginx("GET", "/").field("X-Keydesk-Gateway-Token", TOKEN));
    assert_eq!(refused.status(), 401);
    assert_eq!(ask(&request.clone().field("X-Keydesk-Gateway-Token", TOKEN)).status(), 200);
    for wrong in [
        request.clone(),
        request.clone().field("User-Agent", "kube-probe/1.30"),
        request.clone().field("X-Keydesk-Gateway-Token", &TOKEN.replace('f', "e")),
        request.clone().field("X-Keydesk-Gateway-Token", &TOKEN[1..]),
        request.clone().field("X-Keydesk-Gateway-Token", TOKEN).field("X-Keydesk-Gateway-Token", TOKEN),
    ] {
        assert_eq!(ask(&wrong), refused, "the same as any refusal");
    }
    let page = |path: &str| Connection::tcp(&address).ask(format!("GET {path} HTTP/1.1\r\nHost: v\r\n\r\n").as_bytes());
    assert_eq!((page("/healthz").status(), page("/readyz").status(), page("/metrics").status()), (200, 200, 401));
    assert_eq!(page("/readyz").text(), "ready\n", "without the token there are no details");
    let whole = format!("GET /readyz HTTP/1.1\r\nHost: v\r\nX-Keydesk-Gateway-Token: {TOKEN}\r\n\r\n");
    assert!(Connection::tcp(&address).ask(whole.as_bytes()).text().contains("store: in sight"));
    assert_eq!(verifier.metric("keydesk_no_token_total"), 6.0);
    assert_eq!(verifier.ask(&request).status(), 200, "the socket's mode is enough");
    verifier.until("logged", |verifier| verifier.log().contains("put the token into its configuration"));
    assert!(!verifier.log().contains(TOKEN));
}

#[test]
fn systemd_hands_a_socket_over_and_is_notified() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let socket = desk.dir.path().join("activated.sock");
    let notify = desk.dir.path().join("notify.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let notified = std::os::unix::net::UnixDatagram::bind(&notify).unwrap();
    notified.set_read_timeout(Some(PATIENCE)).unwrap();
    // A shell passes the descriptor as systemd does; `exec` keeps its process id.
    let mut inner = desk.command(&[]);
    let args: Vec<_> = std::iter::once(inner.get_program()).chain(inner.get_args()).map(|a| a.to_owned()).collect();
    let mut shell = Command::new("sh");
    shell.env_clear().env("NOTIFY_SOCKET", &notify).arg("-c");
    shell.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.arg("exec 3<&0 0</dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$@\"").arg("sh").args(args);
    shell.stdin(std::os::fd::OwnedFd::from(listener)).process_group(0);
    let _ = inner.stdin(std::process::Stdio::null());
    let verifier = Verifier::spawn(shell, desk.dir.path(), socket.clone());
    let mut buffer = [0; 256];
    let n = notified.recv(&mut buffer).expect("told when ready");
    assert_eq!(&buffer[..n], b"READY=1\n");
    let mut connection = super::support::Connection::unix(&socket);
    assert_eq!(connection.ask(&GatewayRequest::nginx("GET", "/").by(&one).bytes()).status(), 200);
    verifier.stop();
    let n = notified.recv(&mut buffer).expect("told when stopping");
    assert_eq!(&buffer[..n], b"STOPPING=1\n");
    assert!(socket.exists(), "it belongs to systemd");
}

#[test]
fn a_verifier_without_its_desk_does_not_start() {
    let desk = Desk::new();
    fs::remove_file(desk.dir.path().join("config/master.key")).unwrap();
    let (code, sentence) = said(&mut desk.command(&["--listen", "unix:/tmp/nowhere/x"]));
    assert!(code != Some(0) && sentence.contains("master key"), "{code:?} {sentence}");
    take_away(&desk);
    let (code, sentence) = said(&mut desk.command(&[]));
    assert_eq!(code, Some(6), "{sentence}");
    let (code, _) = said(&mut desk.command(&["--listen", "nonsense"]));
    assert_eq!(code, Some(2));
}
