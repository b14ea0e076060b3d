//! The parameters of an `hmac` field. Signed with the right key it may pass, but only if it covers date and request.
#![no_main]

use keydesk_fuzz::{DATE, passes, rest, sign};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let value = [b"hmac ", data].concat();
    let fields = [(&b"Date"[..], DATE), (b"X-Other", b"x"), (b"Authorization", &value)];
    assert!(!passes(&rest(&fields, b"")));
    // The same with a good signature: `signature=…` is left to this target.
    let Some(signature) = sign(&rest(&[fields[0], fields[1], (b"Authorization", &with(&value, "AAAA"))], b"")) else {
        return;
    };
    let value = with(&value, &signature);
    if passes(&rest(&[fields[0], fields[1], (b"Authorization", &value)], b"")) {
        let text = value.to_ascii_lowercase();
        let has = |part: &[u8]| text.windows(part.len()).any(|w| w == part);
        assert!(has(b"date") && (has(b"request-line") || has(b"@request-target")) && has(b"hmac-sha256"));
    }
});

fn with(value: &[u8], signature: &str) -> Vec<u8> {
    [value, b",signature=\"", signature.as_bytes(), b"\""].concat()
}
