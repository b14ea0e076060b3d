//! An XML 1.0 reader with namespaces for untrusted documents: strict, without DOCTYPE, in bounded memory and in linear
//! time.
//!
//! Where a tree builder is lax (a default namespace declared twice, `other:xmlns` taken for a declaration, `<:a>`, a
//! reference to half a surrogate pair), another reader may see another document, and time that grows with the square of
//! the attributes or declarations would be a gift to strangers. So the little that is needed is read here.

mod chars;
mod declaration;
mod names;

pub(super) use chars::{Malformed, unescape};

use chars::{is_char, is_name, is_name_start, is_space};
use names::{Attribute, Scopes};

/// Deepest nesting. Real requests have five levels.
const DEEPEST: usize = 256;
/// Most attributes of an element.
const ATTRIBUTES: usize = 64;

/// A piece of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum XmlEvent<'a> {
    /// A start tag.
    Open(Name<'a>),
    /// An end tag, written or implied.
    Close,
    /// Text with references, all of which are good: to be read by [`unescape`].
    Text(&'a str),
    /// The inside of a CDATA section.
    Cdata(&'a str),
    /// A comment or a processing instruction.
    Other,
}

/// The name of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// Which of the namespaces that the reader knows.
    pub space: Option<usize>,
    /// The part without the prefix.
    pub local: &'a str,
}

/// Reads a document piece by piece.
pub(super) struct XmlReader<'a> {
    rest: &'a str,
    /// Names of the open elements, as written.
    open: Vec<&'a str>,
    scopes: Scopes<'a>,
    /// The namespaces that the caller asks for.
    spaces: &'a [&'a str],
    /// The last tag was `<a/>`: its end comes next.
    closing: bool,
    begun: bool,
}

impl<'a> XmlReader<'a> {
    /// A reader of a whole document in UTF-8, with or without a byte-order mark.
    pub fn new(document: &'a [u8], spaces: &'a [&'a str]) -> Result<Self, Malformed> {
        let text = str::from_utf8(document).map_err(|_| Malformed)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if !text.chars().all(is_char) {
            return Err(Malformed);
        }
        let rest = declaration::skip(text)?;
        Ok(Self { rest, open: Vec::new(), scopes: Scopes::default(), spaces, closing: false, begun: false })
    }

    /// The next piece; `None` at the end of a document that was well-formed.
    pub fn next(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        if std::mem::take(&mut self.closing) {
            return self.leave();
        }
        if self.open.is_empty() {
            self.spaces();
        }
        match self.rest.as_bytes() {
            [] if self.begun && self.open.is_empty() => Ok(None),
            [b'<', b'!', b'-', b'-', ..] => self.comment(),
            [b'<', b'?', ..] => self.instruction(),
            [b'<', b'/', ..] => self.end_tag(),
            [b'<', b'!', ..] => self.cdata(),
            [b'<', ..] => self.start_tag(),
            _ => self.text(),
        }
    }

    fn comment(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        self.eat("<!--");
        // `--` may stand at its end only.
        self.until("--")?;
        self.expect(">")?;
        Ok(Some(XmlEvent::Other))
    }

    fn instruction(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        self.eat("<?");
        let target = self.name()?;
        let spaced = self.spaces();
        let content = self.until("?>")?;
        // An XML declaration is allowed only at the very beginning, where it was read already.
        match target.eq_ignore_ascii_case("xml") || !spaced && !content.is_empty() {
            true => Err(Malformed),
            false => Ok(Some(XmlEvent::Other)),
        }
    }

    fn cdata(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        if self.open.is_empty() || !self.eat("<![CDATA[") {
            return Err(Malformed);
        }
        self.until("]]>").map(|text| Some(XmlEvent::Cdata(text)))
    }

    fn text(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        // Outside the root there is no text; at the end of an unfinished document there is no rest.
        if self.open.is_empty() || rest.is_empty() || text.contains("]]>") {
            return Err(Malformed);
        }
        unescape(text, |_| ())?;
        Ok(Some(XmlEvent::Text(text)))
    }

    fn end_tag(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        self.eat("</");
        let (_, _, written) = self.qualified_name()?;
        self.spaces();
        self.expect(">")?;
        match self.open.last() {
            Some(open) if *open == written => self.leave(),
            _ => Err(Malformed),
        }
    }

    fn leave(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        self.scopes.leave(self.open.len());
        self.open.pop();
        Ok(Some(XmlEvent::Close))
    }

    fn start_tag(&mut self) -> Result<Option<XmlEvent<'a>>, Malformed> {
        let only_root = self.open.is_empty() && self.begun;
        if only_root || self.open.len() == DEEPEST {
            return Err(Malformed);
        }
        self.begun = true;
        self.eat("<");
        let (prefix, local, written) = self.qualified_name()?;
        let attributes = self.attributes()?;
        self.open.push(written);
        let uri = self.scopes.enter(self.open.len(), prefix, &attributes)?;
        let space = uri.and_then(|uri| self.spaces.iter().position(|space| *space == uri));
        Ok(Some(XmlEvent::Open(Name { space, local })))
    }

    /// The attributes of a start tag, and its end.
    fn attributes(&mut self) -> Result<Vec<Attribute<'a>>, Malformed> {
        let mut attributes = Vec::new();
        loop {
            let spaced = self.spaces();
            if self.eat("/>") {
                self.closing = true;
                return Ok(attributes);
            }
            if self.eat(">") {
                return Ok(attributes);
            }
            if !spaced || attributes.len() == ATTRIBUTES {
                return Err(Malformed);
            }
            attributes.push(self.attribute()?);
        }
    }

    fn attribute(&mut self) -> Result<Attribute<'a>, Malformed> {
        let (prefix, local, _) = self.qualified_name()?;
        self.spaces();
        self.expect("=")?;
        self.spaces();
        let quote = if self.eat("\"") { "\"" } else { "'" };
        if quote == "'" {
            self.expect("'")?;
        }
        let value = self.until(quote)?;
        if value.contains('<') {
            return Err(Malformed);
        }
        unescape(value, |_| ())?;
        Ok(Attribute { prefix, local, value })
    }

    /// Prefix, local part, and both as written.
    fn qualified_name(&mut self) -> Result<(&'a str, &'a str, &'a str), Malformed> {
        let before = self.rest;
        let first = self.name()?;
        if !self.eat(":") {
            return Ok(("", first, first));
        }
        let local = self.name()?;
        Ok((first, local, &before[..before.len() - self.rest.len()]))
    }

    /// A name without a colon.
    fn name(&mut self) -> Result<&'a str, Malformed> {
        if !self.rest.starts_with(is_name_start) {
            return Err(Malformed);
        }
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name)
    }

    /// Skips white space; says whether there was any.
    fn spaces(&mut self) -> bool {
        let trimmed = self.rest.trim_start_matches(is_space);
        trimmed.len() != std::mem::replace(&mut self.rest, trimmed).len()
    }

    fn eat(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }

    fn expect(&mut self, text: &str) -> Result<(), Malformed> {
        if self.eat(text) { Ok(()) } else { Err(Malformed) }
    }

    /// The text before `end`; skips both.
    fn until(&mut self, end: &str) -> Result<&'a str, Malformed> {
        let (text, rest) = self.rest.split_once(end).ok_or(Malformed)?;
        self.rest = rest;
        Ok(text)
    }
}

#[cfg(test)]
mod tests;
