//! Edge cases of single rules, each from both sides.

use data_encoding::BASE64;

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{Hash, Stored};
use crate::verify::syntax::framing::{body_check, has_body};
use crate::verify::{
    Body, BodyCheck, Decision, Entry, Field, Framing, Reason, Request, Scheme, Snapshot, Surface, Verdict, Version,
    decide, explain,
};

const NOW: Seconds = Seconds(1_767_225_600);

fn entry(kind: Kind, stored: Stored) -> Entry {
    Entry::new(kind, "bob", stored)
}

fn basic_entry(password: &str) -> Entry {
    entry(Kind::Basic, Stored::hashed(&Secret::from_text(password)))
}

fn request<'a>(fields: &'a [Field<'a>]) -> Request<'a> {
    Request {
        surface: Surface::Rest,
        method: b"GET",
        target: b"/",
        fields,
        body: Body::Visible(b""),
        version: Version::Http11,
        scheme: Scheme::Https,
        client: None,
    }
}

fn judge(request: &Request<'_>, entry: &Entry) -> Result<(), Reason> {
    match decide(request, &Snapshot::of([entry]).unwrap(), NOW) {
        Decision::Verdict(Verdict::Allow(_)) => Ok(()),
        Decision::Verdict(Verdict::Deny(denied)) => Err(denied.reason),
        Decision::NeedsPassword(_) => panic!("no slow hash here"),
    }
}

fn basic(pair: &str, entry: &Entry) -> Result<(), Reason> {
    let value = format!("Basic {}", BASE64.encode(pair.as_bytes()));
    judge(&request(&[(b"Authorization", value.as_bytes())]), entry)
}

#[test]
fn the_longest_basic_token_has_8192_characters() {
    // 8192 characters are 6144 bytes: "bob:" and the rest.
    for (length, want) in [(6140, Ok(())), (6141, Err(Reason::MalformedAuthorization))] {
        let password = "p".repeat(length);
        assert_eq!(basic(&format!("bob:{password}"), &basic_entry(&password)), want, "{length}");
    }
}

#[test]
fn a_basic_pair_has_a_user_and_no_control_characters() {
    assert_eq!(basic("bob:", &basic_entry("")), Ok(()));
    let nobody = Entry { key: String::new(), ..basic_entry("x") };
    assert_eq!(basic(":x", &nobody), Err(Reason::MalformedAuthorization));
    for control in ['\0', '\u{1f}', '\u{7f}', '\u{80}', '\u{9f}'] {
        let password = format!("a{control}b");
        let got = basic(&format!("bob:{password}"), &basic_entry(&password));
        assert_eq!(got, Err(Reason::MalformedAuthorization), "{control:?}");
    }
    assert_eq!(basic("bob:a\u{a0}b", &basic_entry("a\u{a0}b")), Ok(()));
}

#[test]
fn times_are_judged_to_the_second() {
    let at = |change: i64| Some(Seconds(NOW.0 + change));
    for (not_before, expires_at, want) in [
        (at(0), None, Ok(())),
        (at(1), None, Err(Reason::NotYetValid)),
        (None, at(1), Ok(())),
        (None, at(0), Err(Reason::Expired)),
    ] {
        assert_eq!(basic("bob:x", &Entry { not_before, expires_at, ..basic_entry("x") }), want);
    }
    for (until, want) in [(1, Ok(())), (0, Err(Reason::BadSecret))] {
        let mut rotated = basic_entry("x");
        rotated.secrets[0].valid_until = at(until);
        assert_eq!(basic("bob:x", &rotated), want);
    }
}

#[test]
fn a_target_or_a_value_that_could_fake_a_line_is_refused() {
    let value = format!("Basic {}", BASE64.encode(b"bob:x"));
    let fields = [(&b"Authorization"[..], value.as_bytes())];
    for (target, want) in
        [("/\u{7f}", false), ("/ ", false), ("/#", false), ("", false), ("/\"\u{80}~", true), ("*", true)]
    {
        let request = Request { target: target.as_bytes(), ..request(&fields) };
        assert_eq!(judge(&request, &basic_entry("x")).is_ok(), want, "{target:?}");
    }
    let tunnels =
        [("CONNECT", false), ("connect", false), ("cOnNeCt", false), ("CONNECTS", true), ("DISCONNECT", true)];
    for (method, want) in [("", false), ("G T", false), ("GET\n", false), ("brew!", true)].into_iter().chain(tunnels) {
        let request = Request { method: method.as_bytes(), ..request(&fields) };
        assert_eq!(judge(&request, &basic_entry("x")).is_ok(), want, "{method:?}");
    }
    for (byte, want) in [(0, false), (b'\r', false), (b'\n', false), (1, true), (0xff, true)] {
        let other = [b'a', byte, b'a'];
        let fields = [fields[0], (b"X-Other", &other)];
        assert_eq!(judge(&request(&fields), &basic_entry("x")).is_ok(), want, "{byte}");
    }
}

#[test]
fn a_body_is_visible_announced_or_possible() {
    use Framing::{Known, Partly, Unknown};
    let with = |method: &'static str, fields: &[Field<'_>], body: Body<'_>, version: Version| {
        has_body(&Request { method: method.as_bytes(), fields, body, version, ..request(&[]) })
    };
    let hidden = Body::NotVisible;
    for (length, want) in [("0", false), ("000", false), ("1", true), ("", true), ("0,0", true), ("-0", true)] {
        let fields = [(&b"Content-Length"[..], length.as_bytes())];
        assert_eq!(with("POST", &fields, hidden(Known), Version::Http11), want, "{length:?}");
        assert_eq!(with("GET", &fields, Body::Visible(b""), Version::Http11), want, "{length:?}");
        assert_eq!(with("POST", &fields, hidden(Partly), Version::Http2), want, "{length:?}");
    }
    assert!(with("GET", &[(b"transfer-encoding", b"")], hidden(Known), Version::Http11));
    assert!(with("GET", &[], Body::Visible(b"x"), Version::Http11));
    for (method, framing, version, want) in [
        ("POST", Known, Version::Http11, false),
        ("POST", Known, Version::Unknown, false),
        ("POST", Known, Version::Http2, true),
        ("POST", Known, Version::Http3, true),
        ("GET", Known, Version::Http3, false),
        ("get", Known, Version::Http3, true),
        ("TRACE", Partly, Version::Http11, false),
        ("PATCH", Partly, Version::Http11, true),
        ("GET", Unknown, Version::Http11, true),
    ] {
        assert_eq!(with(method, &[], hidden(framing), version), want, "{method} {framing:?} {version:?}");
        assert!(!with(method, &[], Body::Visible(b""), version), "what is seen to be empty is empty");
    }
}

#[test]
fn identity_fields_of_a_request_are_refused_in_every_spelling() {
    let value = format!("Basic {}", BASE64.encode(b"bob:x"));
    let judged = |name: &[u8]| {
        let fields = [(&b"Authorization"[..], value.as_bytes()), (b"Accept", b"*/*"), (name, b"admin")];
        judge(&request(&fields), &basic_entry("x"))
    };
    for name in
        ["X-Keydesk-Credential", "x_keydesk_account", "X.Keydesk.Name", "X~KEYDESK+Kind", "X-Keydesk-Gateway-Token"]
    {
        assert_eq!(judged(name.as_bytes()), Err(Reason::MalformedRequest), "{name}");
    }
    assert_eq!(judged(b"x\n\xffkeydesk\0"), Ok(()), "two bytes between are no hyphen");
    assert_eq!(judged(b"X-Keydesks"), Ok(()));
}

#[test]
fn an_explanation_names_the_field() {
    let value = format!("Basic {}", BASE64.encode(b"bob:x"));
    let snapshot = Snapshot::of([&basic_entry("x")]).unwrap();
    let why = |request: &Request<'_>| {
        let refused = explain(request, &snapshot, NOW).unwrap().refused.unwrap();
        (refused.reason, refused.component)
    };
    let fields = [(&b"Authorization"[..], value.as_bytes()), (b"X.Keydesk.Name", b"admin")];
    assert_eq!(why(&request(&fields)), (Reason::MalformedRequest, Some("x.keydesk.name".to_owned())));
    let tunnel = Request { method: b"CONNECT", ..request(&fields[..1]) };
    assert_eq!(why(&tunnel), (Reason::MalformedRequest, None));
    // What is no token is named nowhere.
    let fields = [fields[0], (b"X\nKeydesk\x1b[2J", b"admin")];
    assert_eq!(why(&request(&fields)), (Reason::MalformedRequest, None));
}

#[test]
fn an_api_hears_of_no_body_only_if_that_is_certain() {
    use BodyCheck::{None, Unchecked};
    use Framing::{Known, Partly, Unknown};
    let hidden = Body::NotVisible;
    let none: &[Field<'_>] = &[];
    let zero: &[Field<'_>] = &[(b"Content-Length", b"0")];
    for (fields, body, version, want) in [
        (none, hidden(Known), Version::Http10, None),
        (none, hidden(Known), Version::Http11, None),
        // A body needs neither field there.
        (none, hidden(Known), Version::Http2, Unchecked),
        (none, hidden(Known), Version::Http3, Unchecked),
        (none, hidden(Known), Version::Unknown, Unchecked),
        (none, hidden(Partly), Version::Http11, Unchecked),
        (none, hidden(Unknown), Version::Http11, Unchecked),
        (zero, hidden(Known), Version::Http2, None),
        (zero, hidden(Partly), Version::Http11, None),
        (zero, hidden(Unknown), Version::Http11, Unchecked),
        (&[(b"Content-Length", b"1")], hidden(Known), Version::Http11, Unchecked),
        (&[(b"Content-Length", b"0"), (b"Transfer-Encoding", b"chunked")], hidden(Known), Version::Http11, Unchecked),
        (none, Body::Visible(b""), Version::Http2, None),
        (none, Body::Visible(b"x"), Version::Http11, Unchecked),
        (&[(b"Transfer-Encoding", b"?")], Body::Visible(b""), Version::Http11, Unchecked),
    ] {
        for method in ["GET", "DELETE", "POST"] {
            let request = Request { method: method.as_bytes(), fields, body, version, ..request(&[]) };
            let told = body_check(&request, false);
            assert_eq!(told, want, "{method} {version:?}");
        }
    }
}

/// A signature over `count` fields besides what must be signed, with a parameter of `digits` digits.
fn rfc9421(count: usize, digits: usize) -> Result<(), Reason> {
    let names: Vec<_> = (0..count).map(|i| format!("x-{i}")).collect();
    let quoted: String = names.iter().map(|name| format!(" \"{name}\"")).collect();
    let params = format!(
        "(\"@method\" \"@authority\" \"@target-uri\"{quoted});created={};keyid=\"bob\";n={}",
        NOW.0,
        "1".repeat(digits)
    );
    let lines: String = names.iter().map(|name| format!("\"{name}\": v\n")).collect();
    let base = format!(
        "\"@method\": GET\n\"@authority\": h\n\"@target-uri\": https://H/\n{lines}\"@signature-params\": {params}"
    );
    let mac = BASE64.encode(Hash::Sha256.mac(b"secret", base.as_bytes()).as_bytes());
    let (input, signature) = (format!("s={params}"), format!("s=:{mac}:"));
    let mut fields: Vec<Field<'_>> =
        vec![(b"Host", b"H"), (b"Signature-Input", input.as_bytes()), (b"Signature", signature.as_bytes())];
    fields.extend(names.iter().map(|name| (name.as_bytes(), &b"v"[..])));
    judge(&request(&fields), &entry(Kind::Hmac, Stored::Plain(Secret::from_text("secret"))))
}

#[test]
fn a_signature_has_at_most_32_components() {
    assert_eq!(rfc9421(29, 15), Ok(()));
    assert_eq!(rfc9421(30, 15), Err(Reason::MalformedSignature));
    assert_eq!(rfc9421(0, 16), Err(Reason::MalformedSignature));
}

#[test]
fn at_most_32_names_are_signed() {
    let hmac = |count: usize| {
        let names: Vec<_> = (0..count - 2).map(|i| format!("x-{i}")).collect();
        let date = "Thu, 01 Jan 2026 00:00:00 GMT";
        let lines: String = names.iter().map(|name| format!("{name}: \n")).collect();
        let string = format!("date: {date}\n{lines}GET / HTTP/1.1");
        let mac = BASE64.encode(Hash::Sha1.mac(b"secret", string.as_bytes()).as_bytes());
        let list = format!("date {} request-line", names.join(" "));
        let value = format!("hmac username=bob,algorithm=hmac-sha1,headers=\"{list}\",signature=\"{mac}\"");
        let mut fields: Vec<Field<'_>> = vec![(b"date", date.as_bytes()), (b"authorization", value.as_bytes())];
        fields.extend(names.iter().map(|name| (name.as_bytes(), &b" \t"[..])));
        judge(&request(&fields), &entry(Kind::Hmac, Stored::Plain(Secret::from_text("secret"))))
    };
    assert_eq!(hmac(32), Ok(()));
    assert_eq!(hmac(33), Err(Reason::MalformedAuthorization));
}

#[test]
fn an_address_is_one_literal_and_nothing_else() {
    let inside = Entry { networks: "127.0.0.1 ::1".parse().unwrap(), ..basic_entry("x") };
    let value = format!("Basic {}", BASE64.encode(b"bob:x"));
    let fields = [(&b"Authorization"[..], value.as_bytes())];
    for (client, want) in [
        (Some("127.0.0.1"), true),
        (Some("::ffff:127.0.0.1"), true),
        (Some("::ffff:7f00:1"), true),
        (Some("::1"), true),
        (Some("0:0:0:0:0:0:0:1"), true),
        (Some("127.0.0.01"), false),
        (Some("127.1"), false),
        (Some("127.0.0.1:80"), false),
        (Some(" 127.0.0.1"), false),
        (Some("127.0.0.1\n"), false),
        (Some("127.0.0.1,127.0.0.1"), false),
        (Some("[::1]"), false),
        (Some("::1%lo"), false),
        (Some("2130706433"), false),
        (Some(""), false),
        (None, false),
    ] {
        let request = Request { client: client.map(str::as_bytes), ..request(&fields) };
        let want = if want { Ok(()) } else { Err(Reason::Network) };
        assert_eq!(judge(&request, &inside), want, "{client:?}");
    }
}
