//! Routing: from a path to a response. Eleven paths need no router.

use std::sync::atomic::Ordering;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};

use crate::credential::condition;
use crate::hub::StoreNotice;
use crate::time::Millis;
use crate::verify::{Snapshot, Surface};

use crate::serve::api::authz::{self, AuthzEndpoint, GatewayFamily};
use crate::serve::api::contract;
use crate::serve::api::response::{self, HttpResponse};
use crate::serve::api::verify_endpoint;
use crate::serve::http::connection_limits::ConnectionPermit;
use crate::serve::http::watched_stream::StreamMonitor;
use crate::serve::telemetry::callers::Caller;
use crate::serve::telemetry::metrics::{CredentialStates, Gauges, TAMPERED};
use crate::serve::verifier::Verifier;

const TEXT: &str = "text/plain; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The path that Envoy puts before the client's target.
pub(in crate::serve) const ENVOY: &str = "/v1/authz/envoy";
const ENVOY_LEGACY: &str = "/v1/authz/envoy-legacy";

/// The endpoint that a path names.
enum Route {
    Authz(AuthzEndpoint),
    Verify,
    Health,
    Ready,
    Metrics,
    Nothing,
}

fn route(method: &Method, path: &str) -> Route {
    let authz = |name, family, surface, prefix| Route::Authz(AuthzEndpoint { name, family, surface, prefix });
    match path {
        "/v1/authz/nginx" => authz("nginx", GatewayFamily::Original, Surface::Rest, 0),
        "/v1/authz/forward" => authz("forward", GatewayFamily::Forwarded, Surface::Rest, 0),
        "/v1/authz/forward-legacy" => authz("forward-legacy", GatewayFamily::Forwarded, Surface::Legacy, 0),
        "/v1/authz/traefik" => authz("traefik", GatewayFamily::Traefik, Surface::Rest, 0),
        "/v1/authz/traefik-legacy" => authz("traefik-legacy", GatewayFamily::Traefik, Surface::Legacy, 0),
        "/v1/verify" if method == Method::POST => Route::Verify,
        "/healthz" => Route::Health,
        "/readyz" => Route::Ready,
        "/metrics" => Route::Metrics,
        _ if is_under(path, ENVOY) => authz("envoy", GatewayFamily::StartLine, Surface::Rest, ENVOY.len()),
        _ if is_under(path, ENVOY_LEGACY) => {
            authz("envoy-legacy", GatewayFamily::StartLine, Surface::Legacy, ENVOY_LEGACY.len())
        }
        _ => Route::Nothing,
    }
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}

/// Responds to a request; returns the response and the moment when it was ready.
pub(in crate::serve) async fn respond(
    verifier: &Verifier,
    permit: &ConnectionPermit,
    monitor: &StreamMonitor,
    request: Request<Incoming>,
) -> (HttpResponse, Instant) {
    let began = Instant::now();
    let (response, timed) = respond_at(verifier, permit, monitor, request, began).await;
    let now = Instant::now();
    if timed {
        verifier.metrics.took(now - began);
    }
    (response, now)
}

/// The response, and whether its time goes into the latency histogram.
async fn respond_at(
    verifier: &Verifier,
    permit: &ConnectionPermit,
    monitor: &StreamMonitor,
    request: Request<Incoming>,
    began: Instant,
) -> (HttpResponse, bool) {
    let route = route(request.method(), request.uri().path());
    if is_misdirected(&route, &request) {
        return (response::unauthorized(), false);
    }
    match route {
        // Load balancers and service managers have no token, and learn nothing else.
        Route::Health => return (response::text(StatusCode::OK, TEXT, "alive\n".to_owned()), false),
        Route::Ready => return (ready(verifier, is_gateway(verifier, permit, &request)), false),
        Route::Nothing => return (response::empty(StatusCode::NOT_FOUND), false),
        Route::Authz(_) | Route::Verify | Route::Metrics => {}
    }
    if !is_gateway(verifier, permit, &request) {
        verifier.metrics.no_token.fetch_add(1, Ordering::Relaxed);
        return (response::unauthorized(), false);
    }
    match route {
        Route::Metrics => (metrics(verifier).await, false),
        _ if verifier.health.is_closed(began) => {
            verifier.metrics.stale.fetch_add(1, Ordering::Relaxed);
            (response::unavailable(), false)
        }
        Route::Authz(endpoint) => {
            verifier.metrics.callers.note(endpoint.family.caller());
            (authz::respond(verifier, endpoint, monitor, request).await, true)
        }
        _ => {
            verifier.metrics.callers.note(Caller::Application);
            (verify_endpoint::respond(verifier, request).await, true)
        }
    }
}

/// Whether a gateway's request may have been sent to another path than the gateway meant. Gateways may build their target
/// from the client's, and let a request through at any 2xx. So the target must be a path and nothing else, and requests
/// that describe a client's request get no service page.
fn is_misdirected(route: &Route, request: &Request<Incoming>) -> bool {
    let absolute = request.uri().scheme().is_some() || request.uri().authority().is_some();
    absolute || !matches!(route, Route::Authz(_)) && contract::describes_a_request(request.headers())
}

/// Whether the request comes from a gateway: by the Unix socket, or by the token.
fn is_gateway(verifier: &Verifier, permit: &ConnectionPermit, request: &Request<Incoming>) -> bool {
    if !permit.needs_token() {
        return true;
    }
    let has_token = verifier.token.load().as_ref().is_some_and(|token| token.is_in(request.headers()));
    if has_token {
        permit.authenticate();
    }
    has_token
}

/// `/readyz`: whether requests are answered. Only a gateway, or somebody who may open its socket, gets the details.
fn ready(verifier: &Verifier, whole: bool) -> HttpResponse {
    let (ready, mut text) = verifier.health.report();
    match whole {
        true => text.push_str(&verifier.replay_report()),
        false => text.truncate(text.find('\n').map_or(0, |end| end + 1)),
    }
    response::text(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, TEXT, text)
}

/// `/metrics`, for a scraper that asks every few seconds at most.
async fn metrics(verifier: &Verifier) -> HttpResponse {
    let snapshot = verifier.snapshot.load_full();
    let (counted, now) = (snapshot.clone(), verifier.clock.now());
    // It goes over all credentials, and the connections of this thread must not wait for that.
    let Ok(states) = tokio::task::spawn_blocking(move || states(&counted, now)).await else {
        return response::empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let notices = verifier.health.store_notices();
    let gauges = Gauges {
        credentials: snapshot.len(),
        states,
        tampered: verifier.health.tampered(),
        age_ms: verifier.health.age(),
        tampered_settings: verifier.health.tampered_settings(),
        rolled_back: verifier.health.is_rolled_back(),
        altered: verifier.health.findings(),
        listening: verifier.health.notice.word(Instant::now()) == "listening",
        copied: notices.iter().any(|notice| matches!(notice, StoreNotice::Copied { .. })),
        unconfirmed: notices.contains(&StoreNotice::Unconfirmed),
        two_primaries: notices.iter().any(|notice| matches!(notice, StoreNotice::TwoPrimaries(_))),
        signatures: verifier.guard.len(),
        signatures_lost: verifier.journal.lost.load(Ordering::Relaxed),
        snapshot_bytes: snapshot.memory(),
    };
    response::text(StatusCode::OK, PROMETHEUS, verifier.metrics.page(&gauges))
}

/// How many credentials of each kind are in each state, as lists call it.
fn states(snapshot: &Snapshot, now: Millis) -> CredentialStates {
    let mut states = CredentialStates::default();
    for of in snapshot.credentials() {
        let word = match of.tampered() {
            true => TAMPERED,
            false => condition(of.state(), of.not_before(), of.expires_at(), now).as_str(),
        };
        *states.entry((of.kind(), word)).or_default() += 1;
    }
    states
}
