//! The attention list of the menu ("Needs attention"): the lines that a user did not hide.

use std::collections::BTreeMap;

use crate::account::Role;
use crate::hub::{AttentionItem, AttentionLevel, Overview, StoreNotice};

/// Lines that a user hid, each with the number that it had then.
pub type HiddenLines = BTreeMap<String, i64>;

/// The lines for a user of this role, without the hidden ones: what is to be told of the store, and the overview as far as it is
/// known. A hidden line comes back when its number has grown.
pub fn attention(
    store: &[StoreNotice],
    overview: Option<&Overview>,
    role: Role,
    hidden: &HiddenLines,
) -> Vec<AttentionItem> {
    let shown = |item: &AttentionItem| match item.hiding() {
        Some((name, n)) => hidden.get(name).is_none_or(|then| n > *then),
        None => true,
    };
    let of_store = store.iter().cloned().map(AttentionItem::Store);
    let others = overview.map(|overview| overview.attention(role)).unwrap_or_default();
    let mut items: Vec<_> = of_store.chain(others).filter(shown).collect();
    // What cannot be trusted comes first.
    items.sort_by_key(|item| !matches!(item.level(), AttentionLevel::Danger));
    items
}
