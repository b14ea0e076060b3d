//! Checks after the secret was right: tag, state, times, networks, in this order (C11, C13).

use std::net::IpAddr;

use crate::credential::State;
use crate::time::Seconds;
use crate::verify::syntax::base64;
use crate::verify::{CredentialRef, Denied, Reason};

/// How far a signed date may be from now, in seconds, inclusive (H13, S4).
const WINDOW: i64 = 300;

/// Whether the rows of a credential are as keydesk wrote them. Nothing else of one that was changed is worth judging.
pub(super) fn intact(credential: CredentialRef<'_>) -> Result<(), Denied<'_>> {
    match credential.tampered() {
        true => Err(Denied::from(Reason::Tampered).of(credential)),
        false => Ok(()),
    }
}

/// Whether a credential may be used now from this address, which is read only if it matters.
pub(super) fn usable(
    credential: CredentialRef<'_>,
    now: Seconds,
    client: impl FnOnce() -> Option<IpAddr>,
) -> Result<(), Denied<'_>> {
    intact(credential)?;
    let reason = match credential.state() {
        State::Disabled => Reason::Disabled,
        State::Revoked => Reason::Revoked,
        State::Active if credential.not_before().is_some_and(|at| now < at) => Reason::NotYetValid,
        State::Active if credential.expires_at().is_some_and(|at| now >= at) => Reason::Expired,
        State::Active if !credential.admits_any() && !credential.admits_address(client()) => Reason::Network,
        State::Active => return Ok(()),
    };
    Err(Denied::from(reason).of(credential))
}

/// The version of the secret that signed; else why it was none of the credential's. What was `decoded` is canonical: to
/// decode it again would make a wrong secret slower than an unknown key.
pub(super) fn signed_by(
    used: Option<u32>,
    signature: &[u8],
    decoded: bool,
    malformed: Reason,
) -> Result<u32, Denied<'static>> {
    used.ok_or_else(|| match decoded || base64::is_canonical(signature) {
        true => Reason::BadSignature.into(),
        false => Denied::about(malformed, b"signature"),
    })
}

/// Parses an address: one literal and nothing else.
pub(super) fn address(client: Option<&[u8]>) -> Option<IpAddr> {
    str::from_utf8(client?).ok()?.parse().ok()
}

/// Whether `signed` is within the window around `now`.
pub(super) fn check_window<'a>(signed: Seconds, now: Seconds) -> Result<(), Denied<'a>> {
    match signed.0.abs_diff(now.0) <= WINDOW.unsigned_abs() {
        true => Ok(()),
        false => Err(Denied::clock(signed, now)),
    }
}

/// The last second in which a signature of this time is acceptable.
pub(super) fn window_end(signed: Seconds) -> Seconds {
    Seconds(signed.0.saturating_add(WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_inclusive_on_both_sides() {
        let off = |by: i64| check_window(Seconds(1_000_000 + by), Seconds(1_000_000)).map_err(|d| d.clock_offset);
        assert_eq!((off(300), off(-300)), (Ok(()), Ok(())));
        assert_eq!((off(301), off(-301)), (Err(Some(301)), Err(Some(-301))));
        assert_eq!(check_window(Seconds(i64::MIN), Seconds(i64::MAX)).map_err(|d| d.clock_offset), Err(Some(i64::MIN)));
    }
}
