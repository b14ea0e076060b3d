//! Requests and credentials as the files write them, and how they are judged.

use std::collections::HashMap;

use data_encoding::BASE64;
use keydesk::credential::{Algorithm, Algorithms, BodyDigest, Kind, Networks, State};
use keydesk::secret::Secret;
use keydesk::time::Seconds;
use keydesk::vault::Stored;
use keydesk::verify::{
    self, Body, Change, Decision, Entry, Framing, LiveSecret, Request, Scheme, Snapshot, Surface, Verdict, Version,
};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Clone, Debug, Deserialize)]
pub struct RequestText {
    pub method: String,
    pub target: String,
    pub scheme: Option<String>,
    pub http_version: Option<String>,
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    pub body_b64: String,
    pub client_address: Option<String>,
    pub framing: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialText {
    pub kind: String,
    pub id: String,
    secret: Option<String>,
    secret_b64: Option<String>,
    password: Option<String>,
    pub state: Option<String>,
    expires_at: Option<i64>,
    not_before: Option<i64>,
    #[serde(default)]
    pub previous: Vec<PreviousText>,
    body_digest: Option<String>,
    algorithms: Option<Vec<String>>,
    networks: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousText {
    secret: Option<String>,
    secret_b64: Option<String>,
    password: Option<String>,
    pub valid_until: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Expect {
    pub verdict: String,
    pub reason: String,
    pub credential: Option<String>,
    pub component: Option<String>,
}

/// What came out, in the words of the files.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub allow: bool,
    pub reason: String,
    pub credential: Option<String>,
    pub component: Option<String>,
}

/// One character stands for one byte.
pub fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("one character is one byte")).collect()
}

/// A request that owns its bytes.
pub struct Owned {
    method: Vec<u8>,
    target: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
    version: Version,
    scheme: Scheme,
    framing: Framing,
    client: Option<Vec<u8>>,
}

impl Owned {
    pub fn new(text: &RequestText) -> Self {
        let framing = match text.framing.as_deref() {
            None | Some("known") => Framing::Known,
            Some("partly") => Framing::Partly,
            Some("unknown") => Framing::Unknown,
            Some(other) => panic!("framing {other:?}"),
        };
        Self {
            method: bytes(&text.method),
            target: bytes(&text.target),
            fields: text.headers.iter().map(|(name, value)| (bytes(name), bytes(value))).collect(),
            body: BASE64.decode(text.body_b64.as_bytes()).unwrap(),
            version: text.http_version.as_deref().map_or(Version::Unknown, Version::from_number),
            scheme: if text.scheme.as_deref() == Some("http") { Scheme::Http } else { Scheme::Https },
            framing,
            client: text.client_address.as_deref().map(bytes),
        }
    }

    pub fn with<T>(&self, surface: Surface, body_visible: bool, run: impl FnOnce(&Request<'_>) -> T) -> T {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let body = if body_visible { Body::Visible(&self.body) } else { Body::NotVisible(self.framing) };
        run(&Request {
            surface,
            method: &self.method,
            target: &self.target,
            fields: &fields,
            body,
            version: self.version,
            scheme: self.scheme,
            client: self.client.as_deref(),
        })
    }
}

/// Stands in for an Argon2id string: the checker of the tests reads it back. Real ones are hashed in `single.rs`.
const CHEAP: &str = "cheap:";

/// Whether a password is the one behind a stand-in.
pub fn cheap(password: &Secret, kept: &str) -> Result<bool, String> {
    Ok(kept.strip_prefix(CHEAP).is_some_and(|hex| hex == data_encoding::HEXLOWER.encode(password.expose())))
}

fn secret_bytes(plain: Option<&String>, b64: Option<&String>, password: Option<&String>) -> Vec<u8> {
    match (b64, plain.or(password)) {
        (Some(b64), _) => BASE64.decode(b64.as_bytes()).unwrap(),
        (None, Some(text)) => text.as_bytes().to_vec(),
        (None, None) => panic!("a credential without a secret"),
    }
}

fn stored(kind: Kind, bytes: Vec<u8>) -> Stored {
    match kind {
        Kind::Basic => Stored::hashed(&Secret::new(bytes)),
        Kind::Hmac => Stored::Plain(Secret::new(bytes)),
        Kind::Legacy => Stored::Argon2(format!("{CHEAP}{}", data_encoding::HEXLOWER.encode(&bytes))),
    }
}

impl CredentialText {
    pub fn new(kind: &str, id: &str, secret: &str) -> Self {
        let text = serde_json::json!({ "kind": kind, "id": id, "secret": secret, "state": "active" });
        serde_json::from_value(text).unwrap()
    }

    pub fn rotate(&mut self, new_secret: &str, valid_until: i64) {
        let old = PreviousText {
            secret: self.secret.take(),
            secret_b64: self.secret_b64.take(),
            password: self.password.take(),
            valid_until,
        };
        self.previous = vec![old];
        self.secret = Some(new_secret.to_owned());
    }

    pub fn entry(&self, row: u128) -> Entry {
        let kind: Kind = self.kind.parse().unwrap();
        let current = secret_bytes(self.secret.as_ref(), self.secret_b64.as_ref(), self.password.as_ref());
        let mut entry = Entry::new(kind, &self.id, stored(kind, current));
        entry.secrets[0].version = 100;
        for (previous, version) in self.previous.iter().zip(1..) {
            let bytes =
                secret_bytes(previous.secret.as_ref(), previous.secret_b64.as_ref(), previous.password.as_ref());
            let valid_until = Some(Seconds(previous.valid_until));
            entry.secrets.push(LiveSecret { version, stored: stored(kind, bytes), valid_until });
        }
        let algorithm = |word: &String| word.parse::<Algorithm>().unwrap();
        Entry {
            row: Uuid::from_u128(row),
            name: format!("name of {}", self.id),
            state: self.state.as_deref().map_or(State::Active, |word| word.parse().unwrap()),
            not_before: self.not_before.map(Seconds),
            expires_at: self.expires_at.map(Seconds),
            networks: Networks::parse(self.networks.iter().flatten().map(String::as_str)).unwrap(),
            algorithms: Algorithms::new(self.algorithms.iter().flatten().map(algorithm)),
            body_digest: self.body_digest.as_deref().map_or(BodyDigest::Required, |word| word.parse().unwrap()),
            ..entry
        }
    }
}

pub fn snapshot(credentials: &[CredentialText]) -> Snapshot {
    let entries: Vec<_> = credentials.iter().zip(1..).map(|(credential, row)| credential.entry(row)).collect();
    Snapshot::of(&entries).unwrap()
}

/// Stores are the same for hundreds of vectors: each is built once.
#[derive(Default)]
pub struct Snapshots(HashMap<String, Snapshot>);

impl Snapshots {
    pub fn get(&mut self, credentials: &[CredentialText]) -> &Snapshot {
        self.0.entry(format!("{credentials:?}")).or_insert_with(|| snapshot(credentials))
    }
}

/// The whole way of a request, with the cheap checker where a slow one stands.
pub fn verdict<'a>(request: &Request<'a>, snapshot: &'a Snapshot, now: Seconds) -> Verdict<'a> {
    match verify::decide(request, snapshot, now) {
        Decision::Verdict(verdict) => verdict,
        Decision::NeedsPassword(check) => {
            let outcome = check.run_with(cheap).unwrap();
            check.resolve(outcome, snapshot, now)
        }
    }
}

pub fn outcome(verdict: &Verdict<'_>) -> Outcome {
    match verdict {
        Verdict::Allow(allowed) => Outcome {
            allow: true,
            reason: "ok".to_owned(),
            credential: Some(allowed.credential.key().to_owned()),
            component: None,
        },
        Verdict::Deny(denied) => Outcome {
            allow: false,
            reason: denied.reason.to_string(),
            credential: None,
            component: denied.component.clone(),
        },
    }
}

impl Outcome {
    /// Whether the normative part is as expected.
    pub fn fits(&self, expect: &Expect) -> bool {
        self.allow == (expect.verdict == "allow") && (!self.allow || self.credential == expect.credential)
    }

    /// Whether the advisory part is too.
    pub fn fits_in_words(&self, expect: &Expect) -> bool {
        self.reason == expect.reason
            && (expect.component.is_none() || self.component.is_none() || self.component == expect.component)
    }
}

/// A change as `Change` wants it.
pub fn put(snapshot: &Snapshot, entry: &Entry) -> Snapshot {
    snapshot.apply(&[Change::Put(entry)]).unwrap()
}
