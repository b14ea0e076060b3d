//! Who asks: families of gateways, and applications.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// A family of gateways, or the applications that ask for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Caller {
    Nginx,
    Forward,
    Traefik,
    Envoy,
    Application,
}

impl Caller {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Nginx, "nginx"),
        (Self::Forward, "forward"),
        (Self::Traefik, "traefik"),
        (Self::Envoy, "envoy"),
        (Self::Application, "verify"),
    ];
}

/// Those that asked since the process started: a bit for each.
#[derive(Debug, Default)]
pub(in crate::serve) struct Callers(AtomicU32);

impl Callers {
    /// One asked.
    pub(in crate::serve) fn note(&self, caller: Caller) {
        let bit = 1 << caller as u32;
        // Written once, and only read from then on.
        if self.0.load(Relaxed) & bit == 0 {
            self.0.fetch_or(bit, Relaxed);
        }
    }

    /// The names of their endpoints, with blanks between.
    pub(super) fn words(&self) -> String {
        let bits = self.0.load(Relaxed);
        let names = Caller::ALL.into_iter().filter(|(caller, _)| bits & 1 << *caller as u32 != 0);
        names.map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }
}
