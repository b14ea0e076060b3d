//! The search for mistakes is bounded: a verifier runs it for many refusals.

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{Stored, work};
use crate::verify::{Body, Entry, Framing, LiveSecret, Request, Scheme, Snapshot, Surface, Version, explain, mistake};

const NOW: Seconds = Seconds(1_767_225_600);

fn snapshot() -> Snapshot {
    let secret = |version| LiveSecret {
        version,
        stored: Stored::plain(&Secret::from_text(&format!("kdsRIGHT{version}"))),
        valid_until: None,
    };
    let entry = Entry { secrets: vec![secret(1), secret(2)], ..Entry::new(Kind::Hmac, "bob", secret(1).stored) };
    Snapshot::of([&entry]).unwrap()
}

#[test]
fn the_search_for_slips_is_bounded() {
    let names: Vec<String> = (0..30).map(|n| format!("X-Field-{n}")).collect();
    let value = format!(
        "hmac username=\"bob\", algorithm=\"hmac-sha256\", headers=\"date {} request-line\", signature=\"{}=\"",
        names.join(" "),
        "A".repeat(43)
    );
    let mut fields: Vec<(&[u8], &[u8])> = vec![
        (b"Date", b"Thu, 01 Jan 2026 00:00:00 GMT"),
        (b"Host", b"API.example.com:8443"),
        (b"Authorization", value.as_bytes()),
    ];
    fields.extend(names.iter().map(|name| (name.as_bytes(), &b"One,  Two, \"Three\""[..])));
    let request = Request {
        surface: Surface::Rest,
        method: b"GET",
        target: b"/v1/%C3%A9/[x]?z=a+b%20c&y=%2f&x={1}",
        fields: &fields,
        body: Body::NotVisible(Framing::Unknown),
        version: Version::Http2,
        scheme: Scheme::Https,
        client: None,
    };
    let snapshot = snapshot();
    let (_, quick) = work::of(|| assert_eq!(mistake(&request, &snapshot, NOW), None));
    let (_, thorough) = work::of(|| assert!(explain(&request, &snapshot, NOW).unwrap().mistakes.is_empty()));
    assert!(quick.macs < 400, "{quick:?}");
    assert!(thorough.macs < 100_000, "{thorough:?}");
}
