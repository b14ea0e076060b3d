//! Lists of credentials with keyset pagination: page by page by key, never by offset.

mod count;
mod export;
mod jump;

pub use export::CredentialPart;

use std::cmp::Ordering;

use crate::account::Right;
use crate::credential::{EXPIRING_DAYS, Filter, Kind, State, Wanted, fold};
use crate::hub::credentials::mapping;
use crate::hub::tx::intent::Intent;
use crate::hub::{
    Actor, Cancel, CredentialCounts, CredentialPage, Hub, HubError, ListOrder, ListQuery, NameInUse, PagePosition,
};
use crate::store::tables::{self, Branch, Condition, Direction, Listed, Sort};
use crate::store::{Tx, Value};
use crate::time::{DAY, Millis, Seconds};

/// Limit on the rows of a page.
const MOST: u32 = 2000;
/// Rows read at a time while most of them may be left out.
const BATCH: usize = 500;

impl Hub {
    /// One page of a list.
    pub fn list(&self, actor: &Actor, query: &ListQuery) -> Result<CredentialPage, HubError> {
        self.list_until(actor, query, &Cancel::default())
    }

    /// One page of a list; the read stops when `cancel` says so.
    pub fn list_until(&self, actor: &Actor, query: &ListQuery, cancel: &Cancel) -> Result<CredentialPage, HubError> {
        let intent = Intent::new(Right::SeeCredentials, "list keys").prefetch([tables::head_query()]);
        self.read_cancellable(actor, &intent, cancel, |tx| self.page(tx, query))
    }

    fn page(&self, tx: &mut dyn Tx, query: &ListQuery) -> Result<CredentialPage, HubError> {
        let (sort, limit) = (sort(query.order), query.limit.clamp(1, MOST) as usize);
        let (direction, from) = match &query.position {
            PagePosition::Start => (Direction::Forward, None),
            PagePosition::End => (Direction::Backward, None),
            PagePosition::After(cursor) => (Direction::Forward, Some((cursor, false))),
            PagePosition::From(cursor) => (Direction::Forward, Some((cursor, true))),
            PagePosition::Before(cursor) => (Direction::Backward, Some((cursor, false))),
        };
        let from = from.map(|(cursor, inclusive)| (cursor.0.as_slice(), inclusive));
        let keep = |row: &Listed| match query.filter.state {
            None => true,
            Some(state) => mapping::is_tampered(&self.vault, &row.0) == (state == Wanted::Tampered),
        };
        let narrowed = FilteredQuery { query, conditions: &conditions(&query.filter, self.now()), keep: &keep };
        // An order that is turned round is read the other way.
        let way = if query.turned { direction.turned() } else { direction };
        let mut rows = merged(tx, narrowed, sort, way, from, limit + 1)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        if direction == Direction::Backward {
            rows.reverse();
        }
        // The extra row tells whether there are more rows ahead; whether there are rows behind takes a lookup.
        let near = match (direction, rows.first(), rows.last()) {
            (_, None, _) | (_, _, None) => from.is_some(),
            (Direction::Forward, Some(first), _) if from.is_some() => any(tx, narrowed, sort, way.turned(), first)?,
            (Direction::Backward, _, Some(last)) if from.is_some() => any(tx, narrowed, sort, way.turned(), last)?,
            _ => false,
        };
        let change = tables::head(tx)?.map_or(0, |head| head.change);
        let (more_before, more_after) = if direction == Direction::Forward { (near, more) } else { (more, near) };
        let rows = rows.into_iter().map(|(row, last)| mapping::credential(&self.vault, row, last));
        Ok(CredentialPage { rows: rows.collect::<Result<_, _>>()?, more_before, more_after, change })
    }

    /// How many credentials there are.
    pub fn counts(&self, actor: &Actor) -> Result<CredentialCounts, HubError> {
        self.read(actor, &Intent::new(Right::SeeCredentials, "list keys"), counts)
    }

    /// Whether a form's name or username exists.
    pub fn name_in_use(&self, actor: &Actor, kind: Kind, name: &str, username: &str) -> Result<NameInUse, HubError> {
        self.read(actor, &Intent::new(Right::ManageCredentials, "create"), |tx| {
            let name = fold(name.trim());
            let username = !username.is_empty() && tables::credential_with_key(tx, kind.as_str(), username)?.is_some();
            Ok(NameInUse { name: !name.is_empty() && tables::credentials_of(tx, kind.as_str(), &name)?, username })
        })
    }
}

pub(crate) fn counts(tx: &mut dyn Tx) -> Result<CredentialCounts, HubError> {
    let mut counts = CredentialCounts::default();
    for (kind, state, n) in tables::tallies(tx)? {
        if let (Ok(kind), Ok(state)) = (kind.parse::<Kind>(), state.parse::<State>()) {
            counts.set(kind, state, n);
        }
    }
    Ok(counts)
}

/// A query with its filter compiled to conditions on rows.
#[derive(Clone, Copy)]
struct FilteredQuery<'a> {
    query: &'a ListQuery,
    conditions: &'a [Condition],
    /// What no database can answer: whether the tag is right.
    keep: &'a dyn Fn(&Listed) -> bool,
}

/// Whether a list has a row beyond this one.
fn any(tx: &mut dyn Tx, query: FilteredQuery<'_>, sort: Sort, way: Direction, row: &Listed) -> Result<bool, HubError> {
    let place = sort.place_of(row);
    Ok(!merged(tx, query, sort, way, Some((&place, false)), 1)?.is_empty())
}

pub(super) fn conditions(filter: &Filter, now: Millis) -> Vec<Condition> {
    let second = now.seconds().0;
    let ago = |span: i64| second.saturating_sub(span);
    let mut all: Vec<_> = filter.words.iter().cloned().map(Condition::Holds).collect();
    all.extend(filter.by.clone().map(Condition::By));
    all.extend(filter.owner.clone().map(Condition::Owner));
    all.extend(filter.tags.iter().cloned().map(Condition::Tag));
    all.extend(filter.expires_within.map(|s| Condition::Expires { from: second + 1, until: second.saturating_add(s) }));
    all.extend(filter.expires_after.map(|s| Condition::Expires { from: second.saturating_add(s), until: i64::MAX }));
    all.extend(filter.unused_for.map(|s| Condition::Unused { made: ago(s).saturating_mul(1000), used: ago(s) }));
    let since = Seconds(second).day().0 - 1;
    all.extend(filter.refused_more_than.map(|more| Condition::Refused { more, from: since }));
    all.extend(filter.never_used.then_some(Condition::Waiting));
    let state = |state: State| Condition::State(state.as_str().to_owned());
    let works = [state(State::Active), Condition::Started { at: second }, Condition::NotExpired { at: second }];
    match filter.state {
        Some(Wanted::Active) => all.extend(works),
        Some(Wanted::Expiring) => {
            all.extend(works);
            // A credential is expiring to the millisecond, and expires on a second.
            let last = (now.0 + EXPIRING_DAYS * DAY) / 1000;
            all.push(Condition::Expires { from: second + 1, until: last + 1 });
        }
        Some(Wanted::NotYet) => all.extend([state(State::Active), Condition::NotStarted { at: second }]),
        Some(Wanted::Expired) => {
            all.extend([state(State::Active), Condition::Started { at: second }]);
            all.push(Condition::Expires { from: i64::MIN, until: second + 1 });
        }
        Some(Wanted::Disabled) => all.push(state(State::Disabled)),
        Some(Wanted::Revoked) => all.push(state(State::Revoked)),
        Some(Wanted::Tampered) | None => {}
    }
    all
}

/// Merges the branches of a list in its order. Each branch is read from its own index.
fn merged(
    tx: &mut dyn Tx,
    query: FilteredQuery<'_>,
    sort: Sort,
    direction: Direction,
    from: Option<(&[Value], bool)>,
    limit: usize,
) -> Result<Vec<Listed>, HubError> {
    let FilteredQuery { query: ListQuery { kind, revoked, filter, .. }, conditions, keep } = query;
    let kinds = Kind::ALL.into_iter().filter(|k| kind.is_none_or(|only| only == *k));
    let kinds = kinds.filter(|k| filter.kind.is_none_or(|only| only == *k));
    let revoked = *revoked || filter.wants_revoked();
    let branches: Vec<_> = kinds
        .flat_map(|kind| [true, false].map(|listed| Branch { kind: kind.as_str(), listed, conditions }))
        .filter(|branch| branch.listed || revoked)
        .collect();
    let first = branches.iter().map(|branch| tables::page_query(*branch, sort, direction, from, limit as i64));
    tx.prefetch(first.collect())?;
    let mut rows = Vec::new();
    for branch in &branches {
        rows.extend(sifted(tx, *branch, sort, direction, from, limit, keep)?);
    }
    if branches.len() > 1 {
        rows.sort_by(|a, b| compare(sort, direction, a, b));
        rows.truncate(limit);
    }
    Ok(rows)
}

/// At most `limit` rows of a branch that are kept.
fn sifted(
    tx: &mut dyn Tx,
    branch: Branch<'_>,
    sort: Sort,
    direction: Direction,
    from: Option<(&[Value], bool)>,
    limit: usize,
    keep: &dyn Fn(&Listed) -> bool,
) -> Result<Vec<Listed>, HubError> {
    let mut kept = Vec::new();
    let mut place = from.map(|(place, inclusive)| (place.to_vec(), inclusive));
    let mut batch = limit;
    loop {
        let from = place.as_ref().map(|(place, inclusive)| (place.as_slice(), *inclusive));
        let rows = tables::page(tx, branch, sort, direction, from, batch as i64)?;
        let more = rows.len() == batch;
        place = rows.last().map(|row| (sort.place_of(row), false));
        kept.extend(rows.into_iter().filter(|row| keep(row)));
        if kept.len() >= limit || !more {
            kept.truncate(limit);
            return Ok(kept);
        }
        // Nearly all rows are kept, or nearly none.
        batch = limit.max(BATCH);
    }
}

fn compare(sort: Sort, direction: Direction, a: &Listed, b: &Listed) -> Ordering {
    let order = sort.place_of(a).iter().zip(&sort.place_of(b)).map(|(a, b)| value_order(a, b)).find(|o| o.is_ne());
    let order = order.unwrap_or(Ordering::Equal);
    match sort.newest_first() != (direction == Direction::Backward) {
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

fn sort(order: ListOrder) -> Sort {
    match order {
        ListOrder::Name => Sort::Name,
        ListOrder::Key => Sort::Key,
        ListOrder::Created => Sort::Created,
        ListOrder::State => Sort::State,
        ListOrder::Expiry => Sort::Expiry,
        ListOrder::LastUse => Sort::LastUse,
    }
}
