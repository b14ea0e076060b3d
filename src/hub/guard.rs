//! Tags of rows: what the store carries and what the vault computes, brought together.

use crate::store::{
    Cell,
    tables::{HeadRow, Record, Tagged, TrailRecord},
};
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
    record.values().iter().map(Cell::from).fold(TagInput::new(T::TABLE, record.id(), record.version()), add)
}

/// The tag of a row.
pub(super) fn tag<T: Record>(vault: &Vault, record: &T) -> Result<Vec<u8>, VaultError> {
    vault.tag(&input(record))
}

/// Whether a row still is what its tag says.
pub(super) fn intact<T: Record>(vault: &Vault, row: &Tagged<T>) -> bool {
    vault.tag_is_right(&input(&row.record), &row.tag)
}

/// Whether a row of [`Record::select`] still is what its tag says: the same as [`intact`] without a copy of anything, in
/// room that is used again, for who reads a million of them.
pub(super) fn cells_intact<T: Record>(vault: &Vault, row: &[Cell<'_>], room: &mut TagInput) -> bool {
    match row {
        [Cell::Text(id), Cell::Int(version), columns @ .., Cell::Bytes(tag)] if columns.len() == T::COLUMNS.len() => {
            let begun = std::mem::take(room).again(T::TABLE, id, *version);
            *room = columns.iter().copied().fold(begun, add);
            vault.tag_is_right(room, tag)
        }
        _ => false,
    }
}

fn head_input(head: &HeadRow) -> TagInput {
    let input = TagInput::new("head", &head.store_id, head.epoch);
    input.int(head.change).int(head.trail_no).bytes(&head.trail_hash)
}

/// The head's MAC.
pub(super) fn head_mac(vault: &Vault, head: &HeadRow) -> Result<Vec<u8>, VaultError> {
    vault.head_mac(&head_input(head))
}

/// Whether the head is the one that a holder of the master key wrote.
pub(super) fn head_intact(vault: &Vault, head: &HeadRow) -> bool {
    vault.head_mac_is_right(&head_input(head), &head.mac)
}

/// The hash that stands before the first row of a store's trail.
pub(super) fn first_hash(store_id: &str) -> Vec<u8> {
    sha256(TagInput::new("trail", store_id, 0).as_bytes()).to_vec()
}

/// The hash of a row of the trail: over the hash before it and every column, length-prefixed.
pub(super) fn trail_hash(before: &[u8], record: &TrailRecord) -> Vec<u8> {
    let input = TagInput::new("trail", "row", record.no).bytes(before);
    sha256(record.values().iter().map(Cell::from).fold(input, add).as_bytes()).to_vec()
}
