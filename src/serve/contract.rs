//! What a gateway tells about the request it asks for: the fields of its family, and nothing of any other family.
//!
//! A gateway passes on whatever its client sent, so a field of another family is the client's word. One that is missing,
//! repeated or malformed is a refusal, never a guess.

use std::net::IpAddr;

use hyper::HeaderMap;

use crate::verify::{Field, Framing, Scheme, Version};

/// Names of the fields that one family tells a request by.
#[derive(Debug)]
pub(super) struct Contract {
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
pub(super) const ORIGINAL: Contract = Contract {
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

/// Caddy.
pub(super) const FORWARDED: Contract = Contract {
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

/// Traefik, which can set no fields but its own: it writes the client's address into `X-Forwarded-For`, alone unless it was
/// told to trust what clients write there, and then it is refused. It tells neither the version nor the framing; it hands
/// the body over.
pub(super) const TRAEFIK: Contract = Contract {
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
pub(super) const START_LINE: Contract = Contract {
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

/// Fields of the question itself, which the client did not send in this form.
const OF_THE_QUESTION: [&str; 4] = ["host", "content-length", "transfer-encoding", super::gateway::TOKEN_FIELD];

/// Which field of the contract is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken(pub &'static str);

/// What the gateway told.
#[derive(Debug)]
pub(super) struct Told<'a> {
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
    /// The same as the gateway wrote it, without anything around it.
    pub client_text: &'a [u8],
    /// The client's fields, `Host` and the framing as the gateway told them among them.
    pub fields: Vec<Field<'a>>,
    /// What is known of the framing if the body is not visible.
    pub framing: Framing,
    /// The gateway handed over a part of the body only.
    pub partial: bool,
}

impl Contract {
    /// Reads the fields of a question.
    pub(super) fn read<'a>(&self, headers: &'a HeaderMap) -> Result<Told<'a>, Broken> {
        let mut slots: [Option<&[u8]>; SLOTS] = [None; SLOTS];
        let mut fields: Vec<Field<'a>> = Vec::with_capacity(headers.len() + 3);
        for (name, value) in headers {
            let name = name.as_str();
            let known = is_told_by(name).then(|| self.names.iter().position(|known| *known == name)).flatten();
            if let Some(slot) = known {
                match slots[slot].replace(value.as_bytes()) {
                    Some(_) => return Err(Broken(self.names[slot])),
                    None => continue,
                }
            }
            if !OF_THE_QUESTION.contains(&name) {
                fields.push((name.as_bytes(), value.as_bytes()));
            }
        }
        let must = |slot: usize| slots[slot].filter(|value| !value.is_empty()).ok_or(Broken(self.names[slot]));
        let read = |slot: usize, ok: bool| if ok { Ok(()) } else { Err(Broken(self.names[slot])) };
        let (mut method, mut target, mut told_version) = (&b""[..], &b""[..], Version::Unknown);
        if self.by_fields {
            (method, target) = (must(METHOD)?, must(TARGET)?);
        }
        if self.names[VERSION] != NONE {
            told_version = version(must(VERSION)?).ok_or(Broken(self.names[VERSION]))?;
        }
        fields.push((b"host", must(HOST)?));
        let scheme = scheme(must(SCHEME)?).ok_or(Broken(self.names[SCHEME]))?;
        let (client_text, client) = self.client(must(CLIENT)?).ok_or(Broken(self.names[CLIENT]))?;
        let framing = self.framing(slots[FRAMING], &mut fields)?;
        let partial = slots[PARTIAL];
        read(PARTIAL, partial.is_none_or(|value| value == b"true" || value == b"false"))?;
        let partial = partial == Some(b"true");
        Ok(Told { method, target, version: told_version, scheme, client, client_text, fields, framing, partial })
    }

    fn client<'a>(&self, value: &'a [u8]) -> Option<(&'a [u8], IpAddr)> {
        let mut one = std::str::from_utf8(value).ok()?;
        if self.last_of_client {
            one = one.rsplit(',').next()?.trim_matches([' ', '\t']);
        }
        Some((one.as_bytes(), one.parse().ok()?))
    }

    /// `cl=<Content-Length>;te=<Transfer-Encoding>`, either of which may be empty, `te=?` where the gateway cannot tell.
    fn framing<'a>(&self, value: Option<&'a [u8]>, fields: &mut Vec<Field<'a>>) -> Result<Framing, Broken> {
        let Some(value) = value else { return Ok(Framing::Unknown) };
        let broken = Broken(self.names[FRAMING]);
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

/// Whether any contract has a field of such a name: most fields are the client's own, and are not compared with each.
fn is_told_by(name: &str) -> bool {
    name.starts_with("x-") || name == "host"
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

pub(super) fn scheme(value: &[u8]) -> Option<Scheme> {
    match value {
        b"http" => Some(Scheme::Http),
        b"https" => Some(Scheme::Https),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{HeaderName, HeaderValue};

    const NGINX: &[(&str, &str)] = &[
        ("host", "verifier"),
        ("authorization", "Basic x"),
        ("x-original-method", "POST"),
        ("x-original-uri", "/a?b"),
        ("x-original-proto", "HTTP/1.1"),
        ("x-original-host", "api.example.com"),
        ("x-original-scheme", "https"),
        ("x-original-client", "203.0.113.9"),
        ("x-original-framing", "cl=12;te="),
        ("x-forwarded-uri", "/spoof"),
        ("x-forwarded-for", "1.2.3.4"),
    ];

    fn headers(fields: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn with(change: impl FnOnce(&mut Vec<(&str, &str)>)) -> HeaderMap {
        let mut fields = NGINX.to_vec();
        change(&mut fields);
        headers(&fields)
    }

    #[test]
    fn a_family_reads_its_own_fields() {
        let headers = headers(NGINX);
        let told = ORIGINAL.read(&headers).unwrap();
        assert_eq!((told.method, told.target), (&b"POST"[..], &b"/a?b"[..]));
        assert_eq!(told.client.to_string(), "203.0.113.9");
        assert_eq!((told.scheme, told.version, told.framing), (Scheme::Https, Version::Http11, Framing::Known));
        let values = |name: &[u8]| -> Vec<_> { told.fields.iter().filter(|f| f.0 == name).map(|f| f.1).collect() };
        assert_eq!(values(b"host"), [b"api.example.com"]);
        assert_eq!(values(b"content-length"), [b"12"]);
        assert_eq!(values(b"authorization").len() + values(b"x-forwarded-uri").len(), 2);
        assert!(values(b"x-original-uri").is_empty() && values(b"transfer-encoding").is_empty());
    }

    #[test]
    fn missing_repeated_and_malformed_fields_are_refused() {
        for name in ["method", "uri", "proto", "host", "scheme", "client"].map(|n| format!("x-original-{n}")) {
            let missing = with(|fields| fields.retain(|(n, _)| *n != name));
            assert_eq!(ORIGINAL.read(&missing).unwrap_err().0, name);
            let empty = with(|fields| fields.iter_mut().filter(|(n, _)| *n == name).for_each(|f| f.1 = ""));
            assert_eq!(ORIGINAL.read(&empty).unwrap_err().0, name);
            let twice = with(|fields| fields.extend(NGINX.iter().filter(|(n, _)| *n == name)));
            assert_eq!(ORIGINAL.read(&twice).unwrap_err().0, name);
        }
        for (name, wrong) in [
            ("x-original-proto", "HTTP/1.2"),
            ("x-original-proto", "1.1"),
            ("x-original-scheme", "HTTPS"),
            ("x-original-scheme", "ftp"),
            ("x-original-client", "203.0.113.9:80"),
            ("x-original-client", "203.0.113.9, 1.2.3.4"),
            ("x-original-client", "unix:"),
            ("x-original-framing", "cl=12"),
            ("x-original-framing", "te=;cl="),
            ("x-original-framing", "cl=1 2;te="),
            ("x-original-framing", "cl=-1;te="),
            ("x-original-framing", ""),
        ] {
            let bent = with(|fields| fields.iter_mut().filter(|(n, _)| *n == name).for_each(|f| f.1 = wrong));
            assert_eq!(ORIGINAL.read(&bent).unwrap_err().0, name, "{wrong}");
        }
        let spoofed = with(|fields| fields.push(("x-original-framing", "cl=;te=")));
        assert_eq!(ORIGINAL.read(&spoofed).unwrap_err().0, "x-original-framing");
    }

    #[test]
    fn every_name_of_a_contract_is_looked_for() {
        let names = [ORIGINAL, FORWARDED, TRAEFIK, START_LINE].map(|contract| contract.names).concat();
        assert!(names.iter().all(|name| *name == NONE || is_told_by(name)), "{names:?}");
    }

    #[test]
    fn framing_is_known_partly_known_or_unknown() {
        for (value, framing, length, coding) in [
            (Some("cl=;te="), Framing::Known, 0, 0),
            (Some("cl=0;te=chunked"), Framing::Known, 1, 1),
            (Some("cl=;te=gzip;q=1, chunked"), Framing::Known, 0, 1),
            (Some("cl=7;te=?"), Framing::Partly, 1, 0),
            (None, Framing::Unknown, 0, 0),
        ] {
            let headers = with(|fields| {
                fields.retain(|(n, _)| *n != "x-original-framing");
                fields.extend(value.map(|value| ("x-original-framing", value)));
            });
            let told = ORIGINAL.read(&headers).unwrap();
            let count = |name: &[u8]| told.fields.iter().filter(|f| f.0 == name).count();
            assert_eq!(
                (told.framing, count(b"content-length"), count(b"transfer-encoding")),
                (framing, length, coding)
            );
        }
    }

    /// As its documentation says that Traefik asks: five fields of its own beside all of the client's.
    #[test]
    fn traefik_tells_five_fields_and_its_client_chooses_none_of_them() {
        let traefik = [
            ("host", "127.0.0.1:8730"),
            ("x-forwarded-method", "POST"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "api.example.com"),
            ("x-forwarded-uri", "/v1/messages?a=b"),
            ("x-forwarded-for", "203.0.113.9"),
            ("authorization", "Basic x"),
        ];
        let of_client = [
            ("x-original-client", "127.0.0.1"),
            ("x-original-framing", "cl=;te="),
            ("x-original-proto", "HTTP/1.1"),
            ("x-original-method", "GET"),
            ("x-real-ip", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1"),
        ];
        let map = headers(&[&traefik[..], &of_client[..]].concat());
        let told = TRAEFIK.read(&map).unwrap();
        assert_eq!((told.method, told.target), (&b"POST"[..], &b"/v1/messages?a=b"[..]));
        assert_eq!((told.client.to_string().as_str(), told.scheme), ("203.0.113.9", Scheme::Https));
        assert_eq!((told.version, told.framing), (Version::Unknown, Framing::Unknown));
        for wrong in ["198.51.100.1, 203.0.113.9", "203.0.113.9,", "", "203.0.113.9:80", "unknown"] {
            let mut fields = traefik.to_vec();
            fields.iter_mut().filter(|(name, _)| *name == "x-forwarded-for").for_each(|field| field.1 = wrong);
            assert_eq!(TRAEFIK.read(&headers(&fields)).unwrap_err().0, "x-forwarded-for", "{wrong}");
        }
        for (name, value) in &traefik[1..6] {
            let mut fields = traefik.to_vec();
            fields.push((name, value));
            assert_eq!(TRAEFIK.read(&headers(&fields)).unwrap_err().0, *name, "twice");
            let missing: Vec<_> = traefik.into_iter().filter(|(n, _)| n != name).collect();
            assert_eq!(TRAEFIK.read(&headers(&missing)).unwrap_err().0, *name, "missing");
        }
        // The other family does not take this for its own.
        assert_eq!(FORWARDED.read(&headers(&traefik)).unwrap_err().0, "x-original-proto");
    }

    #[test]
    fn envoy_wrote_the_last_address_itself() {
        let base = [("host", "api.example.com"), ("x-forwarded-proto", "http"), ("content-length", "0")];
        for (value, client) in [
            ("10.0.0.1", Some("10.0.0.1")),
            ("1.2.3.4,10.0.0.1", Some("10.0.0.1")),
            ("nonsense, ::ffff:10.0.0.1", Some("::ffff:10.0.0.1")),
            ("10.0.0.1,", None),
            ("", None),
        ] {
            let mut fields = base.to_vec();
            fields.push(("x-forwarded-for", value));
            let headers = headers(&fields);
            let told = START_LINE.read(&headers).ok().map(|told| told.client.to_string());
            assert_eq!(told.as_deref(), client, "{value}");
        }
    }
}
