//! Namespaces in XML 1.0: the namespace of each prefix, and that no attribute is repeated.

use crate::verify::legacy::xml::chars::{Malformed, unescape};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// Most declarations that hold at one place.
const MOST: usize = 128;

/// An attribute as written.
pub(super) struct Attribute<'a> {
    pub prefix: &'a str,
    pub local: &'a str,
    pub value: &'a str,
}

impl<'a> Attribute<'a> {
    /// The prefix that it declares; the empty one is the default.
    fn declares(&self) -> Option<&'a str> {
        match (self.prefix, self.local) {
            ("", "xmlns") => Some(""),
            ("xmlns", prefix) => Some(prefix),
            _ => None,
        }
    }
}

/// The declarations that hold where the reader is.
#[derive(Default)]
pub(super) struct Scopes<'a> {
    declared: Vec<Declaration<'a>>,
}

struct Declaration<'a> {
    depth: usize,
    prefix: &'a str,
    uri: String,
}

impl<'a> Scopes<'a> {
    /// Takes up the declarations of an element, checks its attributes, and gives its namespace.
    pub fn enter(
        &mut self,
        depth: usize,
        prefix: &str,
        attributes: &[Attribute<'a>],
    ) -> Result<Option<&str>, Malformed> {
        if twice(attributes, |a| Some((a.prefix, a.local))) {
            return Err(Malformed);
        }
        for attribute in attributes {
            if let Some(prefix) = attribute.declares() {
                self.declare(depth, prefix, attribute.value)?;
            }
        }
        let prefixed = |a: &&Attribute<'_>| !a.prefix.is_empty() && a.declares().is_none();
        for attribute in attributes.iter().filter(prefixed) {
            self.resolve(attribute.prefix)?;
        }
        // Two prefixes may stand for one namespace.
        if twice(attributes, |a| Some((self.resolve(a.prefix).ok().filter(|_| prefixed(&a))??, a.local))) {
            return Err(Malformed);
        }
        self.resolve(prefix)
    }

    /// Drops the declarations of an element.
    pub fn leave(&mut self, depth: usize) {
        while self.declared.last().is_some_and(|last| last.depth == depth) {
            self.declared.pop();
        }
    }

    fn declare(&mut self, depth: usize, prefix: &'a str, value: &str) -> Result<(), Malformed> {
        let mut uri = String::with_capacity(value.len());
        unescape(value, |c| uri.push(if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }))?;
        let reserved = prefix == "xmlns" || uri == XMLNS || (prefix == "xml") != (uri == XML);
        let undeclares = uri.is_empty() && !prefix.is_empty();
        if reserved || undeclares || self.declared.len() == MOST {
            return Err(Malformed);
        }
        self.declared.push(Declaration { depth, prefix, uri });
        Ok(())
    }

    /// The namespace of a prefix; the empty prefix may have none.
    fn resolve(&self, prefix: &str) -> Result<Option<&str>, Malformed> {
        let known = self.declared.iter().rev().find(|d| d.prefix == prefix).map(|d| d.uri.as_str());
        match (prefix, known) {
            ("xml", _) => Ok(Some(XML)),
            ("", uri) => Ok(uri.filter(|uri| !uri.is_empty())),
            (_, Some(uri)) => Ok(Some(uri)),
            (_, None) => Err(Malformed),
        }
    }
}

/// Whether two attributes are the same by `name`; those without one are left out.
fn twice<'s, 'a: 's, T: PartialEq>(
    attributes: &'s [Attribute<'a>],
    name: impl Fn(&'s Attribute<'a>) -> Option<T>,
) -> bool {
    let names: Vec<_> = attributes.iter().filter_map(name).collect();
    names.iter().enumerate().any(|(i, name)| names[..i].contains(name))
}
