//! A signed digest: whatever it looks like, it passes for the body that it is of and for no other.
#![no_main]

use keydesk_fuzz::{DATE, passes, rest, sign};
use libfuzzer_sys::fuzz_target;

const FIELDS: [&str; 4] = ["content-md5", "x-content-md5", "digest", "content-digest"];

fuzz_target!(|data: &[u8]| {
    let [which, data @ ..] = data else { return };
    let name = FIELDS[usize::from(*which) % FIELDS.len()];
    let value = |signature: &str| {
        format!(
            r#"hmac username="bob",algorithm="hmac-sha256",headers="date {name} request-line",signature="{signature}""#
        )
    };
    let unsigned = value("AAAA");
    let with = |authorization: &str, body: &[u8]| {
        let fields = [(&b"Date"[..], DATE), (name.as_bytes(), data), (b"Authorization", authorization.as_bytes())];
        (passes(&rest(&fields, body)), sign(&rest(&fields, body)))
    };
    if let (_, Some(signature)) = with(&unsigned, b"abc") {
        let (one, two) = (with(&value(&signature), b"abc").0, with(&value(&signature), b"abd").0);
        assert!(!(one && two), "one digest of two bodies");
    }
});
