//! Properties: no request panics, and none passes but a signed one; a signed one changed in any place that its
//! signature covers is refused.

use data_encoding::{BASE64, HEXLOWER};
use keydesk::time::Seconds;
use keydesk::vault::Hash;
use keydesk::verify::{self, Body, BodyCheck, Framing, Request, Scheme, Snapshot, Surface, Verdict, Version};
use proptest::prelude::*;
use proptest::sample::Index;

use super::model::{CredentialText, snapshot, verdict};

/// Thu, 01 Jan 2026 00:00:00 GMT
pub const NOW: Seconds = Seconds(1_767_225_600);
const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const SECRET: &str = "kds3N9xQ7mVb2LpRw8sTzKd0Jc4abcde";

fn store() -> Snapshot {
    let key = |kind| CredentialText::new(kind, "bob", SECRET);
    snapshot(&[key("basic"), key("hmac"), key("legacy")])
}

/// A request that owns its parts, so that they can be changed.
#[derive(Clone, Debug)]
struct Sent {
    surface: Surface,
    method: Vec<u8>,
    target: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    body: Option<Vec<u8>>,
    version: Version,
}

impl Sent {
    fn judge<T>(&self, snapshot: &Snapshot, read: impl FnOnce(Verdict<'_>) -> T) -> T {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let request = Request {
            surface: self.surface,
            method: &self.method,
            target: &self.target,
            fields: &fields,
            body: self.body.as_deref().map_or(Body::NotVisible(Framing::Known), Body::Visible),
            version: self.version,
            scheme: Scheme::Https,
            client: Some(b"198.51.100.1"),
        };
        let _ = verify::signing_strings(&request);
        read(verdict(&request, snapshot, NOW))
    }

    fn passes(&self, snapshot: &Snapshot) -> bool {
        self.judge(snapshot, |verdict| verdict.is_allow())
    }

    fn field(&mut self, name: &str) -> &mut Vec<u8> {
        let found = self.fields.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()));
        &mut found.unwrap().1
    }
}

fn algorithm() -> impl Strategy<Value = (&'static str, Hash)> {
    prop::sample::select(vec![
        ("hmac-sha1", Hash::Sha1),
        ("hmac-sha256", Hash::Sha256),
        ("hmac-sha384", Hash::Sha384),
        ("hmac-sha512", Hash::Sha512),
    ])
}

/// A body's digest, in each of the fields that may carry one.
fn digest_field(which: usize, body: &[u8]) -> (&'static str, String) {
    let sha = |hash: Hash| BASE64.encode(hash.digest(body).as_bytes());
    let md5 = HEXLOWER.encode(Hash::Md5.digest(body).as_bytes());
    match which {
        0 => ("Content-MD5", md5),
        1 => ("x-Content-MD5", md5.to_uppercase()),
        2 => ("Digest", format!("SHA-512={},unixsum=30637", sha(Hash::Sha512))),
        _ => ("content-digest", format!("sha-256=:{}:", sha(Hash::Sha256))),
    }
}

/// The pieces that a signed request is made of.
type Parts = (String, String, Vec<u8>, usize, String);

fn parts() -> impl Strategy<Value = Parts> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]).prop_map(str::to_owned);
    ((method), "/[!-\"$-~]{1,30}", prop::collection::vec(any::<u8>(), 1..60), 0..4usize, "[ -~]{0,20}")
}

fn signed_hmac((method, target, body, which, value): &Parts, (algorithm, hash): (&str, Hash)) -> Sent {
    let (digest, digest_value) = digest_field(*which, body);
    let value = value.trim();
    let string = format!("Date: {DATE}\n{digest}: {digest_value}\nX-More: {value}\n{method} {target} HTTP/1.1");
    let mac = BASE64.encode(hash.mac(SECRET.as_bytes(), string.as_bytes()).as_bytes());
    let names = format!("Date {digest} X-More request-line");
    let authorization =
        format!(r#"hmac username="bob", algorithm="{algorithm}", headers="{names}", signature="{mac}""#);
    let fields = [("Date", DATE), (digest, &digest_value), ("X-More", value), ("Authorization", &authorization)];
    sent(Surface::Rest, method, target, &fields, body)
}

fn signed_rfc9421((method, target, body, _, value): &Parts) -> Sent {
    let (digest, digest_value) = digest_field(3, body);
    let value = value.trim();
    let params = format!(
        r#"("@method" "@authority" "@request-target" "content-digest" "x-more");created={};keyid="bob""#,
        NOW.0
    );
    let base = format!(
        "\"@method\": {method}\n\"@authority\": example.com\n\"@request-target\": {target}\n\"content-digest\": \
         {digest_value}\n\"x-more\": {value}\n\"@signature-params\": {params}"
    );
    let mac = BASE64.encode(Hash::Sha256.mac(SECRET.as_bytes(), base.as_bytes()).as_bytes());
    let (input, signature) = (format!("sig={params}"), format!("sig=:{mac}:"));
    let fields = [
        ("Host", "Example.com:443"),
        (digest, &digest_value),
        ("X-More", value),
        ("Signature-Input", &input),
        ("Signature", &signature),
    ];
    sent(Surface::Rest, method, target, &fields, body)
}

fn sent(surface: Surface, method: &str, target: &str, fields: &[(&str, &str)], body: &[u8]) -> Sent {
    Sent {
        surface,
        method: method.as_bytes().to_vec(),
        target: target.as_bytes().to_vec(),
        fields: fields.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect(),
        body: Some(body.to_vec()),
        version: Version::Http11,
    }
}

/// Another byte in some place.
fn bend(bytes: &mut [u8], at: Index, to: u8) {
    let byte = at.get_mut(bytes);
    *byte = if *byte == to { to ^ 1 } else { to };
}

/// Changes a request in a place that its signature covers.
fn bend_covered(mut sent: Sent, place: usize, at: Index, to: u8) -> Option<Sent> {
    let before = sent.clone();
    match place {
        0 => bend(&mut sent.method, at, to),
        1 => bend(&mut sent.target, at, to),
        2 => bend(sent.body.as_mut().unwrap(), at, to),
        3 => sent.body.as_mut().unwrap().push(to),
        4 => sent.target.push(b'?'),
        5 => sent.body = Some(Vec::new()),
        // A signed field with one more byte in the middle, where no blank is trimmed.
        6 => sent.field("x-more").extend_from_slice(&[to, b'x']),
        _ => {
            let copy = sent.fields.iter().find(|(name, _)| name == b"X-More").unwrap().clone();
            sent.fields.push(copy);
        }
    }
    let same = before.method == sent.method && before.target == sent.target && before.body == sent.body;
    (!same || before.fields != sent.fields).then_some(sent)
}

/// A byte of the proof itself.
fn bend_proof(mut sent: Sent, field: &str, proof_starts: &str, at: Index, to: u8) -> Sent {
    let value = sent.field(field);
    let start = String::from_utf8_lossy(value).find(proof_starts).unwrap() + proof_starts.len();
    // The quotes and colons around it are not part of it.
    let end = value.len() - 1;
    bend(&mut value[start..end], at, to);
    sent
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_signed_request_passes_and_a_changed_one_does_not(
        parts in parts(), algorithm in algorithm(), place in 0..8usize, at: Index, to: u8,
    ) {
        let store = store();
        for sent in [signed_hmac(&parts, algorithm), signed_rfc9421(&parts)] {
            let body = sent.judge(&store, |verdict| match verdict {
                Verdict::Allow(allowed) => Ok(allowed.body),
                Verdict::Deny(denied) => Err(denied.reason),
            });
            prop_assert!(matches!(body, Ok(BodyCheck::Checked)), "{body:?}: {sent:?}");
            if let Some(bent) = bend_covered(sent, place, at, to) {
                prop_assert!(!bent.passes(&store), "{bent:?}");
            }
        }
    }

    #[test]
    fn a_changed_signature_does_not_pass(parts in parts(), algorithm in algorithm(), at: Index, to: u8) {
        let store = store();
        let hmac = bend_proof(signed_hmac(&parts, algorithm), "authorization", "signature=\"", at, to);
        prop_assert!(!hmac.passes(&store), "{hmac:?}");
        let rfc9421 = bend_proof(signed_rfc9421(&parts), "signature", "sig=:", at, to);
        prop_assert!(!rfc9421.passes(&store), "{rfc9421:?}");
        let params = bend_proof(signed_rfc9421(&parts), "signature-input", "sig=", at, to);
        prop_assert!(!params.passes(&store), "{params:?}");
        // The MAC covers the list of names through the lines, which spell each name.
        let mut names = signed_hmac(&parts, algorithm);
        let value = names.field("authorization");
        let start = String::from_utf8_lossy(value).find("headers=\"").unwrap() + 9;
        let length = value[start..].iter().position(|&b| b == b'"').unwrap();
        // `request-line` is not spelled in any line, so its case does not matter.
        bend(&mut value[start..start + length - "request-line".len()], at, to);
        prop_assert!(!names.passes(&store), "{names:?}");
    }

    #[test]
    fn another_secret_never_passes(parts in parts(), algorithm in algorithm(), secret in "[ -~]{0,40}") {
        prop_assume!(secret != SECRET);
        let other = snapshot(&[CredentialText::new("hmac", "bob", &secret), CredentialText::new("basic", "bob", &secret)]);
        prop_assert!(!signed_hmac(&parts, algorithm).passes(&other));
        prop_assert!(!signed_rfc9421(&parts).passes(&other));
        prop_assert!(!basic("Basic", "bob", SECRET).passes(&other));
    }

    #[test]
    fn basic_has_one_spelling(at: Index, to: u8) {
        let store = store();
        let good = basic("bAsIc", "bob", SECRET);
        prop_assert!(good.passes(&store));
        let mut bent = good.clone();
        let value = &mut bent.field("authorization")[6..];
        bend(value, at, to);
        prop_assert!(!bent.passes(&store), "{bent:?}");
        for password in [format!("{SECRET} "), format!(" {SECRET}"), SECRET.to_lowercase(), SECRET[1..].to_owned()] {
            prop_assert!(!basic("Basic", "bob", &password).passes(&store));
        }
    }

    #[test]
    fn no_spelling_of_an_identity_field_passes(
        parts in parts(), algorithm in algorithm(), name in spelled(), value in "[ -~]{0,20}", at: Index,
    ) {
        let store = store();
        let ours = folded(&name).starts_with("x-keydesk-");
        for sent in [signed_hmac(&parts, algorithm), signed_rfc9421(&parts), basic("Basic", "bob", SECRET)] {
            prop_assert!(sent.passes(&store));
            let mut claims = sent.clone();
            claims.fields.insert(at.index(sent.fields.len() + 1), (name.clone(), value.clone().into_bytes()));
            prop_assert_eq!(claims.passes(&store), !ours, "{:?}", claims);
        }
    }

    #[test]
    fn random_bytes_are_refused_without_a_panic(sent in anything()) {
        prop_assert!(!sent.passes(&store()), "{sent:?}");
    }

    #[test]
    fn random_grammar_is_refused_without_a_panic(sent in nearly()) {
        prop_assert!(!sent.passes(&store()), "{sent:?}");
    }
}

fn basic(scheme: &str, user: &str, password: &str) -> Sent {
    let token = BASE64.encode(format!("{user}:{password}").as_bytes());
    sent(Surface::Rest, "GET", "/", &[("Authorization", &format!("{scheme} {token}"))], b"")
}

/// Names that some rule asks for, or any other.
/// Names that are spelled like ours, nearly so, or not at all.
fn spelled() -> impl Strategy<Value = Vec<u8>> {
    let between = || prop_oneof![4 => "[-_.+~!*'^|`#$%& ]", 1 => "[a-z0-9]?"];
    let alike = (between(), "(?i:keydesk|keydesks?)", between(), "(?i:credential|name|[a-z]{0,9})")
        .prop_map(|(a, us, b, rest)| format!("X{a}{us}{b}{rest}").into_bytes());
    let bytes = prop::collection::vec(any::<u8>(), 0..14).prop_map(|rest| [b"x\x80KEYDESK", &rest[..]].concat());
    let other = "x-[a-z]{1,3}-y";
    prop_oneof![6 => alike, 2 => bytes, 1 => other.prop_map(String::into_bytes)]
}

/// A name as the most careless application sees it.
fn folded(name: &[u8]) -> String {
    let seen = name.iter().map(|&b| char::from(b)).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    seen.collect::<String>().to_lowercase()
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "authorization",
        "signature",
        "signature-input",
        "date",
        "x-date",
        "content-md5",
        "digest",
        "content-digest",
        "content-length",
        "transfer-encoding",
        "host",
        "request-line",
        "@request-target",
    ];
    let known = prop::sample::select(known.map(|name| name.as_bytes().to_vec()).to_vec());
    prop_oneof![4 => known, 1 => prop::collection::vec(any::<u8>(), 0..8)]
}

fn surface() -> impl Strategy<Value = Surface> {
    prop::sample::select(vec![Surface::Rest, Surface::Legacy])
}

fn anything() -> impl Strategy<Value = Sent> {
    let bytes = |most: usize| prop::collection::vec(any::<u8>(), 0..most);
    let fields = prop::collection::vec((name(), bytes(80)), 0..8);
    (surface(), bytes(8), bytes(20), fields, prop::option::of(bytes(200))).prop_map(
        |(surface, method, target, fields, body)| Sent {
            surface,
            method,
            target,
            fields,
            body,
            version: Version::Unknown,
        },
    )
}

/// Values that get past the first byte of a parser.
fn nearly() -> impl Strategy<Value = Sent> {
    let value = prop_oneof![
        "(basic|BASIC|hmac|bearer) {1,2}[A-Za-z0-9+/=]{0,24}",
        r#"hmac username="?(bob|eve)"?, ?algorithm="hmac-(sha1|sha256|sha999)", headers="[a-z@ -]{0,40}", signature="[A-Za-z0-9+/]{0,44}={0,2}""#,
        r#"[a-z*]{1,2}=\(("[@a-z-]{1,16}" ?){0,3}\)(;(created|expires|keyid|alg|nonce)=("[ -~]{0,8}"|-?[0-9]{1,16})){0,4}"#,
        "sig=:[A-Za-z0-9+/]{0,44}={0,2}:",
        "(Thu|Mon|Thursday), [0-3][0-9][ -](Jan|Feb)[ -](20)?26 [0-2][0-9]:00:[0-6]0 (GMT|UTC)",
        "(sha-256|SHA-512|md5)=:?[A-Za-z0-9+/]{0,88}={0,2}:?(, ?md5=x)?",
        "[0-9a-f]{31,33}",
    ];
    let value = value.prop_map(String::into_bytes);
    let body = prop_oneof![
        "(m4u\r\n)?(USER=bob#?\r\n)?(PASSWORD=[a-z]{0,5}\r?\n)?([A-Z]{1,4}=x\r\n){0,3}".prop_map(String::into_bytes),
        "(<[a-z:]{1,5}( xmlns(:[a-z])?='[a-z]{0,3}')?/?>|</[a-z]{1,5}>|<!--[-a ]{0,4}-->|&(amp|#[0-9]{1,4});|[ -~]){0,12}"
            .prop_map(String::into_bytes),
    ];
    let fields = prop::collection::vec((name(), value), 1..7);
    (surface(), "[A-Z]{1,6}", "/[a-z?&=%]{0,12}", fields, prop::option::of(body)).prop_map(
        |(surface, method, target, fields, body)| Sent {
            surface,
            method: method.into_bytes(),
            target: target.into_bytes(),
            fields,
            body,
            version: Version::Http2,
        },
    )
}
