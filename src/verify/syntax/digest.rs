//! Body digests that a signature covers: `Content-MD5`, `X-Content-MD5`, `Digest`, `Content-Digest` (H17, H18).

use crate::vault::Hash;
use crate::verify::request::trim;
use crate::verify::syntax::base64;
use crate::verify::syntax::lex::{Lexer, is_key, is_token};
use crate::verify::{Denied, Reason};

/// The fields that carry a digest, as H15 lists them.
pub(in crate::verify) const FIELDS: [&[u8]; 4] = [b"content-md5", b"x-content-md5", b"digest", b"content-digest"];

/// Where a field's grammar comes from.
#[derive(Clone, Copy)]
enum Form {
    /// Hex as published clients send it, or base64 as RFC 1864 has it.
    Md5,
    /// `Digest` (RFC 3230): `algorithm=value`, comma-separated.
    Digest,
    /// `Content-Digest` (RFC 9530): a dictionary of byte sequences.
    ContentDigest,
}

/// One digest field that is signed: every value of it that means something.
pub(in crate::verify) struct SignedDigest<'a> {
    name: &'a [u8],
    form: Form,
    value: &'a [u8],
}

impl<'a> SignedDigest<'a> {
    /// The digest field of a name and its value; refused unless it is well formed and holds something to compare.
    pub fn read(name: &'a [u8], value: &'a [u8]) -> Result<Self, Denied<'static>> {
        let form = match () {
            () if name.eq_ignore_ascii_case(b"digest") => Form::Digest,
            () if name.eq_ignore_ascii_case(b"content-digest") => Form::ContentDigest,
            () => Form::Md5,
        };
        let signed = Self { name, form, value };
        match signed.check(|_, _| true) {
            Some(true) => Ok(signed),
            _ => Err(Denied::about(Reason::BodyDigestMalformed, name)),
        }
    }

    /// An error unless every value is the digest of the body.
    pub fn compare(&self, body: &[u8]) -> Result<(), Denied<'static>> {
        match self.check(|hash, given| hash.digest(body).matches(given)) {
            Some(true) => Ok(()),
            _ => Err(Denied::about(Reason::BodyDigestMismatch, self.name)),
        }
    }

    /// Hands each value to `fits`: `None` if the field is malformed or has none, else whether all fit.
    fn check(&self, fits: impl Fn(Hash, &[u8]) -> bool) -> Option<bool> {
        match self.form {
            Form::Md5 => Some(fits(Hash::Md5, &md5(self.value)?)),
            Form::Digest => members(self.value, digest_member, fits),
            Form::ContentDigest => members(self.value, content_digest_member, fits),
        }
    }
}

fn md5(value: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    match value.len() {
        32 => data_encoding::HEXLOWER_PERMISSIVE.decode_mut(value, &mut bytes).is_ok().then_some(bytes),
        _ => (base64::decode(value, &mut bytes)?.len() == 16).then_some(bytes),
    }
}

/// A member of a list: the name of its algorithm and its text.
type Member<'a> = (&'a [u8], &'a [u8]);

/// Members between commas, none empty; unknown algorithms are ignored, but never enough.
fn members(
    value: &[u8],
    read: impl Fn(&[u8]) -> Option<Member<'_>>,
    fits: impl Fn(Hash, &[u8]) -> bool,
) -> Option<bool> {
    let (mut known, mut all) = (false, true);
    for member in value.split(|&b| b == b',') {
        let (name, text) = read(trim(member))?;
        let hash = match () {
            () if name.eq_ignore_ascii_case(b"sha-256") => Hash::Sha256,
            () if name.eq_ignore_ascii_case(b"sha-512") => Hash::Sha512,
            () => continue,
        };
        let mut bytes = [0; 64];
        let given = base64::decode(text, &mut bytes).filter(|given| given.len() == hash.len())?;
        known = true;
        all &= fits(hash, given);
    }
    known.then_some(all)
}

/// `token=value`, the value visible ASCII.
fn digest_member(member: &[u8]) -> Option<Member<'_>> {
    let equals = member.iter().position(|&b| b == b'=')?;
    let (name, value) = (&member[..equals], &member[equals + 1..]);
    let visible = !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
    (is_token(name) && visible).then_some((name, value))
}

/// `key=:base64:`, no parameters.
fn content_digest_member(member: &[u8]) -> Option<Member<'_>> {
    let equals = member.iter().position(|&b| b == b'=')?;
    let (name, value) = (&member[..equals], &member[equals + 1..]);
    let text = value.strip_prefix(b":")?.strip_suffix(b":")?;
    (is_key(name) && is_base64_text(text)).then_some((name, text))
}

/// Whether there are only characters of base64: what an unknown algorithm holds is not looked at more closely.
pub(in crate::verify) fn is_base64_text(text: &[u8]) -> bool {
    let mut rest = Lexer(text);
    rest.run(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    rest.at_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC_MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
    const ABC_SHA256: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

    fn judge(name: &str, value: &str) -> Result<(), Reason> {
        let signed = SignedDigest::read(name.as_bytes(), value.as_bytes()).map_err(|d| d.reason)?;
        signed.compare(b"abc").map_err(|d| d.reason)
    }

    #[test]
    fn md5_is_hex_of_any_case_or_base64() {
        for name in ["content-md5", "x-Content-MD5"] {
            assert_eq!(judge(name, ABC_MD5), Ok(()));
            assert_eq!(judge(name, &ABC_MD5.to_uppercase()), Ok(()));
            assert_eq!(judge(name, "kAFQmDzST7DWlj99KOF/cg=="), Ok(()));
            assert_eq!(judge(name, &ABC_MD5.replace('9', "8")), Err(Reason::BodyDigestMismatch));
            for bad in ["", "kAFQmDzST7DWlj99KOF/cg", &ABC_MD5[1..], "AAAA", &ABC_MD5.replace('9', "g")] {
                assert_eq!(judge(name, bad), Err(Reason::BodyDigestMalformed), "{bad}");
            }
        }
    }

    #[test]
    fn members_of_digest_and_content_digest_are_read() {
        let sha256 = |name: &str| format!("{name}={ABC_SHA256}");
        assert_eq!(judge("Digest", &sha256("SHA-256")), Ok(()));
        assert_eq!(judge("Digest", &format!("md5=x , {}", sha256("sha-256"))), Ok(()));
        assert_eq!(judge("Digest", "md5=x"), Err(Reason::BodyDigestMalformed));
        assert_eq!(judge("Digest", &format!("{},", sha256("sha-256"))), Err(Reason::BodyDigestMalformed));
        assert_eq!(judge("Digest", &format!("{},sha-512=x", sha256("sha-256"))), Err(Reason::BodyDigestMalformed));
        assert_eq!(judge("content-digest", &format!("sha-256=:{ABC_SHA256}:")), Ok(()));
        assert_eq!(judge("content-digest", &format!("SHA-256=:{ABC_SHA256}:")), Err(Reason::BodyDigestMalformed));
        assert_eq!(judge("content-digest", &format!("sha-256=:{ABC_SHA256}:;a")), Err(Reason::BodyDigestMalformed));
        assert_eq!(judge("content-digest", &sha256("sha-256")), Err(Reason::BodyDigestMalformed));
        assert_eq!(
            judge("content-digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"),
            Err(Reason::BodyDigestMismatch)
        );
    }
}
