//! XML of the Legacy surface: what is read as a login, a tree builder of another hand finds well-formed too.
#![no_main]

use keydesk_fuzz::password_check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"m4u\r\n") {
        return;
    }
    if password_check(data).is_some() {
        let text = std::str::from_utf8(data).expect("UTF-8 is demanded");
        assert!(roxmltree::Document::parse(text).is_ok());
    }
});
