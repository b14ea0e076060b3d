//! The languages of the samples for each kind, and the template of each.

use crate::credential::Kind;

/// A language a sample is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// curl in any POSIX shell.
    Curl,
    /// openssl signs, curl sends; any POSIX shell.
    Openssl,
    /// Python 3 with nothing but its standard library.
    Python,
    /// Node.js 18 or later with nothing but what is built in.
    Node,
    /// The published Python package.
    PythonSdk,
    /// The SOAP API by curl in any POSIX shell.
    Soap,
    /// The M4U text protocol by curl in any POSIX shell.
    M4u,
}

/// Kind, language and template, in the order of the tabs.
const TABLE: [(Kind, Language, &str); 11] = [
    (Kind::Basic, Language::Curl, include_str!("../../assets/samples/basic.sh")),
    (Kind::Basic, Language::Python, include_str!("../../assets/samples/basic.py")),
    (Kind::Basic, Language::Node, include_str!("../../assets/samples/basic.js")),
    (Kind::Basic, Language::PythonSdk, include_str!("../../assets/samples/sdk.py")),
    (Kind::Hmac, Language::Openssl, include_str!("../../assets/samples/hmac.sh")),
    (Kind::Hmac, Language::Python, include_str!("../../assets/samples/hmac.py")),
    (Kind::Hmac, Language::Node, include_str!("../../assets/samples/hmac.js")),
    (Kind::Hmac, Language::PythonSdk, include_str!("../../assets/samples/sdk.py")),
    (Kind::Legacy, Language::Soap, include_str!("../../assets/samples/soap.sh")),
    (Kind::Legacy, Language::Python, include_str!("../../assets/samples/soap.py")),
    (Kind::Legacy, Language::M4u, include_str!("../../assets/samples/m4u.sh")),
];

/// The languages of a kind, in the order of the tabs.
pub fn languages(kind: Kind) -> &'static [Language] {
    match kind {
        Kind::Basic => &[Language::Curl, Language::Python, Language::Node, Language::PythonSdk],
        Kind::Hmac => &[Language::Openssl, Language::Python, Language::Node, Language::PythonSdk],
        Kind::Legacy => &[Language::Soap, Language::Python, Language::M4u],
    }
}

impl Language {
    /// The word of its tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Openssl => "openssl+curl",
            Self::Python => "Python",
            Self::Node => "Node",
            Self::PythonSdk => "Python SDK",
            Self::Soap => "SOAP",
            Self::M4u => "M4U text",
        }
    }

    /// Its template for a kind; empty if that kind has none in this language.
    pub(super) fn template(self, kind: Kind) -> &'static str {
        TABLE.iter().find(|(k, l, _)| (*k, *l) == (kind, self)).map_or("", |(_, _, template)| template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_a_kind_has_its_template() {
        let listed: Vec<_> = Kind::ALL.into_iter().flat_map(|k| languages(k).iter().map(move |l| (k, *l))).collect();
        assert_eq!(listed, TABLE.map(|(kind, language, _)| (kind, language)));
        assert_eq!(Language::Soap.template(Kind::Basic), "");
    }
}
