//! Finds out whether the secret of another key was used. Whose it is, only those are told who may find a credential by its
//! secret.

use uuid::Uuid;

use crate::account::Right;
use crate::cli::context::OpenDesk;
use crate::cli::error::CliError;
use crate::hub::{Findings, ReadAgreement, VerifierCredential};
use crate::serve;
use crate::text::safe;
use crate::time::Seconds;
use crate::verify::{self, Elsewhere, Explanation, Reason, Request, Used};

/// The credential that is meant if key and secret are swapped.
pub(super) fn exchanged(desk: &OpenDesk, request: &Request<'_>) -> Result<Option<VerifierCredential>, CliError> {
    let Some(claim) = verify::exchanged(request) else { return Ok(None) };
    let Some(id) = super::credential(desk, &claim)? else { return Ok(None) };
    let mut found = None;
    each(desk, &mut |fed| {
        if fed.id.to_string() == id.to_string() {
            found = Some(fed);
        }
    })?;
    Ok(found)
}

/// A sentence about whose secret a refused request was made with. Searches every credential but `own`.
pub(super) fn whose(
    desk: &OpenDesk,
    request: &Request<'_>,
    said: &Explanation,
    own: Option<Uuid>,
    at: Seconds,
) -> Result<Option<String>, CliError> {
    use Reason::{BadSecret, BadSignature, MalformedAuthorization, UnknownCredential, WrongKind};
    let wrong = [BadSecret, BadSignature, MalformedAuthorization, UnknownCredential, WrongKind];
    if said.refused.as_ref().is_none_or(|refused| !wrong.contains(&refused.reason)) {
        return Ok(None);
    }
    let Some(elsewhere) = Elsewhere::of(request, at) else { return Ok(None) };
    let named = verify::claim(request);
    let is_named = |key: &str| named.as_ref().is_some_and(|claim| claim.key.eq_ignore_ascii_case(key));
    let tells_whose = desk.may(Right::ManageCredentials)?;
    let mut found = None;
    each(desk, &mut |fed| {
        if !tells_whose && !is_named(&fed.key) || found.is_some() || Some(fed.id) == own {
            return;
        }
        let entry = serve::entry(fed);
        let called = || format!("{} ({}, {})", entry.key, safe(&entry.name), entry.kind);
        found = elsewhere.uses(&entry).map(|used| match used {
            Used::AsSecret if is_named(&entry.key) => {
                format!("Its key differs only in upper and lower case from one of this desk: {}.", called())
            }
            Used::AsSecret => format!("It was made with the secret of another key: {}.", called()),
            Used::AsKey => format!(
                "What it sends as its key is the secret of {}: key and secret are exchanged. Whoever saw the request may \
                 have it: rotate it.",
                called()
            ),
        });
    })?;
    Ok(found)
}

/// Calls `take` with every credential as a verifier loads it.
fn each(desk: &OpenDesk, take: &mut dyn FnMut(VerifierCredential)) -> Result<(), CliError> {
    for part in &desk.hub.feed().halves()? {
        let mut run = |run: Vec<VerifierCredential>| run.into_iter().for_each(&mut *take);
        desk.hub.feed().load(part, &mut |_| ReadAgreement::Yes, &mut Findings::default(), &mut run)?;
    }
    Ok(())
}
