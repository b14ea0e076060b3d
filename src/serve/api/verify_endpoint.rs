//! `POST /v1/verify`: for applications that check credentials themselves. The verdict is JSON, and never says why.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request as HttpRequest, StatusCode};
use serde_json::json;

use crate::time::Seconds;
use crate::verify::{Decision, PasswordCheck, Request, Verdict, decide};

use crate::serve::api::json_request::JsonRequest;
use crate::serve::api::outcome::{self, RequestContext, hash_and_reload};
use crate::serve::api::response::{self, HttpResponse};
use crate::serve::http::body;
use crate::serve::verifier::Verifier;

/// Responds to an application.
pub(super) async fn respond(verifier: &Verifier, request: HttpRequest<Incoming>) -> HttpResponse {
    let (check, client) = match before_hash(verifier, request).await {
        Ok(response) => return response,
        Err(waits) => waits,
    };
    let (snapshot, outcome) = hash_and_reload(verifier, &check).await;
    let now = verifier.now();
    verdict_response(verifier, check.resolve(outcome, &snapshot, now), (now, client), None)
}

/// The response, or the password that has to be hashed first.
async fn before_hash(
    verifier: &Verifier,
    request: HttpRequest<Incoming>,
) -> Result<HttpResponse, (Arc<PasswordCheck>, Option<IpAddr>)> {
    // A body in base64 is a third longer, and there are the fields.
    let Some(document) = verifier.bodies.read(request.into_body(), body::MAX_BODY / 3 * 4 + 128 * 1024).await else {
        return Ok(bad_request("The document is too long, too slow or broke off."));
    };
    let decoded = match JsonRequest::decode(&document) {
        Ok(decoded) => decoded,
        Err(why) => return Ok(bad_request(&why)),
    };
    let fields = decoded.fields();
    let request = decoded.request(&fields);
    let client = request.client.and_then(|client| std::str::from_utf8(client).ok()?.parse().ok());
    let (snapshot, now) = (verifier.snapshot.load(), verifier.now());
    match decide(&request, &snapshot, now) {
        Decision::NeedsPassword(check) => Err((Arc::new(check), client)),
        Decision::Verdict(verdict) => {
            let verdict = verifier.check_replay(verdict, now);
            Ok(verdict_response(verifier, verdict, (now, client), Some(&request)))
        }
    }
}

fn verdict_response(
    verifier: &Verifier,
    verdict: Verdict<'_>,
    (now, client): (Seconds, Option<IpAddr>),
    request: Option<&Request<'_>>,
) -> HttpResponse {
    match verdict {
        Verdict::Allow(allowed) => {
            outcome::allow(verifier, &allowed, now, client);
            let of = allowed.credential;
            document(json!({"verdict": "allow", "key": of.key(), "kind": of.kind().as_str(), "name": of.name()}))
        }
        Verdict::Deny(denied) => {
            outcome::deny(verifier, &denied, RequestContext { now, client, endpoint: "verify" }, request);
            document(json!({"verdict": "deny", "key": null, "kind": null, "name": null}))
        }
    }
}

const JSON: &str = "application/json";

fn document(verdict: serde_json::Value) -> HttpResponse {
    response::text(StatusCode::OK, JSON, verdict.to_string())
}

/// 400: the application's own mistake. Says nothing about any credential.
fn bad_request(why: &str) -> HttpResponse {
    response::text(StatusCode::BAD_REQUEST, JSON, json!({ "error": why }).to_string())
}
