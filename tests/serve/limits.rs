//! Limits on bytes and time, while others are served.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use keydesk::credential::Kind;

use super::support::{Connection, Desk, GatewayRequest, PATIENCE, Verifier, free_port};

#[test]
fn a_head_that_is_too_long_is_refused() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let long = GatewayRequest::nginx("GET", "/").by(&one).field("X-Long", &"a".repeat(40 * 1024));
    assert_eq!(verifier.ask(&long).status(), 200, "40 KiB are allowed");
    let mut connection = verifier.connect();
    // The verifier may close the connection before everything is sent.
    let _ = connection
        .stream
        .write_all(&GatewayRequest::nginx("GET", "/").field("X-Long", &"a".repeat(200 * 1024)).bytes());
    assert!(connection.reply().is_none_or(|reply| reply.status() == 431));
    let many = (0..1000).fold(GatewayRequest::nginx("GET", "/"), |request, n| request.field(&format!("X-{n}"), "a"));
    assert_eq!(verifier.ask(&many).status(), 431);
    let target = format!("/{}", "a".repeat(70 * 1024));
    let mut connection = verifier.connect();
    let _ = connection.stream.write_all(&GatewayRequest::envoy("GET", &target).bytes());
    assert!(connection.reply().is_none_or(|reply| [414, 431].contains(&reply.status())));
    assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
}

/// Whether the verifier has closed a connection by now.
fn is_closed(stream: &mut UnixStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0; 1024]);
    stream.set_nonblocking(false).unwrap();
    match read {
        Ok(n) => n == 0,
        Err(why) => why.kind() != std::io::ErrorKind::WouldBlock,
    }
}

#[test]
fn a_slow_head_is_cut_off_and_delays_nobody() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let mut slow: Vec<_> = (0..50)
        .map(|_| {
            let mut connection = verifier.connect();
            connection.stream.write_all(b"GET /v1/authz/nginx HTTP/1.1\r\nX: ").unwrap();
            connection
        })
        .collect();
    assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
    assert!(slow.iter_mut().any(|connection| !is_closed(&mut connection.stream)), "it did not wait for them");
    // A byte now and then gains no time.
    verifier.until("they are cut off", |_| {
        std::thread::sleep(Duration::from_millis(500));
        slow.retain_mut(|connection| !is_closed(&mut connection.stream));
        slow.iter_mut().for_each(|connection| _ = connection.stream.write_all(b"a"));
        slow.is_empty()
    });
    verifier.until("they are closed", |verifier| verifier.metric("keydesk_connections") == 1.0);
}

#[test]
fn a_body_may_have_a_mebibyte() {
    let desk = Desk::new();
    let legacy = desk.key(Kind::Legacy, "smsgate");
    let verifier = desk.verifier();
    let padded = |size: usize| {
        let soap = legacy.soap(&legacy.secret);
        let padding = " ".repeat(size - soap.len());
        GatewayRequest::envoy("POST", "/soap").legacy().body(soap + &padding)
    };
    assert_eq!(verifier.ask(&padded(1024 * 1024)).status(), 200);
    let mut connection = verifier.connect();
    let _ = connection.stream.write_all(&padded(1024 * 1024 + 1).bytes());
    assert!(connection.reply().is_none_or(|reply| reply.status() == 401));
    assert_eq!(verifier.metric("keydesk_denied_total{reason=\"body_unavailable\"}"), 1.0);
}

#[test]
fn an_endless_chunked_body_is_refused_at_the_limit() {
    let desk = Desk::new();
    let verifier = desk.verifier();
    let mut connection = verifier.connect();
    let request = GatewayRequest::envoy("POST", "/soap").legacy().field("Transfer-Encoding", "chunked");
    connection.stream.write_all(&request.bytes()).unwrap();
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
    let sent = (0..1_000).take_while(|_| connection.stream.write_all(chunk.as_bytes()).is_ok()).count();
    // The limit of a body, and the 4 MiB that are read and dropped after a refusal.
    assert!(sent < 400, "{sent} chunks of 16 KiB were taken");
    assert!(peak_mib(&verifier) < 200);
}

/// Peak memory of a verifier, in MiB.
fn peak_mib(verifier: &Verifier) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", verifier.child.id())).unwrap();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    kib.unwrap_or(u64::MAX) / 1024
}

#[test]
fn many_waiting_long_bodies_stay_within_the_memory_budget() {
    let desk = Desk::new();
    let (legacy, one) = (desk.key(Kind::Legacy, "smsgate"), desk.key(Kind::Basic, "one"));
    let verifier = desk.verifier();
    // Bodies of a mebibyte with a wrong password, which are hashed; and documents of the same size with a field in every
    // eight bytes.
    let soap = legacy.soap("Wrong1234");
    let padding = " ".repeat(1024 * 1024 - soap.len());
    let long = GatewayRequest::envoy("POST", "/soap").legacy().body(soap + &padding).bytes();
    let fields = vec![r#"["",""]"#; 170_000].join(",");
    let document =
        format!(r#"{{"surface":"legacy","method":"POST","target":"/","scheme":"https","headers":[{fields}]}}"#);
    let head = format!("POST /v1/verify HTTP/1.1\r\nHost: v\r\nContent-Length: {}\r\n\r\n", document.len());
    let document = [head.as_bytes(), document.as_bytes()].concat();
    let ask = |request: &[u8], status: u16| {
        let mut connection = verifier.connect();
        // A request that gets no part of the budget in time is refused, perhaps before it was sent completely.
        let _ = connection.stream.write_all(request);
        assert!(connection.reply().is_none_or(|reply| reply.status() == status));
    };
    std::thread::scope(|scope| {
        (0..250).for_each(|_| _ = scope.spawn(|| ask(&long, 401)));
        (0..20).for_each(|_| _ = scope.spawn(|| ask(&document, 400)));
        assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
    });
    let peak = peak_mib(&verifier);
    assert!(peak < 200, "{peak} MiB");
}

#[test]
fn an_announced_body_that_never_comes_is_not_awaited() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    // HAProxy can be configured to pass these on without the body that they announce. There are so many that waiting for
    // each would take minutes.
    let until = Instant::now() + PATIENCE;
    for (name, value) in [("Transfer-Encoding", "chunked"), ("Content-Length", "1000000")].repeat(10) {
        let request = GatewayRequest::nginx("GET", "/").by(&one).field(name, value);
        assert_eq!(verifier.ask(&request).status(), 200);
        assert!(Instant::now() < until, "it waits for bodies that never come");
    }
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let mut connection = verifier.connect();
    for _ in 0..50 {
        assert_eq!(connection.ask(&GatewayRequest::nginx("GET", "/").by(&one).bytes()).status(), 200);
        assert_eq!(connection.ask(&GatewayRequest::nginx("GET", "/").bytes()).status(), 401);
        let posted = GatewayRequest::envoy("POST", "/").by(&one).body("hello");
        assert_eq!(connection.ask(&posted.bytes()).status(), 200);
    }
    let both = [GatewayRequest::nginx("GET", "/").by(&one).bytes(), GatewayRequest::nginx("GET", "/").bytes()].concat();
    assert_eq!(connection.ask(&both).status(), 200);
    assert_eq!(connection.reply().unwrap().status(), 401);
}

#[test]
fn a_client_that_reads_no_responses_is_disconnected() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let mut unread: Vec<_> = (0..8).map(|_| verifier.connect()).collect();
    let many = b"GET /healthz HTTP/1.1\r\nHost: v\r\n\r\n".repeat(1_000);
    for connection in &mut unread {
        connection.stream.set_nonblocking(true).unwrap();
        // Until the verifier reads no more, because nobody reads its responses.
        let mut pause = 0;
        while pause < 20 {
            match connection.stream.write(&many) {
                Ok(_) => pause = 0,
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(5));
                    pause += 1;
                }
                Err(why) => panic!("{why}"),
            }
        }
    }
    assert_eq!(verifier.metric("keydesk_connections"), 9.0);
    assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
    verifier.until("they are closed", |verifier| verifier.metric("keydesk_connections") == 1.0);
    for connection in &mut unread {
        connection.stream.set_nonblocking(false).unwrap();
        // What the system had accepted is still there, and then the end.
        connection.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut rest = Vec::new();
        assert!(connection.stream.read_to_end(&mut rest).is_ok() || !rest.is_empty());
    }
}

#[test]
fn connections_without_token_take_no_gateways_place() {
    const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let token = desk.dir.path().join("token");
    std::fs::write(&token, TOKEN).unwrap();
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let address = free_port().to_string();
    let flags = ["--listen", &address, "--gateway-token-file", token.to_str().unwrap()];
    // Sixteen connections at a time, four of them without token.
    let verifier = desk.verifier_allowed(80, &flags);
    let basic = GatewayRequest::nginx("GET", "/").by(&one);
    let with_token = basic.clone().field("X-Keydesk-Gateway-Token", TOKEN).bytes();
    let mut gateway = Connection::tcp(&address);
    assert_eq!(gateway.ask(&with_token).status(), 200);
    let began = Instant::now();
    let mut without_token: Vec<_> = (0..40)
        .map(|_| {
            let mut connection = Connection::tcp(&address);
            // Some are evicted before they have written.
            let _ = connection.stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: v\r\n\r\nGET /");
            connection
        })
        .collect();
    assert_eq!(verifier.ask(&basic).status(), 200, "over the Unix socket");
    assert_eq!(gateway.ask(&with_token).status(), 200, "a gateway that is connected");
    assert_eq!(Connection::tcp(&address).ask(&with_token).status(), 200, "a gateway that connects now");
    verifier.until("they are evicted", |verifier| verifier.metric("keydesk_gave_way_total") >= 36.0);
    assert_eq!(without_token.last_mut().unwrap().reply().unwrap().status(), 200, "the newest are answered");
    verifier.until("they have expired, and the gateway stays", |verifier| {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(gateway.ask(&with_token).status(), 200);
        verifier.metric("keydesk_connections") == 2.0
    });
    assert!(began.elapsed() > Duration::from_secs(5), "the newest had some time");
}
