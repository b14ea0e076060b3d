//! The syntax that requests are read by: base64, HTTP dates, tokens, digests of bodies, and whether there is a body.

pub(super) mod base64;
pub(super) mod date;
pub(super) mod digest;
pub(super) mod framing;
pub(super) mod lex;
pub(super) mod scan;
