//! M4U text: a login is the second and the third line and nothing else.
#![no_main]

use keydesk_fuzz::password_check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let body = [b"m4u\r\n", data].concat();
    if let Some(check) = password_check(&body) {
        let flagged =
            [b"m4u\r\nUSER=", check.key(), b"#\r\nPASSWORD=", check.password().expose(), b"\r\n"].concat();
        let plain = [b"m4u\r\nUSER=", check.key(), b"\r\nPASSWORD=", check.password().expose(), b"\r\n"].concat();
        assert!(body.starts_with(&flagged) || body.starts_with(&plain));
    }
});
