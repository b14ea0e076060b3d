//! Requests without a host, with a false version, and without a body.

use super::client::Sent;
use super::house::{Gateway, House};
use super::http2::{Fate, Streamed};

pub fn a_request_without_a_host_is_judged_by_the_forwarded_host(_: &Gateway, house: &House) {
    let nameless = || Sent::new("GET", "/").version("HTTP/1.0").without("Host");
    let host = house.through(&nameless().basic(&house.keys.one)).field("Host").expect("the API gets a host");
    assert!(!host.is_empty());
    house.refused(&nameless(), 401);
    let signs = &house.keys.signs;
    let arrived = house.through(&nameless().signed_over(signs, "host", &host));
    assert_eq!(arrived.field("Host").as_ref(), Some(&host));
    for other in ["", "api.example.com", "keydesk"] {
        house.refused(&nameless().signed_over(signs, "host", other), 401);
    }
    // Neither a contract field nor a forwarded one stands in for the host.
    house.refused(
        &nameless().field("X-Original-Host", "a").field("X-Forwarded-Host", "a").signed_over(signs, "host", "a"),
        401,
    );
    let named = |value: &str| Sent::new("GET", "/").without("Host").field("Host", value);
    for value in ["api.example.com", "API.example.com:8443", "[::1]:80"] {
        let arrived = house.through(&named(value).signed_over(signs, "host", value));
        assert_eq!(arrived.field("Host").unwrap(), value);
    }
    // HTTP/1.1 needs one; gateways differ on whether it may be empty.
    let status = Sent::new("GET", "/").without("Host").basic(&house.keys.one).to(house.gate).status;
    assert_eq!(status, 400);
    let status = named("").basic(&house.keys.one).to(house.gate).status;
    let arrived = house.api.some();
    assert!(status == 200 || [400, 401].contains(&status), "{status}");
    assert_eq!(arrived.map(|arrived| arrived.field("Host")), (status == 200).then_some(Some(host)));
}

pub fn a_stream_without_a_host_gets_one(_: &Gateway, house: &House) {
    let streamed =
        [(":method", "GET"), (":scheme", "http"), (":path", "/"), ("authorization", &house.keys.one.basic())];
    let streamed = streamed.iter().fold(Streamed::default(), |streamed, (name, value)| streamed.field(name, value));
    let fate = streamed.to(house.gate);
    let host = house.api.some().map(|arrived| arrived.field("Host"));
    match fate {
        Fate::Answered(200) => assert!(host.unwrap().is_some_and(|host| !host.is_empty())),
        Fate::Answered(400) | Fate::Ended => assert_eq!(host, None),
        Fate::Answered(other) => panic!("{other}"),
    }
}

pub fn a_claimed_http_version_is_not_believed(_: &Gateway, house: &House) {
    let signs = &house.keys.signs;
    for version in ["HTTP/2.0", "HTTP/3.0", "HTTP/2", "HTTP/1.2", "HTTP/0.9"] {
        for target in ["/a", "http:///a", "http://api.example.com/a"] {
            let signed = Sent::new("GET", "/a").signed(signs);
            let sent = Sent::new("GET", target).fields_of(&signed).version(version);
            let answered = sent.to(house.gate);
            let arrived = house.api.some();
            assert_eq!(arrived.is_some(), answered.status == 200, "{version} {target}: {answered:?}");
            // What gets through is what was signed, in a version that the gateway speaks.
            if let Some(arrived) = arrived {
                assert_eq!(arrived.line(), "GET /a HTTP/1.1", "{version} {target}");
            }
        }
    }
    // With a version that needs no field for a body, a body could hide.
    let sent = Sent::new("POST", "/a").signed(signs).chunked("unsigned").version("HTTP/2.0");
    assert_ne!(sent.to(house.gate).status, 200);
    house.api.none();
}

pub fn the_api_hears_of_no_body_only_if_there_is_none(gateway: &Gateway, house: &House) {
    let word = |sent: &Sent| house.through(sent).field("X-Keydesk-Body").unwrap();
    let sent = |method: &str| Sent::new(method, "/").basic(&house.keys.one);
    for method in ["GET", "DELETE", "OPTIONS"] {
        assert_eq!(word(&sent(method)), gateway.none(), "{method}");
        assert_eq!(word(&sent(method).body("")), "none", "{method} with a length of 0");
        assert_eq!(word(&sent(method).body("hello")), "unchecked", "{method}");
        assert_eq!(word(&sent(method).chunked("hello")), "unchecked", "{method}");
        // Gateways differ on which of the two counts.
        let both = sent(method).chunked("hello").field("Content-Length", "0");
        let status = both.to(house.gate).status;
        let arrived = house.api.some();
        assert_eq!(arrived.is_some(), status == 200, "{status}");
        if let Some(arrived) = arrived {
            let word = arrived.field("X-Keydesk-Body").unwrap();
            assert_eq!(word == "none", arrived.body.is_empty(), "{method}: {word}");
        }
    }
    // An empty second field does not hide the first.
    for (first, second) in [("chunked", ""), ("", "chunked"), ("chunked", "chunked"), ("identity", "chunked")] {
        let post = Sent::new("POST", "/").signed(&house.keys.signs).chunked("unsigned").without("Transfer-Encoding");
        let twice = post.field("Transfer-Encoding", first).field("Transfer-Encoding", second);
        assert_ne!(twice.to(house.gate).status, 200, "{first:?} and {second:?}");
        house.api.none();
    }
    // An unsigned body with a signature that covers none.
    let signed = Sent::new("DELETE", "/").signed(&house.keys.signs);
    assert_eq!(word(&signed), gateway.none());
    let exchanged = signed.chunked("unsigned");
    match exchanged.to(house.gate).status {
        401 => house.api.none(),
        status => assert_eq!((status, house.api.one().field("X-Keydesk-Body").as_deref()), (200, Some("unchecked"))),
    }
}

pub fn a_stream_claims_no_body_only_if_there_is_none(gateway: &Gateway, house: &House) {
    let basic = house.keys.one.basic();
    for method in ["GET", "DELETE", "POST"] {
        for body in ["", "hello"] {
            let streamed = Streamed::new(method, "/").field("authorization", &basic);
            let streamed = if body.is_empty() { streamed } else { streamed.body(body.as_bytes()) };
            assert_eq!(streamed.to(house.gate), Fate::Answered(200), "{method} {body:?}");
            let arrived = house.api.one();
            assert_eq!(arrived.body, body.as_bytes());
            let word = arrived.field("X-Keydesk-Body").unwrap();
            assert!(word == "unchecked" || word == "none" && body.is_empty(), "{method} {body:?}: {word}");
        }
    }
    let trailed = Streamed::new("POST", "/").field("authorization", &basic).body(b"hello");
    let fate = trailed.trailer("x-keydesk-kind", "VICTIM").to(house.gate);
    let arrived = house.api.bytes();
    assert!(fate == Fate::Ended || fate == Fate::Answered(200), "{fate:?}");
    assert!(gateway.passes_trailers || !arrived.contains("VICTIM"), "{arrived}");
}
