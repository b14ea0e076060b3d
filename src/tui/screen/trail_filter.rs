//! The filter of the trail.

use crate::hub::{TrailClass, TrailQuery};
use crate::time::Millis;

/// What the rows must have. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Done by this user.
    pub who: Option<String>,
    /// Of this type.
    pub class: Option<TrailClass>,
    /// Not before, and as it was typed.
    pub from: Option<(Millis, String)>,
    /// Before, and as it was typed.
    pub until: Option<(Millis, String)>,
}

impl TrailFilter {
    /// Whether everything is shown.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// The type after this one; all types come after the last.
    pub fn next_class(&self) -> Option<TrailClass> {
        let next = self.class.map_or(0, |class| class as usize + 1);
        TrailClass::ALL.get(next).copied()
    }

    /// Adds it to a query.
    pub fn put(&self, query: TrailQuery) -> TrailQuery {
        TrailQuery {
            who: self.who.clone(),
            class: self.class,
            from: self.from.as_ref().map(|(at, _)| *at),
            until: self.until.as_ref().map(|(at, _)| *at),
            ..query
        }
    }

    /// In words: `refusals by dora since 2026-08-01`.
    pub fn words(&self) -> String {
        let mut words = match self.class {
            None => "entries",
            Some(TrailClass::Change) => "changes",
            Some(TrailClass::Access) => "accesses",
            Some(TrailClass::Refusal) => "refusals",
        }
        .to_owned();
        for (before, value) in [
            ("by", self.who.as_deref()),
            ("since", self.from.as_ref().map(|(_, typed)| typed.as_str())),
            ("before", self.until.as_ref().map(|(_, typed)| typed.as_str())),
        ] {
            if let Some(value) = value {
                words += &format!(" {before} {value}");
            }
        }
        words
    }
}
