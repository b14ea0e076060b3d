//! Identity fields, tunnels, and the number of fields: what a client may not send.

use keydesk::credential::Kind;

use super::support::{Desk, GatewayRequest, Key, Verifier};

type Family = fn(&str, &str) -> GatewayRequest;

const FAMILIES: [(&str, Family); 4] = [
    ("nginx and HAProxy", GatewayRequest::nginx),
    ("Caddy", GatewayRequest::forward),
    ("Envoy", GatewayRequest::envoy),
    ("Traefik", GatewayRequest::traefik),
];

/// Sends a request as an application does; returns the verdict.
fn verify(verifier: &Verifier, method: &str, field: (&str, &str), key: &Key) -> String {
    let headers = serde_json::json!([["Host", "a"], ["Authorization", key.basic()], [field.0, field.1]]);
    let document = serde_json::json!({
        "surface": "rest", "method": method, "target": "/", "scheme": "https", "headers": headers, "body_b64": "",
    });
    let document = document.to_string();
    let head = format!("POST /v1/verify HTTP/1.1\r\nHost: v\r\nContent-Length: {}\r\n\r\n", document.len());
    let reply = verifier.raw(format!("{head}{document}").as_bytes());
    assert_eq!(reply.status(), 200);
    let said: serde_json::Value = serde_json::from_str(&reply.text()).unwrap();
    said["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn no_request_becomes_a_tunnel() {
    let desk = Desk::new();
    let (one, signs) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Hmac, "signs"));
    let verifier = desk.verifier();
    let nobody = verifier.ask(&GatewayRequest::nginx("GET", "/"));
    for method in ["CONNECT", "connect", "Connect"] {
        for (gateway, family) in FAMILIES {
            // Envoy cannot forward what does not fit into a request line.
            for target in ["/", "api.example.com:443"].into_iter().filter(|target| gateway != "Envoy" || *target == "/")
            {
                for request in
                    [family(method, target).by(&one), family(method, target).fields(&signs.hmac(method, target))]
                {
                    assert_eq!(verifier.ask(&request).bytes, nobody.bytes, "{gateway}: {method} {target}");
                }
            }
            assert_eq!(verifier.ask(&family("CONNECTED", "/").by(&one)).status(), 200, "{gateway}");
        }
        assert_eq!(verify(&verifier, method, ("Accept", "*/*"), &one), "deny");
    }
    assert_eq!(verify(&verifier, "GET", ("Accept", "*/*"), &one), "allow");
}

#[test]
fn identity_fields_of_a_client_are_refused() {
    let desk = Desk::new();
    let (one, legacy) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Legacy, "smsgate"));
    let verifier = desk.verifier();
    let nobody = verifier.ask(&GatewayRequest::nginx("GET", "/"));
    for name in [
        "X-Keydesk-Credential",
        "x_keydesk_account",
        "X.Keydesk.Credential",
        "X~Keydesk+Kind",
        "X-Keydesk-",
        "X_Keydesk_Gateway_Token",
        "x'keydesk*body",
    ] {
        for (gateway, family) in FAMILIES {
            let request = family("GET", "/").by(&one);
            assert_eq!(verifier.ask(&request).status(), 200, "{gateway}");
            let claims = verifier.ask(&request.field(name, "admin"));
            assert_eq!(claims.bytes, nobody.bytes, "{gateway}: {name}");
        }
        let soap = GatewayRequest::envoy("POST", "/soap").legacy().body(legacy.soap(&legacy.secret));
        assert_eq!(verifier.ask(&soap).status(), 200);
        assert_eq!(verifier.ask(&soap.field(name, "admin")).bytes, nobody.bytes, "Legacy: {name}");
        assert_eq!(verify(&verifier, "GET", (name, "admin"), &one), "deny", "{name}");
    }
    for name in ["X-Keydesks", "X-Keydesk", "X-Original-Keydesk"] {
        assert_eq!(
            verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one).field(name, "mine")).status(),
            200,
            "{name}"
        );
        assert_eq!(verify(&verifier, "GET", (name, "mine"), &one), "allow", "{name}");
    }
    // The gateway's token is not a field of the client; in a JSON document it would be.
    let token = GatewayRequest::nginx("GET", "/").by(&one).field("X-Keydesk-Gateway-Token", "x");
    assert_eq!(verifier.ask(&token).status(), 200);
    assert_eq!(verify(&verifier, "GET", ("X-Keydesk-Gateway-Token", "x"), &one), "deny");
    let log = || verifier.log();
    verifier.until("the log names the field", |_| log().contains("x.keydesk.credential"));
}

#[test]
fn eighty_fields_are_judged_and_a_thousand_are_too_many() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    for (gateway, family) in FAMILIES {
        let with = |count: usize| {
            (0..count).fold(family("GET", "/").by(&one), |request, n| request.field(&format!("X-{n}"), "a"))
        };
        assert_eq!(verifier.ask(&with(85)).status(), 200, "{gateway}");
        for count in [100, 250, 1_000] {
            let reply = verifier.ask(&with(count));
            assert_eq!((reply.status(), reply.field("X-Keydesk-Credential")), (431, None), "{gateway}: {count}");
        }
    }
}
