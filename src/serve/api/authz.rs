//! The authorization endpoints: reads what a gateway forwarded, decides, counts and responds.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request as HttpRequest, Uri};

use crate::verify::{Body, Decision, Denied, Field, Framing, PasswordCheck, Reason, Request, Surface, Verdict, decide};

use crate::serve::api::contract::{self, Contract, ContractViolation, ForwardedRequest};
use crate::serve::api::outcome::{self, RequestContext, hash_and_reload};
use crate::serve::api::response::HttpResponse;
use crate::serve::http::body;
use crate::serve::http::watched_stream::StreamMonitor;
use crate::serve::telemetry::callers::Caller;
use crate::serve::verifier::Verifier;

/// A family of gateways, by the fields in which they forward the client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GatewayFamily {
    /// `X-Original-*`: nginx and HAProxy.
    Original,
    /// `X-Forwarded-*`, and `X-Original-*` for the rest: Caddy.
    Forwarded,
    /// `X-Forwarded-*` alone, and the body: Traefik.
    Traefik,
    /// Method and target in the start line: Envoy.
    StartLine,
}

impl GatewayFamily {
    /// As it is counted.
    pub(super) fn caller(self) -> Caller {
        match self {
            Self::Original => Caller::Nginx,
            Self::Forwarded => Caller::Forward,
            Self::Traefik => Caller::Traefik,
            Self::StartLine => Caller::Envoy,
        }
    }
}

/// An endpoint under `/v1/authz`.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthzEndpoint {
    /// Name of the endpoint in the log.
    pub(super) name: &'static str,
    pub(super) family: GatewayFamily,
    pub(super) surface: Surface,
    /// Length in bytes of the path prefix before the client's target.
    pub(super) prefix: usize,
}

/// Responds to a gateway.
pub(super) async fn respond(
    verifier: &Verifier,
    endpoint: AuthzEndpoint,
    monitor: &StreamMonitor,
    request: HttpRequest<Incoming>,
) -> HttpResponse {
    let (check, client) = match before_hash(verifier, endpoint, monitor, request).await {
        Ok(response) => return response,
        Err(waits) => waits,
    };
    let (snapshot, outcome) = hash_and_reload(verifier, &check).await;
    let context = RequestContext { now: verifier.now(), client: Some(client), endpoint: endpoint.name };
    verdict_response(verifier, check.resolve(outcome, &snapshot, context.now), context, None)
}

/// The response, or the password that has to be hashed first. The rest of the request is dropped before that: it may be
/// a mebibyte, and a hash may take its time.
async fn before_hash(
    verifier: &Verifier,
    endpoint: AuthzEndpoint,
    monitor: &StreamMonitor,
    request: HttpRequest<Incoming>,
) -> Result<HttpResponse, (Arc<PasswordCheck>, IpAddr)> {
    let (parts, incoming) = request.into_parts();
    let (forwarded, start) = match read_forwarded(endpoint, &parts, monitor) {
        Ok(read) => read,
        Err(ContractViolation(field)) => return Ok(violation(verifier, endpoint, field)),
    };
    let context = |now| RequestContext { now, client: Some(forwarded.client), endpoint: endpoint.name };
    let sent = match takes_body(endpoint) {
        // The gateway keeps the body; what it sends in its place is not looked at.
        false => None,
        true => match verifier.bodies.read(incoming, body::MAX_BODY).await {
            Some(body) => Some(body),
            None => {
                return Ok(outcome::deny(verifier, &Reason::BodyUnavailable.into(), context(verifier.now()), None));
            }
        },
    };
    let mut fields = forwarded.fields;
    let framing = (forwarded.partial, forwarded.framing);
    let body = body_of(endpoint, sent.as_deref(), framing, start.method, &mut fields);
    let request = Request {
        surface: endpoint.surface,
        method: start.method,
        target: start.target,
        fields: &fields,
        body,
        version: forwarded.version,
        scheme: forwarded.scheme,
        client: Some(forwarded.client_text),
    };
    let (snapshot, now) = (verifier.snapshot.load(), verifier.now());
    match decide(&request, &snapshot, now) {
        Decision::NeedsPassword(check) => Err((Arc::new(check), forwarded.client)),
        Decision::Verdict(verdict) => {
            let verdict = verifier.check_replay(verdict, now);
            Ok(verdict_response(verifier, verdict, context(now), Some(&request)))
        }
    }
}

fn verdict_response(
    verifier: &Verifier,
    verdict: Verdict<'_>,
    context: RequestContext,
    request: Option<&Request<'_>>,
) -> HttpResponse {
    match verdict {
        Verdict::Allow(allowed) => outcome::allow(verifier, &allowed, context.now, context.client),
        Verdict::Deny(denied) => outcome::deny(verifier, &denied, context, request),
    }
}

/// The gateway is not set up as its snippet says, or its client forged a field that the snippet does not overwrite.
fn violation(verifier: &Verifier, endpoint: AuthzEndpoint, field: &'static str) -> HttpResponse {
    let denied = Denied { component: Some(field.to_owned()), ..Reason::MalformedRequest.into() };
    let context = RequestContext { now: verifier.now(), client: None, endpoint: endpoint.name };
    outcome::deny(verifier, &denied, context, None)
}

/// Method and target of the client's request, wherever the family puts them.
struct StartLine<'a> {
    method: &'a [u8],
    target: &'a [u8],
}

/// Reads what the gateway forwarded, by the contract of its family.
fn read_forwarded<'a>(
    endpoint: AuthzEndpoint,
    parts: &'a Parts,
    monitor: &StreamMonitor,
) -> Result<(ForwardedRequest<'a>, StartLine<'a>), ContractViolation> {
    let read = |contract: &Contract, headers: &'a HeaderMap| contract.read(headers);
    let forwarded = match endpoint.family {
        GatewayFamily::Original => read(&contract::ORIGINAL, &parts.headers)?,
        GatewayFamily::Forwarded => read(&contract::FORWARDED, &parts.headers)?,
        GatewayFamily::Traefik => read(&contract::TRAEFIK, &parts.headers)?,
        GatewayFamily::StartLine => {
            let forwarded = read(&contract::START_LINE, &parts.headers)?;
            let target = target(&parts.uri, endpoint.prefix).filter(|_| !monitor.fragment_seen());
            let target = target.ok_or(ContractViolation("request line"))?;
            return Ok((forwarded, StartLine { method: parts.method.as_str().as_bytes(), target }));
        }
    };
    let start = StartLine { method: forwarded.method, target: forwarded.target };
    Ok((forwarded, start))
}

/// The client's target, behind the path that Envoy put before it. An absolute form is not one.
fn target(uri: &Uri, prefix: usize) -> Option<&[u8]> {
    let path = uri.path_and_query().filter(|_| uri.scheme().is_none() && uri.authority().is_none())?;
    path.as_str().as_bytes().get(prefix..)
}

fn takes_body(endpoint: AuthzEndpoint) -> bool {
    endpoint.family != GatewayFamily::Original
}

/// Methods whose requests have no body unless they say so.
const BODILESS: [&[u8]; 5] = [b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE"];

/// The body that the gateway sent, or what is known of its framing.
fn body_of<'a>(
    endpoint: AuthzEndpoint,
    sent: Option<&'a [u8]>,
    (partial, framing): (bool, Framing),
    method: &[u8],
    fields: &mut Vec<Field<'a>>,
) -> Body<'a> {
    match sent {
        None => Body::NotVisible(framing),
        Some(_) if partial => Body::NotVisible(Framing::Unknown),
        Some(b"") if endpoint.family == GatewayFamily::Forwarded => Body::NotVisible(framing),
        Some(b"") => {
            // There is no sign of whether Envoy or Traefik is configured to send bodies. Where a body may have been
            // withheld, the request counts as having one, and a digest is compared with the empty body.
            let has_length = fields.iter().any(|(name, _)| *name == b"content-length");
            if !has_length && !BODILESS.contains(&method) {
                fields.push((b"transfer-encoding", b"?"));
            }
            Body::Visible(b"")
        }
        Some(body) => Body::Visible(body),
    }
}
