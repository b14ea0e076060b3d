//! The algorithms that the site admits, whatever a credential says.

use crate::credential::{Algorithm, Algorithms};

/// A bit for each algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AdmittedAlgorithms(u8);

impl AdmittedAlgorithms {
    pub const ALL: Self = Self(u8::MAX);

    pub fn of(algorithms: &Algorithms) -> Self {
        Self(Algorithm::ALL.into_iter().filter(|a| algorithms.admit(*a)).fold(0, |bits, a| bits | 1 << a as u8))
    }

    pub fn admits(self, algorithm: Algorithm) -> bool {
        self.0 & 1 << algorithm as u8 != 0
    }
}
