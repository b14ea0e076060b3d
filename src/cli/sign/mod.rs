//! `keydesk sign`: the fields of a signed request, for integrators. Needs no desk.

mod curl;

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use zeroize::Zeroizing;

use crate::config;
use crate::credential::Algorithm;
use crate::secret::{self, Secret, What};
use crate::time::{Clock as _, SystemClock};
use crate::verify::{self, Dialect, Draft};

use super::args::one_of;
use super::context::Context;
use super::error::CliError;
use super::{output, password_prompt};

/// Environment variable with the secret, unless `--secret-stdin` is given.
const SECRET_VARIABLE: &str = crate::sample::SECRET_VARIABLE;

/// Longest body that is read, in MiB: far more than an API takes. A device may never end.
const LONGEST_BODY: u64 = 64;

/// Arguments of `sign`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The URL, with its query
    #[arg(value_name = "URL", value_hint = ValueHint::Url)]
    url: String,
    /// The API key that signs
    #[arg(long, value_name = "KEY")]
    key: String,
    /// How to sign
    #[arg(long, default_value = "hmac", value_parser = ["hmac", "rfc9421"])]
    scheme: String,
    /// The method; by default POST with a body and GET without
    #[arg(long, allow_hyphen_values = true)]
    method: Option<String>,
    /// File with the body, at most 64 MiB; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, allow_hyphen_values = true)]
    body: Option<PathBuf>,
    /// One more field to sign, as 'Name: value'; may be repeated
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    header: Vec<String>,
    /// The algorithm of the hmac scheme
    #[arg(long, default_value = "hmac-sha256", value_parser = one_of(&Algorithm::ALL, Algorithm::as_str))]
    algorithm: Algorithm,
    /// Read the secret from the first line of standard input instead of KEYDESK_API_SECRET
    #[arg(long)]
    secret_stdin: bool,
    /// Print a complete curl command instead of the fields
    #[arg(long)]
    curl: bool,
}

/// The same in a session by SSH key, where no file of this machine is read.
pub fn run_in(context: &Context, args: &SignArgs) -> Result<(), CliError> {
    args.body.as_deref().map_or(Ok(()), |file| context.may_read(file))?;
    if context.signed_in.is_some() && !args.secret_stdin {
        return Err(CliError::usage(
            "The API secret is missing. Add --secret-stdin and write it as the first line of standard input.",
        ));
    }
    if context.signed_in.is_some() && args.body.is_some() {
        return Err(CliError::usage(
            "Over SSH standard input holds the secret, so there is no way to sign a body as well. Sign it on a machine of your own, which \
             needs no desk for that.",
        ));
    }
    run(args)
}

/// Runs the command.
pub fn run(args: &SignArgs) -> Result<(), CliError> {
    let (scheme, authority, target) = split(&args.url)?;
    let fields = args.header.iter().map(|text| field(text)).collect::<Result<Vec<_>, _>>()?;
    let dialect = match (args.scheme.as_str(), args.algorithm) {
        ("hmac", algorithm) => Dialect::Hmac(algorithm),
        (_, Algorithm::Sha256) => Dialect::Rfc9421,
        _ => return Err(CliError::usage("RFC 9421 is signed with hmac-sha256 here. Leave --algorithm out.")),
    };
    let default = if args.body.is_some() { "POST" } else { "GET" };
    let method = args.method.as_deref().unwrap_or(default);
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
        return Err(CliError::usage("A method is a word in capitals. Write it as GET or POST, for example."));
    }
    if method == "CONNECT" {
        return Err(CliError::usage("CONNECT makes a tunnel, which no verifier lets through. Sign another method."));
    }
    let secret = secret(args)?;
    let body = args.body.as_deref().map(read).transpose()?;
    let at = SystemClock.now().seconds();
    let draft = Draft { method, scheme, authority, target, fields: &fields, body: body.as_deref(), key: &args.key, at };
    let signed = verify::sign(&draft, dialect, &secret).ok_or_else(|| {
        CliError::usage(
            "This cannot be signed: a key has no quotes, backslashes or letters beyond ASCII, and a field is signed once.",
        )
    })?;
    let body = args.body.as_deref().zip(body.as_deref());
    match args.curl {
        true => output::lines([curl::command(&curl::Sent { method, url: &args.url, fields: &signed, body })]),
        false => output::lines(signed.iter().map(|(name, value)| format!("{name}: {value}"))),
    }
}

fn secret(args: &SignArgs) -> Result<Secret, CliError> {
    if args.secret_stdin {
        if args.body.as_deref().is_some_and(|path| path.as_os_str() == "-") {
            return Err(CliError::usage("Standard input holds either the secret or the body. Put the body in a file."));
        }
        return password_prompt::read_stdin(What::ApiSecret);
    }
    match env::var_os(SECRET_VARIABLE).filter(|secret| !secret.is_empty()) {
        Some(given) => {
            let given = Zeroizing::new(given.into_vec());
            secret::only_line(&given, What::ApiSecret)
                .map(Secret::from_text)
                .map_err(|why| CliError::usage(format!("{SECRET_VARIABLE}: {why}")))
        }
        None => {
            Err(CliError::usage(format!("The API secret is missing. Set {SECRET_VARIABLE}, or use --secret-stdin.")))
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let (mut body, most) = (Vec::new(), LONGEST_BODY << 20);
    let read = match path.as_os_str() == "-" {
        true => io::stdin().lock().take(most + 1).read_to_end(&mut body),
        false => File::open(config::typed_path(path)?).and_then(|file| file.take(most + 1).read_to_end(&mut body)),
    };
    match read {
        Err(why) => Err(CliError::usage(format!("The body cannot be read: {why}. Name another file with --body."))),
        Ok(length) if length as u64 > most => Err(CliError::usage(format!(
            "The body is longer than {LONGEST_BODY} MiB. Name the file that is sent with --body, or send it in parts."
        ))),
        Ok(_) => Ok(body),
    }
}

fn field(text: &str) -> Result<(String, String), CliError> {
    let wrong = || CliError::usage("A field is 'Name: value' in printable ASCII. Write --header so.");
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let value = value.trim();
    let clean = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') && !name.is_empty();
    let printable = value.bytes().all(|b| matches!(b, b' '..=b'~'));
    let own = ["authorization", "signature", "signature-input", "host", "request-line"];
    if own.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(CliError::usage(format!("{name} is not signed as a field. Leave it out of --header.")));
    }
    (clean && printable).then(|| (name.to_owned(), value.to_owned())).ok_or_else(wrong)
}

/// Scheme, authority and request-target of a URL.
fn split(url: &str) -> Result<(verify::Scheme, &str, &str), CliError> {
    let wrong =
        || CliError::usage("A URL is http:// or https://, a host, and a path, in printable ASCII without # or @.");
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let scheme = match scheme {
        "http" => verify::Scheme::Http,
        "https" => verify::Scheme::Https,
        _ => return Err(wrong()),
    };
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let printable = rest.bytes().all(|b| matches!(b, b'!'..=b'~') && b != b'#');
    let target = if target.is_empty() { "/" } else { target };
    let named = !authority.is_empty() && !authority.contains('@') && !authority.ends_with(':');
    let good = printable && named && target.starts_with('/');
    good.then_some((scheme, authority, target)).ok_or_else(wrong)
}
