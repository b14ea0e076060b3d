//! The value of a Basic field: no pair that a fuzzer can write passes.
#![no_main]

use keydesk_fuzz::{passes, rest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let value = [b"Basic ", data].concat();
    assert!(!passes(&rest(&[(b"Authorization", &value)], b"")));
});
