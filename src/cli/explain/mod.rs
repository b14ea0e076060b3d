//! `keydesk explain`: why a request is refused. Nothing that was pasted is kept.

mod body;
mod curl;
mod other;
mod pasted;
mod words;

use std::io::{self, Read as _};
use std::net::IpAddr;

use clap::Args;

use crate::account::Right;
use crate::credential::{Kind, client_address};
use crate::hub::{CredentialId, EffectivePolicy, HubError};
use crate::serve;
use crate::time::parse_when;
use crate::verify::{self, Body, Framing, Request, Scheme, Surface};

use super::args::{self, Acting};
use super::context::{Context, OpenDesk};
use super::error::CliError;
use super::output;
use pasted::{Pasted, Reading};
use words::{Named, words};

/// Longest request that is read: the limit of a body, and as much for the fields as a gateway takes.
const LONGEST: u64 = (1 << 20) + (64 << 10);

/// Longest text that is read: a hex trace takes five times as much as the request in it, and the response follows.
const LONGEST_PASTED: u64 = 16 << 20;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    acting: Acting,
    /// The kind of its credential; legacy looks for it in the body
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// The address it came from, as the gateway reports it; needed if the credential has networks
    #[arg(long, value_name = "ADDRESS", value_parser = address, allow_hyphen_values = true)]
    client: Option<IpAddr>,
    /// It came over http, not https
    #[arg(long)]
    http: bool,
    /// When it was sent; by default now
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
}

fn address(text: &str) -> Result<IpAddr, &'static str> {
    client_address(text).ok_or("write one IP address without a port, for example 203.0.113.9")
}

/// Reads a request from standard input and says what the verifier would answer.
pub fn run(context: &Context, args: &ExplainArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    if !desk.may(Right::Explain)? {
        // Refused as what was asked, not as a look for a key.
        desk.hub.explain(&desk.actor, None)?;
    }
    let now = context.clock.now().seconds();
    let at = args.at.as_deref().map(|text| parse_when(text, now)).transpose().map_err(CliError::usage)?;
    let at = at.unwrap_or(now);
    let legacy = surface(args.kind) == Surface::Legacy;
    let Reading { request: pasted, notes } = pasted::read(&standard_input()?, legacy).ok_or_else(|| {
        CliError::usage(
            "This is not an HTTP request. Paste the request line, the fields, an empty line and the body, or what `curl -v` prints.",
        )
    })?;
    if pasted.length() as u64 > LONGEST {
        return Err(CliError::usage(TOO_LONG));
    }
    let (fields, client) = (pasted.fields(), args.client.map(|client| client.to_string()));
    let request = request(args, &pasted, &fields, client.as_deref());
    let claim = verify::claim(&request);
    let named_here = claim.as_ref().map(|claim| credential(&desk, claim)).transpose()?.flatten();
    let here = match named_here {
        Some(id) => Some(id),
        None => meant(&desk, &request)?,
    };
    let fed = desk.hub.explain(&desk.actor, here)?;
    // The trail records the credential that a request names; a request with key and secret swapped names none.
    let fed = match fed {
        Some(fed) => Some(fed),
        None => other::exchanged(&desk, &request)?,
    };
    let named = claim.as_ref().map(|claim| match fed.as_ref().filter(|_| named_here.is_some()) {
        Some(fed) => Named::Here(format!("{} ({})", fed.key, claim.kind)),
        None => Named::Unknown(&claim.key),
    });
    let followed = desk.hub.feed().policy(&EffectivePolicy::default())?;
    let entries: Vec<_> = fed.into_iter().map(serve::entry).collect();
    let snapshot = verify::Snapshot::of(&entries).map_err(|why| CliError::failed(format!("{why}.")))?;
    let snapshot = snapshot.admitting(&followed.policy.algorithms);
    let said = verify::explain(&request, &snapshot, at).map_err(HubError::from)?;
    let mut lines = notes;
    lines.extend(words(&said, named.as_ref(), args.client));
    if let (Some(wanted), Some(claim)) = (args.kind, &claim)
        && wanted != claim.kind
    {
        lines.push(format!("It is written as for a credential of kind {}, not {wanted}.", claim.kind));
    }
    lines.extend(other::whose(&desk, &request, &said, entries.first().map(|one| one.row), at)?);
    lines.extend(words::strings(&said, named.as_ref()));
    // A running verifier may still follow the earlier setting, which is not known here.
    lines.extend(followed.tampered.iter().map(|setting| {
        format!(
            "The setting {} was changed outside keydesk (tampered): a verifier that starts now answers nobody. To mend it, {}.",
            setting.name(),
            setting.remedy()
        )
    }));
    output::lines(lines)
}

const TOO_LONG: &str = "This request is too long for a verifier. Leave out the end of its body.";

fn standard_input() -> Result<Vec<u8>, CliError> {
    let mut pasted = Vec::new();
    let read = io::stdin().lock().take(LONGEST_PASTED + 1).read_to_end(&mut pasted);
    read.map_err(|why| CliError::failed(format!("The request cannot be read: {why}. Send it to standard input.")))?;
    match pasted.len() as u64 > LONGEST_PASTED {
        true => Err(CliError::usage(TOO_LONG)),
        false => Ok(pasted),
    }
}

/// Where a request of this kind has its credential.
fn surface(kind: Option<Kind>) -> Surface {
    match kind {
        Some(Kind::Legacy) => Surface::Legacy,
        Some(Kind::Basic | Kind::Hmac) | None => Surface::Rest,
    }
}

/// The request as a gateway would report it.
fn request<'a>(
    args: &ExplainArgs,
    pasted: &'a Pasted,
    fields: &'a [verify::Field<'a>],
    client: Option<&'a str>,
) -> Request<'a> {
    Request {
        surface: surface(args.kind),
        method: &pasted.method,
        target: &pasted.target,
        fields,
        // The pasted fields say whether there is a body.
        body: pasted.body.as_deref().map_or(Body::NotVisible(Framing::Known), Body::Visible),
        version: pasted.version,
        scheme: if args.http { Scheme::Http } else { Scheme::Https },
        client: client.map(str::as_bytes),
    }
}

/// The id of the named credential: of the kind that the scheme needs, else of another. An id in place of the
/// key names nothing, because a verifier does not know ids.
pub(super) fn credential(desk: &OpenDesk, claim: &verify::Claim) -> Result<Option<CredentialId>, CliError> {
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

/// The credential whose key the request may have misspelt.
fn meant(desk: &OpenDesk, request: &Request<'_>) -> Result<Option<CredentialId>, CliError> {
    verify::meant(request).map_or(Ok(None), |claim| credential(desk, &claim))
}
