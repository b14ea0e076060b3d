//! `POST /v1/verify`: the request to judge as a JSON document, for applications that check credentials themselves.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::verify::{Body, Field, Framing, Request, Scheme, Surface, Version};

/// A request as an application describes it in JSON. In method, target and fields, each character is one byte.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::serve) struct JsonRequest {
    surface: JsonSurface,
    method: String,
    target: String,
    scheme: JsonScheme,
    #[serde(default)]
    http_version: Option<String>,
    #[serde(deserialize_with = "headers")]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body_b64: Option<String>,
    #[serde(default)]
    framing: JsonFraming,
    #[serde(default)]
    pub(in crate::serve) client_address: Option<String>,
}

/// Limit on the fields of a request: no server accepts more, and in memory each takes many times its size in the
/// document.
const FIELDS: usize = 256;

/// Reads the fields, and fails at the first one over the limit.
fn headers<'de, D: Deserializer<'de>>(document: D) -> Result<Vec<(String, String)>, D::Error> {
    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, String)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {FIELDS} pairs of name and value")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some(field) = seq.next_element()? {
                if fields.len() == FIELDS {
                    return Err(de::Error::invalid_length(FIELDS + 1, &self));
                }
                fields.push(field);
            }
            Ok(fields)
        }
    }

    document.deserialize_seq(Fields)
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonSurface {
    Rest,
    Legacy,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonScheme {
    Http,
    Https,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonFraming {
    #[default]
    Known,
    Partly,
    Unknown,
}

/// The decoded request.
pub(in crate::serve) struct DecodedRequest {
    surface: Surface,
    method: Vec<u8>,
    target: Vec<u8>,
    scheme: Scheme,
    version: Version,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    body: Option<zeroize::Zeroizing<Vec<u8>>>,
    framing: Framing,
    client: Option<String>,
}

impl JsonRequest {
    /// Reads a document. The error names the place, never a value.
    pub(in crate::serve) fn decode(document: &[u8]) -> Result<DecodedRequest, String> {
        let written: Self = serde_json::from_slice(document).map_err(|why| {
            // serde's own messages quote the input.
            format!("The request is not understood at line {}, column {}.", why.line(), why.column())
        })?;
        written.convert().ok_or_else(|| "A character above U+00FF, a version or base64 is not understood.".to_owned())
    }

    fn convert(self) -> Option<DecodedRequest> {
        let version = match self.http_version.as_deref() {
            None => Version::Unknown,
            Some(number) => Some(Version::from_number(number)).filter(|version| *version != Version::Unknown)?,
        };
        let field = |(name, value): &(String, String)| Some((bytes(name)?, bytes(value)?));
        let body = match &self.body_b64 {
            None => None,
            Some(text) => Some(zeroize::Zeroizing::new(Base64::decode_vec(text).ok()?)),
        };
        Some(DecodedRequest {
            surface: match self.surface {
                JsonSurface::Rest => Surface::Rest,
                JsonSurface::Legacy => Surface::Legacy,
            },
            method: bytes(&self.method)?,
            target: bytes(&self.target)?,
            scheme: match self.scheme {
                JsonScheme::Http => Scheme::Http,
                JsonScheme::Https => Scheme::Https,
            },
            version,
            fields: self.headers.iter().map(field).collect::<Option<_>>()?,
            body,
            framing: match self.framing {
                JsonFraming::Known => Framing::Known,
                JsonFraming::Partly => Framing::Partly,
                JsonFraming::Unknown => Framing::Unknown,
            },
            client: self.client_address,
        })
    }
}

impl DecodedRequest {
    /// The fields, borrowed.
    pub(in crate::serve) fn fields(&self) -> Vec<Field<'_>> {
        self.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
    }

    /// The request with these fields.
    pub(in crate::serve) fn request<'a>(&'a self, fields: &'a [Field<'a>]) -> Request<'a> {
        Request {
            surface: self.surface,
            method: &self.method,
            target: &self.target,
            fields,
            body: self.body.as_ref().map_or(Body::NotVisible(self.framing), |body| Body::Visible(body)),
            version: self.version,
            scheme: self.scheme,
            client: self.client.as_ref().map(|client| client.as_bytes()),
        }
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_a_document_become_bytes() {
        let document = r#"{"surface":"rest","method":"POST","target":"/\u00ff?a","scheme":"https","http_version":"1.1",
            "headers":[["Host","a"],["X","é"]],"body_b64":"aGk=","client_address":"203.0.113.9"}"#;
        let read = JsonRequest::decode(document.as_bytes()).unwrap();
        let fields = read.fields();
        let request = read.request(&fields);
        assert_eq!(request.target, b"/\xff?a");
        assert_eq!(request.fields[1].1, b"\xe9");
        assert!(matches!(request.body, Body::Visible(b"hi")));
        let without = document.replace(r#""body_b64":"aGk=","#, r#""framing":"partly","#);
        let read = JsonRequest::decode(without.as_bytes()).unwrap();
        assert!(matches!(read.request(&[]).body, Body::NotVisible(Framing::Partly)));
    }

    #[test]
    fn an_error_in_a_document_names_no_value() {
        let good = r#"{"surface":"rest","method":"GET","target":"/","scheme":"http","headers":[]}"#;
        assert!(JsonRequest::decode(good.as_bytes()).is_ok());
        for (from, to) in [
            (r#""rest""#, r#""kdsSECRET""#),
            (r#""http","#, r#""http","client_adress":"kdsSECRET","#),
            (r#""http","#, r#""http","http_version":"kdsSECRET","#),
            (r#""http","#, r#""http","body_b64":"kdsSECRET!","#),
            (r#"[]"#, r#"[["Authorization","kdsSECRET€"]]"#),
            (r#""method":"GET","#, ""),
        ] {
            let said = JsonRequest::decode(good.replacen(from, to, 1).as_bytes()).err().unwrap();
            assert!(!said.contains("kdsSECRET"), "{said}");
        }
        assert!(JsonRequest::decode(b"").is_err() && JsonRequest::decode(b"\xff").is_err());
        let with = |fields: usize| good.replace("[]", &format!("[{}]", vec![r#"["",""]"#; fields].join(",")));
        assert!(
            JsonRequest::decode(with(FIELDS).as_bytes()).is_ok()
                && JsonRequest::decode(with(FIELDS + 1).as_bytes()).is_err()
        );
    }
}
