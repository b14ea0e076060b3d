//! The upstream: host and port that a gateway forwards requests to.

use std::fmt;
use std::str::FromStr;

/// Why an upstream was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("An upstream is a host and a port, for example 127.0.0.1:9000 or api.internal:8080, without http://.")]
pub struct UpstreamError;

/// Host and port of the API behind the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    host: String,
    port: u16,
}

impl Upstream {
    /// The host; an IPv6 address without the brackets around it.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for Upstream {
    type Err = UpstreamError;

    fn from_str(text: &str) -> Result<Self, UpstreamError> {
        // It stands in the configurations of five gateways: nothing that any of them could take for more than a host.
        match super::host::split(text) {
            Some((host, Some(port))) => Ok(Self { host: host.to_owned(), port }),
            _ => Err(UpstreamError),
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Default for Upstream {
    /// A port of this machine.
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 9000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for good in ["127.0.0.1:9000", "api.internal:80", "localhost:65535", "[::1]:80", "null:80", "1e3:80"] {
            assert_eq!(good.parse::<Upstream>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "a",
            "a:",
            ":80",
            "a:0",
            "a:65536",
            "http://a:80",
            "a b:80",
            "a;b:80",
            "::1:80",
            "a\":80",
            "-:80",
            ".:80",
            "80:80",
            "0x7f:80",
            "a.:80",
        ] {
            assert_eq!(bad.parse::<Upstream>(), Err(UpstreamError), "{bad}");
        }
    }
}
