//! The log: structured, and without anything secret.

use base64ct::{Base64, Encoding as _};
use keydesk::credential::Kind;

use super::support::{Desk, GatewayRequest, Verifier, basic};

#[test]
fn no_secret_and_no_request_field_is_ever_logged() {
    let desk = Desk::new();
    let keys = [Kind::Basic, Kind::Hmac, Kind::Legacy].map(|kind| desk.key(kind, "smsgate"));
    let [one, signs, legacy] = &keys;
    let mut command = desk.command(&["--listen", &format!("unix:{}", desk.dir.path().join("v.sock").display())]);
    command.env("KEYDESK_LOG", "trace");
    let verifier = Verifier::spawn(command, desk.dir.path(), desk.dir.path().join("v.sock"));
    let signed = signs.hmac("GET", "/");
    let signature = signed[1].1.rsplit('"').nth(1).unwrap().to_owned();
    let typed = "Hunter2Typed";
    let requests = [
        GatewayRequest::nginx("GET", "/").by(one),
        GatewayRequest::nginx("GET", "/").fields(&signed),
        GatewayRequest::nginx("GET", "/private").fields(&signed),
        GatewayRequest::nginx("GET", "/").field("Authorization", &basic(&one.key, typed)),
        // A password in place of the username.
        GatewayRequest::nginx("GET", "/").field("Authorization", &basic(typed, "x")),
        GatewayRequest::nginx("GET", "/").field("Authorization", typed),
        GatewayRequest::nginx("GET", "/").field("Authorization", &format!("Basic {typed}")),
        GatewayRequest::nginx(typed, &format!("/?password={typed}")).by(one),
        GatewayRequest::nginx("GET", "/").set("X-Original-Client", typed),
        GatewayRequest::envoy("POST", "/").legacy().body(legacy.soap(&legacy.secret)),
        GatewayRequest::envoy("POST", "/").legacy().body(legacy.soap(typed)),
        GatewayRequest::envoy("POST", "/").legacy().body(format!("m4u\r\nUSER={typed}\r\nPASSWORD={typed}\r\n")),
    ];
    for request in &requests {
        verifier.ask(request);
    }
    verifier
        .until("the refusals are logged", |verifier| verifier.log().matches("\"message\":\"refused\"").count() == 8);
    let mut log = verifier.log();
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|why| panic!("{why}: {line}"));
    }
    verifier.stop();
    log += &std::fs::read_to_string(desk.dir.path().join("log")).unwrap();
    let mut secret = vec![typed.to_owned(), signature, Base64::encode_string(typed.as_bytes())];
    secret.extend(keys.iter().map(|key| key.secret.clone()));
    secret.push(one.basic()["Basic ".len()..].to_owned());
    for secret in secret {
        assert!(!log.contains(&secret), "{secret} is in the log:\n{log}");
    }
    assert!(log.contains("\"reason\":\"bad_secret\"") && log.contains(&one.key));
}

/// The log names the commonest mistakes: "malformed" alone would not help.
#[test]
fn the_log_says_why_a_credential_cannot_be_read() {
    let desk = Desk::new();
    let (one, signs) = (desk.key(Kind::Basic, "smsgate"), desk.key(Kind::Hmac, "webhooks"));
    let verifier = desk.verifier();
    let token = |text: String| format!("Basic {}", Base64::encode_string(text.as_bytes()));
    let signed = signs.hmac("GET", "/");
    let value = signed[1].1.clone();
    let signature = value.rsplit('"').nth(1).unwrap().to_owned();
    let hex: String = Base64::decode_vec(&signature).unwrap().iter().map(|b| format!("{b:02x}")).collect();
    let bent = |from: &str, to: &str| value.replacen(from, to, 1);
    for (authorization, words) in [
        (token(format!("{}:{}\n", one.key, one.secret)), "\"component\":\"line-break\""),
        (token(one.key.clone()), "\"component\":\"colon\""),
        (format!("Basic {}:{}", one.key, one.secret), "\"component\":\"base64\""),
        ("Basic".to_owned() + "\tabc", "\"component\":\"scheme\""),
        (bent("algorithm", "Algorithms"), "\"component\":\"unknown-parameter\""),
        (bent("algorithm=\"hmac-sha256\", ", ""), "\"component\":\"algorithm\""),
        (bent("headers=\"", "headers=\" "), "\"component\":\"headers\""),
        (bent(&signature, signature.trim_end_matches('=')), "\"component\":\"signature\""),
        (bent(&signature, signature.trim_end_matches('=')), "lacks the ="),
        (bent(&signature, &hex), "The signature is in hex"),
    ] {
        let request = GatewayRequest::nginx("GET", "/").field(&signed[0].0, &signed[0].1);
        assert_eq!(verifier.ask(&request.field("Authorization", &authorization)).status(), 401);
        verifier.until(words, |verifier| verifier.log().contains(words));
    }
    assert!(!verifier.log().contains(&one.secret) && !verifier.log().contains(&hex));
}
