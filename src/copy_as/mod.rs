//! A credential as text to paste somewhere: two lines, a .env file, JSON, a curl command, the fields of a request.
//!
//! Pure. The secret is in the text where there is one; where there is none, [`PLACEHOLDER`] holds its place. Whatever
//! holds the secret is built in buffers that never move and are wiped.

mod parts;
mod pieces;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::credential::{Algorithm, Kind};
use crate::sample::{self, Language, Site};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::verify::{Dialect, Draft, Scheme, sign};

pub use parts::Parts;
use pieces::{Pieces, dotenv, joined, json, plain, shell, xml};

/// Stands where the secret would be.
pub const PLACEHOLDER: &str = "$KEYDESK_API_SECRET";

/// The way to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// Key and secret, each on its line.
    Lines,
    /// Lines of a .env file.
    Env,
    /// A JSON object; of several an array.
    Json,
    /// A curl command that calls the API.
    Curl,
    /// The fields of a request, or for Legacy the element of one.
    Header,
}

/// Where the API is, and when.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The address of the API.
    pub site: &'a Site,
    /// The date that a signed request has.
    pub now: Seconds,
}

/// What the signed example sends: a message to a number that nobody has.
const BODY: &str = r#"{"messages":[{"content":"Hi","destination_number":"+61491570156"}]}"#;

impl CopyForm {
    /// Its word, as in "copied as JSON".
    pub fn word(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Env => ".env",
            Self::Json => "JSON",
            Self::Curl => "curl",
            Self::Header => "header",
        }
    }

    /// Whether the text holds the secret, if there is one. A signed request proves that its sender knows it, and does
    /// not tell it.
    pub fn holds_secret(self, kind: Kind) -> bool {
        match self {
            Self::Lines | Self::Env | Self::Json => true,
            Self::Curl | Self::Header => !kind.signs(),
        }
    }
}

/// The credentials in this form; or why one of them cannot be written so, as a sentence.
pub fn text(form: CopyForm, of: &[Parts<'_>], call: Call<'_>) -> Result<Secret, String> {
    let several = of.len() > 1;
    let each = of.iter().map(|parts| one(form, parts, call, several)).collect::<Result<Vec<_>, _>>()?;
    let (before, between, after) = match (form, several) {
        (CopyForm::Json, true) => ("[", ",\n", "]\n"),
        (_, true) => ("", "\n", "\n"),
        (_, false) => ("", "", ""),
    };
    let mut all = plain(before);
    for (i, pieces) in each.into_iter().enumerate() {
        if i > 0 {
            all.extend(plain(between));
        }
        all.extend(pieces);
    }
    all.extend(plain(after));
    Ok(joined(&all))
}

fn one(form: CopyForm, parts: &Parts<'_>, call: Call<'_>, several: bool) -> Result<Pieces, String> {
    match form {
        CopyForm::Lines if several => Ok(fields(&[plain(parts.name), plain(parts.key), secret(parts, plain)], "\t")),
        CopyForm::Lines => Ok(fields(&[plain(parts.key), secret(parts, plain)], "\n")),
        CopyForm::Env => {
            let name = if several { plain(&format!("# {}\n", parts.name)) } else { Pieces::new() };
            let key = [plain("KEYDESK_API_KEY="), dotenv(parts.key)].concat();
            let secret = [plain("KEYDESK_API_SECRET="), secret(parts, dotenv)].concat();
            Ok([name, fields(&[key, secret], "\n")].concat())
        }
        CopyForm::Json => {
            let member = |name: &str, value: Pieces| [plain(&format!("\"{name}\":\"")), value, plain("\"")].concat();
            let members = [
                member("key", json(parts.key)),
                member("secret", secret(parts, json)),
                member("name", json(parts.name)),
            ];
            Ok([plain("{"), fields(&members, ","), plain("}")].concat())
        }
        CopyForm::Curl | CopyForm::Header => request(form, parts, call),
    }
}

/// The pieces one after the other, with `between` them.
fn fields(fields: &[Pieces], between: &str) -> Pieces {
    fields.join(&*plain(between))
}

/// The secret as `write` writes it, or what holds its place.
fn secret(parts: &Parts<'_>, write: fn(&str) -> Pieces) -> Pieces {
    match parts.secret {
        Some(secret) => write(secret.expose_text().unwrap_or_default()),
        None => plain(PLACEHOLDER),
    }
}

fn request(form: CopyForm, parts: &Parts<'_>, call: Call<'_>) -> Result<Pieces, String> {
    let subject = parts.subject();
    let language = match parts.kind {
        Kind::Basic => Language::Curl,
        Kind::Hmac => Language::Openssl,
        Kind::Legacy => Language::Soap,
    };
    if let Some(why) = sample::obstacle(language, &subject, call.site) {
        return Err(why);
    }
    match (parts.kind, form, parts.secret) {
        (Kind::Basic, CopyForm::Curl, _) => Ok(basic_curl(parts, call)),
        (Kind::Basic, ..) => Ok(basic_field(parts)),
        (Kind::Hmac, _, Some(secret)) => signed(form, parts, secret, call),
        (Kind::Hmac, CopyForm::Header, None) => Ok(plain(&signing_command(parts, call))),
        // The sample reads the secret from the environment.
        (Kind::Hmac, _, None) | (Kind::Legacy, CopyForm::Curl, None) => {
            Ok(plain(sample::text(language, &subject, call.site).trim_end()))
        }
        (Kind::Legacy, CopyForm::Curl, Some(_)) => Ok(soap_curl(parts, call)),
        (Kind::Legacy, ..) => Ok(element(parts, xml)),
    }
}

fn basic_curl(parts: &Parts<'_>, call: Call<'_>) -> Pieces {
    let user = match parts.secret {
        Some(_) => [plain("'"), shell(parts.key), plain(":"), secret(parts, shell), plain("'")].concat(),
        None => plain(&format!("{}\"{PLACEHOLDER}\"", sample::shell(&format!("{}:", parts.key)))),
    };
    let url = sample::shell(&format!("{}/v1/replies", call.site.base()));
    [plain("curl -sS -u "), user, plain(&format!(" {url}"))].concat()
}

fn basic_field(parts: &Parts<'_>) -> Pieces {
    let Some(secret) = parts.secret else {
        return plain(&format!(
            "Authorization: Basic $(printf '%s:%s' {} \"{PLACEHOLDER}\" | base64 | tr -d '\\n')",
            sample::shell(parts.key)
        ));
    };
    let mut pair = Zeroizing::new(Vec::with_capacity(parts.key.len() + 1 + secret.len()));
    pair.extend_from_slice(parts.key.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(secret.expose());
    let mut encoded = Zeroizing::new(vec![0; BASE64.encode_len(pair.len())]);
    BASE64.encode_mut(&pair, &mut encoded);
    let encoded = std::str::from_utf8(&encoded).map_or_else(|_| Pieces::new(), plain);
    [plain("Authorization: Basic "), encoded].concat()
}

/// A request that is signed now: verifiers take it for five minutes. The secret is not in it.
fn signed(form: CopyForm, parts: &Parts<'_>, secret: &Secret, call: Call<'_>) -> Result<Pieces, String> {
    let (scheme, authority) = match call.site.origin().split_once("://") {
        Some(("http", authority)) => (Scheme::Http, authority),
        Some((_, authority)) => (Scheme::Https, authority),
        None => (Scheme::Https, call.site.origin()),
    };
    let target = format!("{}/v1/messages", call.site.prefix());
    let draft = Draft {
        method: "POST",
        scheme,
        authority,
        target: &target,
        fields: &[],
        body: Some(BODY.as_bytes()),
        key: parts.key,
        at: call.now,
    };
    let dialect = Dialect::Hmac(parts.subject().algorithm());
    let fields = sign(&draft, dialect, secret).ok_or("This key cannot be said in a signed request.")?;
    let lines: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    Ok(plain(&match form {
        CopyForm::Header => lines.join("\n"),
        _ => {
            let fields: Vec<String> = lines.iter().map(|line| format!("-H {}", sample::shell(line))).collect();
            format!(
                "curl -sS {} -H 'Content-Type: application/json' --data-binary {} {}",
                fields.join(" "),
                sample::shell(BODY),
                sample::shell(&messages(call))
            )
        }
    }))
}

/// The command that signs with the secret of the environment, and prints the fields.
fn signing_command(parts: &Parts<'_>, call: Call<'_>) -> String {
    let algorithm = match parts.subject().algorithm() {
        Algorithm::Sha256 => String::new(),
        other => format!(" --algorithm {}", other.as_str()),
    };
    let (body, key, url) = (sample::shell(BODY), sample::shell(parts.key), sample::shell(&messages(call)));
    format!("printf %s {body} | keydesk sign --key {key} --body - {url}{algorithm}")
}

fn messages(call: Call<'_>) -> String {
    format!("{}/v1/messages", call.site.base())
}

/// Asks the SOAP API whether the credential is good.
fn soap_curl(parts: &Parts<'_>, call: Call<'_>) -> Pieces {
    const API: &str = "http://xml.m4u.com.au/2009";
    let before = format!(
        "curl -sS -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: \"{API}/checkUser\"' --data-binary \
         '<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><checkUser xmlns=\"{API}\">"
    );
    let after = format!("</checkUser></s:Body></s:Envelope>' {}", sample::shell(&format!("{}/", call.site.base())));
    [plain(&before), element(parts, |text| pieces::inside_shell(&xml(text))), plain(&after)].concat()
}

/// The element of a SOAP request that holds the credential.
fn element(parts: &Parts<'_>, write: fn(&str) -> Pieces) -> Pieces {
    [
        plain("<authentication><userId>"),
        write(parts.key),
        plain("</userId><password>"),
        secret(parts, write),
        plain("</password></authentication>"),
    ]
    .concat()
}

#[cfg(test)]
mod tests;
