//! Signs a request for integrators: the string under the MAC is built by the code that verifies it.

use data_encoding::BASE64;

use crate::credential::Algorithm;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::Hash;
use crate::verify::hmac_scheme::hash_of;
use crate::verify::{Body, Field, Request, Scheme, Surface, Version, signing_strings};

/// A request that is to be signed.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    /// Request method.
    pub method: &'a str,
    /// URI scheme.
    pub scheme: Scheme,
    /// Host, and port if it is said.
    pub authority: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// Further fields to sign.
    pub fields: &'a [(String, String)],
    /// The body; `None` for a request without.
    pub body: Option<&'a [u8]>,
    /// API key of the HMAC credential that signs.
    pub key: &'a str,
    /// Date of the signature, in Unix seconds.
    pub at: Seconds,
}

/// How to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The `hmac` scheme of `Authorization`.
    Hmac(Algorithm),
    /// RFC 9421 with hmac-sha256.
    Rfc9421,
}

type Pairs = Vec<(String, String)>;

/// Stands where the signature will be.
const BLANK: &str = "AAAA";

/// The fields that the signed request has to carry; `None` if it cannot be said in this dialect: a key with a quote, a
/// field that is there twice.
pub fn sign(draft: &Draft<'_>, dialect: Dialect, secret: &Secret) -> Option<Pairs> {
    let (mut fields, proof, hash) = match dialect {
        Dialect::Hmac(algorithm) => hmac(draft, algorithm),
        Dialect::Rfc9421 => rfc9421(draft),
    };
    let signed = fields.len();
    fields.extend(proof.clone());
    let string = string(draft, &fields)?;
    let signature = BASE64.encode(hash.mac(secret.expose(), &string).as_bytes());
    fields.truncate(signed);
    fields.extend(proof.into_iter().map(|(name, value)| match value.rsplit_once(BLANK) {
        Some((before, after)) if name != INPUT => (name, format!("{before}{signature}{after}")),
        _ => (name, value),
    }));
    Some(fields)
}

const INPUT: &str = "Signature-Input";

fn hmac(draft: &Draft<'_>, algorithm: Algorithm) -> (Pairs, Pairs, Hash) {
    let mut fields = vec![("Date".to_owned(), draft.at.millis().utc("%a, %d %b %Y %H:%M:%S GMT"))];
    fields.extend(draft.body.map(|body| ("Digest".to_owned(), format!("SHA-256={}", sha256(body)))));
    fields.extend(draft.fields.iter().cloned());
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).chain(["request-line"]).collect();
    let value = format!(
        r#"hmac username="{}", algorithm="{algorithm}", headers="{}", signature="{BLANK}""#,
        draft.key,
        names.join(" "),
        algorithm = algorithm.as_str(),
    );
    (fields, vec![("Authorization".to_owned(), value)], hash_of(algorithm))
}

fn rfc9421(draft: &Draft<'_>) -> (Pairs, Pairs, Hash) {
    let mut fields = Pairs::new();
    fields.extend(draft.body.map(|body| ("Content-Digest".to_owned(), format!("sha-256=:{}:", sha256(body)))));
    fields.extend(draft.fields.iter().cloned());
    let names = ["@method", "@authority", "@request-target"].map(str::to_owned).into_iter();
    let names: Vec<_> = names.chain(fields.iter().map(|(name, _)| name.to_ascii_lowercase())).collect();
    let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let (key, at) = (draft.key, draft.at.0);
    let input = format!(r#"sig1=({});created={at};keyid="{key}";alg="hmac-sha256""#, names.join(" "));
    let proof = vec![(INPUT.to_owned(), input), ("Signature".to_owned(), format!("sig1=:{BLANK}:"))];
    (fields, proof, Hash::Sha256)
}

fn sha256(body: &[u8]) -> String {
    BASE64.encode(Hash::Sha256.digest(body).as_bytes())
}

fn string(draft: &Draft<'_>, fields: &[(String, String)]) -> Option<Vec<u8>> {
    let mut all: Vec<Field<'_>> = vec![(b"Host", draft.authority.as_bytes())];
    all.extend(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let request = Request {
        surface: Surface::Rest,
        method: draft.method.as_bytes(),
        target: draft.target.as_bytes(),
        fields: &all,
        body: Body::Visible(draft.body.unwrap_or_default()),
        version: Version::Http11,
        scheme: draft.scheme,
        client: None,
    };
    signing_strings(&request).into_iter().next()
}
