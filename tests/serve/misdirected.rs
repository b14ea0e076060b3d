//! Requests that reach another path than the gateway meant, and heads that are refused before they are complete.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use keydesk::credential::Kind;

use super::support::{Desk, GatewayRequest, PATIENCE};

const PAGES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

#[test]
fn service_pages_refuse_requests_that_a_gateway_forwarded() {
    let desk = Desk::new();
    let verifier = desk.verifier();
    let refusal = verifier.ask(&GatewayRequest::nginx("GET", "/"));
    let ask = |line: &str, field: &str| {
        verifier.raw(format!("{line} HTTP/1.1\r\nHost: keydesk\r\n{field}Connection: close\r\n\r\n").as_bytes())
    };
    let told = [
        "X-Forwarded-Uri: /\r\n",
        "x-forwarded-method: GET\r\n",
        "X-Original-URI: \r\n",
        "X-Original-Client: 127.0.0.1\r\n",
        "X-Envoy-Auth-Partial-Body: false\r\n",
    ];
    assert_eq!(ask("POST /v1/verify", told[0]).status(), 401);
    for page in PAGES {
        for method in ["GET", "POST", "DELETE"] {
            assert_eq!(ask(&format!("{method} {page}"), "").status(), 200, "{method} {page}");
            let absolute = ask(&format!("{method} http://keydesk{page}?a=b"), "");
            assert_eq!(absolute.status(), 401, "{method} http://keydesk{page}");
            for field in told {
                let reply = ask(&format!("{method} {page}"), field);
                assert_eq!((reply.status(), reply.text()), (401, refusal.text()), "{method} {page} {field}");
                assert_eq!(reply.field("WWW-Authenticate"), refusal.field("WWW-Authenticate"));
            }
        }
        // Monitoring may be behind a proxy of its own.
        let proxied = ask(&format!("GET {page}"), "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n");
        assert_eq!(proxied.status(), 200, "{page}");
    }
}

#[test]
fn a_target_in_absolute_form_is_refused() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    for request in
        [GatewayRequest::nginx("GET", "/"), GatewayRequest::forward("GET", "/"), GatewayRequest::envoy("GET", "/")]
    {
        let bytes = String::from_utf8(request.by(&one).bytes()).unwrap();
        assert_eq!(verifier.raw(bytes.as_bytes()).status(), 200, "{bytes}");
        let absolute = bytes.replacen(" /", " http://keydesk/", 1);
        assert_eq!(verifier.raw(absolute.as_bytes()).status(), 401, "{absolute}");
    }
}

#[test]
fn a_refused_head_is_read_so_that_its_sender_sees_the_status() {
    let desk = Desk::new();
    let verifier = desk.verifier();
    for bytes in [80_000, 200_000, 900_000, 2_000_000] {
        let mut stream = UnixStream::connect(&verifier.socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("GET /v1/authz/forward HTTP/1.1\r\nHost: keydesk\r\nX: {}\r\n\r\n", "1".repeat(bytes));
        stream.write_all(head.as_bytes()).unwrap_or_else(|why| panic!("{bytes} bytes: {why}"));
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap_or_else(|why| panic!("{bytes} bytes: {why}"));
        assert!(reply.starts_with("HTTP/1.1 431 "), "{bytes} bytes: {reply}");
    }
    // An endless head is not read for ever.
    let mut stream = UnixStream::connect(&verifier.socket).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
    let piece = [b'1'; 65_536];
    let taken = (0..10_000).take_while(|_| stream.write_all(&piece).is_ok()).count();
    assert!(taken < 10_000, "all of 600 MB was read");
}
