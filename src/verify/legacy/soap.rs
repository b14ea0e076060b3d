//! SOAP 1.1, and the bare XML document of the older transport: L3 to L7.

use crate::secret::Secret;

use super::{
    Login,
    xml::{Event, Malformed, Name, Reader, unescape},
};

/// The namespaces that matter; an index into this is a name's `space`.
const SPACES: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://xml.m4u.com.au/2009"];
const SOAP: Option<usize> = Some(0);
const M4U: Option<usize> = Some(1);

/// The meaning of an element, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
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
struct Found {
    path: Vec<Role>,
    /// Roles that were played: each may be once.
    seen: Vec<Role>,
    user: Vec<u8>,
    password: Vec<u8>,
}

/// Reads a body; `None` unless it holds exactly one login where the service's own description puts it.
pub(super) fn read(body: &[u8]) -> Option<Login> {
    let mut reader = Reader::new(body, &SPACES).ok()?;
    // Room for real ones, so that no copy of a password is left behind by growing.
    let (user, password) = (Vec::with_capacity(256), Vec::with_capacity(1024));
    let mut found = Found { path: Vec::new(), seen: Vec::new(), user, password };
    while let Some(event) = reader.next().ok()? {
        found.take(event).ok()?;
    }
    let Found { seen, user, password, .. } = found;
    let password = Secret::new(password);
    let both = seen.contains(&Role::User) && seen.contains(&Role::Password);
    both.then_some(Login { user, password })
}

impl Found {
    fn take(&mut self, event: Event<'_>) -> Result<(), Malformed> {
        match event {
            Event::Open(name) => self.open(name)?,
            Event::Close => _ = self.path.pop(),
            Event::Text(text) => {
                if let Some(value) = self.value() {
                    unescape(text, |c| push(value, c))?;
                }
            }
            Event::Cdata(text) => {
                if let Some(value) = self.value() {
                    normalised(text).for_each(|c| push(value, c));
                }
            }
            // Two readers may differ on whether it cuts the value in two (L5).
            Event::Other if self.value().is_some() => return Err(Malformed),
            Event::Other => {}
        }
        Ok(())
    }

    fn open(&mut self, name: Name<'_>) -> Result<(), Malformed> {
        let role = role(self.path.last().copied(), name)?;
        if role != Role::Other {
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
            Some(Role::User) => Some(&mut self.user),
            Some(Role::Password) => Some(&mut self.password),
            _ => None,
        }
    }
}

/// The role of an element in its parent.
fn role(parent: Option<Role>, name: Name<'_>) -> Result<Role, Malformed> {
    match (parent, name.space, name.local) {
        (None, SOAP, "Envelope") => Ok(Role::Envelope),
        (None | Some(Role::Body), M4U, _) => Ok(Role::Operation),
        (None | Some(Role::Body | Role::User | Role::Password), _, _) => Err(Malformed),
        (Some(Role::Envelope), SOAP, "Body") => Ok(Role::Body),
        (Some(Role::Operation), M4U, "authentication") => Ok(Role::Authentication),
        (Some(Role::Authentication), M4U, "userId") => Ok(Role::User),
        (Some(Role::Authentication), M4U, "password") => Ok(Role::Password),
        (Some(_), _, _) => Ok(Role::Other),
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
