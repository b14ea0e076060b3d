//! `Signature-Input`. Signed with the right key it may pass, but only if it covers method, authority and target.
#![no_main]

use keydesk_fuzz::{passes, rest, sign};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let label = data.split(|&b| b == b'=').next().unwrap_or_default();
    let signed = |signature: &str| [label, b"=:", signature.as_bytes(), b":"].concat();
    let unsigned = signed("AAAA");
    let fields = |signature| [(&b"Host"[..], &b"h"[..]), (b"Signature-Input", data), (b"Signature", signature)];
    assert!(!passes(&rest(&fields(&unsigned), b"")));
    let Some(signature) = sign(&rest(&fields(&unsigned), b"")) else { return };
    if passes(&rest(&fields(&signed(&signature)), b"")) {
        let has = |part: &[u8]| data.windows(part.len()).any(|w| w == part);
        assert!(has(b"\"@method\"") && has(b"\"@authority\"") && has(b"keyid=\"bob\""));
        assert!(has(b"\"@request-target\"") || has(b"\"@target-uri\"") || has(b"\"@path\"") && has(b"\"@query\""));
    }
});
