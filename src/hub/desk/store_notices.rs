//! What is to be told of the store itself, whoever works at the desk and whatever they do.

use std::sync::PoisonError;

use crate::hub::Hub;
use crate::store::Unconfirmed;

/// Something about the store that somebody has to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreNotice {
    /// These servers take changes, and none has those of the others: a failover went wrong.
    TwoPrimaries(Vec<String>),
    /// The desk was copied elsewhere, and may be the one that was left behind.
    Copied {
        /// Where the newest copy is.
        place: String,
        /// The epoch of that copy, which is beyond those of earlier ones.
        epoch: i64,
    },
    /// What was changed is on the disk of one server alone: no standby has confirmed it.
    Unconfirmed,
}

impl StoreNotice {
    /// What is wrong, and the next step.
    pub fn sentence(&self) -> String {
        match self {
            Self::TwoPrimaries(servers) => format!(
                "{}: {}. None sees what is changed at the other. Stop the one that is not to be the primary; what was changed \
                 there has to be done again.",
                self.said(),
                servers.join(" and ")
            ),
            Self::Copied { place, .. } => format!(
                "This desk was copied to {place}, and neither sees what is changed at the other: if the copy is in use, name it as \
                 the store in the config file, then start keydesk again."
            ),
            Self::Unconfirmed => format!(
                "{}: it is on the primary's disk alone, and lost if that server dies before a standby has it. See that the \
                 standbys run and follow.",
                self.said()
            ),
        }
    }

    /// The sentence once it is over.
    pub fn over(&self) -> &'static str {
        match self {
            Self::TwoPrimaries(_) => "One server of the store takes changes again, and no other.",
            Self::Copied { .. } => "The store is no longer one that was copied elsewhere.",
            Self::Unconfirmed => "A standby has confirmed all changes.",
        }
    }

    /// What it is about, in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Self::TwoPrimaries(_) => "two primaries",
            Self::Copied { .. } => "copied",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// Whether it is of the same sort.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// What is wrong, without a full stop.
    pub(in crate::hub) fn said(&self) -> String {
        match self {
            Self::TwoPrimaries(servers) => {
                let many = if servers.len() == 2 { "Two".to_owned() } else { servers.len().to_string() };
                format!("{many} servers of the store take changes")
            }
            Self::Copied { .. } => "This desk was copied elsewhere".to_owned(),
            Self::Unconfirmed => "No standby has confirmed the last change".to_owned(),
        }
    }

    /// What is said beside it, in a few words.
    pub(in crate::hub) fn more(&self) -> String {
        match self {
            Self::TwoPrimaries(_) => "see which".to_owned(),
            Self::Copied { place, .. } => place.clone(),
            Self::Unconfirmed => "see the standbys".to_owned(),
        }
    }
}

impl Hub {
    /// Whether several servers of the store take changes. Asks every server that the store's place names, which may take seconds:
    /// for a thread that nobody waits for, and for commands about the store.
    pub fn two_primaries(&self) -> Option<StoreNotice> {
        self.store.primaries().filter(|found| found.len() > 1).map(StoreNotice::TwoPrimaries)
    }

    /// Looks what is to be told of the store, and remembers it; takes as long as [`Self::two_primaries`].
    pub fn look_at_store(&self) -> Vec<StoreNotice> {
        self.store.confirm();
        let primaries = self.two_primaries();
        let copied = match self.copied_to() {
            Ok(copied) => copied,
            // A store that is away tells nothing new.
            Err(_) => self.store_notices().into_iter().find(|notice| matches!(notice, StoreNotice::Copied { .. })),
        };
        let found: Vec<_> = primaries.into_iter().chain(copied).collect();
        *self.notices.lock().unwrap_or_else(PoisonError::into_inner) = found;
        self.store_notices()
    }

    /// What the last look found, and whether a change since is on one server alone.
    pub fn store_notices(&self) -> Vec<StoreNotice> {
        let found = self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone();
        found.into_iter().chain(self.store.unconfirmed().is_any().then_some(StoreNotice::Unconfirmed)).collect()
    }

    /// The changes of this desk that no standby has confirmed, as long as it has the desk open.
    pub fn unconfirmed(&self) -> Unconfirmed {
        self.store.unconfirmed()
    }
}
