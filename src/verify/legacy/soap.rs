//! SOAP 1.1, and the bare XML document of the older transport: L3 to L7.

use crate::secret::Secret;
use crate::verify::legacy::Login;
use crate::verify::legacy::xml::{Malformed, Name, XmlEvent, XmlReader, unescape};

/// The namespaces that matter; an index into this is a name's `space`.
const SPACES: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://xml.m4u.com.au/2009"];
const SOAP: Option<usize> = Some(0);
const M4U: Option<usize> = Some(1);

/// The meaning of an element, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ElementRole {
    Envelope,
    Body,
    Operation,
    Authentication,
    User,
    Password,
    /// Ignored, with all that is in it.
    Other,
}

/// What was found so far.
struct LoginSearch {
    path: Vec<ElementRole>,
    /// Roles that were played: each may be once.
    seen: Vec<ElementRole>,
    user: Vec<u8>,
    password: Vec<u8>,
}

/// Reads a body; `None` unless it holds exactly one login where the service's own description puts it.
pub(super) fn read(body: &[u8]) -> Option<Login> {
    let mut reader = XmlReader::new(body, &SPACES).ok()?;
    // Room for real ones, so that no copy of a password is left behind by growing.
    let (user, password) = (Vec::with_capacity(256), Vec::with_capacity(1024));
    let mut found = LoginSearch { path: Vec::new(), seen: Vec::new(), user, password };
    while let Some(event) = reader.next().ok()? {
        found.take(event).ok()?;
    }
    let LoginSearch { seen, user, password, .. } = found;
    let password = Secret::new(password);
    let both = seen.contains(&ElementRole::User) && seen.contains(&ElementRole::Password);
    both.then_some(Login { user, password })
}

impl LoginSearch {
    fn take(&mut self, event: XmlEvent<'_>) -> Result<(), Malformed> {
        match event {
            XmlEvent::Open(name) => self.open(name)?,
            XmlEvent::Close => _ = self.path.pop(),
            XmlEvent::Text(text) => {
                if let Some(value) = self.value() {
                    unescape(text, |c| push(value, c))?;
                }
            }
            XmlEvent::Cdata(text) => {
                if let Some(value) = self.value() {
                    normalised(text).for_each(|c| push(value, c));
                }
            }
            // Two readers may differ on whether it cuts the value in two (L5).
            XmlEvent::Other if self.value().is_some() => return Err(Malformed),
            XmlEvent::Other => {}
        }
        Ok(())
    }

    fn open(&mut self, name: Name<'_>) -> Result<(), Malformed> {
        let role = role(self.path.last().copied(), name)?;
        if role != ElementRole::Other {
            if self.seen.contains(&role) {
                return Err(Malformed);
            }
            self.seen.push(role);
        }
        self.path.push(role);
        Ok(())
    }

    /// Where text at this position goes.
    fn value(&mut self) -> Option<&mut Vec<u8>> {
        match self.path.last() {
            Some(ElementRole::User) => Some(&mut self.user),
            Some(ElementRole::Password) => Some(&mut self.password),
            _ => None,
        }
    }
}

/// The role of an element in its parent.
fn role(parent: Option<ElementRole>, name: Name<'_>) -> Result<ElementRole, Malformed> {
    match (parent, name.space, name.local) {
        (None, SOAP, "Envelope") => Ok(ElementRole::Envelope),
        (None | Some(ElementRole::Body), M4U, _) => Ok(ElementRole::Operation),
        (None | Some(ElementRole::Body | ElementRole::User | ElementRole::Password), _, _) => Err(Malformed),
        (Some(ElementRole::Envelope), SOAP, "Body") => Ok(ElementRole::Body),
        (Some(ElementRole::Operation), M4U, "authentication") => Ok(ElementRole::Authentication),
        (Some(ElementRole::Authentication), M4U, "userId") => Ok(ElementRole::User),
        (Some(ElementRole::Authentication), M4U, "password") => Ok(ElementRole::Password),
        (Some(_), _, _) => Ok(ElementRole::Other),
    }
}

/// Line ends as LF.
fn normalised(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || match chars.next()? {
        '\r' => {
            chars.next_if_eq(&'\n');
            Some('\n')
        }
        c => Some(c),
    })
}

fn push(value: &mut Vec<u8>, c: char) {
    value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
