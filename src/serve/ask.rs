//! The authorization endpoints: reads what a gateway or application asks about, decides, counts and responds.

use std::{net::IpAddr, sync::Arc};

use hyper::{HeaderMap, Request as Question, StatusCode, Uri, body::Incoming, http::request::Parts};
use serde_json::json;

use crate::time::Seconds;
use crate::verify::{
    Allowed, Answer as Found, Body, Decision, Denied, Field, Framing, PasswordQuestion, Reason, Request, Snapshot,
    Surface, Verdict, decide,
};

use super::{
    answer::{self, Answer},
    body,
    contract::{self, Broken, Contract, Told},
    json::Written,
    state::Verifier,
    wire::Fragment,
};

/// A family of gateways, by the fields in which they forward the client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// `X-Original-*`: nginx and HAProxy.
    Original,
    /// `X-Forwarded-*`, and `X-Original-*` for the rest: Caddy.
    Forwarded,
    /// `X-Forwarded-*` alone, and the body: Traefik.
    Traefik,
    /// Method and target in the start line: Envoy.
    StartLine,
}

/// An endpoint under `/v1/authz`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Name of the endpoint in the log.
    pub(super) name: &'static str,
    pub(super) family: Family,
    pub(super) surface: Surface,
    /// Length in bytes of the path prefix before the client's target.
    pub(super) prefix: usize,
}

/// Responds to a gateway.
pub(super) async fn gateway(
    verifier: &Verifier,
    asked: Asked,
    fragment: &Fragment,
    question: Question<Incoming>,
) -> Answer {
    let (question, client) = match at_once(verifier, asked, fragment, question).await {
        Ok(answer) => return answer,
        Err(waits) => waits,
    };
    let (snapshot, answer) = found(verifier, &question).await;
    let came = Came { now: verifier.now(), client: Some(client), endpoint: asked.name };
    say(verifier, question.settle(answer, &snapshot, came.now), came, None)
}

/// The response, or the password that has to be hashed first. The rest of the request is dropped before that: it may be
/// a mebibyte, and a hash may take its time.
async fn at_once(
    verifier: &Verifier,
    asked: Asked,
    fragment: &Fragment,
    question: Question<Incoming>,
) -> Result<Answer, (Arc<PasswordQuestion>, IpAddr)> {
    let (parts, incoming) = question.into_parts();
    let (told, start) = match seen(asked, &parts, fragment) {
        Ok(seen) => seen,
        Err(Broken(field)) => return Ok(broken(verifier, asked, field)),
    };
    let came = |now| Came { now, client: Some(told.client), endpoint: asked.name };
    let handed = match takes_body(asked) {
        // The gateway keeps the body; what it sends in its place is not looked at.
        false => None,
        true => match verifier.bodies.read(incoming, body::MOST).await {
            Some(body) => Some(body),
            None => return Ok(refuse(verifier, &Reason::BodyUnavailable.into(), came(verifier.now()), None)),
        },
    };
    let mut fields = told.fields;
    let handed = handed.as_deref();
    let body = handed_over(asked, handed, (told.partial, told.framing), start.method, &mut fields);
    let request = Request {
        surface: asked.surface,
        method: start.method,
        target: start.target,
        fields: &fields,
        body,
        version: told.version,
        scheme: told.scheme,
        client: Some(told.client_text),
    };
    let (snapshot, now) = (verifier.snapshot.load(), verifier.now());
    match decide(&request, &snapshot, now) {
        Decision::NeedsPassword(question) => Err((Arc::new(question), told.client)),
        Decision::Verdict(verdict) => Ok(say(verifier, verifier.admit(verdict, now), came(now), Some(&request))),
    }
}

/// Turns a verdict into the response for a gateway.
fn say(verifier: &Verifier, verdict: Verdict<'_>, came: Came, request: Option<&Request<'_>>) -> Answer {
    match verdict {
        Verdict::Allow(allowed) => pass(verifier, &allowed, came.now, came.client),
        Verdict::Deny(denied) => refuse(verifier, &denied, came, request),
    }
}

/// Waits for the hash, then takes the snapshot of that moment: the credential may have been revoked meanwhile.
async fn found(verifier: &Verifier, question: &Arc<PasswordQuestion>) -> (Arc<Snapshot>, Found) {
    let found = verifier.passwords.answer(question).await;
    (verifier.snapshot.load_full(), found)
}

/// Responds to an application with a verdict in words, never with a reason.
pub(super) async fn application(verifier: &Verifier, question: Question<Incoming>) -> Answer {
    let (question, client) = match application_at_once(verifier, question).await {
        Ok(answer) => return answer,
        Err(waits) => waits,
    };
    let (snapshot, answer) = found(verifier, &question).await;
    let now = verifier.now();
    tell(verifier, question.settle(answer, &snapshot, now), (now, client), None)
}

async fn application_at_once(
    verifier: &Verifier,
    question: Question<Incoming>,
) -> Result<Answer, (Arc<PasswordQuestion>, Option<IpAddr>)> {
    // A body in base64 is a third longer, and its fields stand beside it.
    let Some(document) = verifier.bodies.read(question.into_body(), body::MOST / 3 * 4 + 128 * 1024).await else {
        return Ok(wrong("The document is too long, too slow or broke off."));
    };
    let read = match Written::parse(&document) {
        Ok(read) => read,
        Err(why) => return Ok(wrong(&why)),
    };
    let fields = read.fields();
    let request = read.request(&fields);
    let client = request.client.and_then(|client| std::str::from_utf8(client).ok()?.parse().ok());
    let (snapshot, now) = (verifier.snapshot.load(), verifier.now());
    match decide(&request, &snapshot, now) {
        Decision::NeedsPassword(question) => Err((Arc::new(question), client)),
        Decision::Verdict(verdict) => Ok(tell(verifier, verifier.admit(verdict, now), (now, client), Some(&request))),
    }
}

/// Turns a verdict into the JSON response for an application.
fn tell(
    verifier: &Verifier,
    verdict: Verdict<'_>,
    (now, client): (Seconds, Option<IpAddr>),
    request: Option<&Request<'_>>,
) -> Answer {
    match verdict {
        Verdict::Allow(allowed) => {
            pass(verifier, &allowed, now, client);
            let of = allowed.credential;
            verdict_page(json!({"verdict": "allow", "key": of.key(), "kind": of.kind().as_str(), "name": of.name()}))
        }
        Verdict::Deny(denied) => {
            refuse(verifier, &denied, Came { now, client, endpoint: "verify" }, request);
            verdict_page(json!({"verdict": "deny", "key": null, "kind": null, "name": null}))
        }
    }
}

const JSON: &str = "application/json";

fn verdict_page(verdict: serde_json::Value) -> Answer {
    answer::page(StatusCode::OK, JSON, verdict.to_string())
}

/// 400: the application's own mistake. Says nothing about any credential.
fn wrong(why: &str) -> Answer {
    answer::page(StatusCode::BAD_REQUEST, JSON, json!({ "error": why }).to_string())
}

fn pass(verifier: &Verifier, allowed: &Allowed<'_>, now: Seconds, client: Option<IpAddr>) -> Answer {
    verifier.metrics.allowed(allowed.credential.kind());
    verifier.reports.used(allowed, now, client);
    answer::allow(allowed, &verifier.account.load())
}

/// Arrival time, client address and endpoint of a request.
struct Came {
    now: Seconds,
    client: Option<IpAddr>,
    endpoint: &'static str,
}

fn refuse(verifier: &Verifier, denied: &Denied<'_>, of: Came, request: Option<&Request<'_>>) -> Answer {
    verifier.metrics.denied(denied.reason);
    let snapshot = || verifier.snapshot.load_full();
    let diagnosis = request.and_then(|request| verifier.seats.admit(request, denied, snapshot));
    verifier.reports.denied(denied, of.now, of.client, of.endpoint, diagnosis);
    answer::deny()
}

/// The gateway is not set up as its snippet says, or its client forged a field that the snippet does not overwrite.
fn broken(verifier: &Verifier, asked: Asked, field: &'static str) -> Answer {
    let denied = Denied { component: Some(field.to_owned()), ..Reason::MalformedRequest.into() };
    refuse(verifier, &denied, Came { now: verifier.now(), client: None, endpoint: asked.name }, None)
}

/// Method and target of the client's request, wherever the family puts them.
struct Start<'a> {
    method: &'a [u8],
    target: &'a [u8],
}

/// Reads what the gateway forwarded, by the contract of its family.
fn seen<'a>(asked: Asked, parts: &'a Parts, fragment: &Fragment) -> Result<(Told<'a>, Start<'a>), Broken> {
    let read = |contract: &Contract, headers: &'a HeaderMap| contract.read(headers);
    let told = match asked.family {
        Family::Original => read(&contract::ORIGINAL, &parts.headers)?,
        Family::Forwarded => read(&contract::FORWARDED, &parts.headers)?,
        Family::Traefik => read(&contract::TRAEFIK, &parts.headers)?,
        Family::StartLine => {
            let told = read(&contract::START_LINE, &parts.headers)?;
            let target = target(&parts.uri, asked.prefix).filter(|_| !fragment.seen());
            let target = target.ok_or(Broken("request line"))?;
            return Ok((told, Start { method: parts.method.as_str().as_bytes(), target }));
        }
    };
    let start = Start { method: told.method, target: told.target };
    Ok((told, start))
}

/// The client's target, behind the path that Envoy put before it. An absolute form is not one.
fn target(uri: &Uri, prefix: usize) -> Option<&[u8]> {
    let path = uri.path_and_query().filter(|_| uri.scheme().is_none() && uri.authority().is_none())?;
    path.as_str().as_bytes().get(prefix..)
}

fn takes_body(asked: Asked) -> bool {
    asked.family != Family::Original
}

/// Methods whose requests have no body unless they say so.
const BODILESS: [&[u8]; 5] = [b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE"];

/// The body that the gateway handed over, or what is known of its framing.
fn handed_over<'a>(
    asked: Asked,
    handed: Option<&'a [u8]>,
    told: (bool, Framing),
    method: &[u8],
    fields: &mut Vec<Field<'a>>,
) -> Body<'a> {
    let (partial, framing) = told;
    match handed {
        None => Body::NotVisible(framing),
        Some(_) if partial => Body::NotVisible(Framing::Unknown),
        Some(b"") if asked.family == Family::Forwarded => Body::NotVisible(framing),
        Some(b"") => {
            // There is no sign of whether Envoy or Traefik is configured to hand bodies over. Where a body may have
            // been withheld, the request counts as having one, and a digest is compared with the empty body.
            let told_length = fields.iter().any(|(name, _)| *name == b"content-length");
            if !told_length && !BODILESS.contains(&method) {
                fields.push((b"transfer-encoding", b"?"));
            }
            Body::Visible(b"")
        }
        Some(body) => Body::Visible(body),
    }
}
