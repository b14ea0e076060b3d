//! Recordings of real gateways, sent to the endpoints.
//!
//! The recordings are older than some contract fields; those that today's snippets add are added here.

use std::path::Path;

use base64ct::{Base64, Encoding as _};
use serde_json::Value;

use super::support::{Desk, Verifier};
use crate::place;

/// The recordings in the folder of vectors, or those of the repository if there are none.
fn recordings() -> Vec<Value> {
    let of = |folder: &Path| {
        let files = place::files(folder);
        let read = files.iter().map(|path| serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap());
        read.filter(|file| file["format"] == "keydesk-gateway-recordings").collect::<Vec<_>>()
    };
    let named = of(&place::folder());
    if named.is_empty() { of(&place::own()) } else { named }
}

/// The request as today's snippet of the family would send it; `None` if it could not.
fn request(received: &Value, family: &str) -> Option<Vec<u8>> {
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<_>>();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let original = &received["original"];
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    for field in received["headers"].as_array()? {
        fields.push((text(&field[0])?, latin(field[1].as_str()?)));
    }
    let has = |fields: &[(String, Vec<u8>)], name: &str| fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    let added = match family {
        "original" => vec![
            ("X-Original-Host", original["authority"].as_str()?.to_owned()),
            ("X-Original-Scheme", "http".to_owned()),
            ("X-Original-Client", "127.0.0.1".to_owned()),
        ],
        "forwarded" => vec![("X-Original-Client", "127.0.0.1".to_owned())],
        _ => vec![("X-Forwarded-Proto", "http".to_owned()), ("X-Forwarded-For", "127.0.0.1".to_owned())],
    };
    for (name, value) in added {
        if !has(&fields, name) {
            fields.push((name.to_owned(), latin(&value)));
        }
    }
    let mut bytes = latin(received["request_line"].as_str()?);
    bytes.extend_from_slice(b"\r\n");
    for (name, value) in &fields {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&Base64::decode_vec(received["body_b64"].as_str().unwrap_or("")).ok()?);
    Some(bytes)
}

/// The credential of the recordings has another key here: replaces its `Authorization`.
fn translated(bytes: Vec<u8>, store: &[Value], verifier_keys: &[(String, String)]) -> Vec<u8> {
    let mut text = bytes;
    for (credential, (key, secret)) in store.iter().zip(verifier_keys) {
        let old = Base64::encode_string(
            format!("{}:{}", credential["id"].as_str().unwrap(), credential["secret"].as_str().unwrap_or(""))
                .as_bytes(),
        );
        let new = Base64::encode_string(format!("{key}:{secret}").as_bytes());
        while let Some(at) = text.windows(old.len()).position(|window| window == old.as_bytes()) {
            text.splice(at..at + old.len(), new.bytes());
        }
    }
    text
}

#[test]
fn recorded_requests_get_the_expected_response() {
    let files = recordings();
    let (mut asked, mut differ) = (0, Vec::new());
    for file in files {
        let desk = Desk::new();
        let store = file["store"].as_array().unwrap();
        let keys: Vec<_> = store
            .iter()
            .map(|credential| desk.key(credential["kind"].as_str().unwrap().parse().unwrap(), "recorded"))
            .map(|key| (key.key, key.secret))
            .collect();
        let verifier = desk.verifier();
        for recording in file["recordings"].as_array().unwrap() {
            let family = recording["family"].as_str().unwrap();
            for received in recording["verifier_received"].as_array().unwrap() {
                let Some(bytes) = request(received, family) else { continue };
                let allowed = ask(&verifier, &translated(bytes, store, &keys)) == 200;
                asked += 1;
                if allowed != (received["expect"]["verdict"] == "allow") {
                    differ.push(format!("{}: {}", recording["id"], received["expect"]));
                }
            }
        }
    }
    println!("{asked} recorded requests asked");
    assert!(differ.is_empty() && asked > 0, "{} of {asked} differ:\n{}", differ.len(), differ.join("\n"));
}

fn ask(verifier: &Verifier, bytes: &[u8]) -> u16 {
    verifier.raw(bytes).status()
}
