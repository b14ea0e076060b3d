//! Parses pasted input: a request as it was sent, several of them, or curl's output about them.

use super::{body, curl};

use crate::verify::{Field, Version};

/// A request as it was pasted.
pub(super) struct Pasted {
    pub method: Vec<u8>,
    pub target: Vec<u8>,
    pub version: Version,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// `None` if it has one, or may have one, that was not shown.
    pub body: Option<Vec<u8>>,
    /// Remarks on what was taken as its body and target.
    notes: Vec<String>,
}

/// The request that is judged, and remarks on how it was read.
pub(super) struct Reading {
    pub request: Pasted,
    pub notes: Vec<String>,
}

/// Reads what was pasted; `None` if there is no request in it. For `legacy` the credential is in the body.
pub(super) fn read(pasted: &[u8], legacy: bool) -> Option<Reading> {
    let text = as_utf8(pasted);
    let mut all = match curl::heads(&text) {
        Some(heads) => heads.iter().map(|head| Some(Pasted::read(head)?.0.behind_proxy())).collect::<Option<_>>()?,
        None => one_after_another(&text)?,
    };
    let (at, note) = judged(&all, legacy)?;
    let request = all.swap_remove(at);
    let notes = note.into_iter().chain(request.notes.clone()).collect();
    Some(Reading { request, notes })
}

/// As UTF-8 without a byte order mark; Windows shells write files in UTF-16.
fn as_utf8(pasted: &[u8]) -> Vec<u8> {
    if let Some(wide) = pasted.strip_prefix(b"\xff\xfe") {
        let units = wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        return char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into();
    }
    pasted.strip_prefix("\u{feff}".as_bytes()).unwrap_or(pasted).to_vec()
}

/// Requests as they were sent; responses between them, and text before the first, are skipped.
fn one_after_another(text: &[u8]) -> Option<Vec<Pasted>> {
    let (mut all, mut rest) = (Vec::new(), from_next_request(text));
    while !rest.is_empty() {
        let (pasted, after) = Pasted::read(rest)?;
        all.push(pasted);
        rest = from_next_request(after);
    }
    Some(all)
}

fn from_next_request(mut text: &[u8]) -> &[u8] {
    while !text.is_empty() {
        let (first, rest) = line(text);
        if request_line(first).is_some() {
            break;
        }
        text = rest;
    }
    text
}

/// Which of several requests is judged, and a remark: requests to proxies, redirects and tries without a password come first.
fn judged(all: &[Pasted], legacy: bool) -> Option<(usize, Option<String>)> {
    let real = |pasted: &Pasted| !pasted.method.eq_ignore_ascii_case(b"CONNECT");
    let signed = |pasted: &Pasted| real(pasted) && pasted.has_credentials(legacy);
    let last = |fits: &dyn Fn(&Pasted) -> bool| all.iter().rposition(fits);
    let carries = last(&signed);
    let at = carries.or_else(|| last(&real)).or_else(|| all.len().checked_sub(1))?;
    let note = match (all.len(), carries) {
        (..=1, _) => None,
        (count, Some(_)) => {
            Some(format!("Request {} of {count} is judged: the last that carries credentials.", at + 1))
        }
        (count, None) => Some(format!("Request {} of {count} is judged: none carries credentials.", at + 1)),
    };
    Some((at, note))
}

impl Pasted {
    /// How many bytes it has on the wire, without the overhead of a trace.
    pub fn length(&self) -> usize {
        let fields = self.fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        self.target.len() + fields + self.body.as_ref().map_or(0, Vec::len)
    }

    /// Reads one request, and gives what follows it.
    fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let (first, mut rest) = line(text);
        let (method, target, number) = request_line(first)?;
        let number = if number.len() == 1 { format!("{number}.0") } else { number.to_owned() };
        let version = Version::from_number(&number);
        let (mut fields, mut notes) = (Vec::<(Vec<u8>, Vec<u8>)>::new(), Vec::new());
        while !rest.is_empty() {
            let (field, after) = line(rest);
            rest = after;
            if field.is_empty() {
                break;
            }
            if let Some((_, value)) = fields.last_mut().filter(|before| continues(before, field)) {
                value.push(b' ');
                value.extend_from_slice(field.trim_ascii());
                notes = vec![BROKEN.to_owned()];
                continue;
            }
            let colon = field.iter().position(|&b| b == b':')?;
            fields.push((field[..colon].to_vec(), field[colon + 1..].to_vec()));
        }
        let body::Taken { body, note, after } = body::take(method, version, &fields, rest);
        notes.extend(note);
        let (method, target) = (method.to_vec(), target.to_vec());
        Some((Self { method, target, version, fields, body, notes }, after))
    }

    /// To a proxy without TLS curl sends the whole URL; the proxy passes path and query on.
    fn behind_proxy(mut self) -> Self {
        let url = self.target.strip_prefix(b"http://").unwrap_or_default();
        if let Some(path) = url.iter().position(|&b| b == b'/') {
            let path = url[path..].to_vec();
            self.target = path;
            self.notes.push(
                "The request line holds a whole URL, as proxies get it: its path and query are judged.".to_owned(),
            );
        }
        self
    }

    /// Its fields as a verifier gets them.
    pub(super) fn fields(&self) -> Vec<Field<'_>> {
        self.fields.iter().map(|(name, value)| (&name[..], &value[..])).collect()
    }

    fn has_credentials(&self, legacy: bool) -> bool {
        let has = |name: &[u8]| self.fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        match legacy {
            true => self.body.as_ref().is_none_or(|body| !body.is_empty()),
            false => [&b"authorization"[..], b"signature-input", b"signature"].into_iter().any(has),
        }
    }
}

const BROKEN: &str = "A field continues on the next line, which gateways refuse: `openssl base64` breaks lines after 64 \
                      characters, and `base64` after 76. It is judged as one line with a space there.";

/// Whether a line continues the field before it: it begins with a space, or is the rest of a broken credential.
fn continues((name, _): &(Vec<u8>, Vec<u8>), line: &[u8]) -> bool {
    let of_base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_=\":".contains(b);
    let own = [&b"authorization"[..], b"signature"].iter().any(|own| name.eq_ignore_ascii_case(own));
    let rest =
        own && line.iter().all(of_base64) && line.iter().position(|&b| b == b':').is_none_or(|at| at + 1 == line.len());
    rest || matches!(line.first(), Some(b' ' | b'\t'))
}

/// Method, target and the number of the version.
pub(super) fn request_line(line: &[u8]) -> Option<(&[u8], &[u8], &str)> {
    let mut words = line.split(|&b| b == b' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let number = std::str::from_utf8(version.strip_prefix(b"HTTP/")?).ok()?;
    let numeric = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // `* using HTTP/2` is one of curl's own lines.
    let plain = method.first().is_some_and(u8::is_ascii_alphabetic) && method.iter().all(u8::is_ascii_graphic);
    (numeric && plain && words.next().is_none()).then_some((method, target, number))
}

/// Whether a response begins here.
pub(super) fn is_status_line(line: &[u8]) -> bool {
    line.strip_prefix(b"< ").unwrap_or(line).starts_with(b"HTTP/")
}

/// The first line, without its break, and the rest.
pub(super) fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&b| b == b'\n');
    let (line, rest) = end.map_or((text, &[][..]), |end| (&text[..end], &text[end + 1..]));
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}
