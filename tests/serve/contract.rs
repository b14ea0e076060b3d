//! Contract fields over the wire: missing, repeated, malformed and forged.

use keydesk::credential::{BodyDigest, Kind, Options};

use super::support::{CLIENT, Desk, GatewayRequest, Key, Verifier};

/// Builds the request of a gateway family for a method and a target.
type Family = fn(&str, &str) -> GatewayRequest;

const NGINX: [&str; 6] = ["Method", "URI", "Proto", "Host", "Scheme", "Client"];

fn refused(verifier: &Verifier, request: &GatewayRequest, what: &str) {
    let before = verifier.metric("keydesk_denied_total{reason=\"malformed_request\"}");
    assert_eq!(verifier.ask(request).status(), 401, "{what}");
    let after = verifier.metric("keydesk_denied_total{reason=\"malformed_request\"}");
    assert_eq!(after, before + 1.0, "{what}: refused for its contract");
}

#[test]
fn missing_repeated_or_empty_contract_fields_are_refused() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let families: [(GatewayRequest, Vec<String>); 3] = [
        (GatewayRequest::nginx("GET", "/"), NGINX.map(|name| format!("X-Original-{name}")).to_vec()),
        (
            GatewayRequest::forward("GET", "/"),
            [
                "X-Forwarded-Method",
                "X-Forwarded-Uri",
                "X-Forwarded-Host",
                "X-Forwarded-Proto",
                "X-Original-Proto",
                "X-Original-Client",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        (
            GatewayRequest::envoy("GET", "/"),
            ["Host", "X-Forwarded-Proto", "X-Forwarded-For"].map(str::to_owned).to_vec(),
        ),
    ];
    for (request, names) in families {
        let request = request.by(&one);
        assert_eq!(verifier.ask(&request).status(), 200);
        for name in names {
            let value = if name.ends_with("Proto") { "https" } else { CLIENT };
            refused(&verifier, &request.clone().without(&name), &format!("{name} missing"));
            refused(&verifier, &request.clone().field(&name, value), &format!("{name} repeated"));
            refused(&verifier, &request.clone().set(&name, ""), &format!("{name} empty"));
        }
        let framing = "X-Original-Framing";
        refused(&verifier, &request.clone().field(framing, "cl=;te="), "framing repeated");
        refused(&verifier, &request.clone().set(framing, "none"), "framing malformed");
        assert_eq!(verifier.ask(&request.clone().without(framing)).status(), 200, "framing may be unknown");
    }
    for (name, value) in [
        ("X-Original-Proto", "HTTP/9"),
        ("X-Original-Scheme", "gopher"),
        ("X-Original-Client", "localhost"),
        ("X-Original-Client", "10.0.0.1, 203.0.113.9"),
        ("X-Original-URI", "/a#b"),
        ("X-Original-URI", "/a b"),
        ("X-Original-Method", "GE T"),
    ] {
        refused(&verifier, &GatewayRequest::nginx("GET", "/").by(&one).set(name, value), &format!("{name}: {value}"));
    }
}

#[test]
fn fields_of_other_families_change_nothing() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    let networks = "203.0.113.0/24".parse().unwrap();
    let near = desk.with(Kind::Basic, "near", Options { networks, ..Options::default() });
    let verifier = desk.verifier();
    let spoofs: [(Family, &[&str]); 3] = [
        (
            GatewayRequest::nginx,
            &["X-Forwarded-Method", "X-Forwarded-Uri", "X-Forwarded-Host", "X-Forwarded-For", "X-Real-IP"],
        ),
        (
            GatewayRequest::forward,
            &["X-Original-Method", "X-Original-URI", "X-Original-Host", "X-Forwarded-For", "Forwarded"],
        ),
        (
            GatewayRequest::envoy,
            &["X-Original-Method", "X-Original-URI", "X-Original-Client", "X-Forwarded-Uri", "X-Rewrite-URL"],
        ),
    ];
    for (family, names) in spoofs {
        let forge = |request: GatewayRequest| {
            names.iter().fold(request, |request, name| {
                let value = match *name {
                    name if name.ends_with("Method") => "POST",
                    name if name.ends_with("Client") || name.ends_with("For") || name.ends_with("IP") => "198.51.100.7",
                    _ => "/spoofed",
                };
                request.field(name, value).field(name, value)
            })
        };
        let right = signs.hmac("GET", "/real");
        assert_eq!(verifier.ask(&forge(family("GET", "/real").fields(&right))).status(), 200);
        let wrong = signs.hmac("POST", "/spoofed");
        assert_eq!(verifier.ask(&forge(family("GET", "/real").fields(&wrong))).status(), 401);
        assert_eq!(verifier.ask(&forge(family("GET", "/real").by(&near))).status(), 200);
    }
    let far = GatewayRequest::envoy("GET", "/").by(&near).set("X-Forwarded-For", "203.0.113.9, 198.51.100.7");
    assert_eq!(verifier.ask(&far).status(), 401, "the last element is the one that Envoy wrote");
}

#[test]
fn a_second_authorization_field_is_refused() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    for family in [GatewayRequest::nginx, GatewayRequest::forward, GatewayRequest::envoy] {
        let twice = family("GET", "/").by(&one).by(&one);
        assert_eq!(verifier.ask(&twice).status(), 401);
        let joined = format!("{},{}", one.basic(), one.basic());
        assert_eq!(verifier.ask(&family("GET", "/").field("Authorization", &joined)).status(), 401);
        let proxy = family("GET", "/").field("Proxy-Authorization", &one.basic());
        assert_eq!(verifier.ask(&proxy).status(), 401);
        let lower = family("GET", "/").field("aUTHORIZATION", &one.basic().replace("Basic", "bASIC"));
        assert_eq!(verifier.ask(&lower).status(), 200);
    }
}

/// A request with a right signature and without a digest.
fn undigested(family: Family, method: &str, key: &Key, framing: Option<&str>) -> GatewayRequest {
    let request = family(method, "/a").without("X-Original-Framing").fields(&key.hmac(method, "/a"));
    framing.map_or(request.clone(), |framing| request.field("X-Original-Framing", framing))
}

#[test]
fn an_unsigned_body_is_refused_however_the_gateway_hides_it() {
    let desk = Desk::new();
    let (strict, lax) = (desk.key(Kind::Hmac, "strict"), {
        let body_digest = BodyDigest::Optional;
        desk.with(Kind::Hmac, "lax", Options { body_digest, ..Options::default() })
    });
    let verifier = desk.verifier();
    for (family, method, framing, status) in [
        (GatewayRequest::nginx as Family, "POST", Some("cl=;te="), 200),
        (GatewayRequest::nginx, "POST", Some("cl=0;te="), 200),
        (GatewayRequest::nginx, "POST", Some("cl=5;te="), 401),
        (GatewayRequest::nginx, "POST", Some("cl=;te=chunked"), 401),
        (GatewayRequest::nginx, "GET", Some("cl=5;te="), 401),
        (GatewayRequest::nginx, "GET", None, 401),
        (GatewayRequest::forward, "GET", Some("cl=;te=?"), 200),
        (GatewayRequest::forward, "POST", Some("cl=;te=?"), 401),
        (GatewayRequest::forward, "POST", Some("cl=0;te=?"), 200),
        (GatewayRequest::forward, "GET", None, 401),
        (GatewayRequest::envoy, "GET", Some("cl=;te="), 200),
        (GatewayRequest::envoy, "POST", Some("cl=0;te="), 200),
        (GatewayRequest::envoy, "POST", Some("cl=5;te="), 401),
        // Envoy may not be configured to send bodies.
        (GatewayRequest::envoy, "POST", Some("cl=;te="), 401),
        (GatewayRequest::envoy, "POST", None, 401),
        (GatewayRequest::envoy, "GET", None, 200),
    ] {
        let request = undigested(family, method, &strict, framing);
        assert_eq!(verifier.ask(&request).status(), status, "{method} {framing:?} {}", question_line(&request));
        assert_eq!(verifier.ask(&undigested(family, method, &lax, framing)).status(), 200, "body_digest: optional");
    }
    let http2 = undigested(GatewayRequest::nginx, "POST", &strict, Some("cl=;te=")).set("X-Original-Proto", "HTTP/2.0");
    assert_eq!(verifier.ask(&http2).status(), 401, "HTTP/2 needs no field for a body");
    let shown = undigested(GatewayRequest::envoy, "POST", &strict, Some("cl=5;te=")).body("hello");
    assert_eq!(verifier.ask(&shown).status(), 401);
    let part = shown.field("X-Envoy-Auth-Partial-Body", "true");
    assert_eq!(verifier.ask(&part).status(), 401);
}

fn question_line(request: &GatewayRequest) -> String {
    String::from_utf8_lossy(&request.bytes()).lines().next().unwrap().to_owned()
}

/// What an API hears about the body of a request with a right signature or secret.
#[test]
fn an_api_hears_of_no_body_only_if_that_is_certain() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let body_word = |request: GatewayRequest| verifier.ask(&request.by(&one)).field("X-Keydesk-Body").unwrap();
    for method in ["GET", "DELETE", "POST"] {
        for (version, framing, word) in [
            ("HTTP/1.1", "cl=;te=", "none"),
            ("HTTP/1.0", "cl=;te=", "none"),
            ("HTTP/2.0", "cl=;te=", "unchecked"),
            ("HTTP/3.0", "cl=;te=", "unchecked"),
            ("HTTP/2.0", "cl=0;te=", "none"),
            ("HTTP/1.1", "cl=0;te=chunked", "unchecked"),
            ("HTTP/1.1", "cl=5;te=", "unchecked"),
            ("HTTP/1.1", "cl=;te=?", "unchecked"),
            ("HTTP/1.1", "cl=0;te=?", "none"),
        ] {
            let request = GatewayRequest::nginx(method, "/").set("X-Original-Proto", version);
            assert_eq!(body_word(request.set("X-Original-Framing", framing)), word, "{method} {version} {framing}");
        }
        assert_eq!(
            body_word(GatewayRequest::nginx(method, "/").without("X-Original-Framing")),
            "unchecked",
            "{method}"
        );
    }
    assert_eq!(body_word(GatewayRequest::envoy("GET", "/").body("")), "none");
    assert_eq!(body_word(GatewayRequest::envoy("GET", "/").body("hello")), "unchecked");
}

#[test]
fn a_target_is_judged_as_it_was_sent() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    let verifier = desk.verifier();
    for target in
        ["/", "//", "//a//b/", "/a%2fb/../c", "/?", "/?a?b", "/a;b=c", "/支払", "/%23", "/*", "/a\\b", "/a|b{}\""]
    {
        let signed = signs.hmac("GET", target);
        for family in [GatewayRequest::nginx, GatewayRequest::forward] {
            assert_eq!(verifier.ask(&family("GET", target).fields(&signed)).status(), 200, "{target}");
        }
        let envoy = verifier.ask(&GatewayRequest::envoy("GET", target).fields(&signed)).status();
        // The HTTP library refuses some targets itself.
        assert!(envoy == 200 || envoy == 400 && target.contains('|'), "{target}: {envoy}");
    }
}

#[test]
fn a_fragment_in_the_request_line_does_not_evade_the_signature() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    let verifier = desk.verifier();
    let signed = signs.hmac("GET", "/a");
    let whole = GatewayRequest::envoy("GET", "/a").fields(&signed);
    assert_eq!(verifier.ask(&whole).status(), 200);
    for target in ["/a#", "/a#b", "/a#?c=d"] {
        let mut connection = verifier.connect();
        assert_eq!(connection.ask(&whole.bytes()).status(), 200);
        let cut = GatewayRequest::envoy("GET", target).fields(&signed).bytes();
        // In two pieces, so that the line has to be put together first.
        use std::io::Write as _;
        connection.stream.write_all(&cut[..20]).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        let reply = connection.ask(&cut[20..]);
        assert_eq!((reply.status(), reply.field("Connection")), (401, None), "{target}");
        assert!(connection.reply().is_none(), "closed, so that no later request is refused in its place");
    }
    let absolute = format!(
        "GET http://evil/v1/authz/envoy/a HTTP/1.1\r\n{}",
        String::from_utf8(whole.bytes()).unwrap().split_once("\r\n").unwrap().1
    );
    assert_eq!(verifier.raw(absolute.as_bytes()).status(), 401);
}

#[test]
fn a_body_that_looks_like_requests_affects_no_later_request() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let innocent = GatewayRequest::envoy("GET", "/").by(&one).bytes();
    for before in [0, 10_000, 100_000] {
        let mut connection = verifier.connect();
        let body = format!("{}\n# HTTP/1.1\nGET /#a HTTP/1.1\r\n\r\n", "a".repeat(before));
        assert_eq!(connection.ask(&GatewayRequest::envoy("POST", "/").body(body).bytes()).status(), 401);
        for _ in 0..3 {
            assert_eq!(connection.ask(&innocent).status(), 200);
        }
        let fragment = GatewayRequest::envoy("GET", "/a#b").by(&one).bytes();
        assert_eq!(connection.ask(&fragment).status(), 401, "its own request line is checked as usual");
    }
}

#[test]
fn behind_traefik_a_client_cannot_forge_its_address_or_framing() {
    let desk = Desk::new();
    let networks = |networks: &str| Options { networks: networks.parse().unwrap(), ..Options::default() };
    let here = desk.with(Kind::Basic, "here", networks(&format!("{CLIENT}/32")));
    let there = desk.with(Kind::Basic, "there", networks("198.51.100.0/24"));
    let signs = desk.key(Kind::Hmac, "signs");
    let lax = desk.with(Kind::Hmac, "lax", Options { body_digest: BodyDigest::Optional, ..Options::default() });
    let verifier = desk.verifier();
    let ask = |request: &GatewayRequest| verifier.ask(request).status();
    let get = || GatewayRequest::traefik("GET", "/v1?a=b");
    assert_eq!((ask(&get().by(&here)), ask(&get().by(&there)), ask(&get())), (200, 401, 401));
    let forged = get().by(&there).field("X-Original-Client", "198.51.100.7").field("X-Real-Ip", "198.51.100.7");
    assert_eq!(ask(&forged), 401);
    // If it is configured to trust incoming fields, Traefik writes a list.
    let list = format!("198.51.100.7, {CLIENT}");
    refused(&verifier, &get().by(&there).set("X-Forwarded-For", &list), "a list");
    // It may withhold a body without saying so, and what the client says about framing is not believed.
    let signed = |key: &Key| GatewayRequest::traefik("POST", "/v1?a=b").fields(&key.hmac("POST", "/v1?a=b"));
    assert_eq!((ask(&signed(&signs)), ask(&signed(&signs).field("X-Original-Framing", "cl=0;te="))), (401, 401));
    assert_eq!(ask(&signed(&lax)), 200);
    // Neither family accepts requests of the other.
    refused(&verifier, &GatewayRequest::forward("GET", "/").by(&here).without("X-Original-Client"), "forward");
}
