//! The base address of the API: what comes before `/v1/messages` in a sample.

/// Why an address of the API was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// Something else than http or https.
    #[error("The address of the API begins with https:// or http://, for example https://api.example.com.")]
    Scheme,
    /// No host, or none that every client takes for the same.
    #[error(
        "The address of the API needs a host, for example https://api.example.com: a name, an IPv4 address or an IPv6 \
         address in brackets; a port behind it is 1 to 65535. A name with other letters is written as xn--…"
    )]
    Host,
    /// A user or password before the host.
    #[error("The address of the API holds no user and no password. Leave out what stands before the @.")]
    User,
    /// A character or a path step that clients would rewrite, so that the signed target is not the one sent.
    #[error(
        "The address of the API holds letters, digits and - . _ ~ % / only, without ? and #, without . and .. as steps \
         of its path, and a host with other letters is written as xn--…"
    )]
    Character,
}

/// The address of the API, checked: scheme and host, and a path before the API's own, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    origin: String,
    prefix: String,
}

impl Site {
    /// Reads `https://host[:port][/prefix]`; a `/` at the end means nothing.
    pub fn new(base_url: &str) -> Result<Self, SiteError> {
        let base_url = base_url.trim().trim_end_matches('/');
        let scheme = ["https://", "http://"].into_iter().find(|s| base_url.starts_with(s)).ok_or(SiteError::Scheme)?;
        let rest = &base_url[scheme.len()..];
        let (host, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match host {
            "" => Err(SiteError::Host),
            host if host.contains('@') => Err(SiteError::User),
            host if host.contains(|c: char| "?# '".contains(c) || c.is_control()) => Err(SiteError::Character),
            host if super::host::split(host).is_none() => Err(SiteError::Host),
            _ if !is_plain_path(prefix) => Err(SiteError::Character),
            host => Ok(Self { origin: format!("{scheme}{host}"), prefix: prefix.to_owned() }),
        }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path before the API's own: empty, or with a `/` before and none behind.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// All of it, without a `/` at the end.
    pub fn base(&self) -> String {
        format!("{}{}", self.origin, self.prefix)
    }
}

impl Default for Site {
    /// A host that is kept for examples.
    fn default() -> Self {
        Self { origin: "https://api.example.com".to_owned(), prefix: String::new() }
    }
}

/// A path that every client sends as it is written.
fn is_plain_path(path: &str) -> bool {
    let escaped = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%/".contains(&b))
        && path.split('%').skip(1).all(escaped)
        && path.split('/').all(|step| step != "." && step != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (given, origin, prefix) in [
            ("https://api.example.com", "https://api.example.com", ""),
            (" https://api.example.com/ ", "https://api.example.com", ""),
            ("http://127.0.0.1:8080/sms/api//", "http://127.0.0.1:8080", "/sms/api"),
            ("http://[::1]:80", "http://[::1]:80", ""),
            ("https://a.example/%7Ea/b", "https://a.example", "/%7Ea/b"),
        ] {
            let site = Site::new(given).unwrap();
            assert_eq!((site.origin(), site.prefix()), (origin, prefix), "{given}");
            assert_eq!(site.base(), format!("{origin}{prefix}"));
        }
        assert_eq!(Site::new("https://api.example.com"), Ok(Site::default()));
    }

    #[test]
    fn what_clients_would_rewrite_is_refused() {
        for (given, error) in [
            ("", SiteError::Scheme),
            ("api.example.com", SiteError::Scheme),
            ("ftp://api.example.com", SiteError::Scheme),
            ("https://", SiteError::Scheme),
            ("https:///v1", SiteError::Host),
            ("https://key:secret@api.example.com", SiteError::User),
            ("https://api.example.com/a b", SiteError::Character),
            ("https://api.example.com/'$(id)'", SiteError::Character),
            ("https://api.example.com?x", SiteError::Character),
            ("https://api.example.com/#x", SiteError::Character),
            ("https://api.example.com/a/../b", SiteError::Character),
            ("https://bücher.example", SiteError::Host),
            ("https://:80", SiteError::Host),
            ("https://[", SiteError::Host),
            ("https://[::1]x", SiteError::Host),
            ("https://a:99999", SiteError::Host),
            ("https://a:0", SiteError::Host),
            ("https://a:", SiteError::Host),
            ("https://%zz", SiteError::Host),
            ("https://-a.example", SiteError::Host),
            ("https://api..example.com", SiteError::Host),
            ("https://1.2.3", SiteError::Host),
            ("https://a/%zz", SiteError::Character),
            ("https://a/%4", SiteError::Character),
            ("https://a\u{1b}.example", SiteError::Character),
        ] {
            assert_eq!(Site::new(given), Err(error), "{given}");
        }
    }
}
