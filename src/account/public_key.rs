//! SSH public keys as OpenSSH writes them: one line of algorithm, base64 and comment.
//!
//! Everything that sshd would read in another way, or that would open more than the desk, is refused: options,
//! certificates, several keys, weak algorithms. Whether a point lies on its curve is left to sshd, which checks the
//! signature.

/// Longest line that is read: an RSA key of 16384 bits takes 2.8 KB.
const LONGEST: usize = 16 << 10;
/// Fewest bits of an RSA modulus.
const RSA_BITS: usize = 3072;
/// Most bits of an RSA modulus, as OpenSSH has it.
const MOST_RSA_BITS: usize = 16_384;

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
    /// A string of this length.
    Bytes(usize),
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

use Field::{Application, Bytes, Curve, Exponent, Modulus, Point};

/// Every algorithm that is accepted, with its fields (RFC 4253, 5656, 8709; OpenSSH's PROTOCOL.u2f).
const ALGORITHMS: [(&str, &[Field]); 7] = [
    ("ssh-ed25519", &[Bytes(32)]),
    ("ecdsa-sha2-nistp256", &[Curve("nistp256"), Point(65)]),
    ("ecdsa-sha2-nistp384", &[Curve("nistp384"), Point(97)]),
    ("ecdsa-sha2-nistp521", &[Curve("nistp521"), Point(133)]),
    ("ssh-rsa", &[Exponent, Modulus]),
    ("sk-ssh-ed25519@openssh.com", &[Bytes(32), Application]),
    ("sk-ecdsa-sha2-nistp256@openssh.com", &[Curve("nistp256"), Point(65), Application]),
];

impl PublicKey {
    /// Reads the one key of a file.
    pub fn parse(text: &str) -> Result<Self, PublicKeyError> {
        let line = text.trim_start_matches('\u{feff}').trim();
        if line.len() > LONGEST {
            return Err(PublicKeyError::Long);
        }
        if line.contains("PRIVATE KEY") {
            return Err(PublicKeyError::Private);
        }
        if line.contains(['\n', '\r']) {
            return Err(PublicKeyError::Lines);
        }
        let (word, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let (algorithm, fields) = known(word, rest)?;
        let (base64, comment) = rest.trim_start().split_once([' ', '\t']).unwrap_or((rest.trim_start(), ""));
        let damaged = PublicKeyError::Damaged(algorithm);
        let blob = data_encoding::BASE64.decode(base64.as_bytes()).map_err(|_| damaged.clone())?;
        check(algorithm, fields, &blob).ok_or(damaged)??;
        Ok(Self { algorithm, blob, comment: comment.trim().to_owned() })
    }

    /// A key as sshd names it: algorithm and base64. `None` for everything that [`PublicKey::parse`] refuses.
    pub fn of(algorithm: &str, base64: &str) -> Option<Self> {
        let (algorithm, fields) = ALGORITHMS.iter().find(|(name, _)| *name == algorithm)?;
        let blob = data_encoding::BASE64.decode(base64.as_bytes()).ok()?;
        check(algorithm, fields, &blob)?.ok()?;
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
fn check(algorithm: &'static str, fields: &[Field], blob: &[u8]) -> Option<Result<(), PublicKeyError>> {
    let (name, mut rest) = string(blob)?;
    if name != algorithm.as_bytes() {
        return None;
    }
    for field in fields {
        let (value, after) = string(rest)?;
        rest = after;
        let right = match field {
            Bytes(length) => value.len() == *length,
            Curve(name) => value == name.as_bytes(),
            Point(length) => value.len() == *length && value[0] == 4,
            Application => !value.is_empty(),
            Exponent => bits(value)? > 1 && value.last().is_some_and(|last| last & 1 == 1),
            Modulus => match bits(value)? {
                bits if bits < RSA_BITS => return Some(Err(PublicKeyError::ShortRsa(bits))),
                bits => bits <= MOST_RSA_BITS,
            },
        };
        if !right {
            return None;
        }
    }
    rest.is_empty().then_some(Ok(()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(fields: &[&[u8]]) -> String {
        let mut blob = Vec::new();
        for field in fields {
            blob.extend((field.len() as u32).to_be_bytes());
            blob.extend(*field);
        }
        data_encoding::BASE64.encode(&blob)
    }

    fn ed25519() -> String {
        format!("ssh-ed25519 {}", wire(&[b"ssh-ed25519", &[7; 32]]))
    }

    fn rsa(bits: usize) -> String {
        let mut modulus = vec![0xff; bits / 8];
        modulus.insert(0, 0);
        format!("ssh-rsa {}", wire(&[b"ssh-rsa", &[1, 0, 1], &modulus]))
    }

    #[test]
    fn one_line_is_a_key_with_its_comment() {
        let key = PublicKey::parse(&format!("{} alice@laptop home\r\n", ed25519())).unwrap();
        assert_eq!((key.algorithm(), key.comment()), ("ssh-ed25519", "alice@laptop home"));
        assert_eq!(key.blob().len(), 51);
        assert_eq!(PublicKey::parse(&ed25519()).unwrap().comment(), "");
        assert!(PublicKey::parse(&rsa(3072)).is_ok());
        let sk = "sk-ssh-ed25519@openssh.com";
        assert!(PublicKey::parse(&format!("{sk} {}", wire(&[sk.as_bytes(), &[7; 32], b"ssh:"]))).is_ok());
    }

    #[test]
    fn what_sshd_would_read_differently_is_refused() {
        let two = format!("{}\n{}", ed25519(), ed25519());
        let options = format!("command=\"id\",no-pty {}", ed25519());
        let cert = format!("ssh-ed25519-cert-v01@openssh.com {}", wire(&[b"x"]));
        let damaged = PublicKeyError::Damaged("ssh-ed25519");
        let long = format!("ssh-ed25519 {}", wire(&[b"ssh-ed25519", &[7; 32], b"more"]));
        let cases: [(&str, PublicKeyError); 14] = [
            ("", PublicKeyError::Empty),
            (" \n", PublicKeyError::Empty),
            (&two, PublicKeyError::Lines),
            (&options, PublicKeyError::Options("ssh-ed25519")),
            (&cert, PublicKeyError::Certificate),
            ("ssh-dss AAAA", PublicKeyError::Dsa),
            (&rsa(2048), PublicKeyError::ShortRsa(2048)),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nx", PublicKeyError::Private),
            ("hello world", PublicKeyError::Unknown),
            ("ssh-ed25519", damaged.clone()),
            ("ssh-ed25519 !!!", damaged.clone()),
            (&ed25519()[..40], damaged.clone()),
            (&long, damaged.clone()),
            (&ed25519().replacen("ssh-ed25519", "ssh-rsa", 1), PublicKeyError::Damaged("ssh-rsa")),
        ];
        for (text, why) in cases {
            assert_eq!(PublicKey::parse(text), Err(why), "{text}");
        }
        assert_eq!(PublicKey::parse(&"x".repeat(20_000)), Err(PublicKeyError::Long));
    }

    #[test]
    fn sshd_names_a_key_by_algorithm_and_base64() {
        let line = ed25519();
        let base64 = line.split(' ').nth(1).unwrap();
        assert_eq!(PublicKey::of("ssh-ed25519", base64), PublicKey::parse(&line).ok());
        for (algorithm, base64) in
            [("ssh-rsa", base64), ("ssh-ed25519-cert-v01@openssh.com", base64), ("ssh-ed25519", ""), ("", base64)]
        {
            assert_eq!(PublicKey::of(algorithm, base64), None, "{algorithm}");
        }
    }
}
