//! No request becomes anything else than one request, and none names who is calling.

use super::checks::IDENTITY;
use super::client::Sent;
use super::house::{Gateway, House};
use super::http2::{Fate, Streamed};

/// What a client sends after its request in the hope that nobody looks at it.
const SMUGGLED: &[u8] = b"GET /smuggled HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\
    X-Keydesk-Credential: kdbVICTIM\r\n\r\n";

/// What asks for another protocol on the connection, or keeps a field from the next hop.
const ASKS: [&[(&str, &str)]; 12] = [
    &[("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")],
    &[("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")],
    &[("CONNECTION", "UPGRADE"), ("UPGRADE", "H2C")],
    &[("Connection", "upgrade"), ("Upgrade", "one"), ("Upgrade", "other/2")],
    &[("Connection", "keep-alive"), ("Connection", "Upgrade"), ("Upgrade", "TLS/1.2")],
    &[("Connection", "Upgrade, X-Keydesk-Credential"), ("Upgrade", "anything")],
    &[("Upgrade", "h2c")],
    &[("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")],
    &[("Proxy-Connection", "upgrade"), ("Upgrade", "h2c")],
    &[("Connection", "Kept-Back"), ("Kept-Back", "x")],
    &[("Keep-Alive", "timeout=5"), ("TE", "trailers"), ("Trailer", "X-Keydesk-Credential")],
    &[("Expect", "100-continue"), ("Connection", "Upgrade"), ("Upgrade", "h2c")],
];

pub fn no_request_becomes_a_tunnel(_: &Gateway, house: &House) {
    let basic = |method: &str, target: &str| Sent::new(method, target).without("Connection").basic(&house.keys.one);
    for fields in ASKS {
        for (method, version) in
            [("GET", "HTTP/1.1"), ("OPTIONS", "HTTP/1.1"), ("POST", "HTTP/1.1"), ("GET", "HTTP/1.0")]
        {
            let plain = basic(method, "/asked").version(version);
            let sent = fields.iter().fold(plain, |sent, (name, value)| sent.field(name, value));
            let sent = if method == "POST" { sent.body("") } else { sent };
            let answered = sent.then(SMUGGLED, house.gate);
            let arrived = house.api.bytes();
            assert!(!arrived.contains("smuggled") && !arrived.contains("VICTIM"), "{sent:?}\n{answered}\n{arrived}");
            assert!(
                !answered.starts_with("HTTP/1.1 101") && !answered.starts_with("HTTP/1.1 5"),
                "{sent:?}\n{answered}"
            );
            let fields: Vec<_> = arrived.to_ascii_lowercase().lines().map(str::to_owned).collect();
            for name in ["upgrade:", "http2-settings:", "proxy-connection:", "keep-alive:", "trailer:"] {
                assert!(!fields.iter().any(|line| line.starts_with(name)), "{name} {sent:?}\n{arrived}");
            }
            // A gateway may write one of its own.
            let connection = fields.iter().filter_map(|line| line.strip_prefix("connection:"));
            assert!(connection.clone().all(|own| ["close", "keep-alive"].contains(&own.trim())), "{sent:?}\n{arrived}");
            if arrived.contains("/asked") {
                assert!(
                    IDENTITY.iter().all(|name| fields
                        .iter()
                        .any(|line| line.starts_with(&format!("{name}:").to_ascii_lowercase()))),
                    "{arrived}"
                );
            }
        }
    }
    for method in ["CONNECT", "connect", "Connect"] {
        for target in ["api.example.com:80", "/asked", "http://api.example.com/asked", "*"] {
            let sent = basic(method, target);
            let answered = sent.then(SMUGGLED, house.gate);
            assert!(answered.starts_with("HTTP/1.1 4") || answered.starts_with("HTTP/1.1 501"), "{sent:?}\n{answered}");
            assert_eq!(house.api.bytes(), "", "{sent:?}\n{answered}");
        }
    }
    house.through(&Sent::new("GET", "/").basic(&house.keys.one));
}

pub fn no_stream_becomes_a_tunnel(_: &Gateway, house: &House) {
    let basic = house.keys.one.basic();
    let connect = |more: &[(&str, &str)]| {
        let fields = [&[(":method", "CONNECT")], more, &[("authorization", &basic)]].concat();
        fields.iter().fold(Streamed::default(), |streamed, (name, value)| streamed.field(name, value)).body(SMUGGLED)
    };
    let extended =
        |protocol| [(":protocol", protocol), (":scheme", "http"), (":path", "/asked"), (":authority", "a.example")];
    for streamed in [
        connect(&[(":authority", "api.example.com:80")]),
        connect(&extended("websocket")),
        connect(&extended("h2c")),
        connect(&extended("connect-udp")),
        connect(&[(":scheme", "http"), (":path", "/asked"), (":authority", "a.example")]),
    ] {
        let fate = streamed.to(house.gate);
        assert!(matches!(fate, Fate::Ended | Fate::Answered(400..=499 | 501)), "{streamed:?}: {fate:?}");
        assert_eq!(house.api.bytes(), "", "{streamed:?}: {fate:?}");
    }
    for (name, value) in
        [("upgrade", "h2c"), ("connection", "upgrade"), ("http2-settings", "AAMAAABk"), ("te", "trailers")]
    {
        let fate = Streamed::new("GET", "/asked").field("authorization", &basic).field(name, value).to(house.gate);
        let arrived = house.api.bytes().to_ascii_lowercase();
        let kept = name == "te" || !arrived.contains(&format!("\n{name}: {value}").to_ascii_lowercase());
        assert!(kept && !matches!(fate, Fate::Answered(101 | 500..)), "{name}: {fate:?}\n{arrived}");
    }
}

/// Each byte that may stand in a name and is no letter or digit.
const BETWEEN: &str = "-_.+~!*'^`|#$%&";

pub fn no_spelling_of_an_identity_arrives(_: &Gateway, house: &House) {
    let spelled = BETWEEN
        .chars()
        .flat_map(|c| ["Credential", "Account", "Body", "Gateway-Token"].map(|name| format!("X{c}Keydesk{c}{name}")));
    for name in spelled.chain(["x-KEYDESK-".to_owned(), "X-Keydesk-Tomorrow".to_owned()]) {
        // A field that `Connection` names may be kept from the verifier.
        for connection in ["close", &format!("close, {name}")] {
            let plain = Sent::new("GET", "/").without("Connection").basic(&house.keys.one);
            let sent = plain.field("Connection", connection).field(&name, "VICTIM");
            let answered = sent.to(house.gate);
            let arrived = house.api.bytes();
            assert!([200, 400, 401].contains(&answered.status), "{sent:?}\n{answered:?}");
            assert!(!arrived.contains("VICTIM"), "{sent:?}\n{arrived}");
        }
    }
    // A name that only starts alike belongs to the client.
    house.through(&Sent::new("GET", "/").basic(&house.keys.one).field("X-Keydesks", "mine"));
}

pub fn trailers_carry_no_identity(gateway: &Gateway, house: &House) {
    for announced in [false, true] {
        let post = Sent::new("POST", "/").basic(&house.keys.one).chunked("hello");
        let post = post.trailer("X-Keydesk-Credential", "VICTIM");
        let sent = if announced { post.field("TE", "trailers").field("Trailer", "X-Keydesk-Credential") } else { post };
        assert_eq!(sent.to(house.gate).status, 200);
        let arrived = house.api.bytes();
        assert_eq!(arrived.contains("VICTIM"), gateway.passes_trailers, "{arrived}");
        assert!(arrived.contains("hello"), "{arrived}");
    }
}
