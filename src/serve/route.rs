//! From a path to an answer. Eleven paths need no router.

use std::{sync::atomic::Ordering, time::Instant};

use hyper::{Method, Request, StatusCode, body::Incoming};

use crate::credential::EXPIRING_DAYS;
use crate::time::{DAY, Seconds};
use crate::verify::Surface;

use super::{
    answer::{self, Answer},
    ask::{self, Asked, Family},
    metrics::Gauges,
    state::Verifier,
    wire::Fragment,
};

/// Which kind of socket a question came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Guarded by the mode of its file.
    UnixSocket,
    /// Guarded by the gateway token.
    Tcp,
}

const TEXT: &str = "text/plain; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const ENVOY: &str = "/v1/authz/envoy";
const ENVOY_LEGACY: &str = "/v1/authz/envoy-legacy";

/// What a path asks for.
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

/// Answers a question.
pub(super) async fn answer(verifier: &Verifier, from: From, fragment: &Fragment, request: Request<Incoming>) -> Answer {
    let began = Instant::now();
    let route = route(request.method(), request.uri().path());
    match route {
        // A load balancer or a service manager has no token, and learns nothing here.
        Route::Health => return answer::page(StatusCode::OK, TEXT, "alive\n".to_owned()),
        Route::Ready => return ready(verifier),
        Route::Nothing => return answer::status(StatusCode::NOT_FOUND),
        Route::Authz(_) | Route::Verify | Route::Metrics => {}
    }
    if from == From::Tcp && !verifier.token.as_ref().is_some_and(|token| token.is_in(request.headers())) {
        verifier.metrics.no_token.fetch_add(1, Ordering::Relaxed);
        return answer::deny();
    }
    let answer = match route {
        Route::Metrics => return metrics(verifier),
        _ if verifier.health.is_stale(began) => {
            verifier.metrics.stale.fetch_add(1, Ordering::Relaxed);
            return answer::stale();
        }
        Route::Authz(asked) => ask::gateway(verifier, asked, fragment, request).await,
        _ => ask::application(verifier, request).await,
    };
    verifier.metrics.took(began.elapsed());
    answer
}

fn ready(verifier: &Verifier) -> Answer {
    let (ready, text) = verifier.health.report();
    answer::page(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, TEXT, text)
}

/// A walk over all credentials, for a page that is asked for every few seconds at most.
fn metrics(verifier: &Verifier) -> Answer {
    let snapshot = verifier.snapshot.load_full();
    let now = verifier.now();
    let soon = Seconds(now.0.saturating_add(EXPIRING_DAYS * DAY / 1000));
    let expires_soon = |at: Seconds| now < at && at <= soon;
    let expiring = snapshot
        .credentials()
        .filter(|c| c.state() == crate::credential::State::Active && c.expires_at().is_some_and(expires_soon));
    let gauges = Gauges {
        credentials: snapshot.len(),
        expiring: expiring.count(),
        tampered: verifier.health.tampered(),
        age_ms: verifier.health.age(),
        went_back: verifier.health.went_back(),
        snapshot_bytes: snapshot.memory(),
    };
    answer::page(StatusCode::OK, PROMETHEUS, verifier.metrics.page(gauges))
}
