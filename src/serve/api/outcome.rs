//! What becomes of a verdict: it is counted, reported, and turned into a response.

use std::net::IpAddr;
use std::sync::Arc;

use crate::time::Seconds;
use crate::verify::{Allowed, CheckOutcome, Denied, PasswordCheck, Request, Snapshot};

use crate::serve::api::response::{self, HttpResponse};
use crate::serve::verifier::Verifier;

/// Arrival time, client address and endpoint of a request.
pub(super) struct RequestContext {
    pub(super) now: Seconds,
    pub(super) client: Option<IpAddr>,
    pub(super) endpoint: &'static str,
}

/// Counts and reports a request that may pass.
pub(super) fn allow(verifier: &Verifier, allowed: &Allowed<'_>, now: Seconds, client: Option<IpAddr>) -> HttpResponse {
    verifier.metrics.allowed(allowed.credential.kind());
    verifier.reports.used(allowed, now, client);
    response::allow(allowed, &verifier.account.load())
}

/// Counts and reports a refusal; with the request, if it may be diagnosed.
pub(super) fn deny(
    verifier: &Verifier,
    denied: &Denied<'_>,
    context: RequestContext,
    request: Option<&Request<'_>>,
) -> HttpResponse {
    verifier.metrics.denied(denied.reason);
    let snapshot = || verifier.snapshot.load_full();
    let diagnosis = request.and_then(|request| verifier.diagnosis_slots.admit(request, denied, snapshot));
    verifier.reports.denied(denied, context.now, context.client, context.endpoint, diagnosis);
    response::unauthorized()
}

/// Waits for the hash, then takes the snapshot of that moment: the credential may have been revoked meanwhile.
pub(super) async fn hash_and_reload(verifier: &Verifier, check: &Arc<PasswordCheck>) -> (Arc<Snapshot>, CheckOutcome) {
    let outcome = verifier.passwords.check(check).await;
    (verifier.snapshot.load_full(), outcome)
}
