//! Contracts, field by field.

use hyper::header::{HeaderName, HeaderValue};

use super::*;

const NGINX: &[(&str, &str)] = &[
    ("host", "verifier"),
    ("authorization", "Basic x"),
    ("x-original-method", "POST"),
    ("x-original-uri", "/a?b"),
    ("x-original-proto", "HTTP/1.1"),
    ("x-original-host", "api.example.com"),
    ("x-original-scheme", "https"),
    ("x-original-client", "203.0.113.9"),
    ("x-original-framing", "cl=12;te="),
    ("x-forwarded-uri", "/spoof"),
    ("x-forwarded-for", "1.2.3.4"),
];

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    map
}

fn with(change: impl FnOnce(&mut Vec<(&str, &str)>)) -> HeaderMap {
    let mut fields = NGINX.to_vec();
    change(&mut fields);
    headers(&fields)
}

#[test]
fn a_family_reads_its_own_fields_only() {
    let headers = headers(NGINX);
    let forwarded = ORIGINAL.read(&headers).unwrap();
    assert_eq!((forwarded.method, forwarded.target), (&b"POST"[..], &b"/a?b"[..]));
    assert_eq!(forwarded.client.to_string(), "203.0.113.9");
    assert_eq!(
        (forwarded.scheme, forwarded.version, forwarded.framing),
        (Scheme::Https, Version::Http11, Framing::Known)
    );
    let values = |name: &[u8]| -> Vec<_> { forwarded.fields.iter().filter(|f| f.0 == name).map(|f| f.1).collect() };
    assert_eq!(values(b"host"), [b"api.example.com"]);
    assert_eq!(values(b"content-length"), [b"12"]);
    assert_eq!(values(b"authorization").len() + values(b"x-forwarded-uri").len(), 2);
    assert!(values(b"x-original-uri").is_empty() && values(b"transfer-encoding").is_empty());
}

#[test]
fn missing_repeated_and_malformed_fields_are_refused() {
    for name in ["method", "uri", "proto", "host", "scheme", "client"].map(|n| format!("x-original-{n}")) {
        let missing = with(|fields| fields.retain(|(n, _)| *n != name));
        assert_eq!(ORIGINAL.read(&missing).unwrap_err().0, name);
        let empty = with(|fields| fields.iter_mut().filter(|(n, _)| *n == name).for_each(|f| f.1 = ""));
        assert_eq!(ORIGINAL.read(&empty).unwrap_err().0, name);
        let twice = with(|fields| fields.extend(NGINX.iter().filter(|(n, _)| *n == name)));
        assert_eq!(ORIGINAL.read(&twice).unwrap_err().0, name);
    }
    for (name, wrong) in [
        ("x-original-proto", "HTTP/1.2"),
        ("x-original-proto", "1.1"),
        ("x-original-scheme", "HTTPS"),
        ("x-original-scheme", "ftp"),
        ("x-original-client", "203.0.113.9:80"),
        ("x-original-client", "203.0.113.9, 1.2.3.4"),
        ("x-original-client", "unix:"),
        ("x-original-framing", "cl=12"),
        ("x-original-framing", "te=;cl="),
        ("x-original-framing", "cl=1 2;te="),
        ("x-original-framing", "cl=-1;te="),
        ("x-original-framing", ""),
    ] {
        let bent = with(|fields| fields.iter_mut().filter(|(n, _)| *n == name).for_each(|f| f.1 = wrong));
        assert_eq!(ORIGINAL.read(&bent).unwrap_err().0, name, "{wrong}");
    }
    let spoofed = with(|fields| fields.push(("x-original-framing", "cl=;te=")));
    assert_eq!(ORIGINAL.read(&spoofed).unwrap_err().0, "x-original-framing");
}

#[test]
fn the_filter_of_names_covers_every_contract() {
    let names = [ORIGINAL, FORWARDED, TRAEFIK, START_LINE].map(|contract| contract.names).concat();
    assert!(names.iter().all(|name| *name == NONE || may_belong_to_a_contract(name)), "{names:?}");
}

#[test]
fn framing_is_known_partly_known_or_unknown() {
    for (value, framing, length, coding) in [
        (Some("cl=;te="), Framing::Known, 0, 0),
        (Some("cl=0;te=chunked"), Framing::Known, 1, 1),
        (Some("cl=;te=gzip;q=1, chunked"), Framing::Known, 0, 1),
        (Some("cl=7;te=?"), Framing::Partly, 1, 0),
        (None, Framing::Unknown, 0, 0),
    ] {
        let headers = with(|fields| {
            fields.retain(|(n, _)| *n != "x-original-framing");
            fields.extend(value.map(|value| ("x-original-framing", value)));
        });
        let forwarded = ORIGINAL.read(&headers).unwrap();
        let count = |name: &[u8]| forwarded.fields.iter().filter(|f| f.0 == name).count();
        assert_eq!(
            (forwarded.framing, count(b"content-length"), count(b"transfer-encoding")),
            (framing, length, coding)
        );
    }
}

/// As Traefik sends it by its documentation: five fields of its own, and all of the client's.
#[test]
fn traefik_writes_five_fields_and_its_client_none_of_them() {
    let traefik = [
        ("host", "127.0.0.1:8730"),
        ("x-forwarded-method", "POST"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "api.example.com"),
        ("x-forwarded-uri", "/v1/messages?a=b"),
        ("x-forwarded-for", "203.0.113.9"),
        ("authorization", "Basic x"),
    ];
    let of_client = [
        ("x-original-client", "127.0.0.1"),
        ("x-original-framing", "cl=;te="),
        ("x-original-proto", "HTTP/1.1"),
        ("x-original-method", "GET"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
    ];
    let map = headers(&[&traefik[..], &of_client[..]].concat());
    let forwarded = TRAEFIK.read(&map).unwrap();
    assert_eq!((forwarded.method, forwarded.target), (&b"POST"[..], &b"/v1/messages?a=b"[..]));
    assert_eq!((forwarded.client.to_string().as_str(), forwarded.scheme), ("203.0.113.9", Scheme::Https));
    assert_eq!((forwarded.version, forwarded.framing), (Version::Unknown, Framing::Unknown));
    for wrong in ["198.51.100.1, 203.0.113.9", "203.0.113.9,", "", "203.0.113.9:80", "unknown"] {
        let mut fields = traefik.to_vec();
        fields.iter_mut().filter(|(name, _)| *name == "x-forwarded-for").for_each(|field| field.1 = wrong);
        assert_eq!(TRAEFIK.read(&headers(&fields)).unwrap_err().0, "x-forwarded-for", "{wrong}");
    }
    for (name, value) in &traefik[1..6] {
        let mut fields = traefik.to_vec();
        fields.push((name, value));
        assert_eq!(TRAEFIK.read(&headers(&fields)).unwrap_err().0, *name, "twice");
        let missing: Vec<_> = traefik.into_iter().filter(|(n, _)| n != name).collect();
        assert_eq!(TRAEFIK.read(&headers(&missing)).unwrap_err().0, *name, "missing");
    }
    // The other family does not accept it.
    assert_eq!(FORWARDED.read(&headers(&traefik)).unwrap_err().0, "x-original-proto");
}

#[test]
fn behind_envoy_the_last_address_counts() {
    let base = [("host", "api.example.com"), ("x-forwarded-proto", "http"), ("content-length", "0")];
    for (value, client) in [
        ("10.0.0.1", Some("10.0.0.1")),
        ("1.2.3.4,10.0.0.1", Some("10.0.0.1")),
        ("nonsense, ::ffff:10.0.0.1", Some("::ffff:10.0.0.1")),
        ("10.0.0.1,", None),
        ("", None),
    ] {
        let mut fields = base.to_vec();
        fields.push(("x-forwarded-for", value));
        let headers = headers(&fields);
        let forwarded = START_LINE.read(&headers).ok().map(|forwarded| forwarded.client.to_string());
        assert_eq!(forwarded.as_deref(), client, "{value}");
    }
}

#[test]
fn respelled_framing_fields_are_refused() {
    for (name, refused) in [
        ("content_length", true),
        ("transfer_encoding", true),
        ("transfer.encoding", true),
        ("transfer-encoding", false),
        ("content_lengths", false),
        ("content_type", false),
    ] {
        let headers = with(|fields| fields.push((name, "0")));
        assert_eq!(ORIGINAL.read(&headers).is_err(), refused, "{name}");
    }
}
