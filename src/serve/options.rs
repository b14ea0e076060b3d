//! Options of a verifier.

use std::sync::Arc;

use crate::hub::DeskPaths;
use crate::time::Clock;

use crate::serve::http::gateway_token::GatewayToken;
use crate::serve::http::listen_address::ListenAddress;
use crate::serve::telemetry::log::LogLevel;

/// Options of a verifier.
pub struct ServeOptions {
    /// Paths of the database, the master key and the state directory.
    pub places: DeskPaths,
    /// Sockets to listen on, unless systemd hands sockets over (socket activation).
    pub listen: Vec<ListenAddress>,
    /// The token that every request over TCP must carry.
    pub token: Option<GatewayToken>,
    /// Log level.
    pub log: LogLevel,
    /// The clock that requests are judged by.
    pub clock: Arc<dyn Clock>,
}
