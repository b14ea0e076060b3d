//! The attention list of the menu ("Needs attention"): the lines that a user did not hide.

use std::collections::BTreeMap;

use crate::account::Role;
use crate::hub::{AttentionItem, Overview};

/// Lines that a user hid, each with the number that it had then.
pub type HiddenLines = BTreeMap<String, i64>;

/// The lines for a user of this role, without the hidden ones. A hidden line comes back when its number has grown.
pub fn attention(overview: &Overview, role: Role, hidden: &HiddenLines) -> Vec<AttentionItem> {
    let shown = |item: &AttentionItem| match item.hiding() {
        Some((name, n)) => hidden.get(name).is_none_or(|then| n > *then),
        None => true,
    };
    overview.attention(role).into_iter().filter(shown).collect()
}
