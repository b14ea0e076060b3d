//! Gateway contracts: the fields in which a family of gateways forwards the client's request, and no field of any other
//! family.
//!
//! A gateway passes on whatever its client sent, so a field of another family was written by the client. A field that
//! is missing, repeated or malformed is a refusal, never a guess.

use std::net::IpAddr;

use hyper::HeaderMap;

use crate::verify::{Field, Framing, Scheme, Version};

use crate::serve::http::gateway_token::TOKEN_FIELD;

/// The field names of one family of gateways.
#[derive(Debug)]
pub(in crate::serve) struct Contract {
    names: [&'static str; SLOTS],
    /// The method and target are in fields too, not in the start line.
    by_fields: bool,
    /// The last element of the client field counts: the gateway appends to it.
    last_of_client: bool,
}

const SLOTS: usize = 8;
const METHOD: usize = 0;
const TARGET: usize = 1;
const VERSION: usize = 2;
const HOST: usize = 3;
const SCHEME: usize = 4;
const CLIENT: usize = 5;
const FRAMING: usize = 6;
const PARTIAL: usize = 7;

/// No field has this name.
const NONE: &str = "";

/// nginx `auth_request` and HAProxy.
pub(in crate::serve) const ORIGINAL: Contract = Contract {
    names: [
        "x-original-method",
        "x-original-uri",
        "x-original-proto",
        "x-original-host",
        "x-original-scheme",
        "x-original-client",
        "x-original-framing",
        NONE,
    ],
    by_fields: true,
    last_of_client: false,
};

/// Caddy: `X-Forwarded-*`, and `X-Original-*` for the rest.
pub(in crate::serve) const FORWARDED: Contract = Contract {
    names: [
        "x-forwarded-method",
        "x-forwarded-uri",
        "x-original-proto",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-original-client",
        "x-original-framing",
        NONE,
    ],
    by_fields: true,
    last_of_client: false,
};

/// Traefik, which can set no fields but its own: it writes the client's address into `X-Forwarded-For`, alone unless it
/// is configured to trust incoming fields, and lists are refused. It forwards neither the version nor the framing; it
/// sends the body.
pub(in crate::serve) const TRAEFIK: Contract = Contract {
    names: [
        "x-forwarded-method",
        "x-forwarded-uri",
        NONE,
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-for",
        NONE,
        NONE,
    ],
    by_fields: true,
    last_of_client: false,
};

/// Envoy: method and target are those of the start line, and it writes the last element of `X-Forwarded-For` itself.
pub(in crate::serve) const START_LINE: Contract = Contract {
    names: [
        NONE,
        NONE,
        NONE,
        "host",
        "x-forwarded-proto",
        "x-forwarded-for",
        "x-original-framing",
        "x-envoy-auth-partial-body",
    ],
    by_fields: false,
    last_of_client: true,
};

/// Fields that frame a body (RFC 9112 section 6).
const FRAMED_BY: [&str; 2] = ["content-length", "transfer-encoding"];

/// Fields of the gateway's own request, which the client did not send in this form.
const OWN_FIELDS: [&str; 4] = ["host", "content-length", "transfer-encoding", TOKEN_FIELD];

/// Name of the field that breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct ContractViolation(pub &'static str);

/// The client's request as the gateway forwarded it.
#[derive(Debug)]
pub(in crate::serve) struct ForwardedRequest<'a> {
    /// Method; empty where the start line has it.
    pub method: &'a [u8],
    /// Target; empty where the start line has it.
    pub target: &'a [u8],
    /// HTTP version of the client.
    pub version: Version,
    /// Scheme of the client.
    pub scheme: Scheme,
    /// The client's address.
    pub client: IpAddr,
    /// The same as text, trimmed.
    pub client_text: &'a [u8],
    /// The client's fields, with `Host` and the framing as the gateway forwarded them.
    pub fields: Vec<Field<'a>>,
    /// What is known of the framing if the body is not visible.
    pub framing: Framing,
    /// The gateway sent only a part of the body.
    pub partial: bool,
}

impl Contract {
    /// Reads the fields of a gateway's request.
    pub(in crate::serve) fn read<'a>(&self, headers: &'a HeaderMap) -> Result<ForwardedRequest<'a>, ContractViolation> {
        let mut slots: [Option<&[u8]>; SLOTS] = [None; SLOTS];
        let mut fields: Vec<Field<'a>> = Vec::with_capacity(headers.len() + 3);
        for (name, value) in headers {
            let name = name.as_str();
            let known =
                may_belong_to_a_contract(name).then(|| self.names.iter().position(|known| *known == name)).flatten();
            if let Some(slot) = known {
                match slots[slot].replace(value.as_bytes()) {
                    Some(_) => return Err(ContractViolation(self.names[slot])),
                    None => continue,
                }
            }
            if let Some(framing) = FRAMED_BY.into_iter().find(|framing| is_respelled(framing, name)) {
                return Err(ContractViolation(framing));
            }
            if !OWN_FIELDS.contains(&name) {
                fields.push((name.as_bytes(), value.as_bytes()));
            }
        }
        let must =
            |slot: usize| slots[slot].filter(|value| !value.is_empty()).ok_or(ContractViolation(self.names[slot]));
        let read = |slot: usize, ok: bool| if ok { Ok(()) } else { Err(ContractViolation(self.names[slot])) };
        let (mut method, mut target, mut client_version) = (&b""[..], &b""[..], Version::Unknown);
        if self.by_fields {
            (method, target) = (must(METHOD)?, must(TARGET)?);
        }
        if self.names[VERSION] != NONE {
            client_version = version(must(VERSION)?).ok_or(ContractViolation(self.names[VERSION]))?;
        }
        fields.push((b"host", must(HOST)?));
        let scheme = scheme(must(SCHEME)?).ok_or(ContractViolation(self.names[SCHEME]))?;
        let (client_text, client) = self.client(must(CLIENT)?).ok_or(ContractViolation(self.names[CLIENT]))?;
        let framing = self.framing(slots[FRAMING], &mut fields)?;
        let partial = slots[PARTIAL];
        read(PARTIAL, partial.is_none_or(|value| value == b"true" || value == b"false"))?;
        let partial = partial == Some(b"true");
        Ok(ForwardedRequest {
            method,
            target,
            version: client_version,
            scheme,
            client,
            client_text,
            fields,
            framing,
            partial,
        })
    }

    fn client<'a>(&self, value: &'a [u8]) -> Option<(&'a [u8], IpAddr)> {
        let mut one = std::str::from_utf8(value).ok()?;
        if self.last_of_client {
            one = one.rsplit(',').next()?.trim_matches([' ', '\t']);
        }
        Some((one.as_bytes(), one.parse().ok()?))
    }

    /// `cl=<Content-Length>;te=<Transfer-Encoding>`, either of which may be empty, `te=?` where the gateway cannot tell.
    fn framing<'a>(&self, value: Option<&'a [u8]>, fields: &mut Vec<Field<'a>>) -> Result<Framing, ContractViolation> {
        let Some(value) = value else { return Ok(Framing::Unknown) };
        let broken = ContractViolation(self.names[FRAMING]);
        let rest = value.strip_prefix(b"cl=").ok_or(broken)?;
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (length, rest) = rest.split_at(digits);
        let coding = rest.strip_prefix(b";te=").ok_or(broken)?;
        if !length.is_empty() {
            fields.push((b"content-length", length));
        }
        match coding {
            b"?" => return Ok(Framing::Partly),
            b"" => {}
            coding => fields.push((b"transfer-encoding", coding)),
        }
        Ok(Framing::Known)
    }
}

/// Whether some field describes a client's request, as any gateway would. `X-Forwarded-For`, `-Host` and `-Proto` do not
/// count: proxies in front of monitoring write those too.
pub(in crate::serve) fn describes_a_request(headers: &HeaderMap) -> bool {
    let describes = |name: &str| {
        name.starts_with("x-original-")
            || name == START_LINE.names[PARTIAL]
            || [METHOD, TARGET].into_iter().any(|slot| name == FORWARDED.names[slot])
    };
    headers.keys().any(|name| describes(name.as_str()))
}

/// A quick filter: most fields are the client's own and need no comparison with the names of the contract.
fn may_belong_to_a_contract(name: &str) -> bool {
    name.starts_with("x-") || name == "host"
}

/// Whether a name is another spelling of a field. Variables of nginx do not distinguish `-` from `_`: where another
/// server on the same address admits names with `_`, nginx would take the framing from the first of such fields.
fn is_respelled(of: &str, name: &str) -> bool {
    let fold = |b: u8| if b.is_ascii_alphanumeric() { b } else { b'-' };
    name.len() == of.len() && name != of && name.bytes().map(fold).eq(of.bytes())
}

fn version(value: &[u8]) -> Option<Version> {
    match value {
        b"HTTP/1.0" => Some(Version::Http10),
        b"HTTP/1.1" => Some(Version::Http11),
        b"HTTP/2.0" | b"HTTP/2" => Some(Version::Http2),
        b"HTTP/3.0" | b"HTTP/3" => Some(Version::Http3),
        _ => None,
    }
}

pub(in crate::serve) fn scheme(value: &[u8]) -> Option<Scheme> {
    match value {
        b"http" => Some(Scheme::Http),
        b"https" => Some(Scheme::Https),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
