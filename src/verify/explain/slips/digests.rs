//! Mistakes in a body digest: which one makes it right.

use crate::vault::Hash;
use crate::verify::Request;
use crate::verify::explain::slips::spelling::readings;
use crate::verify::request::trim;
use crate::verify::syntax::digest::FIELDS;

/// Makes of the body what the digest is over.
type Bend = fn(&[u8]) -> Option<Vec<u8>>;

/// Goes on from "The digest": what it is of.
const BODIES: [(&str, Bend); 13] = [
    ("", |body| Some(body.to_vec())),
    ("is of the body with a line break at its end.", |body| Some([body, b"\n"].concat())),
    ("is of the body with CR LF at its end.", |body| Some([body, b"\r\n"].concat())),
    ("is of the body without the line break at its end.", |body| {
        let less = body.strip_suffix(b"\n")?;
        Some(less.strip_suffix(b"\r").unwrap_or(less).to_vec())
    }),
    ("is of an empty body.", |_| Some(Vec::new())),
    ("is of the body with CR LF at the ends of its lines, and it was sent with LF.", |body| {
        Some(body.split(|&b| b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]))
    }),
    ("is of the body with LF at the ends of its lines, and it was sent with CR LF.", |body| {
        Some(std::str::from_utf8(body).ok()?.replace("\r\n", "\n").into_bytes())
    }),
    ("is of the body in UTF-16.", |body| {
        Some(std::str::from_utf8(body).ok()?.encode_utf16().flat_map(u16::to_le_bytes).collect())
    }),
    ("is of the body in ISO-8859-1, and it was sent in UTF-8.", |body| {
        std::str::from_utf8(body).ok()?.chars().map(|c| u8::try_from(c).ok()).collect()
    }),
    ("is of the body in UTF-8, and it was sent in ISO-8859-1.", |body| {
        Some(body.iter().map(|&b| char::from(b)).collect::<String>().into_bytes())
    }),
    ("is of the body with a byte-order mark.", |body| Some(["\u{feff}".as_bytes(), body].concat())),
    ("is of the body without its byte-order mark.", |body| {
        body.strip_prefix("\u{feff}".as_bytes()).map(<[u8]>::to_vec)
    }),
    ("is of the body in base64.", |body| Some(data_encoding::BASE64.encode(body).into_bytes())),
];

const HASHES: [(&str, Hash); 5] = [
    ("MD5", Hash::Md5),
    ("SHA-1", Hash::Sha1),
    ("SHA-256", Hash::Sha256),
    ("SHA-384", Hash::Sha384),
    ("SHA-512", Hash::Sha512),
];

/// The slip in a sentence or two, of the first digest that is wrong; `None` without a body to compare, or a slip that is known.
pub(in crate::verify) fn mistake(request: &Request<'_>) -> Option<String> {
    let body = request.visible_body()?;
    let values = FIELDS.iter().flat_map(|name| request.values(name).map(move |value| (*name, value)));
    values.flat_map(|(name, value)| members(name, value)).find_map(|(named, text)| slip(named, text, body))
}

/// The name of the hash function and the text of each digest in a field.
fn members<'a>(name: &[u8], value: &'a [u8]) -> Vec<(&'static str, &'a [u8])> {
    if name.ends_with(b"md5") {
        return vec![("MD5", value)];
    }
    let member = |member: &'a [u8]| {
        let equals = member.iter().position(|&b| b == b'=')?;
        let (name, text) = (&member[..equals], &member[equals + 1..]);
        let (named, _) = HASHES.iter().find(|(named, _)| name.eq_ignore_ascii_case(named.as_bytes()))?;
        let text = text.strip_prefix(b":").unwrap_or(text);
        Some((*named, text.strip_suffix(b":").unwrap_or(text)))
    };
    value.split(|&b| b == b',').filter_map(|one| member(trim(one))).collect()
}

fn slip(named: &'static str, text: &[u8], body: &[u8]) -> Option<String> {
    let readings = readings(text);
    for (of, bend) in BODIES {
        let Some(bent) = bend(body) else { continue };
        for (hash_name, hash) in HASHES {
            let digest = hash.digest(&bent);
            let Some(reading) = readings.iter().find(|reading| digest.matches(reading.bytes.expose())) else {
                continue;
            };
            let (other, hex) = (hash_name != named, named == "MD5" && text.len() == 32);
            let mut said = Vec::new();
            // MD5 may be in hex.
            said.extend(reading.slip.filter(|_| !hex).map(|slip| format!("The digest {slip}")));
            said.extend(other.then(|| format!("The digest is {hash_name}, and says {named}.")));
            said.extend((!of.is_empty()).then(|| format!("The digest {of}")));
            return (!said.is_empty()).then(|| said.join(" "));
        }
    }
    None
}
