//! Author and subject of the rows that a change writes to the trail.

use crate::hub::audit::action::Action;
use crate::hub::tx::row_tags;
use crate::hub::{Actor, Origin};
use crate::store::tables::{HeadRow, TrailRecord};
use crate::time::Millis;

/// The row that continues the trail of a head, with time and operation of its change; the head names it afterwards.
pub(crate) fn next_row(
    head: &mut HeadRow,
    (now, operation): (Millis, &str),
    author: &Author,
    action: Action,
    subject: Subject,
) -> TrailRecord {
    let mut record = TrailRecord {
        no: head.trail_no + 1,
        at: now.0,
        who: author.who.clone(),
        via: author.via.clone(),
        unix: author.origin.unix.clone(),
        address: author.origin.address.map(|a| a.to_string()),
        action: action.code.to_owned(),
        class: action.class.to_owned(),
        about: action.about.to_owned(),
        subject: subject.id,
        what: subject.what,
        before: subject.before,
        after: subject.after,
        operation: operation.to_owned(),
        hash: Vec::new(),
    };
    record.hash = row_tags::trail_hash(&head.trail_hash, &record);
    head.trail_no = record.no;
    head.trail_hash.clone_from(&record.hash);
    record
}

/// The author of the trail rows of a change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Author {
    pub(crate) who: Option<String>,
    pub(crate) via: Option<String>,
    pub(crate) origin: Origin,
}

impl Author {
    /// An author who is not signed in.
    pub(crate) fn nobody(origin: &Origin) -> Self {
        Self { who: None, via: None, origin: origin.clone() }
    }

    /// A user who has not proved yet who they are.
    pub(crate) fn named(name: &str, origin: &Origin) -> Self {
        Self { who: Some(name.to_owned()), via: None, origin: origin.clone() }
    }

    pub(crate) fn of(actor: &Actor) -> Self {
        Self {
            who: Some(actor.user.to_string()),
            via: Some(actor.via.as_str().to_owned()),
            origin: actor.origin.clone(),
        }
    }
}

/// The subject of a row of the trail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    pub(crate) id: Option<String>,
    pub(crate) what: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Subject {
    /// A subject that has only a name.
    pub(crate) fn named(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    /// A subject that is a row, by id and name.
    pub(crate) fn row(id: &str, what: &str) -> Self {
        Self { id: Some(id.to_owned()), what: what.to_owned(), ..Self::default() }
    }

    /// Adds the row before and after the change, as JSON.
    pub(crate) fn changed(self, before: Option<String>, after: Option<String>) -> Self {
        Self { before, after, ..self }
    }
}
