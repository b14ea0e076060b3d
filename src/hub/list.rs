//! Lists of credentials, page by page, by key and never by offset.

use std::cmp::Ordering;

use crate::account::Right;
use crate::credential::{Kind, State, fold};
use crate::store::{
    Cancel, Tx, Value,
    tables::{self, Branch, CredentialRecord, Direction, Sort, Tagged, UsageRow},
};

use super::{
    Actor, Counts, CredentialRow, Cursor, Hub, HubError, ListQuery, Order, Page, Position, Taken, convert,
    refusal::Intent,
};

/// Most rows of one page.
const MOST: u32 = 500;

type Found = (Tagged<CredentialRecord>, Option<UsageRow>);

impl Hub {
    /// One page of a list.
    pub fn list(&self, actor: &Actor, query: &ListQuery) -> Result<Page, HubError> {
        self.list_until(actor, query, &Cancel::default())
    }

    /// One page of a list; the read stops when `cancel` says so.
    pub fn list_until(&self, actor: &Actor, query: &ListQuery, cancel: &Cancel) -> Result<Page, HubError> {
        self.look_until(actor, &Intent::new(Right::SeeCredentials, "list keys"), cancel, |tx| self.page(tx, query))
    }

    fn page(&self, tx: &mut dyn Tx, query: &ListQuery) -> Result<Page, HubError> {
        let (sort, limit) = (sort(query.order), query.limit.clamp(1, MOST) as usize);
        let (direction, from) = match &query.position {
            Position::Start => (Direction::Forward, None),
            Position::End => (Direction::Backward, None),
            Position::After(cursor) => (Direction::Forward, Some((cursor, false))),
            Position::From(cursor) => (Direction::Forward, Some((cursor, true))),
            Position::Before(cursor) => (Direction::Backward, Some((cursor, false))),
        };
        let from = from.map(|(cursor, inclusive)| (cursor.0.as_slice(), inclusive));
        let mut rows = merged(tx, query, sort, direction, from, limit + 1)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        if direction == Direction::Backward {
            rows.reverse();
        }
        // The far side is known from the extra row; the near side only has rows if there is one right before.
        let near = match (direction, rows.first(), rows.last()) {
            (_, None, _) | (_, _, None) => from.is_some(),
            (Direction::Forward, Some(first), _) if from.is_some() => {
                self.any(tx, query, sort, Direction::Backward, first)?
            }
            (Direction::Backward, _, Some(last)) if from.is_some() => {
                self.any(tx, query, sort, Direction::Forward, last)?
            }
            _ => false,
        };
        let change = tables::head(tx)?.map_or(0, |head| head.change);
        let (more_before, more_after) = if direction == Direction::Forward { (near, more) } else { (more, near) };
        let rows = rows.into_iter().map(|(row, last)| convert::credential(&self.vault, row, last));
        Ok(Page { rows: rows.collect::<Result<_, _>>()?, more_before, more_after, change })
    }

    fn any(
        &self,
        tx: &mut dyn Tx,
        query: &ListQuery,
        sort: Sort,
        way: Direction,
        row: &Found,
    ) -> Result<bool, HubError> {
        let place = sort.place(&row.0.record);
        Ok(!merged(tx, query, sort, way, Some((&place, false)), 1)?.is_empty())
    }

    /// How many credentials there are.
    pub fn counts(&self, actor: &Actor) -> Result<Counts, HubError> {
        self.look(actor, &Intent::new(Right::SeeCredentials, "list keys"), counts)
    }

    /// Whether a form's name or username exists.
    pub fn taken(&self, actor: &Actor, kind: Kind, name: &str, username: &str) -> Result<Taken, HubError> {
        self.look(actor, &Intent::new(Right::ManageCredentials, "create"), |tx| {
            let name = fold(name.trim());
            let username = !username.is_empty()
                && tables::keys_of(tx, username)?.iter().any(|row| row.record.kind == kind.as_str());
            Ok(Taken { name: !name.is_empty() && tables::credentials_of(tx, kind.as_str(), &name)?, username })
        })
    }
}

pub(super) fn counts(tx: &mut dyn Tx) -> Result<Counts, HubError> {
    let mut counts = Counts::default();
    for (kind, state, n) in tables::tallies(tx)? {
        if let (Ok(kind), Ok(state)) = (kind.parse::<Kind>(), state.parse::<State>()) {
            counts.set(kind, state, n);
        }
    }
    Ok(counts)
}

/// The rows of all branches that a list is made of, merged in its order. Each branch is read off its own index.
fn merged(
    tx: &mut dyn Tx,
    query: &ListQuery,
    sort: Sort,
    direction: Direction,
    from: Option<(&[Value], bool)>,
    limit: usize,
) -> Result<Vec<Found>, HubError> {
    let kinds: &[Kind] = query.kind.as_ref().map_or(&Kind::ALL, std::slice::from_ref);
    let mut rows = Vec::new();
    let mut branches = 0;
    for kind in kinds {
        for listed in [true, false].into_iter().take(1 + usize::from(query.revoked)) {
            let branch = Branch { kind: kind.as_str(), listed };
            rows.extend(tables::page(tx, branch, sort, direction, from, limit as i64)?);
            branches += 1;
        }
    }
    if branches > 1 {
        rows.sort_by(|a, b| compare(sort, direction, &a.0.record, &b.0.record));
        rows.truncate(limit);
    }
    Ok(rows)
}

fn compare(sort: Sort, direction: Direction, a: &CredentialRecord, b: &CredentialRecord) -> Ordering {
    let order = sort.place(a).iter().zip(&sort.place(b)).map(|(a, b)| value_order(a, b)).find(|o| o.is_ne());
    let order = order.unwrap_or(Ordering::Equal);
    match (sort == Sort::Created) != (direction == Direction::Backward) {
        true => order.reverse(),
        false => order,
    }
}

fn value_order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        // Text orders by code point in both databases, which is the order of its UTF-8 bytes.
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        _ => Ordering::Equal,
    }
}

fn sort(order: Order) -> Sort {
    match order {
        Order::Name => Sort::Name,
        Order::Key => Sort::Key,
        Order::Created => Sort::Created,
        Order::State => Sort::State,
    }
}

/// The cursor that stands on a row.
pub(super) fn cursor(order: Order, row: &CredentialRow) -> Cursor {
    let id = Value::Text(row.id.to_string());
    Cursor(match order {
        Order::Name => vec![fold(&row.name).into(), id],
        Order::Key => vec![(&row.key).into(), id],
        Order::Created => vec![row.created_at.0.into(), id],
        Order::State => vec![row.state.as_str().into(), fold(&row.name).into(), id],
    })
}
