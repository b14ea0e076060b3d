//! One request, one verdict, with the body and without.

use data_encoding::BASE64;
use keydesk::secret::Secret;
use keydesk::time::Seconds;
use keydesk::vault::{Stored, hash_password};
use keydesk::verify::{self, CheckOutcome, Decision, Snapshot, Surface, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::folder::Report;
use super::model::{CredentialText, Expect, Owned, RequestText, Snapshots, outcome, snapshot, verdict};

#[derive(Deserialize)]
struct File {
    store: Vec<CredentialText>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    dialect: String,
    now: i64,
    request: RequestText,
    credentials: Option<Vec<CredentialText>>,
    expect: Expect,
    expect_without_body: Expect,
    signing_string_b64: Option<String>,
}

pub fn run(document: Value, report: &mut Report) {
    let file: File = serde_json::from_value(document).unwrap();
    let mut snapshots = Snapshots::default();
    for vector in &file.vectors {
        let snapshot = snapshots.get(vector.credentials.as_ref().unwrap_or(&file.store));
        one(vector, snapshot, report);
    }
}

fn one(vector: &Vector, snapshot: &Snapshot, report: &mut Report) {
    let surface = if vector.dialect.starts_with("legacy-") { Surface::Legacy } else { Surface::Rest };
    let request = Owned::new(&vector.request);
    for (visible, expect, what) in [
        (true, &vector.expect, "vectors with the body visible"),
        (false, &vector.expect_without_body, "vectors without the body"),
    ] {
        report.ran(what);
        let got = request.with(surface, visible, |r| outcome(&verdict(r, snapshot, Seconds(vector.now))));
        if !got.fits(expect) {
            report.differ.push(format!("{} ({what}): {got:?}, expected {expect:?}", vector.id));
        } else if !got.fits_in_words(expect) {
            report.reasons.push(format!("{} ({what}): {got:?}, expected {expect:?}", vector.id));
        }
    }
    if let Some(expected) = &vector.signing_string_b64 {
        report.ran("signing strings");
        let expected = BASE64.decode(expected.as_bytes()).unwrap();
        let strings = request.with(surface, true, verify::signing_strings);
        if !strings.contains(&expected) {
            report.differ.push(format!("{}: another signing string", vector.id));
        }
    }
}

/// The same way with real Argon2id in the snapshot, and the vault's own checker.
#[test]
fn a_legacy_password_passes_a_real_hash() {
    let now = Seconds(1_767_225_600);
    let mut entry = CredentialText::new("legacy", "nightly", "").entry(1);
    entry.secrets[0].stored = Stored::Argon2(hash_password(&Secret::from_text("Horse7staple")).unwrap());
    let snapshot = Snapshot::of([&entry]).unwrap();
    for (user, password, allow) in
        [("nightly", "Horse7staple", true), ("nightly", "Horse7stapl", false), ("nobody", "Horse7staple", false)]
    {
        let text = format!("m4u\r\nUSER={user}#\r\nPASSWORD={password}\r\nVER=PHP1.0\r\n");
        let request = RequestText {
            method: "POST".to_owned(),
            target: "/".to_owned(),
            scheme: None,
            http_version: None,
            headers: Vec::new(),
            body_b64: BASE64.encode(text.as_bytes()),
            client_address: None,
            framing: None,
        };
        let check = Owned::new(&request).with(Surface::Legacy, true, |r| match verify::decide(r, &snapshot, now) {
            Decision::NeedsPassword(check) => check,
            Decision::Verdict(verdict) => panic!("{verdict:?} without a hash"),
        });
        let outcome = check.run().unwrap();
        assert_eq!(check.resolve(outcome, &snapshot, now).is_allow(), allow, "{user} {password}");
    }
}

/// A right password is judged by the snapshot of the moment, not by that of the request (C10, C11, R3, R4).
#[test]
fn a_password_is_judged_by_the_snapshot_after_its_hash() {
    let now = Seconds(1_767_225_600);
    let legacy = CredentialText::new("legacy", "nightly", "Horse7staple");
    let before = snapshot(std::slice::from_ref(&legacy));
    let body = BASE64.encode(b"m4u\r\nUSER=nightly\r\nPASSWORD=Horse7staple\r\n");
    let request = serde_json::json!({ "method": "POST", "target": "/", "body_b64": body });
    let request = Owned::new(&serde_json::from_value(request).unwrap());
    let check = request.with(Surface::Legacy, true, |r| match verify::decide(r, &before, now) {
        Decision::NeedsPassword(check) => check,
        Decision::Verdict(verdict) => panic!("{verdict:?} without a hash"),
    });
    let right = CheckOutcome::Right { version: 100 };
    let resolve = |checked, snapshot: &Snapshot| outcome(&check.resolve(checked, snapshot, now)).reason;
    assert_eq!(resolve(right, &before), "ok");
    assert_eq!(resolve(CheckOutcome::Wrong, &before), "bad_secret");
    assert_eq!(resolve(CheckOutcome::Throttled, &before), "throttled");
    assert_eq!(resolve(CheckOutcome::Unavailable, &before), "unavailable");

    let mut entry = legacy.entry(1);
    entry.state = keydesk::credential::State::Revoked;
    assert_eq!(resolve(right, &super::model::put(&before, &entry)), "revoked");
    let mut rotated = legacy.entry(1);
    rotated.secrets[0].version = 101;
    assert_eq!(resolve(right, &super::model::put(&before, &rotated)), "bad_secret");
    assert_eq!(
        resolve(right, &super::model::put(&before, &legacy.entry(2))),
        "bad_secret",
        "made anew, inherits nothing"
    );
    let mut tampered = legacy.entry(1);
    tampered.tampered = true;
    assert_eq!(resolve(right, &super::model::put(&before, &tampered)), "tampered");
    assert_eq!(resolve(right, &snapshot(&[])), "unknown_credential");
    assert!(!matches!(check.resolve(CheckOutcome::Wrong, &before, now), Verdict::Allow(_)));
    assert!(!format!("{check:?}").contains("Horse"));
}
