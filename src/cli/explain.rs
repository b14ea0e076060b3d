//! `keydesk explain`: why is this request refused? Nothing of what is pasted is kept.

use std::{
    io::{self, Read as _},
    net::IpAddr,
};

use clap::Args;

use crate::{
    credential::{Kind, client_address, holds_api_secret},
    hub::{Followed, HubError, Why},
    serve,
    time::parse_when,
    verify::{self, Body, Explanation, Field, Reason, Request, Scheme, Surface, Version},
};

use super::{
    args::{self, Acting},
    desk::{Desk, Site},
    failure::Failure,
    out,
};

/// Longest request that is read: the limit of a body, and as much for the fields as a gateway takes.
const LONGEST: u64 = (1 << 20) + (64 << 10);

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    acting: Acting,
    /// The kind that the request is for; legacy looks for the credential in the body
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// The address that it came from, as the gateway tells it; needed where a credential has networks
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    client: Option<IpAddr>,
    /// It came over http; over https unless given
    #[arg(long)]
    http: bool,
    /// When it was sent; now unless given
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

fn address(text: &str) -> Result<IpAddr, &'static str> {
    client_address(text).ok_or("write one IP address without a port, for example 203.0.113.9")
}

/// Reads a request from standard input and says what the verifier would answer.
pub fn run(site: &Site, args: &ExplainArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let now = site.clock.now().seconds();
    let at = args.at.as_deref().map(|text| parse_when(text, now)).transpose().map_err(Failure::usage)?;
    let mut pasted = Vec::new();
    let read = io::stdin().lock().take(LONGEST + 1).read_to_end(&mut pasted);
    read.map_err(|why| Failure::failed(format!("The request cannot be read: {why}. Send it to standard input.")))?;
    if pasted.len() as u64 > LONGEST {
        return Err(Failure::usage("This request is too long for a verifier. Leave the end of its body out."));
    }
    let sent = match Pasted::read(&pasted) {
        Some(_) => pasted,
        None => sent_by_curl(&pasted).unwrap_or(pasted),
    };
    let Pasted { method, target, version, fields, body } = Pasted::read(&sent).ok_or_else(|| {
        Failure::usage(
            "This is no HTTP request. Paste the request line, the fields, an empty line, and the body; or what `curl -v` says.",
        )
    })?;
    let client = args.client.map(|client| client.to_string());
    let request = Request {
        surface: if args.kind == Some(Kind::Legacy) { Surface::Legacy } else { Surface::Rest },
        method,
        target,
        fields: &fields,
        body: Body::Visible(body),
        version,
        scheme: if args.http { Scheme::Http } else { Scheme::Https },
        client: client.as_deref().map(str::as_bytes),
    };
    let claim = verify::claim(&request);
    let here = claim.as_ref().map(|claim| credential(&desk, claim)).transpose()?.flatten();
    let fed = desk.hub.explain(&desk.actor, here)?;
    let named = claim.as_ref().map(|claim| match &fed {
        Some(fed) => Named::Here(format!("{} ({})", fed.key, claim.kind)),
        None => Named::Unknown(&claim.key),
    });
    let followed = desk.hub.feed().policy(&Followed::default())?;
    let entries: Vec<_> = fed.into_iter().map(|fed| serve::entry(fed, &followed.policy)).collect();
    let snapshot = verify::Snapshot::of(&entries).map_err(|why| Failure::failed(format!("{why}.")))?;
    let said = verify::explain(&request, &snapshot, at.unwrap_or(now)).map_err(HubError::from)?;
    let mut lines = words(&said, named.as_ref(), args.client);
    // A verifier that runs goes by what was set before, which nobody here knows.
    lines.extend(followed.tampered.iter().map(|setting| {
        format!(
            "The setting {} was changed outside keydesk (tampered): a verifier that starts now answers nobody. To mend it, {}.",
            setting.name(),
            setting.mend()
        )
    }));
    if let (Some(wanted), Some(claim)) = (args.kind, &claim)
        && wanted != claim.kind
    {
        lines.insert(1, format!("It speaks as a credential of the kind {} does, not {wanted}.", claim.kind));
    }
    out::lines(lines)
}

/// Whom the request names.
enum Named<'a> {
    /// A key that is here, and the kind that it was used as.
    Here(String),
    /// Anything else, as it was sent. It is not shown: whoever swaps name and password sends the password here.
    Unknown(&'a str),
}

impl Named<'_> {
    fn is_unknown_in(&self, line: &str) -> bool {
        matches!(self, Self::Unknown(sent) if line.contains(sent))
    }
}

/// The id of the credential that is named: of the kind that the dialect needs, else of another. An id in the place of the
/// key names nothing, for a verifier does not know it.
fn credential(desk: &Desk, claim: &verify::Claim) -> Result<Option<crate::hub::CredentialId>, Failure> {
    let others = Kind::ALL.into_iter().filter(|kind| *kind != claim.kind);
    for kind in std::iter::once(claim.kind).chain(others) {
        match desk.hub.find(&desk.actor, &claim.key, Some(kind)) {
            Ok(row) if row.key == claim.key => return Ok(Some(row.id)),
            Ok(_) | Err(HubError::NotFound(_) | HubError::Conflict(_)) => {}
            Err(why) => return Err(why.into()),
        }
    }
    Ok(None)
}

fn words(said: &Explanation, named: Option<&Named<'_>>, client: Option<IpAddr>) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(named.map(|named| match named {
        Named::Here(name) => format!("Credential: {name}"),
        Named::Unknown(_) => "Credential: it names no key that is here. Were key and secret swapped?".to_owned(),
    }));
    match &said.refused {
        None => lines.push("Verdict: allowed.".to_owned()),
        Some(refused) => {
            let about = refused.component.as_ref().map(|c| format!(" ({c})")).unwrap_or_default();
            lines.push(format!("Verdict: refused, {}{about}.", refused.reason));
            lines.push(meaning(refused, client));
            lines.extend(refused.clock_offset.map(clock));
        }
    }
    lines.extend(said.mistake.clone());
    for (i, string) in said.strings.iter().enumerate() {
        lines.push(if i == 0 { "The string to sign:" } else { "Or, with the HTTP version of the request:" }.to_owned());
        lines.extend(string.split('\n').map(|line| shown(line, named)));
    }
    lines
}

/// A line of the string to sign, unless it holds what is not to be repeated.
fn shown(line: &str, named: Option<&Named<'_>>) -> String {
    if holds_api_secret(line) {
        "  (an API secret is in this line: rotate it)".to_owned()
    } else if named.is_some_and(|named| named.is_unknown_in(line)) {
        "  (what it sent as its key is in this line)".to_owned()
    } else {
        format!("  {line}")
    }
}

fn clock(offset: i64) -> String {
    let (seconds, side) = (offset.unsigned_abs(), if offset < 0 { "behind" } else { "ahead" });
    format!("The client's clock is {seconds} s ({} min) {side}; 300 s are allowed.", seconds / 60)
}

/// What the reason means. Of two of them more can be said here than where a verifier's refusals are read.
fn meaning(refused: &verify::Refused, client: Option<IpAddr>) -> String {
    match (refused.reason, client) {
        (Reason::Network, Some(client)) => format!("{client} is in none of the credential's networks."),
        (Reason::Network, None) => {
            "This credential has networks, and nobody said where the request came from: name it with --client."
                .to_owned()
        }
        (Reason::BadSignature, _) => {
            "The signature is not over the string below with a secret of the credential.".to_owned()
        }
        (reason, _) => {
            let (component, clock_offset) = (refused.component.as_deref(), refused.clock_offset);
            let why = Why { reason: reason.as_str(), component, clock_offset, mistake: None };
            let words = why.words();
            let (first, rest) = words.split_at_checked(1).unwrap_or_default();
            format!("{}{rest}. {}", first.to_uppercase(), why.advice())
        }
    }
}

/// A request as somebody pasted it.
/// The head of the first request in what `curl -v` says: its lines behind `>`. The body is not there.
fn sent_by_curl(said: &[u8]) -> Option<Vec<u8>> {
    let lines = said.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let sent = lines.filter_map(|line| line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b">")));
    let head: Vec<_> = sent.take_while(|line| !line.is_empty()).collect();
    (!head.is_empty()).then(|| [&head.join(&b"\r\n"[..])[..], b"\r\n\r\n"].concat())
}

struct Pasted<'a> {
    method: &'a [u8],
    target: &'a [u8],
    version: Version,
    fields: Vec<Field<'a>>,
    body: &'a [u8],
}

impl<'a> Pasted<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let (first, mut rest) = line(text);
        let mut words = first.split(|&b| b == b' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let version = std::str::from_utf8(version.strip_prefix(b"HTTP/")?).ok()?;
        let version = if version.len() == 1 { format!("{version}.0") } else { version.to_owned() };
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let (field, after) = line(rest);
            rest = after;
            if field.is_empty() {
                break;
            }
            let colon = field.iter().position(|&b| b == b':')?;
            fields.push((&field[..colon], &field[colon + 1..]));
        }
        let whole = words.next().is_none() && !method.is_empty();
        whole.then(|| Self { method, target, version: Version::from_number(&version), fields, body: rest })
    }
}

/// The first line, without its break, and the rest.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&b| b == b'\n');
    let (line, rest) = end.map_or((text, &[][..]), |end| (&text[..end], &text[end + 1..]));
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}
