//! Names of all listed credentials, for a search that no index can answer.

use crate::store::{Cell, StoreError, Tx};

/// What is searched of one credential, borrowed from a row.
#[derive(Clone, Copy, Debug)]
pub struct NameCells<'a> {
    /// Row id, a UUID.
    pub id: &'a str,
    /// The display name.
    pub name: &'a str,
    /// API key or Legacy username.
    pub key: &'a str,
    /// Who is responsible; empty for nobody.
    pub owner: &'a str,
    /// Tags, one blank between.
    pub tags: &'a str,
}

impl<'a> NameCells<'a> {
    fn of(cells: &'a [Cell<'a>]) -> Result<Self, StoreError> {
        let text = |i: usize| cells.get(i).map_or(Ok(""), |cell| cell.text());
        Ok(Self { id: text(0)?, name: text(1)?, key: text(2)?, owner: text(3)?, tags: text(4)? })
    }
}

/// Hands over the next run of listed credentials behind the id `after`, ordered by id.
pub fn names_after(
    tx: &mut dyn Tx,
    after: &str,
    limit: i64,
    each: &mut dyn FnMut(NameCells<'_>),
) -> Result<(), StoreError> {
    let sql = "SELECT id, name, key, owner, tags FROM credential WHERE id > $1 AND listed = 1 ORDER BY id LIMIT $2";
    tx.each(sql, &[after.into(), limit.into()], &mut |cells| {
        each(NameCells::of(cells)?);
        Ok(())
    })
}

/// The same for those of a kind whose name begins with this, case-folded.
pub fn names_beginning(
    tx: &mut dyn Tx,
    (kind, begins): (&str, &str),
    limit: i64,
    each: &mut dyn FnMut(NameCells<'_>),
) -> Result<(), StoreError> {
    let sql = "SELECT id, name, key, owner, tags FROM credential WHERE kind = $1 AND listed = 1 \
               AND name_fold >= $2 AND name_fold < $3 ORDER BY name_fold, id LIMIT $4";
    let behind = format!("{begins}{}", char::MAX);
    tx.each(sql, &[kind.into(), begins.into(), behind.as_str().into(), limit.into()], &mut |cells| {
        each(NameCells::of(cells)?);
        Ok(())
    })
}
