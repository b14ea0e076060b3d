//! Targets that gateways and applications read in different ways.

/// What a gateway does with a target that the client signed as it wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The API sees the very bytes that were signed.
    Exact,
    /// The API sees another spelling of the same target.
    Spelled(&'static str),
    /// The gateway or the verifier refuses it.
    Refused,
}

/// The targets, in the order of every gateway's fates.
pub const ODD: [&str; 10] = [
    "/",
    "//a//b",
    "/a%2fb",
    "/a/../b/./c",
    "/a%2e%2e/b",
    "/a;b=c?d=%23&e?f",
    "/a#b",
    "http://evil.example/a",
    "/支払",
    "*",
];
