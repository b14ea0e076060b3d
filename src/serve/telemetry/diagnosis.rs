//! Diagnosis of wrong signatures: which known mistake of a client explains one. Run by the thread that writes reports,
//! because a response must not take longer when a key exists.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use crate::time::Seconds;
use crate::verify::{self, Body, Denied, Framing, Reason, Request, Scheme, Snapshot, Surface, Version};

/// Limit on requests that wait for diagnosis; beyond it only the reason is kept.
const SLOTS: usize = 64;
/// Limit on the size of a request that is diagnosed, in bytes.
const MAX_SIZE: usize = 8 * 1024;

/// Slots for requests that wait for diagnosis.
#[derive(Debug, Default)]
pub(in crate::serve) struct DiagnosisSlots(Arc<AtomicUsize>);

/// One taken slot, free again when dropped.
struct DiagnosisSlot(Arc<AtomicUsize>);

impl Drop for DiagnosisSlot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A signed request that was refused, kept in memory until it was diagnosed, and nowhere else.
pub(in crate::serve) struct Diagnosis {
    method: Vec<u8>,
    target: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    version: Version,
    scheme: Scheme,
    snapshot: Arc<Snapshot>,
    _slot: DiagnosisSlot,
}

impl DiagnosisSlots {
    /// Keeps a request whose signature is wrong. One with an unknown key is kept as well, and its diagnosis finds
    /// nothing: otherwise the response time would show which keys exist.
    pub(in crate::serve) fn admit(
        &self,
        request: &Request<'_>,
        denied: &Denied<'_>,
        snapshot: impl FnOnce() -> Arc<Snapshot>,
    ) -> Option<Diagnosis> {
        // A signature that is not base64 is a wrong one in a wrong encoding.
        let wrong = matches!(
            denied.reason,
            Reason::BadSignature
                | Reason::UnknownCredential
                | Reason::MalformedAuthorization
                | Reason::MalformedSignature
        );
        if !wrong || request.surface != Surface::Rest || !is_signed(request) || size(request) > MAX_SIZE {
            return None;
        }
        if self.0.fetch_add(1, Relaxed) >= SLOTS {
            self.0.fetch_sub(1, Relaxed);
            return None;
        }
        Some(Diagnosis {
            method: request.method.to_vec(),
            target: request.target.to_vec(),
            fields: request.fields.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect(),
            version: request.version,
            scheme: request.scheme,
            snapshot: snapshot(),
            _slot: DiagnosisSlot(self.0.clone()),
        })
    }
}

impl Diagnosis {
    /// The mistake in a sentence, if it is a known one.
    pub(in crate::serve) fn mistake(self, at: Seconds) -> Option<String> {
        let fields: Vec<verify::Field<'_>> = self.fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        let request = Request {
            surface: Surface::Rest,
            method: &self.method,
            target: &self.target,
            fields: &fields,
            // No signature is over the body itself.
            body: Body::NotVisible(Framing::Unknown),
            version: self.version,
            scheme: self.scheme,
            client: None,
        };
        verify::mistake(&request, &self.snapshot, at)
    }
}

/// Whether it is not a Basic request: those contain the secret itself, which must not be kept.
fn is_signed(request: &Request<'_>) -> bool {
    let basic = |value: &[u8]| value.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"));
    let mut own = request.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(b"authorization"));
    own.all(|(_, value)| !basic(value.trim_ascii_start()))
}

fn size(request: &Request<'_>) -> usize {
    let fields: usize = request.fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    request.method.len() + request.target.len() + fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_requests_wait_for_diagnosis_within_bounds_and_basic_ones_never() {
        let (slots, empty) = (DiagnosisSlots::default(), Arc::new(Snapshot::of(&[]).unwrap()));
        let signed: [verify::Field<'_>; 1] = [(b"authorization", b"hmac username=\"a\"")];
        let basic: [verify::Field<'_>; 1] = [(b"Authorization", b" BASIC YTpi")];
        let request = |fields| Request {
            surface: Surface::Rest,
            method: b"GET",
            target: b"/",
            fields,
            body: Body::NotVisible(Framing::Unknown),
            version: Version::Http11,
            scheme: Scheme::Https,
            client: None,
        };
        let admit = |fields, reason: Reason| slots.admit(&request(fields), &reason.into(), || empty.clone());
        assert!(admit(&basic, Reason::UnknownCredential).is_none());
        assert!(admit(&signed, Reason::ClockSkew).is_none());
        let waiting: Vec<_> = (0..SLOTS).map(|_| admit(&signed, Reason::BadSignature).unwrap()).collect();
        assert!(admit(&signed, Reason::BadSignature).is_none());
        assert!(waiting.into_iter().all(|one| one.mistake(Seconds(0)).is_none()));
        assert!(admit(&signed, Reason::BadSignature).is_some());
    }
}
