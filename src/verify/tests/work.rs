//! No case of a refused credential costs other work than another: hashes, MACs, comparisons and Argon2id runs are
//! counted in the vault and held equal (C12).

use data_encoding::BASE64;
use uuid::Uuid;

use crate::credential::{Kind, Networks, State};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::work::{self, Work};
use crate::vault::{Hash, Stored};
use crate::verify::{
    Body, Decision, Entry, Field, LiveSecret, Reason, Request, Scheme, Snapshot, Surface, Verdict, Version, decide,
};

const NOW: Seconds = Seconds(1_767_225_600);
const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const SECRET: &str = "kdsRIGHT";

/// The cases of the policy's promise, each with the credential that makes it.
const CASES: [(&str, Reason); 9] = [
    ("unknown", Reason::UnknownCredential),
    ("wrong-secret", Reason::BadSecret),
    ("wrong-kind", Reason::WrongKind),
    ("disabled", Reason::Disabled),
    ("revoked", Reason::Revoked),
    ("not-yet", Reason::NotYetValid),
    ("expired", Reason::Expired),
    ("elsewhere", Reason::Network),
    ("tampered", Reason::Tampered),
];

fn entry(kind: Kind, key: &str, secret: &str) -> Entry {
    let secret = Secret::from_text(secret);
    let stored = match kind {
        Kind::Basic => Stored::hashed(&secret),
        Kind::Hmac => Stored::plain(&secret),
        Kind::Legacy => Stored::slow(&secret).unwrap(),
    };
    Entry { row: Uuid::from_u128(1), name: "a name of 20 letters".to_owned(), ..Entry::new(kind, key, stored) }
}

fn store(kind: Kind) -> Snapshot {
    let other = if kind == Kind::Basic { Kind::Hmac } else { Kind::Basic };
    let with = |key: &str, change: &dyn Fn(&mut Entry)| {
        let mut entry = entry(kind, key, SECRET);
        change(&mut entry);
        entry
    };
    Snapshot::of(&[
        with("wrong-secret", &|e| e.secrets[0] = entry(kind, "", "another").secrets.remove(0)),
        entry(other, "wrong-kind", SECRET),
        with("disabled", &|e| e.state = State::Disabled),
        with("revoked", &|e| e.state = State::Revoked),
        with("not-yet", &|e| e.not_before = Some(Seconds(NOW.0 + 1))),
        with("expired", &|e| e.expires_at = Some(NOW)),
        with("elsewhere", &|e| e.networks = Networks::parse(["203.0.113.0/24"]).unwrap()),
        with("tampered", &|e| e.tampered = true),
        with("good", &|_| ()),
        with("rotated", &|e| {
            let mut old = entry(kind, "", "another").secrets.remove(0);
            (old.version, old.valid_until) = (0, Some(Seconds(NOW.0 + 60)));
            e.secrets.push(old);
        }),
    ])
    .unwrap()
}

/// A request in one of the dialects, right but for its credential.
fn ask(dialect: &str, key: &str, snapshot: &Snapshot) -> (Result<(), Reason>, Work) {
    let (result, work, _) = ask_at(NOW, dialect, key, snapshot);
    (result, work)
}

/// The same at another time than it was made; says whether a credential was named as well.
fn ask_at(now: Seconds, dialect: &str, key: &str, snapshot: &Snapshot) -> (Result<(), Reason>, Work, bool) {
    let authorization = match dialect {
        "basic" => format!("Basic {}", BASE64.encode(format!("{key}:{SECRET}").as_bytes())),
        "hmac" => hmac(key, Hash::Sha1, "hmac-sha1"),
        "hmac-512" => hmac(key, Hash::Sha512, "hmac-sha512"),
        _ => String::new(),
    };
    let params = format!(r#"("@method" "@authority" "@request-target");created={};keyid="{key}""#, NOW.0);
    let base = format!(
        "\"@method\": GET\n\"@authority\": example.com\n\"@request-target\": /v1/x\n\"@signature-params\": {params}"
    );
    let mac = Hash::Sha256.mac(SECRET.as_bytes(), base.as_bytes());
    let (input, signature) = (format!("s={params}"), format!("s=:{}:", BASE64.encode(mac.as_bytes())));
    let mut fields: Vec<Field<'_>> = vec![(b"Host", b"example.com"), (b"Date", DATE.as_bytes())];
    match dialect {
        "rfc9421" => {
            fields.extend([(&b"Signature-Input"[..], input.as_bytes()), (b"Signature", signature.as_bytes())]);
        }
        _ => fields.push((b"Authorization", authorization.as_bytes())),
    }
    let body = format!("m4u\r\nUSER={key}\r\nPASSWORD={SECRET}\r\n");
    let legacy = dialect == "legacy";
    let request = Request {
        surface: if legacy { Surface::Legacy } else { Surface::Rest },
        method: b"GET",
        target: b"/v1/x",
        fields: &fields,
        body: Body::Visible(if legacy { body.as_bytes() } else { b"" }),
        version: Version::Http2,
        scheme: Scheme::Https,
        client: Some(b"198.51.100.1"),
    };
    let (verdict, work) = work::of(|| match decide(&request, snapshot, now) {
        Decision::Verdict(verdict) => verdict,
        Decision::NeedsPassword(check) => check.resolve(check.run().unwrap(), snapshot, now),
    });
    let named = verdict.credential().is_some();
    let result = match verdict {
        Verdict::Allow(_) => Ok(()),
        Verdict::Deny(denied) => Err(denied.reason),
    };
    (result, work, named)
}

fn hmac(key: &str, hash: Hash, algorithm: &str) -> String {
    let string = format!("Date: {DATE}\nGET /v1/x HTTP/1.1");
    let signature = BASE64.encode(hash.mac(SECRET.as_bytes(), string.as_bytes()).as_bytes());
    format!(r#"hmac username="{key}", algorithm="{algorithm}", headers="Date request-line", signature="{signature}""#)
}

fn hold_equal(dialect: &str, kind: Kind, want: Work) {
    let store = store(kind);
    for (key, reason) in CASES {
        let reason = match reason {
            Reason::BadSecret if kind == Kind::Hmac => Reason::BadSignature,
            reason => reason,
        };
        assert_eq!(ask(dialect, key, &store), (Err(reason), want), "{dialect} {key}");
    }
    for key in ["good", "rotated"] {
        assert_eq!(ask(dialect, key, &store), (Ok(()), want), "{dialect} {key}");
    }
}

#[test]
fn basic_always_costs_one_hash_and_two_comparisons() {
    hold_equal("basic", Kind::Basic, Work { hashes: 1, compares: 2, ..Work::default() });
}

#[test]
fn hmac_always_costs_two_macs_for_each_string() {
    // Two secrets, and two strings: the client speaks HTTP/2 and may have signed 1.1 or 2.0.
    let want = Work { macs: 4, compares: 4, ..Work::default() };
    hold_equal("hmac", Kind::Hmac, want);
    hold_equal("hmac-512", Kind::Hmac, want);
}

#[test]
fn rfc9421_always_costs_two_macs() {
    hold_equal("rfc9421", Kind::Hmac, Work { macs: 2, compares: 2, ..Work::default() });
}

/// Only the owner of the key learns that their clock is off, and that costs as much work as when it is right.
#[test]
fn a_request_of_another_time_costs_as_much() {
    let late = Seconds(NOW.0 + 420);
    for (dialect, macs) in [("hmac", 4), ("hmac-512", 4), ("rfc9421", 2)] {
        let (store, want) = (store(Kind::Hmac), Work { macs, compares: macs, ..Work::default() });
        for (key, reason, named) in [
            ("unknown", Reason::UnknownCredential, false),
            ("wrong-kind", Reason::WrongKind, false),
            ("wrong-secret", Reason::BadSignature, true),
            ("tampered", Reason::Tampered, true),
            ("good", Reason::ClockSkew, true),
            ("rotated", Reason::ClockSkew, true),
            ("elsewhere", Reason::ClockSkew, true),
        ] {
            assert_eq!(ask_at(late, dialect, key, &store), (Err(reason), want, named), "{dialect} {key}");
        }
    }
}

#[test]
fn legacy_always_costs_two_slow_hashes() {
    hold_equal("legacy", Kind::Legacy, Work { slow: 2, ..Work::default() });
}

/// A Basic key whose secret keydesk did not generate: all its refusals are equally slow, and a right secret of the quick
/// kind does not wait.
#[test]
fn an_imported_basic_secret_is_slow_for_its_own_key_only() {
    let imported = |key: &str, change: &dyn Fn(&mut Entry)| {
        let mut entry = entry(Kind::Basic, key, "unused");
        entry.secrets[0].stored = Stored::slow(&Secret::from_text(SECRET)).unwrap();
        change(&mut entry);
        entry
    };
    let quick = |key: &str| entry(Kind::Basic, key, SECRET).secrets.remove(0);
    let store = Snapshot::of(&[
        imported("right", &|_| ()),
        imported("wrong", &|e| e.secrets[0].stored = Stored::slow(&Secret::from_text("another")).unwrap()),
        imported("revoked", &|e| e.state = State::Revoked),
        imported("rotated", &|e| e.secrets.push(LiveSecret { version: 2, ..quick("") })),
        imported("rotated-revoked", &|e| {
            e.secrets.push(LiveSecret { version: 2, ..quick("") });
            e.state = State::Revoked;
        }),
    ])
    .unwrap();
    let slow = Work { hashes: 1, compares: 2, slow: 2, ..Work::default() };
    for (key, want, work) in [
        ("right", Ok(()), slow),
        ("wrong", Err(Reason::BadSecret), slow),
        ("revoked", Err(Reason::Revoked), slow),
        ("rotated", Ok(()), Work { slow: 0, ..slow }),
        ("rotated-revoked", Err(Reason::Revoked), slow),
        ("nobody", Err(Reason::UnknownCredential), Work { slow: 0, ..slow }),
    ] {
        assert_eq!(ask("basic", key, &store), (want, work), "{key}");
    }
}
