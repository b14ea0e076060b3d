//! Requests as gateways ask them.

use super::{CLIENT, Key};

/// A request as a gateway asks it.
#[derive(Clone)]
pub struct GatewayRequest {
    line: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl GatewayRequest {
    pub fn nginx(method: &str, target: &str) -> Self {
        Self {
            line: "GET /v1/authz/nginx HTTP/1.1".to_owned(),
            fields: pairs(&[
                ("Host", "verifier"),
                ("X-Original-Method", method),
                ("X-Original-URI", target),
                ("X-Original-Proto", "HTTP/1.1"),
                ("X-Original-Host", "api.example.com"),
                ("X-Original-Scheme", "https"),
                ("X-Original-Client", CLIENT),
                ("X-Original-Framing", "cl=;te="),
            ]),
            body: Vec::new(),
        }
    }

    pub fn forward(method: &str, target: &str) -> Self {
        Self {
            line: "GET /v1/authz/forward HTTP/1.1".to_owned(),
            fields: pairs(&[
                ("Host", "verifier"),
                ("X-Forwarded-Method", method),
                ("X-Forwarded-Uri", target),
                ("X-Original-Proto", "HTTP/1.1"),
                ("X-Forwarded-Host", "api.example.com"),
                ("X-Forwarded-Proto", "https"),
                ("X-Original-Client", CLIENT),
                ("X-Original-Framing", "cl=;te=?"),
            ]),
            body: Vec::new(),
        }
    }

    pub fn envoy(method: &str, target: &str) -> Self {
        Self {
            line: format!("{method} /v1/authz/envoy{target} HTTP/1.1"),
            fields: pairs(&[
                ("Host", "api.example.com"),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-For", &format!("1.2.3.4, {CLIENT}")),
                ("X-Original-Framing", "cl=;te="),
            ]),
            body: Vec::new(),
        }
    }

    /// As Traefik's ForwardAuth sends it, by its documentation: the client's fields, five that it writes itself, those of
    /// its entry point, and those of its HTTP library.
    pub fn traefik(method: &str, target: &str) -> Self {
        Self {
            line: "GET /v1/authz/traefik HTTP/1.1".to_owned(),
            fields: pairs(&[
                ("Host", "127.0.0.1:8730"),
                ("User-Agent", "client/1"),
                ("X-Forwarded-Method", method),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "api.example.com"),
                ("X-Forwarded-Uri", target),
                ("X-Forwarded-For", CLIENT),
                ("X-Forwarded-Port", "443"),
                ("X-Forwarded-Server", "gate"),
                ("X-Real-Ip", CLIENT),
                ("Accept-Encoding", "gzip"),
            ]),
            body: Vec::new(),
        }
    }

    /// The Legacy surface of the same family.
    pub fn legacy(mut self) -> Self {
        for family in ["envoy", "forward", "traefik"] {
            self.line = self.line.replace(&format!("/v1/authz/{family}"), &format!("/v1/authz/{family}-legacy"));
        }
        self
    }

    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn fields(self, fields: &[(String, String)]) -> Self {
        fields.iter().fold(self, |request, (name, value)| request.field(name, value))
    }

    pub fn by(self, key: &Key) -> Self {
        let value = key.basic();
        self.field("Authorization", &value)
    }

    /// Another value for a field that is there.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(n, _)| n == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.without("Content-Length").field("Content-Length", &length)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.line).into_bytes();
        for (name, value) in &self.fields {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
