//! Row tags and the hash chain: brings together what the store carries and what the vault computes.

use crate::store::tables::{HeadRow, Record, Tagged, TrailRecord};
use crate::store::{Cell, StoreError};
use crate::vault::{TagInput, Vault, VaultError, sha256};

fn add(input: TagInput, cell: Cell<'_>) -> TagInput {
    match cell {
        Cell::Null => input.null(),
        Cell::Int(n) => input.int(n),
        Cell::Text(text) => input.text(text),
        Cell::Bytes(bytes) => input.bytes(bytes),
    }
}

fn input<T: Record>(record: &T) -> TagInput {
    let values = record.values();
    let cells: Vec<_> = values.iter().map(Cell::from).collect();
    columns::<T>(TagInput::new(T::TABLE, record.id(), record.version()), &cells)
}

/// Adds all columns. Columns that came later count only where they differ from their default, together with their name.
fn columns<T: Record>(input: TagInput, cells: &[Cell<'_>]) -> TagInput {
    let (first, later) = cells.split_at(T::COLUMNS.len() - T::LATER.len());
    let input = first.iter().copied().fold(input, add);
    let used = later.iter().zip(T::LATER).filter(|(cell, (_, default))| *cell != default);
    used.fold(input, |input, (cell, (name, _))| add(input.text(name), *cell))
}

/// Computes the tag of a row.
pub(crate) fn tag<T: Record>(vault: &Vault, record: &T) -> Result<Vec<u8>, VaultError> {
    vault.tag(&input(record))
}

/// Whether the tag of a row is right.
pub(crate) fn intact<T: Record>(vault: &Vault, row: &Tagged<T>) -> bool {
    vault.tag_is_right(&input(&row.record), &row.tag)
}

/// Whether the tag of a row of [`Record::select`] is right: the same as [`intact`] without a copy of anything, in a
/// buffer that is reused, for a reader of a million rows.
pub(crate) fn cells_intact<T: Record>(vault: &Vault, row: &[Cell<'_>], room: &mut TagInput) -> bool {
    match row {
        [Cell::Text(id), Cell::Int(version), columns @ .., Cell::Bytes(tag)] if columns.len() == T::COLUMNS.len() => {
            *room = self::columns::<T>(std::mem::take(room).again(T::TABLE, id, *version), columns);
            vault.tag_is_right(room, tag)
        }
        _ => false,
    }
}

fn head_input(head: &HeadRow) -> TagInput {
    let input = TagInput::new("head", &head.store_id, head.epoch);
    input.int(head.change).int(head.trail_no).bytes(&head.trail_hash).bytes(&head.sums)
}

/// Computes the MAC of the head.
pub(crate) fn head_mac(vault: &Vault, head: &HeadRow) -> Result<Vec<u8>, VaultError> {
    vault.head_mac(&head_input(head))
}

/// Whether the head is the one that a holder of the master key wrote.
pub(crate) fn head_intact(vault: &Vault, head: &HeadRow) -> bool {
    vault.head_mac_is_right(&head_input(head), &head.mac)
}

/// Whether `tag` is the tag of a row with exactly these columns.
pub(crate) fn is_tag_of(
    vault: &Vault,
    (table, id, version): (&str, &str, i64),
    columns: &[Cell<'_>],
    tag: &[u8],
) -> bool {
    vault.tag_is_right(&add_all(TagInput::new(table, id, version), columns.iter().copied()), tag)
}

/// Adds columns without regard to defaults.
pub(crate) fn add_all<'a>(input: TagInput, cells: impl Iterator<Item = Cell<'a>>) -> TagInput {
    cells.fold(input, add)
}

/// Whether the head is one that was written before there were sums.
pub(crate) fn head_of_before_is_intact(vault: &Vault, head: &HeadRow) -> bool {
    let input = TagInput::new("head", &head.store_id, head.epoch);
    vault.head_mac_is_right(&input.int(head.change).int(head.trail_no).bytes(&head.trail_hash), &head.mac)
}

/// The hash that the chain of a store's trail starts from.
pub(crate) fn first_hash(store_id: &str) -> Vec<u8> {
    sha256(TagInput::new("trail", store_id, 0).as_bytes()).to_vec()
}

/// The hash of a row of the trail (hash chain): over the hash before it and every column, length-prefixed.
pub(crate) fn trail_hash(before: &[u8], record: &TrailRecord) -> Vec<u8> {
    let input = TagInput::new("trail", "row", record.no).bytes(before);
    sha256(record.values().iter().map(Cell::from).fold(input, add).as_bytes()).to_vec()
}

/// Treats a row that cannot be read as missing.
pub(crate) fn readable<T>(found: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Err(StoreError::Broken(_)) => Ok(None),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Row, Value};
    use crate::vault::test_vault as vault;

    /// A row of a table that got two columns later.
    #[derive(Clone)]
    struct Grown {
        name: String,
        owner: String,
        quota: Option<i64>,
    }

    impl Record for Grown {
        const TABLE: &'static str = "grown";
        const COLUMNS: &'static [&'static str] = &["name", "owner", "quota"];
        const LATER: &'static [(&'static str, Cell<'static>)] = &[("owner", Cell::Text("")), ("quota", Cell::Null)];

        fn id(&self) -> &str {
            "id"
        }

        fn version(&self) -> i64 {
            1
        }

        fn values(&self) -> Vec<Value> {
            vec![(&self.name).into(), (&self.owner).into(), self.quota.into()]
        }

        fn read(_: String, _: i64, row: &mut Row) -> Result<Self, StoreError> {
            Ok(Self { name: row.text()?, owner: row.text()?, quota: row.maybe_int()? })
        }
    }

    fn grown(owner: &str, quota: Option<i64>) -> Grown {
        Grown { name: "one".to_owned(), owner: owner.to_owned(), quota }
    }

    #[test]
    fn only_later_columns_in_use_change_the_tag_of_a_row() {
        let vault = vault();
        let before = vault.tag(&TagInput::new("grown", "id", 1).text("one")).unwrap();
        assert_eq!(tag(&vault, &grown("", None)).unwrap(), before);
        let rows =
            [grown("", None), grown("owner", None), grown("", Some(0)), grown("quota", Some(0)), grown("", Some(1))];
        let tags: Vec<_> = rows.iter().map(|row| tag(&vault, row).unwrap()).collect();
        for (i, row) in rows.iter().enumerate() {
            for (j, tag) in tags.iter().enumerate() {
                let row = Tagged { record: row.clone(), tag: tag.clone() };
                assert_eq!(intact(&vault, &row), i == j, "{i} {j}");
                let values = row.record.values();
                let mut cells = vec![Cell::Text("id"), Cell::Int(1)];
                cells.extend(values.iter().map(Cell::from));
                cells.push(Cell::Bytes(tag));
                assert_eq!(cells_intact::<Grown>(&vault, &cells, &mut TagInput::default()), i == j, "{i} {j}");
            }
        }
    }
}
