//! The filter language of the activity log: words, and terms such as `who:bram did:rotated key:crm-sync from:203.0.113.9
//! since:90d until:2027-01-31 type:refusal`. Case-insensitive. Quoted text is always a word.

use crate::credential::{Piece, SIGNS, fold, holds_api_secret, pieces};
use crate::hub::{TrailClass, TrailQuery};
use crate::time::{Millis, past_or_never};

/// A parsed filter. All of its conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Each is part of who acted, of what was done, to what, or from where, as it was typed.
    pub words: Vec<String>,
    /// Done by a user whose name begins so.
    pub who: Option<String>,
    /// Part of the words for what was done.
    pub did: Option<String>,
    /// About this credential: its key, its name, or the beginning of one.
    pub key: Option<String>,
    /// The address begins so.
    pub address: Option<String>,
    /// Of this type.
    pub class: Option<TrailClass>,
    /// Not before.
    pub since: Option<Millis>,
    /// Before.
    pub until: Option<Millis>,
}

/// Why a filter of the activity log was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFilterError {
    /// A term without a value.
    #[error("{0} needs something behind it, for example {1}.")]
    Empty(String, &'static str),
    /// A point in time that is none.
    #[error("{0}")]
    Time(String),
    /// Not a type of entry.
    #[error("{0:?} is not a type of entry. Choose change, access or refusal.")]
    Type(String),
    /// A word that is known, with a sign that it does not go with.
    #[error("{term:?} is not understood. Write it as {example}, or in quotes to look for it as a word.")]
    Sign {
        /// The term as it was typed.
        term: String,
        /// An example of the right form.
        example: &'static str,
    },
    /// It looks like a term, and there is none of that name.
    #[error(
        "There is no term {0} here. Put it in quotes to look for it as a word; there are who: did: key: from: since: until: and type:."
    )]
    Unknown(String),
    /// Somebody pasted a secret into the wrong field.
    #[error("That is an API secret. To see whose it is, use find by secret; it does not belong here.")]
    Secret,
}

impl LogFilter {
    /// Reads what was typed. Nothing typed is a filter that lets everything through.
    pub fn parse(typed: &str, now: Millis) -> Result<Self, LogFilterError> {
        if holds_api_secret(typed) {
            return Err(LogFilterError::Secret);
        }
        let mut filter = Self::default();
        pieces(typed).iter().try_for_each(|piece| filter.add(piece, now))?;
        Ok(filter)
    }

    /// What was understood of what was typed; the rest is left out.
    pub fn understood(typed: &str, now: Millis) -> Self {
        let mut filter = Self::default();
        if !holds_api_secret(typed) {
            pieces(typed).iter().for_each(|piece| drop(filter.add(piece, now)));
        }
        filter
    }

    /// Whether everything is let through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds it to a query.
    pub fn put(&self, query: TrailQuery) -> TrailQuery {
        TrailQuery {
            class: self.class.or(query.class),
            from: self.since.or(query.from),
            until: self.until.or(query.until),
            filter: self.clone(),
            ..query
        }
    }

    fn add(&mut self, piece: &Piece, now: Millis) -> Result<(), LogFilterError> {
        let Piece::Term { text, field, sign, value } = piece else {
            self.words.push(piece.text().to_owned());
            return Ok(());
        };
        let Some(term) = TERMS.iter().find(|term| term.begins.trim_end_matches(SIGNS) == field.as_str()) else {
            // An address or a name may hold such a sign.
            if *sign != ':' {
                self.words.push(text.clone());
                return Ok(());
            }
            return Err(LogFilterError::Unknown(format!("{}:", short(field))));
        };
        if *sign != ':' {
            return Err(LogFilterError::Sign { term: short(text), example: term.example });
        }
        if value.is_empty() {
            return Err(LogFilterError::Empty(term.begins.to_owned(), term.example));
        }
        (term.read)(self, value, now)
    }
}

/// One kind of term.
struct Term {
    begins: &'static str,
    example: &'static str,
    finds: &'static str,
    read: fn(&mut LogFilter, &str, Millis) -> Result<(), LogFilterError>,
}

/// Every term there is: what is read, and what help and documentation tell.
static TERMS: [Term; 7] = [
    Term {
        begins: "who:",
        example: "who:bram",
        finds: "done by this user",
        read: |filter, value, _| {
            // Names of users have no capitals.
            filter.who = Some(value.to_lowercase());
            Ok(())
        },
    },
    Term {
        begins: "did:",
        example: "did:rotated",
        finds: "what was done: created, rotated, refused",
        read: |filter, value, _| {
            filter.did = Some(fold(value));
            Ok(())
        },
    },
    Term {
        begins: "key:",
        example: "key:crm-sync",
        finds: "about this credential: its key or its name",
        read: |filter, value, _| {
            filter.key = Some(value.to_owned());
            Ok(())
        },
    },
    Term {
        begins: "from:",
        example: "from:203.0.113.9",
        finds: "from this address, or ones that begin so",
        read: |filter, value, _| {
            filter.address = Some(value.to_lowercase());
            Ok(())
        },
    },
    Term {
        begins: "since:",
        example: "since:90d",
        finds: "not before: a span, or 2027-01-31 (UTC)",
        read: |filter, value, now| moment(value, now).map(|at| filter.since = at),
    },
    Term {
        begins: "until:",
        example: "until:2027-01-31",
        finds: "before: a span, or a date (UTC)",
        read: |filter, value, now| moment(value, now).map(|at| filter.until = at),
    },
    Term {
        begins: "type:",
        example: "type:refusal",
        finds: "of this type: change, access, refusal",
        read: |filter, value, _| {
            let value = value.to_lowercase();
            let same = |class: &TrailClass| [class.as_str(), class.plural()].contains(&value.as_str());
            let class = TrailClass::ALL.into_iter().find(same).ok_or_else(|| LogFilterError::Type(short(&value)))?;
            filter.class = Some(class);
            Ok(())
        },
    },
];

/// An example of each kind of term, and what it finds.
pub fn log_terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    TERMS.iter().map(|term| (term.example, term.finds))
}

fn moment(text: &str, now: Millis) -> Result<Option<Millis>, LogFilterError> {
    past_or_never(text, now).map_err(|why| LogFilterError::Time(why.to_string()))
}

/// Enough of what was typed to know it again.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_786_000_000_000);

    #[test]
    fn words_and_terms_of_the_log() {
        let filter = LogFilter::parse(
            " Prod-060 WHO:Bram did:Rotated key:kdb7gcXq from:203.0.113. since:90d until:2026-07-01 type:refusals ",
            NOW,
        )
        .unwrap();
        let LogFilter { words, who, did, key, address, class, since, until } = filter;
        assert_eq!((words, who.as_deref()), (vec!["Prod-060".to_owned()], Some("bram")));
        assert_eq!((did.as_deref(), key.as_deref()), (Some("rotated"), Some("kdb7gcXq")));
        assert_eq!((address.as_deref(), class), (Some("203.0.113."), Some(TrailClass::Refusal)));
        assert_eq!(since, Some(NOW.plus(-90 * 86_400_000)));
        assert_eq!(until.map(Millis::date).as_deref(), Some("2026-07-01"));
        assert!(LogFilter::parse("  ", NOW).unwrap().is_empty());
        assert_eq!(LogFilter::parse("\"a:b\" 12:30 from:2001:db8::1", NOW).unwrap().words, ["a:b", "12:30"]);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (typed, says) in [
            ("foo:bar", "There is no term foo:"),
            ("who:", "who: needs something behind it, for example who:bram."),
            ("since:soon", "\"soon\" is not a time."),
            ("type:odd", "\"odd\" is not a type of entry."),
            ("since>90d", "\"since>90d\" is not understood. Write it as since:90d"),
        ] {
            let said = LogFilter::parse(typed, NOW).unwrap_err().to_string();
            assert!(said.starts_with(says), "{typed}: {said}");
        }
        assert_eq!(LogFilter::understood("foo:x who:bram since:soon", NOW).who.as_deref(), Some("bram"));
    }

    #[test]
    fn every_example_of_the_log_is_a_valid_and_different_term() {
        let read: Vec<_> = log_terms().map(|(example, _)| LogFilter::parse(example, NOW).unwrap()).collect();
        for (i, filter) in read.iter().enumerate() {
            assert!(filter.words.is_empty() && !filter.is_empty(), "{filter:?}");
            assert!(!read[i + 1..].contains(filter), "{filter:?}");
        }
    }
}
