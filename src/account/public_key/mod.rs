//! SSH public keys as OpenSSH writes them: one line of algorithm, base64 and comment.
//!
//! Everything that sshd would read in another way, or that would open more than the desk, is refused: options,
//! certificates, several keys, weak algorithms, and what is no key of its algorithm although it has the length of one.

mod curve;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// Longest line that is read: an RSA key of 16384 bits takes 2.8 KB.
const LONGEST: usize = 16 << 10;
/// Fewest bits of an RSA modulus.
const RSA_BITS: usize = 3072;
/// Most bits of an RSA modulus, as OpenSSH has it.
const MOST_RSA_BITS: usize = 16_384;
/// Most bits of an RSA exponent: OpenSSL checks no signature by a longer one.
const MOST_EXPONENT_BITS: usize = 64;
/// How a private key is known: by the line around it, the file of PuTTY, and what OpenSSH writes without its first line.
const PRIVATE: [&str; 4] = ["PRIVATE KEY", "PuTTY-User-Key-File", "Private-Lines:", "b3BlbnNzaC1rZXktdjE"];
/// How public keys begin that are not written as OpenSSH does.
const OTHER_FORMATS: [&str; 2] = ["---- BEGIN SSH2 PUBLIC KEY", "-----BEGIN "];
/// How every key in base64 begins: with the first bytes of the length of its algorithm's name. And how long it is at least.
const BASE64_BEGINS: (&str, usize) = ("AAAA", 40);

/// A public key that may open the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: &'static str,
    blob: Vec<u8>,
    comment: String,
}

/// Why a public key was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Nothing was given.
    #[error("There is no public key. Give the file that ends in .pub, for example ~/.ssh/id_ed25519.pub.")]
    Empty,
    /// A private key was given.
    #[error(
        "That is a private key, which belongs on its owner's machine alone. Give the file beside it that ends in .pub; if others could \
         read the private one, make a new pair."
    )]
    Private,
    /// More than one line.
    #[error("There is more than one line. Give one public key at a time, on one line.")]
    Lines,
    /// A second key in place of the comment.
    #[error("There is a second key behind the first. Give one public key at a time, on one line.")]
    Second,
    /// A byte order mark, which OpenSSH does not read.
    #[error(
        "It begins with a byte order mark (U+FEFF), which OpenSSH does not read. Save the file as UTF-8 without it."
    )]
    ByteOrderMark,
    /// A character that no line of text holds.
    #[error("It holds a control character ({0}). Copy the whole line from the file that ends in .pub.")]
    Control(String),
    /// A public key in another format.
    #[error(
        "That is not how OpenSSH writes a public key. `ssh-keygen -i -f FILE` prints one of PuTTY so, and with -m PKCS8 one of OpenSSL."
    )]
    Format,
    /// Longer than any key.
    #[error("It is longer than any public key. Give the file that ends in .pub.")]
    Long,
    /// Something stands before the algorithm.
    #[error(
        "There is something before {0}. Options are not accepted: leave everything before {0} out, and say --network and --expires instead."
    )]
    Options(&'static str),
    /// A certificate.
    #[error("That is a certificate. Give the public key itself; certificates open nothing here.")]
    Certificate,
    /// DSA.
    #[error("DSA keys are too weak, and sshd refuses them. Make a new one: ssh-keygen -t ed25519.")]
    Dsa,
    /// RSA with a short modulus.
    #[error("The RSA key has {0} bits, and at least 3072 are wanted. Make a new one: ssh-keygen -t ed25519.")]
    ShortRsa(usize),
    /// An algorithm that is not known, or no key at all.
    #[error(
        "That is not an OpenSSH public key. It begins with ssh-ed25519, ecdsa-sha2-…, ssh-rsa or sk-…: give the file that ends in .pub."
    )]
    Unknown,
    /// What follows the algorithm is not a key of it.
    #[error("The {0} key is damaged: it was cut or changed. Copy the whole line from the file that ends in .pub.")]
    Damaged(&'static str),
}

/// The fields after the name of the algorithm.
#[derive(Clone, Copy)]
enum Field {
    /// A point of Ed25519, of this length.
    Compressed(usize),
    /// The name of a curve.
    Curve(&'static str),
    /// An uncompressed point of this length.
    Point(usize),
    /// The application of a security key: not empty.
    Application,
    /// The exponent of RSA.
    Exponent,
    /// The modulus of RSA.
    Modulus,
}

use Field::{Application, Compressed, Curve, Exponent, Modulus, Point};

/// Every algorithm that is accepted, with its fields (RFC 4253, 5656, 8709; OpenSSH's PROTOCOL.u2f).
const ALGORITHMS: [(&str, &[Field]); 7] = [
    ("ssh-ed25519", &[Compressed(32)]),
    ("ecdsa-sha2-nistp256", &[Curve("nistp256"), Point(65)]),
    ("ecdsa-sha2-nistp384", &[Curve("nistp384"), Point(97)]),
    ("ecdsa-sha2-nistp521", &[Curve("nistp521"), Point(133)]),
    ("ssh-rsa", &[Exponent, Modulus]),
    ("sk-ssh-ed25519@openssh.com", &[Compressed(32), Application]),
    ("sk-ecdsa-sha2-nistp256@openssh.com", &[Curve("nistp256"), Point(65), Application]),
];

impl PublicKey {
    /// Reads the one key of a file.
    pub fn parse(text: &str) -> Result<Self, PublicKeyError> {
        let line = one_line(text)?;
        let (word, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let (algorithm, fields) = known(word, rest)?;
        let rest = rest.trim_start_matches([' ', '\t']);
        let (base64, comment) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        let damaged = PublicKeyError::Damaged(algorithm);
        let blob = data_encoding::BASE64.decode(base64.as_bytes()).map_err(|_| damaged.clone())?;
        check(algorithm, fields, &blob, on_its_curve).ok_or(damaged)??;
        let (begins, shortest) = BASE64_BEGINS;
        if comment.split([' ', '\t']).any(|word| word.starts_with(begins) && word.len() >= shortest) {
            return Err(PublicKeyError::Second);
        }
        Ok(Self { algorithm, blob, comment: comment.trim().to_owned() })
    }

    /// Reads the one key of a file that may not be text.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => Self::parse(text),
            Cow::Owned(text) if is_private(&text) => Err(PublicKeyError::Private),
            Cow::Owned(_) => Err(PublicKeyError::Unknown),
        }
    }

    /// A key as sshd names it: algorithm and base64. `None` for everything that [`PublicKey::parse`] refuses, but for points on no
    /// curve: sshd has checked a signature by it, or will.
    pub fn of(algorithm: &str, base64: &str) -> Option<Self> {
        let (algorithm, fields) = ALGORITHMS.iter().find(|(name, _)| *name == algorithm)?;
        let blob = data_encoding::BASE64.decode(base64.as_bytes()).ok()?;
        check(algorithm, fields, &blob, |_, _| true)?.ok()?;
        Some(Self { algorithm, blob, comment: String::new() })
    }

    /// The algorithm, the first word of the line.
    pub fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The key in the wire format, which is what fingerprints are computed of.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// What stands behind the key: usually user and machine.
    pub fn comment(&self) -> &str {
        &self.comment
    }
}

/// The one line of a text, without blanks and line breaks around it.
fn one_line(text: &str) -> Result<&str, PublicKeyError> {
    if is_private(text) {
        return Err(PublicKeyError::Private);
    }
    if text.starts_with('\u{feff}') {
        return Err(PublicKeyError::ByteOrderMark);
    }
    let line = text.trim_matches([' ', '\t', '\r', '\n']);
    if OTHER_FORMATS.iter().any(|begin| line.starts_with(begin)) {
        return Err(PublicKeyError::Format);
    }
    if line.len() > LONGEST {
        return Err(PublicKeyError::Long);
    }
    if line.contains(['\n', '\r']) {
        return Err(PublicKeyError::Lines);
    }
    match line.chars().find(|c| c.is_control() && *c != '\t') {
        Some(c) => Err(PublicKeyError::Control(format!("U+{:04X}", u32::from(c)))),
        None => Ok(line),
    }
}

/// Whether it holds a private key, in UTF-16 too.
fn is_private(text: &str) -> bool {
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) };
    PRIVATE.iter().any(|mark| text.contains(mark))
}

/// The algorithm of the first word, or why there is none.
fn known(word: &str, rest: &str) -> Result<(&'static str, &'static [Field]), PublicKeyError> {
    if let Some((name, fields)) = ALGORITHMS.iter().find(|(name, _)| *name == word) {
        return Ok((name, fields));
    }
    let later = |line: &str| line.split([' ', '\t']).find_map(|word| ALGORITHMS.iter().find(|(name, _)| *name == word));
    match word {
        "" => Err(PublicKeyError::Empty),
        "ssh-dss" => Err(PublicKeyError::Dsa),
        word if word.ends_with("-cert-v01@openssh.com") => Err(PublicKeyError::Certificate),
        _ => Err(later(rest).map_or(PublicKeyError::Unknown, |(name, _)| PublicKeyError::Options(name))),
    }
}

/// Whether a blob holds exactly the fields of its algorithm. `None` if it is damaged.
fn check(
    algorithm: &'static str,
    fields: &[Field],
    blob: &[u8],
    is_point: fn(Field, &[u8]) -> bool,
) -> Option<Result<(), PublicKeyError>> {
    let (name, mut rest) = string(blob)?;
    if name != algorithm.as_bytes() {
        return None;
    }
    for field in fields {
        let (value, after) = string(rest)?;
        rest = after;
        let right = match field {
            Compressed(length) => value.len() == *length && is_point(*field, value),
            Curve(name) => value == name.as_bytes(),
            Point(length) => value.len() == *length && value[0] == 4 && is_point(*field, value),
            Application => !value.is_empty(),
            Exponent => (2..=MOST_EXPONENT_BITS).contains(&bits(value)?) && is_odd(value),
            Modulus => match bits(value)? {
                bits if bits < RSA_BITS => return Some(Err(PublicKeyError::ShortRsa(bits))),
                bits => bits <= MOST_RSA_BITS && is_odd(value),
            },
        };
        if !right {
            return None;
        }
    }
    rest.is_empty().then_some(Ok(()))
}

/// Whether a point is one of its curve.
fn on_its_curve(field: Field, point: &[u8]) -> bool {
    match field {
        Compressed(_) => curve::on_edwards_curve(point),
        Point(_) => curve::on_nist_curve(point),
        Curve(_) | Application | Exponent | Modulus => true,
    }
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last & 1 == 1)
}

/// Takes a string with its length in front (RFC 4251, section 5) off the bytes.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)
}

/// The bits of a positive whole number in its shortest form; `None` for any other.
fn bits(number: &[u8]) -> Option<usize> {
    let digits = match number {
        [0, digits @ ..] if digits.first().is_some_and(|first| first & 0x80 != 0) => digits,
        [first, ..] if (1..0x80).contains(first) => number,
        _ => return None,
    };
    Some(digits.len() * 8 - digits[0].leading_zeros() as usize)
}
