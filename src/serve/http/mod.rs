//! Sockets and connections: listeners, connection limits, time limits, request bodies, the gateway token.

pub(super) mod body;
pub(super) mod connection_limits;
pub(super) mod deadline;
mod fragment_scanner;
pub(super) mod gateway_token;
pub(super) mod lazy_select;
mod linger;
pub(super) mod listen;
pub(super) mod listen_address;
pub(super) mod socket_file;
pub(super) mod watched_stream;
