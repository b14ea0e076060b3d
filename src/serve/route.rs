//! Routing: from a path to a response. Eleven paths need no router.

use std::{sync::atomic::Ordering, time::Instant};

use hyper::{Method, Request, StatusCode, body::Incoming};

use crate::credential::{EXPIRING_DAYS, State};
use crate::time::{DAY, Seconds};
use crate::verify::{CredentialRef, Snapshot, Surface};

use super::{
    answer::{self, Answer},
    ask::{self, Asked, Family},
    contract,
    metrics::Gauges,
    room::Place,
    state::Verifier,
    wire::Fragment,
};

const TEXT: &str = "text/plain; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The path that Envoy puts before the client's target.
pub(super) const ENVOY: &str = "/v1/authz/envoy";
const ENVOY_LEGACY: &str = "/v1/authz/envoy-legacy";

/// The endpoint that a path names.
enum Route {
    Authz(Asked),
    Verify,
    Health,
    Ready,
    Metrics,
    Nothing,
}

fn route(method: &Method, path: &str) -> Route {
    let authz = |name, family, surface, prefix| Route::Authz(Asked { name, family, surface, prefix });
    match path {
        "/v1/authz/nginx" => authz("nginx", Family::Original, Surface::Rest, 0),
        "/v1/authz/forward" => authz("forward", Family::Forwarded, Surface::Rest, 0),
        "/v1/authz/forward-legacy" => authz("forward-legacy", Family::Forwarded, Surface::Legacy, 0),
        "/v1/authz/traefik" => authz("traefik", Family::Traefik, Surface::Rest, 0),
        "/v1/authz/traefik-legacy" => authz("traefik-legacy", Family::Traefik, Surface::Legacy, 0),
        "/v1/verify" if method == Method::POST => Route::Verify,
        "/healthz" => Route::Health,
        "/readyz" => Route::Ready,
        "/metrics" => Route::Metrics,
        _ if is_under(path, ENVOY) => authz("envoy", Family::StartLine, Surface::Rest, ENVOY.len()),
        _ if is_under(path, ENVOY_LEGACY) => {
            authz("envoy-legacy", Family::StartLine, Surface::Legacy, ENVOY_LEGACY.len())
        }
        _ => Route::Nothing,
    }
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}

/// Responds to a request; returns the response and the moment when it was ready.
pub(super) async fn answer(
    verifier: &Verifier,
    place: &Place,
    fragment: &Fragment,
    request: Request<Incoming>,
) -> (Answer, Instant) {
    let began = Instant::now();
    let (answer, counts) = answer_at(verifier, place, fragment, request, began).await;
    let now = Instant::now();
    if counts {
        verifier.metrics.took(now - began);
    }
    (answer, now)
}

/// The response, and whether its time goes into the latency histogram.
async fn answer_at(
    verifier: &Verifier,
    place: &Place,
    fragment: &Fragment,
    request: Request<Incoming>,
    began: Instant,
) -> (Answer, bool) {
    let route = route(request.method(), request.uri().path());
    if is_astray(&route, &request) {
        return (answer::deny(), false);
    }
    match route {
        // A load balancer or a service manager has no token, and learns no more than that.
        Route::Health => return (answer::page(StatusCode::OK, TEXT, "alive\n".to_owned()), false),
        Route::Ready => return (ready(verifier, is_gateway(verifier, place, &request)), false),
        Route::Nothing => return (answer::status(StatusCode::NOT_FOUND), false),
        Route::Authz(_) | Route::Verify | Route::Metrics => {}
    }
    if !is_gateway(verifier, place, &request) {
        verifier.metrics.no_token.fetch_add(1, Ordering::Relaxed);
        return (answer::deny(), false);
    }
    match route {
        Route::Metrics => (metrics(verifier).await, false),
        _ if verifier.health.is_closed(began) => {
            verifier.metrics.stale.fetch_add(1, Ordering::Relaxed);
            (answer::stale(), false)
        }
        Route::Authz(asked) => (ask::gateway(verifier, asked, fragment, request).await, true),
        _ => (ask::application(verifier, request).await, true),
    }
}

/// Whether a gateway's question may have gone to another path than the gateway meant. A gateway may build the target of its
/// question from the client's, and lets a request through at any 2xx. So whoever asks names a path and nothing before it,
/// and no page is for somebody who tells of a client's request.
fn is_astray(route: &Route, request: &Request<Incoming>) -> bool {
    let absolute = request.uri().scheme().is_some() || request.uri().authority().is_some();
    absolute || !matches!(route, Route::Authz(_)) && contract::tells_of_a_request(request.headers())
}

/// Whether the request comes from a gateway: by the Unix socket, or by the token.
fn is_gateway(verifier: &Verifier, place: &Place, request: &Request<Incoming>) -> bool {
    if !place.wants_token() {
        return true;
    }
    let shown = verifier.token.load().as_ref().is_some_and(|token| token.is_in(request.headers()));
    if shown {
        place.showed_token();
    }
    shown
}

/// `/readyz`: whether requests are answered; a gateway, and whoever may open its socket, gets the details.
fn ready(verifier: &Verifier, whole: bool) -> Answer {
    let (ready, mut text) = verifier.health.report();
    match whole {
        true => text.push_str(&verifier.replay_report()),
        false => text.truncate(text.find('\n').map_or(0, |end| end + 1)),
    }
    answer::page(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, TEXT, text)
}

/// `/metrics`, for a scraper that asks every few seconds at most.
async fn metrics(verifier: &Verifier) -> Answer {
    let snapshot = verifier.snapshot.load_full();
    let (counted, now) = (snapshot.clone(), verifier.now());
    // A walk over all credentials: the connections of this thread do not wait for it.
    let Ok(expiring) = tokio::task::spawn_blocking(move || expiring(&counted, now)).await else {
        return answer::status(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let gauges = Gauges {
        credentials: snapshot.len(),
        expiring,
        tampered: verifier.health.tampered(),
        age_ms: verifier.health.age(),
        tampered_settings: verifier.health.tampered_settings(),
        went_back: verifier.health.went_back(),
        altered: verifier.health.wrongs(),
        signatures: verifier.guard.len(),
        signatures_lost: verifier.journal.lost.load(Ordering::Relaxed),
        snapshot_bytes: snapshot.memory(),
    };
    answer::page(StatusCode::OK, PROMETHEUS, verifier.metrics.page(gauges))
}

/// How many credentials work now and will have expired in thirty days.
fn expiring(snapshot: &Snapshot, now: Seconds) -> usize {
    let soon = Seconds(now.0.saturating_add(EXPIRING_DAYS * DAY / 1000));
    let expires_soon = |at: Seconds| now < at && at <= soon;
    let soon = |of: &CredentialRef<'_>| of.state() == State::Active && of.expires_at().is_some_and(expires_soon);
    snapshot.credentials().filter(soon).count()
}
