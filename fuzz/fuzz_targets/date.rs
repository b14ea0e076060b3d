//! A signed date: it passes only if it is near, and a near one has a year of now in it.
#![no_main]

use keydesk_fuzz::{passes, rest, sign};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let value = |signature: &str| {
        format!(r#"hmac username="bob",algorithm="hmac-sha256",headers="date request-line",signature="{signature}""#)
    };
    let unsigned = value("AAAA");
    let Some(signature) = sign(&rest(&[(b"Date", data), (b"Authorization", unsigned.as_bytes())], b"")) else {
        return;
    };
    if passes(&rest(&[(b"Date", data), (b"Authorization", value(&signature).as_bytes())], b"")) {
        let text = std::str::from_utf8(data).expect("dates are ASCII").trim_matches([' ', '\t']);
        assert!(text.contains("26") || text.contains("25"), "{text:?}");
        assert!(text.starts_with("Thu") || text.starts_with("Wed"), "{text:?}");
    }
});
