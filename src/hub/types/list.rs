//! Types for lists: query, cursor, page, and the fuzzy search over all credentials.

use crate::credential::{Filter, Kind, fold};
use crate::hub::CredentialRow;
use crate::store::Value;

/// Columns a list can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// By name, case folded.
    #[default]
    Name,
    /// By API key or Legacy username.
    Key,
    /// By creation, newest first.
    Created,
    /// Active, disabled, revoked; then by name.
    State,
    /// By expiry, the next one first; those that never expire come last.
    Expiry,
    /// By last use, the newest first; those that were never used come last.
    LastUse,
}

impl ListOrder {
    /// All orders.
    pub const ALL: [Self; 6] = [Self::Name, Self::Key, Self::State, Self::Created, Self::Expiry, Self::LastUse];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Key => "key",
            Self::Created => "created",
            Self::State => "state",
            Self::Expiry => "expiry",
            Self::LastUse => "last-use",
        }
    }

    /// Whether the first row has the largest value: the newest.
    pub fn falls(self) -> bool {
        matches!(self, Self::Created | Self::LastUse)
    }
}

/// Position of a page in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PagePosition {
    /// The first page.
    #[default]
    Start,
    /// The last page.
    End,
    /// The rows after a cursor.
    After(ListCursor),
    /// The rows before a cursor, in the order of the list.
    Before(ListCursor),
    /// From a cursor on, including its own row: reads the same page again.
    From(ListCursor),
}

/// A place in a list: the values it is ordered by, the id of the row last. Opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCursor(pub(in crate::hub) Vec<Value>);

/// A query for one page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// One kind, or all.
    pub kind: Option<Kind>,
    /// Whether revoked credentials are included.
    pub revoked: bool,
    /// Filter that rows must match.
    pub filter: Filter,
    /// Order of the list.
    pub order: ListOrder,
    /// Whether the order is turned round.
    pub turned: bool,
    /// Which page.
    pub position: PagePosition,
    /// Length of the page; at most 2000 rows.
    pub limit: u32,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialPage {
    /// The rows, in order.
    pub rows: Vec<CredentialRow>,
    /// There are rows before these.
    pub more_before: bool,
    /// There are rows after these.
    pub more_after: bool,
    /// Change number of the store when it was read.
    pub change: i64,
}

impl CredentialPage {
    /// The cursor that stands on row `i`.
    pub fn cursor(&self, order: ListOrder, i: usize) -> Option<ListCursor> {
        self.rows.get(i).map(|row| cursor(order, row))
    }
}

/// The state that a list polls once a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Change number of the store: the list is read again when it is not the page's.
    pub change: i64,
}

/// The cursor that stands on a row.
pub(crate) fn cursor(order: ListOrder, row: &CredentialRow) -> ListCursor {
    let id = Value::Text(row.id.to_string());
    ListCursor(match order {
        ListOrder::Name => vec![fold(&row.name).into(), id],
        ListOrder::Key => vec![(&row.key).into(), id],
        ListOrder::Created => vec![row.created_at.0.into(), id],
        ListOrder::State => vec![row.state.as_str().into(), fold(&row.name).into(), id],
        ListOrder::Expiry => vec![row.options.expires_at.map_or(i64::MAX, |at| at.0).into(), id],
        ListOrder::LastUse => vec![row.last_used.as_ref().map_or(0, |used| used.at.0).into(), id],
    })
}

/// A filter whose hits are counted, and from where on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountQuery {
    /// Filter that credentials must match.
    pub filter: Filter,
    /// Whether revoked credentials are included.
    pub revoked: bool,
    /// The id behind which the part begins; empty for the first part.
    pub after: String,
}

/// The hits in one part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountPart {
    /// How many of each kind, in the order of [`Kind::ALL`].
    pub found: [i64; Kind::ALL.len()],
    /// Where the next part begins; `None` after the last.
    pub next: Option<String>,
}

/// What is searched, and from where on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JumpQuery {
    /// What was typed.
    pub typed: String,
    /// Only tags are searched.
    pub tags: bool,
    /// The id behind which the part begins; empty for the first part.
    pub after: String,
}

/// The outcome of one part.
#[derive(Clone, Debug, Default)]
pub struct JumpPart {
    /// The best matches of this part, each with how well it matches.
    pub found: Vec<(u32, CredentialRow)>,
    /// How many matched in this part.
    pub matched: i64,
    /// How many were looked at.
    pub looked_at: i64,
    /// Where the next part begins; `None` after the last.
    pub next: Option<String>,
}
