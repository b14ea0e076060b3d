//! A client that writes requests byte for byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use base64ct::{Base64, Encoding as _};
use md5::{Digest as _, Md5};

use crate::support::{Key, PATIENCE};

/// A request; each is sent on a connection of its own.
#[derive(Clone, Debug)]
pub struct Sent {
    line: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

/// The answer to one.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub text: String,
}

impl Sent {
    pub fn new(method: &str, target: &str) -> Self {
        let line = format!("{method} {target} HTTP/1.1");
        Self { line, fields: Vec::new(), body: Vec::new() }
            .field("Host", "api.example.com")
            .field("Connection", "close")
    }

    /// Another version in the request line.
    pub fn version(mut self, version: &str) -> Self {
        self.line = self.line.replace("HTTP/1.1", version);
        self
    }

    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self
    }

    /// The fields of another request added: a signature taken where it does not belong.
    pub fn fields_of(mut self, other: &Self) -> Self {
        let not_here = |field: &&(String, String)| !self.fields.contains(field);
        let added: Vec<_> = other.fields.iter().filter(not_here).cloned().collect();
        self.fields.extend(added);
        self
    }

    /// The line, and the body, of another request.
    pub fn taking_line(self, other: &Self) -> Self {
        Self { line: other.line.clone(), body: other.body.clone(), ..self }
    }

    pub fn basic(self, key: &Key) -> Self {
        let value = key.basic();
        self.field("Authorization", &value)
    }

    /// Signed as the published packages sign a request without a body.
    pub fn signed(self, key: &Key) -> Self {
        let (method, rest) = self.line.split_once(' ').unwrap();
        let target = rest.strip_suffix(" HTTP/1.1").unwrap();
        let fields = key.hmac(method, target);
        fields.iter().fold(self.clone(), |sent, (name, value)| sent.field(name, value))
    }

    /// Signed over a field with the value that the verifier will see.
    pub fn signed_over(self, key: &Key, name: &str, value: &str) -> Self {
        let date = key.hmac("GET", "/")[0].1.clone();
        let line = self.line.rsplit_once(" HTTP/").unwrap().0.to_owned();
        let text = format!("date: {date}\n{line} HTTP/1.1\n{name}: {value}");
        let mac = keydesk::vault::Hash::Sha256.mac(key.secret.as_bytes(), text.as_bytes());
        let value = format!(
            "hmac username=\"{}\", algorithm=\"hmac-sha256\", headers=\"date request-line {name}\", signature=\"{}\"",
            key.key,
            Base64::encode_string(mac.as_bytes())
        );
        self.field("Date", &date).field("Authorization", &value)
    }

    /// Signed as the published packages sign a request with a body, which is sent with its length.
    pub fn signed_body(self, key: &Key, body: &str) -> Self {
        let date = key.hmac("GET", "/")[0].1.clone();
        let digest: String = Md5::digest(body.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let text = format!("date: {date}\nx-Content-MD5: {digest}\n{}", self.line);
        let mac = keydesk::vault::Hash::Sha1.mac(key.secret.as_bytes(), text.as_bytes());
        let value = format!(
            "hmac username=\"{}\", algorithm=\"hmac-sha1\", headers=\"date x-Content-MD5 request-line\", signature=\"{}\"",
            key.key,
            Base64::encode_string(mac.as_bytes())
        );
        let sent = self.field("date", &date).field("x-Content-MD5", &digest);
        sent.field("Authorization", &value).body(body)
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        let length = body.len().to_string();
        self.field("Content-Length", &length)
    }

    pub fn chunked(mut self, body: &str) -> Self {
        self.body = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).into_bytes();
        self.field("Transfer-Encoding", "chunked")
    }

    /// The same with trailers behind the last chunk.
    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.body.truncate(self.body.len() - 2);
        self.body.extend_from_slice(format!("{name}: {value}\r\n\r\n").as_bytes());
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let fields: String = self.fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut bytes = format!("{}\r\n{fields}\r\n", self.line).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it, and `after` its response more on the same connection; returns everything received until that is closed.
    pub fn then(&self, after: &[u8], gateway: SocketAddr) -> String {
        let mut stream = TcpStream::connect(gateway).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(&self.bytes()).unwrap();
        let (mut answered, mut one) = (Vec::new(), [0]);
        while !answered.ends_with(b"\r\n\r\n") && stream.read(&mut one).is_ok_and(|read| read == 1) {
            answered.push(one[0]);
        }
        let _ = stream.write_all(after);
        let ended = stream.read_to_end(&mut answered);
        let text = String::from_utf8_lossy(&answered).into_owned();
        assert!(!ended.is_err_and(|why| why.kind() == std::io::ErrorKind::WouldBlock), "left open: {self:?} {text}");
        text
    }

    /// Sends it and waits until the gateway closes the connection.
    pub fn to(&self, gateway: SocketAddr) -> Answered {
        let mut stream = TcpStream::connect(gateway).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A gateway may answer, and close, before it has read all.
        let _ = stream.write_all(&self.bytes());
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.get(9..12).and_then(|code| code.parse().ok());
        Answered { status: status.unwrap_or_else(|| panic!("no answer to {}: {ended:?} {text:?}", self.line)), text }
    }
}
