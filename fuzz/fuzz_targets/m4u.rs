//! M4U text: a login is the second and the third line and nothing else.
#![no_main]

use keydesk_fuzz::question;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let body = [b"m4u\r\n", data].concat();
    if let Some(question) = question(&body) {
        let flagged =
            [b"m4u\r\nUSER=", question.key(), b"#\r\nPASSWORD=", question.password().expose(), b"\r\n"].concat();
        let plain = [b"m4u\r\nUSER=", question.key(), b"\r\nPASSWORD=", question.password().expose(), b"\r\n"].concat();
        assert!(body.starts_with(&flagged) || body.starts_with(&plain));
    }
});
