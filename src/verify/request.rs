//! A request as the verifier judges it: borrowed bytes, nothing decoded, nothing copied.

/// One field: name and value as they came. Blanks at the ends of the value count for nothing.
pub type Field<'a> = (&'a [u8], &'a [u8]);

/// A request, as the gateway described it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Which API it came to, and so where its credential is.
    pub surface: Surface,
    /// Request method, as on the wire.
    pub method: &'a [u8],
    /// Request-target as on the wire.
    pub target: &'a [u8],
    /// The client's fields in order, with every copy.
    pub fields: &'a [Field<'a>],
    /// The body, or what is known about it.
    pub body: Body<'a>,
    /// The HTTP version that the client spoke.
    pub version: Version,
    /// The scheme that the client used.
    pub scheme: Scheme,
    /// The client's address, as text that was not parsed yet; `None` if it is unknown.
    pub client: Option<&'a [u8]>,
}

/// Where a credential is looked for: one place each, no fallback (C2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Basic, HMAC and RFC 9421, in fields.
    Rest,
    /// SOAP and M4U text, in the body.
    Legacy,
}

/// The body, or what is known of it.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// All of it.
    Visible(&'a [u8]),
    /// The gateway did not hand it over.
    NotVisible(Framing),
}

/// How much of the framing of a hidden body the gateway shows (H15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length` and `Transfer-Encoding` are among the fields if the client sent them.
    Known,
    /// The gateway cannot show `Transfer-Encoding`.
    Partly,
    /// It shows neither.
    Unknown,
}

/// HTTP version that the client spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The gateway did not say.
    Unknown,
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
    /// HTTP/3.
    Http3,
}

impl Version {
    /// Reads `1.0`, `1.1`, `2.0` and `3.0`; anything else is unknown.
    pub fn from_number(text: &str) -> Self {
        match text {
            "1.0" => Self::Http10,
            "1.1" => Self::Http11,
            "2.0" => Self::Http2,
            "3.0" => Self::Http3,
            _ => Self::Unknown,
        }
    }

    /// The number that a client may have signed in place of the literal 1.1 (H10).
    pub(super) fn besides_1_1(self) -> Option<&'static [u8]> {
        match self {
            Self::Http10 => Some(b"1.0"),
            Self::Http2 => Some(b"2.0"),
            Self::Http3 => Some(b"3.0"),
            Self::Http11 | Self::Unknown => None,
        }
    }
}

/// URI scheme that the client used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme's name, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    pub(super) fn default_port(self) -> &'static [u8] {
        match self {
            Self::Http => b":80",
            Self::Https => b":443",
        }
    }
}

/// How often a field occurs.
pub(super) enum Occurs<'a> {
    /// Not at all.
    Never,
    /// Once, with this value.
    Once(&'a [u8]),
    /// More than once.
    Repeated,
}

impl<'a> Request<'a> {
    /// The values of every field of a name, in order.
    pub(super) fn values(&self, name: &[u8]) -> impl Iterator<Item = &'a [u8]> {
        let of_name = self.fields.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name));
        of_name.map(|(_, value)| trim(value))
    }

    /// Whether a field of a name is there.
    pub(super) fn has(&self, name: &[u8]) -> bool {
        self.values(name).next().is_some()
    }

    /// How often a field occurs, and its value if that is once.
    pub(super) fn occurs(&self, name: &[u8]) -> Occurs<'a> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (None, _) => Occurs::Never,
            (Some(value), None) => Occurs::Once(value),
            (Some(_), Some(_)) => Occurs::Repeated,
        }
    }

    /// The body, if it is visible.
    pub(super) fn visible_body(&self) -> Option<&'a [u8]> {
        match self.body {
            Body::Visible(body) => Some(body),
            Body::NotVisible(_) => None,
        }
    }
}

/// Drops the blanks (OWS) at both ends.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = value.iter().position(|b| !blank(b)).unwrap_or(value.len());
    let end = value.iter().rposition(|b| !blank(b)).map_or(start, |last| last + 1);
    &value[start..end]
}
