//! The filter language of lists: words, and terms such as `expires<30d unused>90d used:never by:bram kind:hmac
//! state:disabled`. Case-insensitive. Quoted text is always a word.

mod pieces;

use crate::time::{is_never, parse_span};

use super::{Kind, Tag, fold, holds_api_secret};
pub(crate) use pieces::{Piece, SIGNS, pieces};

/// A parsed filter. All of its conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Each is part of the name, key, note, owner or tags, case-folded.
    pub words: Vec<String>,
    /// Expires within so many seconds from now.
    pub expires_within: Option<i64>,
    /// Expires later than so many seconds from now.
    pub expires_after: Option<i64>,
    /// Not used for so many seconds, and at least that old.
    pub unused_for: Option<i64>,
    /// Active, and never used since it was made.
    pub never_used: bool,
    /// Refused more than so many times since yesterday.
    pub refused_more_than: Option<i64>,
    /// Created by this user.
    pub by: Option<String>,
    /// Part of the owner, case-folded; empty for credentials without one.
    pub owner: Option<String>,
    /// Each is a tag that it has, or the word of one with a value; empty for credentials without any.
    pub tags: Vec<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state, computed ones too.
    pub state: Option<Wanted>,
}

/// A state to look for, as lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Works now: expiring ones too.
    Active,
    /// Works now, and expires within [`EXPIRING_DAYS`](super::EXPIRING_DAYS).
    Expiring,
    /// Not usable before its time.
    NotYet,
    /// Past its expiry.
    Expired,
    /// Disabled by a user.
    Disabled,
    /// Revoked for good.
    Revoked,
    /// Changed outside keydesk, and refused.
    Tampered,
}

impl Wanted {
    const ALL: [(&'static str, Self); 9] = [
        ("active", Self::Active),
        ("usable", Self::Active),
        ("expiring", Self::Expiring),
        ("not-yet", Self::NotYet),
        ("notyet", Self::NotYet),
        ("expired", Self::Expired),
        ("disabled", Self::Disabled),
        ("revoked", Self::Revoked),
        ("tampered", Self::Tampered),
    ];
}

/// Why a filter was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The text is not a span of time such as `30d`.
    #[error("{0:?} is not a span. Write 30d, 12h or 45m, for example expires<30d.")]
    Span(String),
    /// The text is not a number of requests.
    #[error("{0:?} is not a number. Write refused>10.")]
    Number(String),
    /// `by:` without a name.
    #[error("by: needs the name of a user behind it, for example by:bram.")]
    Nobody,
    /// `owner:` without a name.
    #[error("owner: needs the owner behind it, for example owner:payments, or owner:none.")]
    NoOwner,
    /// The text is not a tag.
    #[error("{0:?} is not a tag. Write tag:crm, env=prod, or tag:none.")]
    Tag(String),
    /// A word that is known, with a sign that it does not go with.
    #[error("{term:?} is not understood. Write it as {example}, or in quotes to look for it in names.")]
    Sign {
        /// The term as it was typed.
        term: String,
        /// An example of the right form.
        example: &'static str,
    },
    /// It looks like a term, and there is none of that name.
    #[error(
        "There is no term {0} here. Put it in quotes to look for it as a word; there are expires< expires> unused> used: refused> by: kind: state: owner: tag: and env=prod."
    )]
    Unknown(String),
    /// The text is not a kind of credential.
    #[error("{0:?} is not a kind. Choose basic, hmac or legacy.")]
    Kind(String),
    /// Not a word about use.
    #[error("used:{0} is not understood. Write used:never, or a span such as unused>90d.")]
    Used(String),
    /// The text is not a state.
    #[error("{0:?} is not a state. Choose active, expiring, not-yet, expired, disabled, revoked or tampered.")]
    State(String),
    /// Somebody pasted a secret into the wrong field.
    #[error("That is an API secret. To see whose it is, use find by secret; it does not belong here.")]
    Secret,
}

impl Filter {
    /// Reads what was typed. Nothing typed is a filter that lets everything through.
    pub fn parse(typed: &str) -> Result<Self, FilterError> {
        if holds_api_secret(typed) {
            return Err(FilterError::Secret);
        }
        let mut filter = Self::default();
        pieces(typed).iter().try_for_each(|piece| filter.add(piece))?;
        Ok(filter)
    }

    /// What was understood of what was typed; the rest is left out.
    pub fn understood(typed: &str) -> Self {
        let mut filter = Self::default();
        if !holds_api_secret(typed) {
            pieces(typed).iter().for_each(|piece| drop(filter.add(piece)));
        }
        filter
    }

    /// Whether everything is let through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether revoked ones are asked for. A row that was changed outside keydesk may call itself so.
    pub fn wants_revoked(&self) -> bool {
        matches!(self.state, Some(Wanted::Revoked | Wanted::Tampered))
    }

    fn add(&mut self, piece: &Piece) -> Result<(), FilterError> {
        let Piece::Term { text, field, sign, value } = piece else {
            self.words.push(fold(piece.text()));
            return Ok(());
        };
        let named = |known: &&Term| known.begins.trim_end_matches(SIGNS) == field.as_str();
        match (TERMS.iter().find(|known| named(known) && known.begins.ends_with(*sign)), TERMS.iter().find(named)) {
            (Some(known), _) => (known.read)(self, value),
            (None, Some(known)) => Err(FilterError::Sign { term: short(text), example: known.example }),
            (None, None) if *sign == '=' => {
                match Tag::new(text) {
                    Ok(tag) => self.tags.push(tag.to_string()),
                    // A name may well hold an equals sign.
                    Err(_) => self.words.push(fold(text)),
                }
                Ok(())
            }
            (None, None) => Err(FilterError::Unknown(format!("{}{sign}", short(field)))),
        }
    }
}

/// One kind of term.
struct Term {
    /// How it begins; what follows is read.
    begins: &'static str,
    example: &'static str,
    finds: &'static str,
    read: fn(&mut Filter, &str) -> Result<(), FilterError>,
}

/// Every term there is: what is read, and what help and documentation tell.
static TERMS: [Term; 10] = [
    Term {
        begins: "expires<",
        example: "expires<30d",
        finds: "expires within that time",
        read: |filter, rest| span(rest).map(|s| filter.expires_within = Some(s)),
    },
    Term {
        begins: "expires>",
        example: "expires>30d",
        finds: "expires, but later than that",
        read: |filter, rest| span(rest).map(|s| filter.expires_after = Some(s)),
    },
    Term {
        begins: "unused>",
        example: "unused>90d",
        finds: "not used for so long",
        read: |filter, rest| span(rest).map(|s| filter.unused_for = Some(s)),
    },
    Term {
        begins: "used:",
        example: "used:never",
        finds: "active, and never used",
        read: |filter, rest| match rest {
            word if is_never(word) => {
                filter.never_used = true;
                Ok(())
            }
            other => Err(FilterError::Used(short(other))),
        },
    },
    Term {
        begins: "refused>",
        example: "refused>10",
        finds: "refused more often, yesterday and today",
        read: |filter, rest| {
            let number = rest.parse().ok().filter(|n| (0..=i64::MAX / 2).contains(n));
            filter.refused_more_than = Some(number.ok_or_else(|| FilterError::Number(short(rest)))?);
            Ok(())
        },
    },
    Term {
        begins: "by:",
        example: "by:bram",
        finds: "made by this user",
        read: |filter, rest| {
            // Names of users have no capitals.
            filter.by = Some(Some(rest.to_lowercase()).filter(|name| !name.is_empty()).ok_or(FilterError::Nobody)?);
            Ok(())
        },
    },
    Term {
        begins: "kind:",
        example: "kind:hmac",
        finds: "of this kind: basic, hmac, legacy",
        read: |filter, rest| {
            filter.kind = Some(rest.to_lowercase().parse().map_err(|()| FilterError::Kind(short(rest)))?);
            Ok(())
        },
    },
    Term {
        begins: "state:",
        example: "state:disabled",
        finds: "active, expiring, not-yet, expired, disabled, revoked, tampered",
        read: |filter, rest| {
            let found = Wanted::ALL.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(rest));
            filter.state = Some(found.ok_or_else(|| FilterError::State(short(rest)))?.1);
            Ok(())
        },
    },
    Term {
        begins: "owner:",
        example: "owner:payments",
        finds: "whose owner holds this; owner:none",
        read: |filter, rest| {
            let owner = if is_never(rest) {
                String::new()
            } else {
                Some(fold(rest)).filter(|o| !o.is_empty()).ok_or(FilterError::NoOwner)?
            };
            filter.owner = Some(owner);
            Ok(())
        },
    },
    Term {
        begins: "tag:",
        example: "tag:crm",
        finds: "with this tag; also env=prod, tag:none",
        read: |filter, rest| {
            let tag = if is_never(rest) {
                String::new()
            } else {
                Tag::new(rest).map_err(|_| FilterError::Tag(short(rest)))?.to_string()
            };
            filter.tags.push(tag);
            Ok(())
        },
    },
];

/// An example of each kind of term, and what it finds.
pub fn filter_terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    TERMS.iter().map(|term| (term.example, term.finds))
}

fn span(text: &str) -> Result<i64, FilterError> {
    parse_span(text).ok_or_else(|| FilterError::Span(short(text)))
}

/// Enough of what was typed to know it again.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
